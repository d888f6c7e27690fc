"""Makes clips that are as hard to decode and encode as stock footage: texture, motion, grain."""

import subprocess
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 1920, 1080
CLIPS = 10
SECONDS = 7
RATES = (24, 25, 30)
KBITS = (9_000, 10_500, 12_000)
GRAIN = 7
"""strength of ffmpeg's noise filter, temporal and uniform"""
GOP_SECONDS = 1
"""a cut into the middle of a clip decodes from the key frame before it"""
MARGIN = 1.35
"""canvas over frame: room for the camera's travel"""

Image = npt.NDArray[np.uint8]


def make_clips(executable: Path, folder: Path) -> list[Path]:
    """Ten clips of 24, 25 and 30 fps; made once, kept in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for number in range(CLIPS):
        clip = folder / f"stock{number}.mp4"
        if not clip.exists():
            part = clip.with_suffix(".part.mp4")
            _make(executable, number, part)
            part.rename(clip)
        clips.append(clip)
    return clips


def _make(executable: Path, number: int, out: Path) -> None:
    rng = np.random.default_rng(number)
    rate = RATES[number % len(RATES)]
    scene = _texture(rng, 1.6)
    nearer, mask = _texture(rng, 1.2), _shapes(rng)
    command = [str(executable), "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-framerate", str(rate), "-i", "pipe:0"]
    command += ["-vf", f"scale=out_color_matrix=bt709:out_range=tv,noise=alls={GRAIN}:allf=t+u"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-b:v", f"{KBITS[number % 3]}k"]
    command += ["-g", str(rate * GOP_SECONDS)]
    command += ["-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_range", "tv", "-y", str(out)]
    speed = rng.uniform(-60, 60, 2)
    turn, zoom = rng.uniform(-1.5, 1.5), rng.uniform(-0.02, 0.03)
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for index in range(rate * SECONDS):
            at = index / rate
            shake = np.array([np.sin(at * 5.1), np.cos(at * 6.3)]) * 3
            far = _seen(scene, speed * at + shake, turn * at, 1 + zoom * at)
            near = _seen(nearer, -2.2 * speed * at + shake, -turn * at, 1 + 2 * zoom * at)
            alpha = _seen(mask, -2.2 * speed * at + shake, -turn * at, 1 + 2 * zoom * at)
            process.stdin.write(np.where(alpha > 127, near, far).tobytes())
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _texture(rng: np.random.Generator, falloff: float) -> Image:
    """Colours whose spectrum falls as natural images' does, about 1/f to 1/f^1.6."""
    height, width = int(HEIGHT * MARGIN), int(WIDTH * MARGIN)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    base = _field(rng, frequency, falloff, (height, width))
    channels = [0.85 * base + 0.3 * _field(rng, frequency, falloff, base.shape) for _ in range(3)]
    lit = np.stack(channels, axis=-1) * 45 + rng.uniform(80, 160, 3)
    return np.clip(lit, 0, 255).astype(np.uint8)


def _field(
    rng: np.random.Generator,
    frequency: npt.NDArray[np.float64],
    falloff: float,
    shape: tuple[int, ...],
) -> npt.NDArray[np.float64]:
    spectrum = np.fft.rfft2(rng.normal(size=shape)) / frequency**falloff
    field = np.fft.irfft2(spectrum, s=shape)
    return np.asarray((field - field.mean()) / field.std())


def _shapes(rng: np.random.Generator) -> Image:
    """Silhouettes of things in front: hard edges that move."""
    mask = np.zeros((int(HEIGHT * MARGIN), int(WIDTH * MARGIN), 3), np.uint8)
    for _ in range(6):
        centre = (int(rng.uniform(0, mask.shape[1])), int(rng.uniform(0, mask.shape[0])))
        axes = (int(rng.uniform(60, 320)), int(rng.uniform(60, 320)))
        cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, (255, 255, 255), -1)
    return mask


def _seen(canvas: Image, shift: npt.NDArray[np.float64], degrees: float, zoom: float) -> Image:
    """What the camera sees of a canvas."""
    middle = (canvas.shape[1] / 2, canvas.shape[0] / 2)
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, degrees, zoom), dtype=np.float64)
    matrix[:, 2] += np.array([WIDTH / 2 - middle[0], HEIGHT / 2 - middle[1]]) + shift
    seen = cv2.warpAffine(canvas, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(seen, dtype=np.uint8)
