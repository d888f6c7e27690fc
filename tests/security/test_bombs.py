"""Small files that would take much memory or time: refused with a reason, and cheaply."""

import io
import os
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from samples import X264, ffmpeg, make_samples

from adapters.ffmpeg import FfmpegQuarantine
from adapters.ffmpeg.probe import NoClip
from adapters.ffmpeg.probe import look as look_at_clip
from adapters.ffmpeg.stills import load_still
from adapters.media_folder import MediaFolder
from domain.errors import MediaUnreadable
from domain.generation.ports import VisualRequest

MEMORY = 400_000_000
"""bytes that a look at any of these may take"""
SECONDS = 10.0
"""of a processor's time for it: how long that takes is the machine's affair"""


def chunk(kind: bytes, body: bytes) -> bytes:
    checked = kind + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(
    width: int, height: int, *before: bytes, depth: int = 1, data: bytes | None = None
) -> bytes:
    """A PNG of zeros in shades of grey, compressed as well as can be."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    if data is None:
        packing = zlib.compressobj(9)
        row = bytes(1 + (width * depth + 7) // 8)
        data = b"".join(packing.compress(row) for _ in range(height)) + packing.flush()
    body = [chunk(b"IHDR", header), *before, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def gigantic_jpeg() -> bytes:
    """A small picture whose header says 65,535 x 65,535."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48)).save(made, "JPEG")
    body = bytearray(made.getvalue())
    at = body.index(b"\xff\xc0") + 5
    body[at : at + 4] = struct.pack(">HH", 65_535, 65_535)
    return bytes(body)


def gigantic_webp() -> bytes:
    """A header that says 16,384 x 16,384, and nothing after it."""
    size = (16_383).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size + size
    return b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended


def animation(form: str) -> bytes:
    made = io.BytesIO()
    frames = [Image.new("RGB", (320, 240), color) for color in ("red", "green", "blue")]
    frames[0].save(made, form, save_all=True, append_images=frames[1:], duration=100)
    return made.getvalue()


def still(form: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 240)).save(made, form)
    return made.getvalue()


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def noise(form: str) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(made, form)
    return made.getvalue()


STILLS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # what: (file's name, its bytes, what the reason says)
    "30,000 x 30,000 PNG": ("a.png", lambda: png(30_000, 30_000), "too many pixels|x 30000 pixels"),
    "9,000 x 9,000 PNG": ("a.png", lambda: png(9_000, 9_000), "9000 x 9000 pixels"),
    "PNG as wide as can be": (
        "a.png",
        lambda: png(2**31 - 1, 1, data=zlib.compress(b"\0")),
        "too many pixels|pixels",
    ),
    "PNG without area": ("a.png", lambda: png(0, 0, data=b""), "decoded|no size"),
    "PNG whose text unpacks to 300 MB": (
        "a.png",
        lambda: png(8, 8, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(300_000_000), 9))),
        "decoded",
    ),
    "PNG whose profile unpacks to 300 MB": (
        "a.png",
        lambda: png(8, 8, chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(300_000_000), 9))),
        "decoded",
    ),
    "JPEG that says 65,535 x 65,535": ("a.jpg", gigantic_jpeg, "too many pixels|pixels"),
    "WebP that says 16,384 x 16,384": ("a.webp", gigantic_webp, "decoded|pixels"),
    "animated GIF named PNG": ("a.png", lambda: animation("GIF"), "decoded"),
    "animated WebP": ("a.webp", lambda: animation("WEBP"), "animated"),
    "animated PNG": ("a.png", lambda: animation("PNG"), "animated"),
    "TIFF named JPEG": ("a.jpg", lambda: still("TIFF"), "decoded"),
    "BMP named PNG": ("a.png", lambda: still("BMP"), "decoded"),
    "PNG cut in half": ("a.png", lambda: half(noise("PNG")), "decoded"),
    "JPEG cut in half": ("a.jpg", lambda: half(noise("JPEG")), "decoded"),
    "WebP cut in half": ("a.webp", lambda: half(noise("WEBP")), "decoded"),
}


def ten_hours(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=s=1x1:r=1/3600:d=36000", "-c:v", "png", path)


def gigantic(path: Path) -> None:
    source = "color=s=16000x16000:r=1:d=1"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "monob", "-c:v", "png", path)


def grows(path: Path) -> None:
    """An MP4 whose frames are larger than its header says."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", *X264, path)
    body = bytearray(path.read_bytes())
    at = body.index(b"avc1") + 28
    body[at : at + 4] = struct.pack(">HH", 65_535, 65_535)
    path.write_bytes(body)


def cut(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:d=1", *X264, path)
    path.write_bytes(half(path.read_bytes()))


CLIPS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "ten hours of one pixel, MKV": ("a.mkv", ten_hours, "plays for 36,000 s"),
    "ten hours of one pixel, MOV": ("a.mov", ten_hours, "plays for 36,000 s"),
    "16,000 x 16,000": ("a.mov", gigantic, "16000 x 16000 pixels"),
    "MP4 cut in half": ("a.mp4", cut, "decoded"),
}


def peak_of(quarantine: FfmpegQuarantine) -> int:
    """The most memory that the looking process has held."""
    assert quarantine._process is not None
    status = Path(f"/proc/{quarantine._process.pid}/status").read_text()
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


def seconds_of(quarantine: FfmpegQuarantine) -> float:
    """What the looking process has taken of a processor's time."""
    assert quarantine._process is not None
    fields = Path(f"/proc/{quarantine._process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refused(folder: Path, quarantine: FfmpegQuarantine) -> str:
    """Look at the only file of a folder; answers why it isn't used, empty if it is."""
    source = MediaFolder(folder, quarantine)
    usable = source.examine()
    assert seconds_of(quarantine) < SECONDS
    assert peak_of(quarantine) < MEMORY
    if usable:
        return ""
    [(_, reason)] = source.problems()
    assert "convert it to" in reason
    return reason


@pytest.mark.parametrize("bomb", STILLS)
def test_a_still_that_would_burst_is_refused(
    tmp_path: Path, quarantine: FfmpegQuarantine, bomb: str
) -> None:
    name, make, reason = STILLS[bomb]
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / name).write_bytes(make())

    assert re.search(reason, refused(folder, quarantine))


@pytest.mark.parametrize("bomb", CLIPS)
def test_a_clip_that_would_burst_is_refused(
    tmp_path: Path, quarantine: FfmpegQuarantine, bomb: str
) -> None:
    name, make, reason = CLIPS[bomb]
    folder = tmp_path / "media"
    folder.mkdir()
    make(folder / name)

    assert reason in refused(folder, quarantine)


def test_a_clip_whose_header_lies_about_its_size_is_used_as_what_it_is_or_refused(
    tmp_path: Path, quarantine: FfmpegQuarantine
) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    grows(folder / "a.mp4")

    refused(folder, quarantine)  # within its time and memory
    quarantine.look(look_at_clip, str(folder / "a.mp4"))
    assert peak_of(quarantine) < MEMORY


@pytest.mark.parametrize("bomb", ["30,000 x 30,000 PNG", "JPEG that says 65,535 x 65,535"])
def test_the_renderer_refuses_a_still_even_if_nobody_looked_before(
    tmp_path: Path, bomb: str
) -> None:
    name, make, _ = STILLS[bomb]
    (tmp_path / name).write_bytes(make())
    with pytest.raises(MediaUnreadable, match="pixels"):
        load_still(tmp_path / name, name, "#000000")


def test_the_renderer_refuses_a_clip_even_if_nobody_looked_before(tmp_path: Path) -> None:
    gigantic(tmp_path / "a.mov")
    found = look_at_clip(str(tmp_path / "a.mov"))
    assert isinstance(found, NoClip)
    assert "16000 x 16000" in found.reason


async def test_a_bomb_that_is_named_is_answered_with_the_reason(
    tmp_path: Path, quarantine: FfmpegQuarantine
) -> None:
    (tmp_path / "bomb.png").write_bytes(png(30_000, 30_000))
    request = VisualRequest(terms=[], media="bomb.png", milliseconds=3_000, width=1080, height=1920)
    with pytest.raises(MediaUnreadable, match="pixels") as caught:
        await MediaFolder(tmp_path, quarantine).search(request)
    assert "bomb.png" in caught.value.message


def test_what_is_whole_is_used(tmp_path: Path, quarantine: FfmpegQuarantine) -> None:
    samples = make_samples(tmp_path / "samples")
    (tmp_path / "media").mkdir()
    usable = ("png", "jpg", "webp", "mp4", "mov", "mkv", "webm")
    for suffix in usable:
        (tmp_path / "media" / f"a.{suffix}").write_bytes(samples[suffix])
    source = MediaFolder(tmp_path / "media", quarantine)
    assert source.examine() == len(usable), source.problems()
