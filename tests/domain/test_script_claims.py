"""Claims out of definitions, and sentences whose parts change places."""

import pytest

from domain.generation.claims import claims_of, turned_around
from domain.generation.hooks import defines
from domain.generation.reordering import reordered
from domain.generation.subject import Subject
from domain.generation.synonyms import SYNONYMS

IT = Subject(name="football", bare="football")
MOTOR = Subject(name="a motor", bare="motor", plural="motors")
CAESAR = Subject(name="Julius Caesar", bare="Julius Caesar", is_person=True, pronoun="he")


@pytest.mark.parametrize(
    ("subject", "definition", "claim"),
    [
        (
            IT,
            "Football is a sport played between two teams who mostly use their feet.",
            "In football, two teams mostly use their feet.",
        ),
        (MOTOR, "A motor is a machine that makes heat into work.", "A motor makes heat into work."),
        (MOTOR, "A motor is a machine with two moving parts.", "A motor has two moving parts."),
        (MOTOR, "A motor is a machine used to lift loads.", "A motor is used to lift loads."),
        (
            MOTOR,
            "In engineering, a motor is a machine in which a spring unwinds.",
            "In a motor, a spring unwinds.",
        ),
        (
            MOTOR,
            "A motor is a group of parts that move together.",
            "In a motor, parts move together.",
        ),
        (CAESAR, "Julius Caesar was a general who led armies.", "Julius Caesar led armies."),
    ],
)
def test_a_definition_tells_what_its_subject_does(
    subject: Subject, definition: str, claim: str
) -> None:
    found = [c.text for c in claims_of(definition, subject)]
    assert claim in found
    assert not any(defines(text) for text in found)


@pytest.mark.parametrize(
    "definition",
    [
        # the family, not the motor
        "A motor is a member of the family that includes engines.",
        # the verb's number shows that it belongs to the parts
        "A motor is a machine of parts that are heavy.",
        # true inside a story only
        "In Greek mythology, a motor is a machine that eats men.",
    ],
)
def test_what_may_belong_to_another_noun_is_not_claimed(definition: str) -> None:
    assert claims_of(definition, MOTOR) == []


def test_a_definition_can_be_turned_around_whole() -> None:
    assert turned_around("A motor is a machine that moves.", MOTOR) is None  # says too little
    assert (
        turned_around("A motor is a heavy rotating machine.", MOTOR)
        == "A heavy rotating machine: that's a motor."
    )


@pytest.mark.parametrize(
    ("sentence", "turned"),
    [
        ("It was built in 1911.", "In 1911, it was built."),
        ("In 1911, the council closed the bridge.", "The council closed the bridge in 1911."),
        ("It is full of cats and dogs.", "It is full of dogs and cats."),
        ("It uses a political and economic system.", "It uses an economic and political system."),
        ("It is made of iron, copper, and zinc.", "It is made of zinc, copper and iron."),
        ("The dynasty was founded by Gupta.", "Gupta founded the dynasty."),
        ("Modes of travel include ships, trains, and cars.",
         "Among modes of travel are cars, trains and ships."),
    ],
)  # fmt: skip
def test_what_has_no_order_of_its_own_changes_places(sentence: str, turned: str) -> None:
    assert reordered(sentence) == turned


@pytest.mark.parametrize(
    "sentence",
    [
        "It was a story of life and death.",
        "It moves from north and south.",
        "First come iron, copper, and zinc.",
        "The onset has been linked to the invention of the transistor in 1947.",
        "In 1911, the bridge that stood since 1850 was closed.",
        "The books of natural science and mathematics were lost.",
    ],
)
def test_what_has_an_order_stays(sentence: str) -> None:
    assert reordered(sentence) == sentence


def test_synonyms_differ_and_are_keyed_in_small_letters() -> None:
    assert all(written != spoken for written, spoken in SYNONYMS.items())
    assert all(written == written.lower() for written in SYNONYMS)


@pytest.mark.parametrize(
    "text",
    [
        "The plume may cause thinning of the crust and result in a chain of islands.",
        "It is used for cooling and heat of small rooms.",
    ],
)
def test_what_may_be_a_verb_is_not_taken_for_half_of_a_pair(text: str) -> None:
    assert reordered(text) == text
