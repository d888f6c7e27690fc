"""What stock sources need beside a server: a place for downloads, and clips and stills to serve."""

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from PIL import Image

from adapters.httpcore import SystemResolver
from adapters.httpx_downloads import HttpxDownloads
from adapters.media_folder.probe import Unreadable, probe_media
from domain.generation.downloads import Measured
from domain.generation.ports import LookFailed
from domain.outbound import UrlRules


def measured_here(path: Path, is_still: bool) -> Measured:
    """Decodes in this process: the clips of these tests are our own."""
    try:
        found = probe_media(path, is_still)
    except Unreadable as error:
        raise LookFailed(str(error)) from error
    return Measured(found.width, found.height, found.duration_ms)


def downloads_in(folder: Path, **limits: Any) -> HttpxDownloads:
    """Downloads from the internet, and from the provider's own address."""
    return HttpxDownloads(folder, measured_here, UrlRules(), SystemResolver(), **limits)


def write_clip(path: Path, width: int = 320, height: int = 240, frames: int = 30) -> Path:
    """A clip of 30 frames a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            picture = np.full((height, width, 3), number * 8 % 256, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@cache
def clip_bytes(width: int = 320, height: int = 240, frames: int = 30) -> bytes:
    with TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "clip.mp4", width, height, frames).read_bytes()


@cache
def still_bytes(width: int = 640, height: int = 480, form: str = "JPEG") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "#205080").save(drawn, form)
    return drawn.getvalue()
