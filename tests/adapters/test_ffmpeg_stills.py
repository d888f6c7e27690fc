"""A camera over a still moves smoothly, fills the frame and keeps the colours."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from adapters.ffmpeg.stills import MOVES, load_still, pan_and_zoom
from domain.errors import MediaUnreadable
from domain.generation.storyboard import StillBackdrop

SIZE = (192, 320)


def frames_of(rgb: npt.NDArray[np.uint8], variant: int, count: int) -> npt.NDArray[np.float64]:
    """Luma of every frame: (frames, height, width)."""
    still = StillBackdrop(media="m", name="m.png", variant=variant)
    made = [
        np.frombuffer(frame, np.uint8)[: SIZE[0] * SIZE[1]].reshape(SIZE[1], SIZE[0])
        for frame in pan_and_zoom(rgb, still, SIZE, count)
    ]
    return np.stack(made).astype(np.float64)


def spot(x: int, y: int, size: tuple[int, int] = (400, 500)) -> npt.NDArray[np.uint8]:
    """A soft white spot on black."""
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    light = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 12.0**2))
    return np.repeat(light[:, :, None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("variant", range(len(MOVES)))
def test_the_move_is_smooth_to_a_fraction_of_a_pixel(variant: int) -> None:
    frames = frames_of(spot(215, 230), variant, 60) - 16
    weight = frames.sum(axis=(1, 2))
    columns = (frames.sum(axis=1) * np.arange(SIZE[0])).sum(axis=1) / weight
    rows = (frames.sum(axis=2) * np.arange(SIZE[1])).sum(axis=1) / weight
    for path in (columns, rows):
        at = np.arange(len(path))
        ideal = np.polyval(np.polyfit(at, path, 4), at)
        assert np.sqrt(((path - ideal) ** 2).mean()) < 0.05


@pytest.mark.parametrize("variant", range(len(MOVES)))
def test_every_move_moves(variant: int) -> None:
    frames = frames_of(spot(215, 230), variant, 30)
    assert np.abs(frames[0] - frames[-1]).mean() > 0.3


@pytest.mark.parametrize("size", [(4000, 300), (300, 4000), (17, 9), (192, 320)])
def test_a_picture_of_any_shape_fills_the_frame(size: tuple[int, int]) -> None:
    white = np.full((size[1], size[0], 3), 255, np.uint8)
    for variant in range(len(MOVES)):
        assert frames_of(white, variant, 5).min() == 235


def test_colours_become_bt709() -> None:
    red = np.zeros((320, 192, 3), np.uint8)
    red[:] = (255, 0, 0)
    still = StillBackdrop(media="m", name="m.png", variant=0)
    frame = next(pan_and_zoom(red, still, SIZE, 1))
    luma = SIZE[0] * SIZE[1]
    assert (frame[0], frame[luma], frame[luma + luma // 4]) == (63, 102, 240)


def test_transparent_parts_show_the_ground_and_pictures_stand_upright(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "glass.png")
    assert load_still(tmp_path / "glass.png", "glass.png", "#102030")[0, 0].tolist() == [16, 32, 48]
    turned = Image.new("RGB", (40, 20))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert load_still(tmp_path / "turned.jpg", "turned.jpg", "#000000").shape == (40, 20, 3)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_oversized_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (20_000, 8_000)).save(tmp_path / "huge.png")
    with pytest.raises(MediaUnreadable, match=r"huge\.png"):
        load_still(tmp_path / "huge.png", "huge.png", "#000000")
