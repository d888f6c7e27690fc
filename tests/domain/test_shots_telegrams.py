"""Telegrams: a clause in a few of its own words, never against its sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from storyboard_scripts import SCRIPTS, board_of, script_of

from domain.generation.telegrams import ARTICLES, MAX_WORDS, MIN_WORDS, telegram, text_of
from domain.generation.tokens import tokens_of_text


def short(sentence: str) -> str | None:
    found = telegram(tokens_of_text(sentence))
    return text_of(found.tokens) if found else None


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("That lets it squeeze through small gaps.", "squeeze through small gaps"),
        ("There, the curvature of spacetime is infinite.", "curvature of spacetime is infinite"),
        (
            "Like other cephalopods, an octopus is bilaterally symmetric.",
            "octopus is bilaterally symmetric",
        ),
        ("It began under Alexander the Great.", "began under Alexander the Great"),
    ],
)
def test_read_as_the_sentence_in_short(sentence, shown) -> None:
    assert short(sentence) == shown


@pytest.mark.parametrize(
    ("sentence", "turned"),
    [
        ("Most snakes are not poisonous to people.", "poisonous to people"),
        ("Some species are social insects.", "species are social insects"),
        ("The plant does not absorb water through its skin.", "absorb water"),
        ("It may kill large healthy animals.", "kill large healthy animals"),
    ],
)
def test_never_part_with_a_word_that_turns_or_limits_them(sentence, turned) -> None:
    shown = short(sentence)
    assert shown is None or not shown.startswith(turned)


@pytest.mark.parametrize(
    ("sentence", "fragment"),
    [
        ("It had conquered most of these territories.", "of these"),
        ("It is at times happening on the ground.", "times happening"),
        ("A piece is captured by moving one's own piece.", "one's"),
    ],
)
def test_never_point_at_what_they_leave_out(sentence, fragment) -> None:
    assert fragment not in (short(sentence) or "")


def test_the_subject_of_a_phrase_is_not_made_that_of_its_verb() -> None:
    shown = short("The king of France is bald.")
    assert shown is None or not shown.startswith("France")


@given(st.lists(st.sampled_from(" ".join(s.text for s in SCRIPTS).split()), max_size=30))
def test_are_words_of_the_sentence_in_their_order(words) -> None:
    tokens = tokens_of_text(" ".join(words))
    found = telegram(tokens) if tokens else None
    if found is None:
        return
    places = [token.index for token in found.tokens]
    assert places == sorted(set(places))
    left_out = {t.lower for t in tokens if places[0] < t.index < places[-1]} - {
        t.lower for t in found.tokens
    }
    assert left_out <= ARTICLES | {""}
    assert MIN_WORDS <= len(found.tokens) <= MAX_WORDS
    assert [token for group in found.groups for token in group] == found.tokens


def test_a_long_shot_is_framed_anew_and_a_short_one_is_not() -> None:
    script = script_of(
        "Fog",
        ["Fog hides it."],
        ["Extraordinarily comprehensive institutionalization notwithstanding telecommunications."],
        ["Fog is gone."],
    )
    for scene in board_of(script).scenes:
        for shot in scene.shots:
            length = shot.end - shot.start
            assert bool(shot.reframes) == (length > 4.4 * 30)
            assert all(45 < frame < length - 45 for frame in shot.reframes)
