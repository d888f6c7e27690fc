"""What a file is, by its type as the server calls it and by its first bytes."""

from typing import Literal

HEAD_BYTES = 16
"""enough to tell all formats below apart"""

_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""what stores of files call whatever they weren't told about"""
_RELATED = {"clip": ("video/", "application/mp4"), "still": ("image/",)}
_MATROSKA = b"\x1a\x45\xdf\xa3"
_MP4_BOX = slice(4, 8)
_MP4_BRAND = slice(8, 12)


def is_fitting_type(content_type: str, media_type: Literal["clip", "still"]) -> bool:
    """Whether a header Content-Type may stand before a clip, or a still."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain in _UNTOLD or plain.startswith(_RELATED[media_type])


def suffix_of(head: bytes, media_type: Literal["clip", "still"]) -> str | None:
    """The suffix for a file that begins like this; None for what can't be shown."""
    return _clip_suffix(head) if media_type == "clip" else _still_suffix(head)


def _clip_suffix(head: bytes) -> str | None:
    if head[_MP4_BOX] == b"ftyp":
        return ".mov" if head[_MP4_BRAND] == b"qt  " else ".mp4"
    return ".webm" if head.startswith(_MATROSKA) else None


def _still_suffix(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    return ".webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None
