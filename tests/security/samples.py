"""Small files of every kind that a folder may hold, made by the real encoders."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=0.6")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1.5")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")

CLIPS: dict[str, tuple[str, ...]] = {
    "mp4": (*PICTURE, *X264),
    "mov": (*PICTURE, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"),
    "mkv": (*PICTURE, *X264),
    "webm": (*PICTURE, "-c:v", "libvpx", "-deadline", "realtime"),
}
SOUNDS: dict[str, tuple[str, ...]] = {
    "mp3": (*TONE,),
    "flac": (*TONE,),
    "ogg": (*TONE, "-c:a", "libvorbis"),
    "wav": (*TONE,),
    "m4a": (*TONE, "-c:a", "aac"),
}
STILLS = ("png", "jpg", "webp")
OTHERS = ("gif",)


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg as anybody would: unconfined."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def make_samples(folder: Path) -> dict[str, bytes]:
    """One small file of each kind, by its suffix."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, options in (CLIPS | SOUNDS).items():
        ffmpeg(*options, folder / f"sample.{suffix}")
    picture = Image.radial_gradient("L").resize((64, 48)).convert("RGB")
    for suffix in (*STILLS, *OTHERS):
        picture.save(folder / f"sample.{suffix}")
    return {path.suffix[1:]: path.read_bytes() for path in sorted(folder.iterdir())}
