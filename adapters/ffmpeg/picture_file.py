"""Writes a picture into a file of a limited size."""

from pathlib import Path

from PIL import Image

MAX_BYTES = 2_000_000
"""YouTube's limit for thumbnails"""
QUALITIES = (92, 86, 78, 68, 55)
"""JPEG qualities, tried in order until one fits"""
PNG_COLORS = 256


def save_picture(rgb: bytes, size: tuple[int, int], path: Path) -> None:
    """Save packed RGB as PNG (by ``path``'s suffix) or JPEG, at most ``MAX_BYTES`` long."""
    picture = Image.frombytes("RGB", size, rgb)
    if path.suffix.lower() == ".png":
        picture.save(path, "PNG", optimize=True)
        if path.stat().st_size > MAX_BYTES:
            picture.quantize(PNG_COLORS).save(path, "PNG", optimize=True)
        return
    for quality in QUALITIES:
        # 4:4:4 keeps coloured lettering sharp
        picture.save(path, "JPEG", quality=quality, subsampling=0)
        if path.stat().st_size <= MAX_BYTES:
            return
