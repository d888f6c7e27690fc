"""Clips and stills: the best offers, none twice while others remain."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from domain.generation.footage import backdrops_in_turn, choose_footage
from domain.generation.packaging import Credit
from domain.generation.ports import VisualCandidate
from domain.generation.storyboard import Backdrop, ClipBackdrop, StillBackdrop


def clip(name: str, score: float = 0.5) -> VisualCandidate:
    return VisualCandidate(
        id=name,
        name=f"{name}.mp4",
        type="clip",
        score=score,
        width=1920,
        height=1080,
        credit=Credit(what="clip", title=name),
    )


def chosen(offers, needed) -> dict[int, list[str]]:
    return {
        scene: [candidate.id for candidate in picked]
        for scene, picked in choose_footage(offers, needed).items()
    }


def test_the_best_come_first() -> None:
    offers = {0: [clip("a", 0.2), clip("b", 0.9)]}
    assert chosen(offers, {0: 1}) == {0: ["b"]}


def test_a_scene_with_one_fitting_clip_gets_it() -> None:
    offers = {0: [clip("a", 0.9), clip("b", 0.8)], 1: [clip("a", 0.3)]}
    assert chosen(offers, {0: 1, 1: 1}) == {0: ["b"], 1: ["a"]}


def test_a_clip_comes_again_only_when_none_is_left_and_not_twice_in_a_row() -> None:
    offers = {0: [clip("a", 0.9), clip("b", 0.8)]}
    picked = chosen(offers, {0: 5})[0]
    assert sorted(picked[:2]) == ["a", "b"]
    assert all(one != two for one, two in pairwise(picked))


def test_scenes_without_offers_stay_drawn() -> None:
    assert chosen({0: []}, {0: 2, 1: 1}) == {0: [], 1: []}


@given(
    st.dictionaries(
        st.integers(0, 5), st.lists(st.sampled_from("abcdef"), unique=True, max_size=6), max_size=6
    ),
    st.dictionaries(st.integers(0, 5), st.integers(0, 4), max_size=6),
)
@example({5: ["a", "c"], 1: ["a", "b"]}, {1: 1, 5: 2})
def test_no_clip_is_repeated_where_its_scene_was_offered_an_unused_one(offers, needed) -> None:
    picked = chosen({s: [clip(n) for n in names] for s, names in offers.items()}, needed)
    used = [name for names in picked.values() for name in names]
    for scene, names in picked.items():
        unused = set(offers.get(scene, [])) - set(used)
        repeated = [name for name in names if used.count(name) > 1]
        assert not (unused and repeated)
        assert len(names) == (needed[scene] if offers.get(scene) else 0)


def shown(media: list[Backdrop], *frames: int) -> list[tuple[str, int]]:
    """Media and offset of each shot's backdrop."""
    return [
        (backdrop.media, backdrop.offset_ms if isinstance(backdrop, ClipBackdrop) else 0)
        for backdrop in backdrops_in_turn(media, frames)
    ]


def test_a_clip_that_comes_again_goes_on_where_it_was_left() -> None:
    clips: list[Backdrop] = [
        ClipBackdrop(media="a", name="a.mp4", duration_ms=9_000),
        ClipBackdrop(media="b", name="b.mp4", duration_ms=9_000),
    ]
    assert shown(clips, 60, 90, 90, 30) == [("a", 0), ("b", 0), ("a", 2_000), ("b", 3_000)]


def test_a_clip_begins_anew_where_too_little_of_it_is_left() -> None:
    clip: list[Backdrop] = [ClipBackdrop(media="a", name="a.mp4", duration_ms=5_000)]
    assert shown(clip, 90, 90, 60) == [("a", 0), ("a", 0), ("a", 3_000)]


def test_stills_and_scenes_without_footage_have_no_offsets() -> None:
    still: list[Backdrop] = [StillBackdrop(media="s", name="s.png", variant=1)]
    assert shown(still, 60, 60) == [("s", 0), ("s", 0)]
    assert shown([], 60, 60) == []
