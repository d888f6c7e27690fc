"""Encyclopedic sentences become short statements that are still true and whole."""

import pytest

from domain.generation.cleaning import clean, is_whole, mark_gaps
from domain.generation.facts import facts_of, resolve, take_apart
from domain.generation.phrasing import spoken_style
from domain.generation.splitting import split
from domain.generation.subject import Subject, find_subject

OCTOPUS = Subject(name="an octopus", bare="octopus", plural="octopuses")
CURIE = Subject(name="Marie Curie", bare="Marie Curie", pronoun="she", is_person=True)


@pytest.mark.parametrize(
    ("raw", "spoken"),
    [
        ("Jazz (/dʒæz/ jaz; see below) is loud.", "Jazz is loud."),
        ("It is 1,550\u00a0km (960\u00a0mi) wide.", "It is 1,550 km wide."),
        ("It won.[1] (Twice (or more).)", "It won."),
        ('She won it "[for] the discovery".', 'She won it "for the discovery".'),
        ("Ants and and bees , too.", "Ants and bees, too."),
        ("They died 66 mya.", "They died 66 million years ago."),
    ],
)
def test_brackets_pronunciations_and_conversions_are_stripped(raw: str, spoken: str) -> None:
    assert clean(raw) == spoken


def test_a_sentence_that_lost_its_formula_is_told_from_a_whole_one() -> None:
    assert not is_whole(mark_gaps("The field  has a finite degree ."))
    assert is_whole(mark_gaps("The field has a finite degree."))


@pytest.mark.parametrize(
    ("sentence", "pieces"),
    [
        (
            "An octopus can radically deform its whole shape, enabling it to squeeze through gaps.",
            [
                ("An octopus can radically deform its whole shape.", False),
                ("That enables it to squeeze through gaps.", True),
            ],
        ),
        (
            "Its largest crater has a diameter of 1,550 km, which is a third of the planet.",
            [
                ("Its largest crater has a diameter of 1,550 km.", False),
                ("This is a third of the planet.", True),
            ],
        ),
        (
            (
                "Octopuses have a complex nervous system and excellent sight, and are among the "
                "cleverest invertebrates."
            ),
            [
                ("Octopuses have a complex nervous system and excellent sight.", False),
                ("Octopuses are among the cleverest invertebrates.", False),
            ],
        ),
        (
            "The city was burnt by the enemy in the war, but it was rebuilt within ten years.",
            [
                ("The city was burnt by the enemy in the war.", False),
                ("But it was rebuilt within ten years.", True),
            ],
        ),
    ],
)
def test_long_sentences_are_split_at_clauses(sentence: str, pieces: list[tuple[str, bool]]) -> None:
    assert split(sentence, OCTOPUS) == pieces


@pytest.mark.parametrize(
    "sentence",
    [
        # a list that goes on: what follows it belongs to the verb before
        (
            "Its gravity is so strong that it prevents anything at all, including light, from "
            "escaping."
        ),
        # "which" belongs to a subject whose verb is still to come
        "The theory of general relativity, which describes gravitation as curvature, predicts it.",
        # no clause after "and", only the last item of a list
        "They were bought by Japan, Korea, and the many small island states of the great ocean.",
        # quoted words stay as they were said
        'The critic wrote that it is "the best known, and it is the most visited, work of art".',
    ],
)
def test_what_is_not_sure_stays_whole(sentence: str) -> None:
    assert split(sentence, OCTOPUS) == [(sentence, False)]


@pytest.mark.parametrize(
    ("subject", "sentence", "resolved"),
    [
        (OCTOPUS, "They swim backwards.", "Octopuses swim backwards."),
        (OCTOPUS, "Its arms are strong.", "The octopus's arms are strong."),
        (CURIE, "In 1911, she won again.", "In 1911, Marie Curie won again."),
        (CURIE, "Her husband died.", "Marie Curie's husband died."),
        (CURIE, "It was a gram of radium.", "It was a gram of radium."),
    ],
)
def test_a_pronoun_for_the_subject_becomes_its_name(
    subject: Subject, sentence: str, resolved: str
) -> None:
    assert resolve(sentence, subject) == resolved


@pytest.mark.parametrize(
    ("definition", "parts"),
    [
        (
            "An octopus is a mollusc that lives in the sea.",
            ("An octopus is a mollusc.", "An octopus lives in the sea."),
        ),
        (
            "An octopus is an animal best known for its arms.",
            ("An octopus is an animal.", "An octopus is best known for its arms."),
        ),
        (
            "An octopus is a body so dense that it sinks.",
            ("An octopus is a body.", "An octopus is so dense that it sinks."),
        ),
        # "that includes" belongs to the family, not to the octopus
        ("An octopus is a member of the family that includes squids.", None),
    ],
)
def test_a_definition_is_taken_apart_only_where_that_is_sure(
    definition: str, parts: tuple[str, str] | None
) -> None:
    assert take_apart(definition, OCTOPUS) == parts


def test_what_leans_on_the_sentence_before_is_marked() -> None:
    facts = facts_of(
        ["An octopus is a mollusc of the order Octopoda.", "The order has 300 species.",
         "This is a lot.", "An octopus swims."],
        OCTOPUS,
    )  # fmt: skip
    assert [fact.bound for fact in facts] == [False, True, True, False]
    assert facts[0].definition


def test_names_are_found_as_the_text_uses_them() -> None:
    octopus = find_subject("Octopus", ["An octopus is a mollusc.", "Most octopuses hide."], False)
    assert (octopus.name, octopus.plural) == ("an octopus", "octopuses")
    moon = find_subject("Moon", ["The Moon is near.", "It orbits the Moon's shadow."], False)
    assert moon.name == "the Moon"
    dinosaurs = find_subject("Dinosaur", ["Dinosaurs are reptiles.", "Some dinosaurs flew."], False)
    assert (dinosaurs.number, dinosaurs.pronoun) == ("plural", "they")


def test_phrases_are_spoken_and_quotations_left_alone() -> None:
    assert spoken_style("It is located in Peru due to rain.") == "It lies in Peru because of rain."
    assert spoken_style('He wrote "it is due to rain".') == 'He wrote "it is due to rain".'
    assert spoken_style("It was in the late 19th century.") == "It was in the late 1800s."
