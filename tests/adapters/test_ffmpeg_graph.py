"""Filter graphs carry values, never syntax."""

import subprocess

import imageio_ffmpeg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ffmpeg.filters import Filter
from adapters.ffmpeg.picture_graph import drawn, segment
from adapters.ffmpeg.segment import BACKDROPS_AT_ONCE, INPUTS_AT_ONCE, groups_of, parts_of
from domain.generation.ports import SegmentPlan
from domain.generation.storyboard import ClipBackdrop, DrawnBackdrop, Palette

PALETTE = Palette(
    name="n",
    ground="#102030",
    ground_to="#405060",
    ink="#FFFFFF",
    muted="#DDDDDD",
    accent="#FFB703",
)


def read_back(value: str) -> str:
    """What ffmpeg itself understands a value to be: set as a frame's metadata, then printed."""
    graph = f"anullsrc=d=0.01,{Filter('ametadata', {'mode': 'add', 'key': 'k', 'value': value})}"
    graph += ",ametadata=mode=print:file=-"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", graph]
    command += ["-f", "null", "/dev/null"]
    told = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return told.split("\nk=", 1)[1].split("\n", 1)[0]


@settings(max_examples=25, deadline=None)
@given(
    st.text("ab \\':,;[]=%{}()\"|/.#-ü", min_size=1, max_size=12).filter(lambda t: t == t.strip())
)
def test_ffmpeg_reads_back_every_value_as_it_was(value: str) -> None:
    assert read_back(value) == value


def test_a_colour_that_is_none_is_refused() -> None:
    palette = Palette(
        name="n",
        ground="#102030,movie=/etc/passwd",
        ground_to="#405060",
        ink="#FFFFFF",
        muted="#DDDDDD",
        accent="#FFB703",
    )
    with pytest.raises(ValueError, match="not a colour"):
        drawn(DrawnBackdrop(variant=0), palette, (1080, 1920), 30)


@given(
    st.integers(0, 10_000), st.sampled_from([(1080, 1920), (1920, 1080), (1080, 1080), (270, 480)])
)
def test_every_variants_gradient_lies_within_the_frame(variant: int, size: tuple[int, int]) -> None:
    """A point outside it would be replaced by a random one."""
    written = drawn(DrawnBackdrop(variant=variant), PALETTE, size, 30).split(",")[0]
    options = dict(option.split("=") for option in written.removeprefix("gradients=").split(":"))
    points = [(int(options[f"x{n}"]), int(options[f"y{n}"])) for n in (0, 1)]
    assert all(0 <= x < size[0] // 4 and 0 <= y < size[1] // 4 for x, y in points)
    assert points[0] != points[1]


def test_text_and_paths_never_stand_in_a_graph() -> None:
    written = segment([drawn(DrawnBackdrop(variant=0), PALETTE, (1080, 1920), 30)], 0, 30)
    assert "ass=filename=track.ass:fontsdir=fonts" in written


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=80))
def test_groups_keep_order_and_stay_within_their_bounds(shots: list[tuple[bool, int]]) -> None:
    backdrops = [
        (frames, ClipBackdrop(media="m", name="m") if clip else DrawnBackdrop(variant=0))
        for clip, frames in [*shots, (False, 1)]
    ]
    total = sum(frames for frames, _ in backdrops)
    plan = SegmentPlan(
        width=270, height=480, frames=total, palette=PALETTE, backdrops=backdrops, ass=""
    )
    parts = parts_of(plan)
    groups = groups_of(parts)
    assert [part for group in groups for part in group] == parts
    assert all(groups)
    for group in groups:
        assert len(group) <= BACKDROPS_AT_ONCE
        assert sum(isinstance(part.backdrop, ClipBackdrop) for part in group) <= INPUTS_AT_ONCE
