"""The repository of Piper voices: its index ``voices.json``, and files that belong to a voice.

The layout is documented at https://huggingface.co/rhasspy/piper-voices; whoever mirrors it sets
another address. The index names each file with its size and its MD5 digest.
"""

import re
from difflib import get_close_matches
from pathlib import PurePosixPath

import msgspec

from domain.errors import VoiceNotDownloaded, VoiceNotFound

URL = "https://huggingface.co/rhasspy/piper-voices/resolve/main"
INDEX = "voices.json"
MAX_INDEX_BYTES = 8 * 1024 * 1024
MAX_FILE_BYTES = 1024 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_]+-[A-Za-z0-9_]+-[a-z_]+")
"""LANGUAGE-NAME-QUALITY, and nothing that leads elsewhere as a file's name"""
_NEAR = 5


class _Language(msgspec.Struct):
    code: str
    name_english: str = ""


class ListedFile(msgspec.Struct):
    """A file of the index."""

    size_bytes: int
    md5_digest: str


class OfferedVoice(msgspec.Struct):
    """A voice of the index."""

    key: str
    language: _Language
    quality: str
    files: dict[str, ListedFile]
    num_speakers: int = 1

    @property
    def tag(self) -> str:
        """Its language as BCP 47."""
        return self.language.code.replace("_", "-")

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.size_bytes for file in self.files.values())


class WantedFile(msgspec.Struct, frozen=True):
    """A file to be fetched."""

    path: str
    """below the repository's address"""
    name: str
    """in the folder of voices"""
    size: int
    md5: str


def offered(index: bytes) -> dict[str, OfferedVoice]:
    """Voices by name.

    Raises:
        VoiceNotDownloaded: it isn't such an index.
    """
    try:
        voices = msgspec.json.decode(index, type=dict[str, OfferedVoice])
    except msgspec.MsgspecError as error:
        raise VoiceNotDownloaded(f"{INDEX} is no index of Piper voices: {error}.") from error
    return {name: voice for name, voice in sorted(voices.items()) if _NAME.fullmatch(name)}


def voice_called(voices: dict[str, OfferedVoice], name: str) -> OfferedVoice:
    """The voice of this name; raises VoiceNotFound, which names those that are spelled alike."""
    if name in voices:
        return voices[name]
    near = get_close_matches(name, voices, n=_NEAR, cutoff=0.5)
    raise VoiceNotFound(
        f"The repository has no voice {name!r}"
        + (f"; near it is {', '.join(near)}." if near else "."),
        hint="`faceless voices list` shows what there is.",
    )


def files_of(name: str, voice: OfferedVoice) -> list[WantedFile]:
    """What a voice needs, the model last: with it the voice is there.

    Raises:
        VoiceNotDownloaded: the index lacks one, or has one of an impossible size.
    """
    wanted = {}
    for path, file in voice.files.items():
        own = PurePosixPath(path).name
        kept = {
            f"{name}.onnx.json": f"{name}.onnx.json",
            f"{name}.onnx": f"{name}.onnx",
            "MODEL_CARD": f"{name}.MODEL_CARD",
        }.get(own)
        if kept is None or ".." in path or "://" in path:
            continue
        if not 0 < file.size_bytes <= MAX_FILE_BYTES:
            raise VoiceNotDownloaded(f"{path} is said to have {file.size_bytes:,} bytes.")
        wanted[kept] = WantedFile(path.lstrip("/"), kept, file.size_bytes, file.md5_digest.lower())
    model = wanted.pop(f"{name}.onnx", None)
    if model is None or f"{name}.onnx.json" not in wanted:
        raise VoiceNotDownloaded(f"The index names no model, or no JSON, of {name}.")
    return [*wanted.values(), model]
