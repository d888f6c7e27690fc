"""What goes out with the picture: thumbnail, title, description, tags, chapters, manifest."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.generation.script import ProductionWarning, Source


class Chapter(msgspec.Struct, frozen=True):
    """A chapter as YouTube reads it from a description."""

    start_ms: int
    title: str


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Title, description and tags, within YouTube's limits (``metadata.json``)."""

    title: str
    description: str
    tags: list[str]
    language: str
    chapters: list[Chapter] = []
    contains_synthetic_media: bool = False
    made_for_kids: bool = False


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """Of the finished file: integrated (LUFS), true peak (dBTP), range (LU); None under 3 s."""

    integrated_lufs: float | None
    true_peak_dbtp: float
    range_lu: float | None = None


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """Stream facts of the finished file, as measured on it."""

    container: str
    video_codec: str
    video_profile: str
    pixel_format: str
    color: str
    width: int
    height: int
    fps: float
    frames: int
    video_bitrate: int
    """bits per second"""
    audio_codec: str
    sample_rate: int
    channels: int
    audio_bitrate: int
    duration_ms: int
    size: int
    """bytes"""


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the video that somebody made: what, whose, under which licence."""

    what: str
    """``text``, ``voice``, ``music``, ``font``, ``pictogram``, ``clip``, ``still``, ``model``"""
    title: str
    author: str = ""
    license: str = ""
    url: str = ""
    proof: str = ""
    """the sentence of the source that states the licence"""
    machine_made: bool = False
    attribution_required: bool = False


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a video is made of (``manifest.json``)."""

    schema: int = 1
    video_id: str
    job_id: str
    revision: int
    title: str
    seed: int
    request: dict[str, Any]
    sources: list[Source]
    credits: list[Credit]
    verbatim_share: float
    draft: bool
    voice: str
    word_timing: dict[str, int]
    """sentences by timing source"""
    loudness: Loudness
    encoding: Encoding
    fingerprints: dict[str, str]
    """unit -> fingerprint"""
    artifacts: dict[str, str]
    """file name -> SHA-256"""
    tools: dict[str, str]
    warnings: list[ProductionWarning]


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """A finished video, as rows know it; its documents are found under the fingerprints."""

    id: UUID
    account_id: str
    job_id: UUID
    revision: int
    title: str
    slug: str
    aspect_ratio: str
    width: int
    height: int
    duration: float
    """seconds"""
    draft: bool
    files: dict[str, str]
    """file name (``video.mp4``, ``thumbnail.jpg`` ...) -> SHA-256"""
    sizes: dict[str, int]
    """file name -> bytes"""
    documents: dict[str, str]
    """``script``, ``storyboard``, ``manifest`` -> fingerprint"""
    path: str | None = None
    """the folder with hard links, when artifacts are kept in a directory"""
    created_at: datetime | None = None
    """set by the store"""
