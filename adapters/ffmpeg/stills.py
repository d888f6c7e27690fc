"""A slow pan and zoom over a still picture, to a fraction of a pixel.

ffmpeg's zoompan rounds to whole pixels and jitters by 1.2 of them; OpenCV's warpAffine over the
three planes stays within 0.02.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

from domain.errors import MediaUnreadable
from domain.generation.storyboard import StillBackdrop

Plane = npt.NDArray[np.uint8]

CLOSEST = 1.14
"""zoom of the closest view; the picture has 14 % of travel"""
STILL_FORMATS = ("JPEG", "PNG", "WEBP")
"""what stills may be, whatever their names say"""
MAX_PIXELS = 80_000_000
"""a larger picture is refused before it is decoded into memory"""


class View(msgspec.Struct, frozen=True):
    """Where the camera stands: zoom, and centre as shares of the free travel (0 to 1)."""

    zoom: float
    x: float
    y: float


MOVES: tuple[tuple[View, View], ...] = (
    (View(1.0, 0.5, 0.5), View(CLOSEST, 0.5, 0.5)),
    (View(CLOSEST, 0.0, 0.5), View(CLOSEST, 1.0, 0.5)),
    (View(CLOSEST, 0.5, 0.4), View(1.0, 0.5, 0.5)),
    (View(CLOSEST, 1.0, 0.5), View(CLOSEST, 0.0, 0.5)),
    (View(CLOSEST, 0.5, 1.0), View(CLOSEST, 0.5, 0.0)),
    (View(1.02, 0.3, 0.5), View(CLOSEST, 0.7, 0.4)),
)
"""First and last view of each move, chosen by ``variant``."""
TRAVEL_LIMIT = 0.16
"""of the frame's size: a wide panorama isn't rushed through to reach its edges"""

# BT.709 (ITU-R BT.709-6, 3.2 and 3.4), 8 bit, limited range
LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
BLUE_SPAN, RED_SPAN = 1.8556, 1.5748
LUMA_RANGE, CHROMA_RANGE, LUMA_FLOOR, CHROMA_ZERO = 219.0, 224.0, 16.0, 128.0


UNREADABLE = (
    *(UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError),
    *(SyntaxError, EOFError, IndexError, MemoryError),
)
"""what decoders of damaged pictures raise, by accident of where the damage lies"""


def load_still(path: Path, name: str, ground: str) -> Plane:
    """Decode a picture to RGB, upright; transparent parts show ``ground`` (``#RRGGBB``).

    Raises:
        MediaUnreadable: names the picture.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(path, formats=STILL_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise MediaUnreadable(
                    f"{name!r} has {picture.width}x{picture.height} pixels; "
                    f"at most {MAX_PIXELS // 1_000_000} million can be used.",
                    name=name,
                )
            upright = ImageOps.exif_transpose(picture)
            if not upright.has_transparency_data:
                return np.asarray(upright.convert("RGB"))
            transparent = upright.convert("RGBA")
    except UNREADABLE as error:
        raise MediaUnreadable(f"{name!r} can't be decoded: {error}", name=name) from error
    base = Image.new("RGBA", transparent.size, ImageColor.getrgb(ground))
    return np.asarray(Image.alpha_composite(base, transparent).convert("RGB"))


def pan_and_zoom(
    rgb: Plane, backdrop: StillBackdrop, size: tuple[int, int], frames: int
) -> Iterator[bytes]:
    """Frames of the move as yuv420p bytes (BT.709, limited range)."""
    width, height = size
    planes, (full_width, full_height) = _working_planes(rgb, size)
    first, last = MOVES[backdrop.variant % len(MOVES)]
    for index in range(frames):
        share = index / max(1, frames - 1)
        zoom = first.zoom + (last.zoom - first.zoom) * share
        seen_width, seen_height = width * CLOSEST / zoom, height * CLOSEST / zoom
        left = _place(first.x, last.x, share, full_width - seen_width, width)
        top = _place(first.y, last.y, share, full_height - seen_height, height)
        step = CLOSEST / zoom
        out = [_warp(planes[0], step, left, top, size)]
        out += [
            _warp(plane, step, left / 2, top / 2, (width // 2, height // 2)) for plane in planes[1:]
        ]
        yield b"".join(plane.tobytes() for plane in out)


def _place(first: float, last: float, share: float, free: float, extent: int) -> float:
    """Offset of the view's near edge: ``free`` pixels of travel, used around the middle."""
    used = min(free, extent * TRAVEL_LIMIT)
    return (free - used) / 2 + used * (first + (last - first) * share)


def _warp(plane: Plane, step: float, left: float, top: float, size: tuple[int, int]) -> Plane:
    """Resample ``plane`` so that output pixel (x, y) is ``step`` * (x, y) from (left, top)."""
    centre = 0.5 * step - 0.5
    matrix = np.array([[step, 0, left + centre], [0, step, top + centre]], dtype=np.float64)
    return np.asarray(
        cv2.warpAffine(
            plane,
            matrix,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )


def _working_planes(rgb: Plane, size: tuple[int, int]) -> tuple[list[Plane], tuple[int, int]]:
    """Y, U and V of the picture at the closest view's resolution, and that size."""
    width, height = size
    rows, columns = rgb.shape[:2]
    scale = max(width / columns, height / rows) * CLOSEST
    full = (max(2, round(columns * scale / 2) * 2), max(2, round(rows * scale / 2) * 2))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(rgb, full, interpolation=method).astype(np.float32) / 255
    luma = sized @ LUMA
    blue = (sized[:, :, 2] - luma) / BLUE_SPAN
    red = (sized[:, :, 0] - luma) / RED_SPAN
    half = (full[0] // 2, full[1] // 2)
    planes: list[npt.NDArray[np.floating]] = [LUMA_FLOOR + LUMA_RANGE * luma]
    planes += [
        CHROMA_ZERO + CHROMA_RANGE * cv2.resize(part, half, interpolation=cv2.INTER_AREA)
        for part in (blue, red)
    ]
    return [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in planes], full
