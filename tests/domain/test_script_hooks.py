"""The opening: surprising, short, true, never a definition."""

import pytest

from domain.generation.facts import Fact
from domain.generation.hooks import MAX_HOOK_WORDS, defines, hook_candidates, surprise, trim
from domain.generation.subject import Subject

CAT = Subject(name="the cat", bare="cat", plural="cats")


@pytest.mark.parametrize(
    "text",
    [
        "A cat is a small animal.",
        "Cats are the pets of many people.",
        "Geography refers to the study of places.",
        "Extinction is the termination of a species.",
        "It's an astronomical body.",
    ],
)
def test_openings_that_define_are_recognised(text: str) -> None:
    assert defines(text)


@pytest.mark.parametrize(
    "text", ["World War II was the deadliest conflict in history.", "The Moon pulls the sea."]
)
def test_claims_are_no_definitions(text: str) -> None:
    assert not defines(text)


def test_extremes_and_contradictions_surprise_more_than_taxonomy() -> None:
    extreme = surprise("It was the deadliest conflict in history.")
    contradiction = surprise("Cats can hear it, but nobody else can.")
    taxonomy = surprise("The genus is classified in the family Felidae.")
    assert extreme > taxonomy
    assert contradiction > taxonomy


def test_a_long_claim_is_cut_at_a_clause() -> None:
    long = (
        "It was the deadliest conflict in history, causing the deaths of 60 to 75 million people "
        "across many lands."
    )
    assert trim(long) == "It was the deadliest conflict in history."


@pytest.mark.parametrize(
    "text",
    [
        # the clause restricts what is said: without it the claim would be false
        (
            "Volcanoes are by far most often found in places where two tectonic plates pull apart "
            "slowly."
        ),
        "If the star is heavy enough to burn all of its fuel in a few million years, it explodes.",
    ],
)
def test_a_claim_is_never_cut_so_that_it_becomes_false(text: str) -> None:
    assert trim(text) == text


def test_a_hook_stands_on_its_own() -> None:
    facts = [
        Fact(text="A cat is a small animal.", origin=0, definition=True),
        Fact(text="That makes it quick.", origin=0, bound=True),
        Fact(text="Dogs never forget an enemy.", origin=1),
        Fact(text="The genus was named long ago.", origin=2),
        Fact(text="Cats spend most of their life asleep.", origin=3),
    ]
    best = hook_candidates(facts, CAT)[0][1]
    assert facts[best].text == "Cats spend most of their life asleep."
    assert {index for _, index in hook_candidates(facts, CAT)}.isdisjoint({0, 1, 3})


def test_hooks_are_short() -> None:
    assert MAX_HOOK_WORDS <= 16
