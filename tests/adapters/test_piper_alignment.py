"""Spoken words are found among the phonemes heard, and shown words get their share of them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.piper.alignment import Heard, align
from domain.generation.narration import SpokenSpan
from domain.generation.word_times import MIN_WORD, fill_gaps, in_order, shared_out, shown_times

SYMBOLS = st.sampled_from("aeiouptkbdgszmnlr")
WORDS = st.lists(st.lists(SYMBOLS, max_size=6), min_size=1, max_size=12)


def heard(groups: str) -> list[Heard]:
    """Phonemes of groups separated by spaces, as espeak gives them."""
    return [
        Heard(symbol, breaks=index == 0)
        for group in groups.split()
        for index, symbol in enumerate(group)
    ]


def found(words: str, groups: str) -> list[str]:
    phones = heard(groups)
    ranges = align([tuple(word) for word in words.split()], phones).ranges
    return ["".join(phone.symbol for phone in phones[a:b]) for a, b in ranges]


@pytest.mark.parametrize(
    ("words", "groups", "parts"),
    [
        ("ɪn sɪks", "ɪn sɪks", ["ɪn", "sɪks"]),
        ("ʌv ðə wɔɹ", "ʌvðə wɔɹ", ["ʌv", "ðə", "wɔɹ"]),  # two words run together
        ("naɪntinsɪkstin ɪt", "naɪntin sɪkstin ɪt", ["naɪntinsɪkstin", "ɪt"]),  # one in two
        ("tu bi eɪ pɑɹt", "təbi ɐ pɑɹt", ["tə", "bi", "ɐ", "pɑɹt"]),  # weakened
        ("hæv bin tu", "hɐvbɪn tə", ["hɐv", "bɪn", "tə"]),
    ],
)
def test_words_are_found_though_espeak_merges_parts_and_weakens_them(
    words: str, groups: str, parts: list[str]
) -> None:
    assert found(words, groups) == parts


def test_a_word_that_is_not_heard_is_doubtful_and_its_neighbours_are_not() -> None:
    alignment = align([tuple("pɑɹt"), tuple("zzzz"), tuple("wɔɹm")], heard("pɑɹt wɔɹm"))
    assert alignment.doubtful == [False, True, False]


@given(words=WORDS, sounds=st.lists(st.builds(Heard, SYMBOLS, st.booleans()), max_size=80))
def test_any_words_divide_any_sounds_without_gap_or_overlap(
    words: list[list[str]], sounds: list[Heard]
) -> None:
    alignment = align(words, sounds)
    assert len(alignment.ranges) == len(alignment.doubtful) == len(words)
    position = 0
    for start, end in alignment.ranges:
        assert start == position
        assert end >= start
        position = end
    assert position == len(sounds)


@given(
    words=st.lists(st.text("ptkaiu", min_size=1, max_size=6).map(tuple), min_size=1, max_size=20)
)
def test_words_heard_as_they_sound_alone_are_all_found(words: list[tuple[str, ...]]) -> None:
    alignment = align(words, heard(" ".join("".join(word) for word in words)))
    assert not any(alignment.doubtful)
    assert [end - start for start, end in alignment.ranges] == [len(word) for word in words]


TIMES = st.tuples(st.integers(0, 200_000), st.integers(0, 200_000)).map(lambda t: (min(t), max(t)))


@given(times=st.lists(TIMES, max_size=40), length=st.integers(0, 200_000))
def test_times_are_put_in_order_inside_the_sound(times: list[tuple[int, int]], length: int) -> None:
    length = max(length, len(times) * MIN_WORD)
    position = 0
    for start, end in in_order(times, length):
        assert position <= start
        assert start + MIN_WORD <= end <= length
        position = end


def test_times_that_are_in_order_stay_as_they_are() -> None:
    times = [(0, 5_000), (5_000, 9_000), (12_000, 20_000)]
    assert in_order(times, 24_000) == times


@given(
    start=st.integers(0, 1000),
    length=st.integers(0, 100_000),
    weights=st.lists(st.integers(0, 9), min_size=1, max_size=20),
)
def test_a_stretch_is_shared_out_whole(start: int, length: int, weights: list[int]) -> None:
    parts = shared_out(start, start + length, weights)
    assert parts[0][0] == start
    assert parts[-1][1] == start + length
    assert all(a[1] == b[0] for a, b in itertools.pairwise(parts))


def test_a_stretch_is_shared_in_proportion_and_signs_get_little() -> None:
    assert shared_out(0, 30_000, [1, 2]) == [(0, 10_000), (10_000, 30_000)]
    assert shared_out(0, 30_000, [5, 0]) == [(0, 30_000 - MIN_WORD), (30_000 - MIN_WORD, 30_000)]


def test_words_that_were_not_found_share_their_neighbours_time() -> None:
    assert fill_gaps([(0, 100), None, (300, 400)], [1, 1, 1], (0, 400)) == [
        (0, 150),
        (150, 300),
        (300, 400),
    ]
    assert fill_gaps([None, (100, 200)], [1, 1], (0, 200)) == [(0, 100), (100, 200)]
    assert fill_gaps([None, None], [1, 3], (0, 400)) == [(0, 100), (100, 400)]


def test_several_shown_words_divide_the_time_of_what_is_spoken_for_them() -> None:
    spans = [SpokenSpan(["in"], "in"), SpokenSpan(["$3.5", "million"], "three point five million")]
    times = shown_times(spans, [(0, 100), (100, 200), (200, 300), (300, 400), (400, 600)])
    assert times[0] == (0, 100)
    assert times[1][0] == 100
    assert times[1][1] == times[2][0]
    assert times[2][1] == 600
