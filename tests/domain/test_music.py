"""A track is picked by mood and seed, the same one every time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MusicNotFound
from domain.generation.music import pick_track
from domain.generation.packaging import Credit
from domain.generation.ports import Track


def track(name: str, mood: str) -> Track:
    return Track(
        id=name, mood=mood, title=name, seconds=30.0, credit=Credit(what="music", title=name)
    )


SHELF = [track(f"{mood}-{n}", mood) for mood in ("calm", "happy", "tender") for n in range(5)]
SEEDS = st.integers(min_value=0, max_value=2**53 - 1)


@given(seed=SEEDS, mood=st.sampled_from(["any", "calm", "happy", "tender"]), data=st.data())
def test_the_same_seed_picks_the_same_track_in_whatever_order_they_stand(
    seed: int, mood: str, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(SHELF))

    assert pick_track(SHELF, mood, seed) == pick_track(shuffled, mood, seed)


@given(seed=SEEDS, mood=st.sampled_from(["calm", "happy", "tender"]))
def test_a_named_mood_is_kept(seed: int, mood: str) -> None:
    picked = pick_track(SHELF, mood, seed)

    assert picked is not None
    assert picked.mood == mood


def test_seeds_reach_every_track() -> None:
    assert {pick_track(SHELF, "any", seed) for seed in range(500)} == set(SHELF)


@given(seed=SEEDS)
def test_no_music_is_no_music(seed: int) -> None:
    assert pick_track(SHELF, "none", seed) is None


def test_an_empty_library_gives_no_music_to_any() -> None:
    assert pick_track([], "any", 1) is None


def test_a_mood_without_a_track_is_not_found_and_the_others_are_named() -> None:
    with pytest.raises(MusicNotFound) as missing:
        pick_track(SHELF, "gloomy", 1)

    assert "gloomy" in missing.value.message
    assert "calm, happy, tender" in missing.value.hint_text
