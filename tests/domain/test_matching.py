"""A file fits a scene by its words: precise before generous."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generation.matching import FLOOR, score, stems

TERMS = st.lists(st.text(max_size=20), max_size=8)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("octopus", "octopuses"),
        ("galaxy", "Galaxies"),
        ("volcano", "volcanos"),
        ("church", "churches"),
        ("box", "boxes"),
        ("house", "houses"),
        ("cookie", "cookies"),
        ("swim", "swimming"),
        ("dive", "diving"),
        ("melted", "melting"),
        ("café", "CAFE"),
        ("blackHole", "black hole"),
        ("steam_engine-2", "steam engine 0042 (1080p)"),
        ("Straße", "strasse"),
    ],
)
def test_forms_of_a_word_are_one_word(one: str, other: str) -> None:
    assert stems(one) == stems(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("glass", "glas"),
        ("universe", "university"),
        ("king", "k"),
        ("speed", "sp"),
        ("spring", "spr"),
        ("mars", "march"),
        ("1916", "1917"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize(
    "text", ["", "IMG_2034", "the of and", "0042", "clip-1920x1080_30", "🐙", "--"]
)
def test_words_that_tell_nothing_are_left_out(text: str) -> None:
    assert stems(text) == frozenset()


def test_other_scripts_are_words_too() -> None:
    assert stems("осьминоги в море") >= {"осьминоги", "море"}
    assert stems("章鱼") == {"章鱼"}


def test_the_most_telling_term_counts_most() -> None:
    terms = ["octopus", "heart", "blood"]

    scores = [score(terms, stems(name)) for name in ("octopus", "heart", "blood", "cat")]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 0.85
    assert scores[-1] == 0


def test_two_fitting_terms_count_more_than_one() -> None:
    assert score(["octopus", "reef"], stems("octopus reef")) > score(["octopus"], stems("octopus"))


def test_half_a_name_isn_t_enough_to_be_offered() -> None:
    assert score(["black hole"], stems("black cat")) < FLOOR
    assert score(["black hole"], stems("black hole")) >= FLOOR


def test_a_single_fitting_term_is_enough_wherever_it_stands() -> None:
    terms = [f"word{letter}" for letter in "abcdefgh"] + ["octopus"]

    assert score(terms, stems("octopus")) >= FLOOR


@given(terms=TERMS, words=st.lists(st.text(max_size=20), max_size=8), more=st.text(max_size=20))
def test_a_score_is_a_share_and_more_words_never_lower_it(
    terms: list[str], words: list[str], more: str
) -> None:
    known = stems(" ".join(words))

    assert 0 <= score(terms, known) <= score(terms, known | stems(more)) <= 1


@given(text=st.text(max_size=60))
def test_a_text_fits_itself(text: str) -> None:
    fit = score([text], stems(text))

    assert fit >= FLOOR if stems(text) else fit == 0
