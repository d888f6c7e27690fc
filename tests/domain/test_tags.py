"""Tags are what somebody would search for: names whole, nouns, nothing twice."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generation.hashtags import hashtags_of, tags_of_title
from domain.generation.script import Scene, Sentence
from domain.generation.tags import names_of, tags_for


def scenes_of(*texts: str) -> list[Scene]:
    return [Scene(sentences=[Sentence(text)]) for text in texts]


def tags_of(
    *texts: str, led: Sequence[str] = (), about: str = "", language: str = "en"
) -> list[str]:
    return tags_for(scenes_of(*texts), 8, led=led, about=about, language=language)


REEF = (
    "About a quarter of all marine species depend on coral reefs.",
    "Where the water warms, coral reefs bleach, and in return most corals starve.",
)
OCTOPUS = (
    "Octopuses rank among the most intelligent and behaviourally varied invertebrates.",
    "An octopus is a soft-bodied, eight-limbed mollusc of the order Octopoda.",
    "The order is grouped within the class Cephalopoda with cuttlefish.",
    "Like other cephalopods, it's bilaterally symmetric.",
)
LIGHTHOUSE = (
    "A lighthouse is a tower designed to emit light from a system of lamps and lenses.",
    "It serves as a beacon for navigational aid for pilots on the sea.",
)
CURIE = (
    "Marie Curie was the first woman to win a Nobel Prize.",
    "She shared it with Pierre Curie and Professor Henri Becquerel.",
    "The Nobel Prize in Chemistry honoured her discovery of radium.",
)
WALL = (
    "The Great Wall of China protected the northern borders.",
    "Successive dynasties built fortifications against nomads of the Eurasian Steppe.",
    "Most of Asia traded along the Great Wall of China.",
)


@pytest.mark.parametrize("texts", [REEF, OCTOPUS, LIGHTHOUSE, CURIE, WALL])
def test_no_verb_adjective_or_small_word_stands_alone(texts: Sequence[str]) -> None:
    banned = {
        *"behaviourally intelligent varied eight-limbed soft-bodied symmetric".split(),
        *"designed emit serves navigational successive northern protected built".split(),
        *"depend marine warms starve return bleach".split(),
        *"shared honoured first most of the like other against order system".split(),
    }
    for tag in tags_of(*texts):
        assert tag.casefold() not in banned
        assert tag.casefold().split()[0] not in {"the", "most", "professor", "a", "of"}


def test_names_are_whole() -> None:
    tags = tags_of(*CURIE, *WALL)
    assert {"Nobel Prize", "Pierre Curie", "Henri Becquerel", "Eurasian Steppe"} <= set(tags)
    assert "Great Wall of China" in tags
    assert not {"Nobel", "Prize", "Pierre", "Henri", "Wall", "China", "Steppe"} & set(tags)


def test_nothing_comes_twice_in_another_inflection() -> None:
    tags = tags_of(*OCTOPUS, led=["Octopus"])
    assert tags[0] == "Octopus"
    assert "octopuses" not in [tag.casefold() for tag in tags]
    assert len({"Cephalopoda", "cephalopods"} & set(tags)) == 1
    assert "volcanoes" not in tags_of("Some volcanoes sleep.", led=["Volcano"])
    for subject, plural in (("House", "houses"), ("Virus", "viruses"), ("Movie", "movies")):
        assert tags_of(f"There are {plural}.", led=[subject]) == [subject]


def test_the_description_says_more_than_the_text() -> None:
    about = "Traditional board game for two players"
    text = ("Chess is a game.", "A game is won by a queen.", "A game has pawns and a clock.")
    assert tags_of(*text, led=["Chess"], about=about)[:3] == ["Chess", "board game", "players"]


def test_what_would_fit_any_video_is_left_out() -> None:
    assert tags_of("The result of the process is the amount of time in a country of people.") == []


def test_a_noun_with_the_subject_before_it_is_searched_for_together() -> None:
    tags = tags_of("It is brewed from roasted coffee beans.", led=["Coffee"])
    assert tags == ["Coffee", "coffee beans"]


def test_a_text_that_names_much_only_once_gets_few_tags() -> None:
    nouns = "badger lantern violin saddle pebble kettle anchor basket".split()
    text = " ".join(f"There is a {noun}." for noun in nouns)
    assert len(tags_of(*(f"There is a {noun}." for noun in nouns))) == 5, text


@pytest.mark.parametrize(
    ("topic", "name", "names"),
    [
        ("Mozart", "Wolfgang Amadeus Mozart", ["Wolfgang Amadeus Mozart", "Mozart"]),
        ("honey  bee", "Western honey bee", ["Western honey bee", "honey bee"]),
        ("what is an octopus", "Octopus", ["Octopus"]),
        ("Wolfgang", "Wolfgang Amadeus Mozart", ["Wolfgang Amadeus Mozart"]),
        ("ant", "Elephant", ["Elephant"]),
        ("", "Tea", ["Tea"]),
    ],
)
def test_what_was_asked_for_is_a_tag_where_the_name_ends_on_it(
    topic: str, name: str, names: list[str]
) -> None:
    assert names_of(topic, name) == names


@pytest.mark.parametrize(
    ("language", "texts", "tags"),
    [
        (
            "de",
            [
                "Der Eiffelturm ist ein hoher Turm in Paris.",
                "Gustave Eiffel baute den Turm der Stadt aus Eisen.",
                "Jedes Jahr kommen Millionen Menschen.",
            ],
            {"Turm", "Eiffelturm", "Paris", "Stadt", "Eisen"},
        ),
        (
            "fr",
            [
                "L’abeille récolte le nectar des fleurs.",
                "En France, la plupart des abeilles vivent dans une ruche.",
                "Le manteau de Napoléon Bonaparte portait des abeilles.",
            ],
            {"abeille", "Napoléon Bonaparte", "France", "nectar", "manteau"},
        ),
        (
            "es-MX",
            ["El pulpo tiene sangre azul.", "Lo escribió Charles Darwin sobre los pulpos."],
            {"pulpo", "Charles Darwin"},
        ),
        ("ru", ["Балет написал Пётр Чайковский для театра."], {"Пётр Чайковский"}),
        ("ja", ["タコには三つの心臓があります。"], set()),
    ],
)
def test_other_languages_give_names_and_what_stands_behind_articles(
    language: str, texts: list[str], tags: set[str]
) -> None:
    assert set(tags_of(*texts, language=language)) == tags


@given(st.lists(st.text(max_size=80), max_size=8), st.sampled_from(["en", "de", "fr", "zh", "pl"]))
def test_any_text_gives_a_few_tags_and_always_the_same(texts: list[str], language: str) -> None:
    tags = tags_of(*texts, led=["Tea"], language=language)
    assert tags[0] == "Tea"
    assert len(tags) <= 8
    assert tags == tags_of(*texts, led=["Tea"], language=language)


class TestHashtags:
    def test_are_the_first_three_that_are_letters_and_digits(self) -> None:
        tags = ["black hole", "a-b", "1916", "Albert Einstein", "spacetime", "light"]
        assert hashtags_of(tags) == ["#BlackHole", "#AlbertEinstein", "#Spacetime"]

    def test_give_the_name_that_people_write(self) -> None:
        assert hashtags_of(["Wolfgang Amadeus Mozart", "Mozart", "composer"]) == [
            "#Mozart",
            "#Composer",
        ]

    def test_are_written_in_scripts_with_vowel_signs_too(self) -> None:
        assert hashtags_of(["हिन्दी"]) == ["#हिन्दी"]

    def test_are_no_sentences(self) -> None:
        assert hashtags_of(["one two three four five six seven eight nine ten eleven"]) == []
        assert tags_of_title("Antarctica Covers Square Kilometres") == []
        assert tags_of_title("The Great Wall") == ["The Great Wall"]
        assert tags_of_title("蛸には三つの心臓がある" * 4) == []
