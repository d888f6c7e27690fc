"""Which numbers and names of a script its sources carry."""

import pytest

from domain.generation.grounding import claims_of, ground
from domain.generation.quantities import quantities_in
from domain.generation.references import Reference, fit_references
from domain.generation.script import Scene, Sentence, Source, count_spoken_words
from domain.generation.trimming import trim

SOURCE = (
    "Marie Skłodowska-Curie was born in Warsaw in 1867. She won two Nobel Prizes. Radium was "
    "found in 1.55 tonnes of pitchblende, at a cost of 25,000 francs; three and a half million "
    "people, 12 percent of them Japanese, saw it. The mountain is 8,848 m high."
)


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("C'est en été que Marie Curie étonne Paris.", "fr", ["Marie Curie", "Paris"]),
        ("В тёплой воде, сказал Иван Петров, они живут недолго.", "ru", ["Иван Петров"]),
        ("章鱼有三颗心。", "zh", []),
    ],
)
def test_only_words_with_a_capital_are_names(text: str, language: str, names: list[str]) -> None:
    assert claims_of(text, language).names == names


def missing(text: str, *, language: str = "en", own: str = "") -> str:
    scene = Scene(sentences=[Sentence(text, 0)])
    warnings = ground([scene], [SOURCE], own, language).warnings
    return warnings[0].message if warnings else ""


@pytest.mark.parametrize(
    "text",
    [
        "Marie Curie was born in 1867.",
        "She won 2 prizes.",
        "It took 1.55 tonnes.",
        "It cost 25 thousand francs.",
        "It cost €25,000.",
        "Nearly 9,000 metres high.",
        "Curie’s radium came from Japan.",
        "Scientists saw it.",
        "Twelve percent saw it.",
        "“Nobody knew,” she said. I did.",
    ],
)
def test_what_the_source_says_in_other_figures_is_supported(text: str) -> None:
    assert missing(text) == ""


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("She was born in 1876.", "1876"),
        ("She won seven prizes in all.", "seven"),
        ("It cost 25 million francs.", "25 million"),
        ("Exactly 9,000 metres high.", "9,000"),
        ("She met Albert Einstein.", "Albert Einstein"),
        ("He called it Polonium.", "Polonium"),
        ("In 1867 she lived in Berlin.", "Berlin"),
        ("Some 12,000 saw it.", "12,000"),
        ("NASA found it.", "NASA"),
        ("It has twenty-five parts.", "twenty-five"),
    ],
)
def test_what_no_source_says_is_named(text: str, claim: str) -> None:
    assert f"“{claim}”" in missing(text)


def test_the_caller_s_own_words_need_no_source() -> None:
    assert missing("Albert Einstein had 7 keys.", own="Albert Einstein and the 7 keys") == ""


def test_in_german_every_noun_has_a_capital_and_only_numbers_are_compared() -> None:
    assert missing("Die Forscherin fand das Radium in Warschau.", language="de") == ""
    assert "1900" in missing("Die Forscherin fand es im Jahr 1900.", language="de-AT")


def test_a_name_known_from_inside_a_sentence_is_one_at_the_beginning() -> None:
    scenes = [
        Scene(sentences=[Sentence("She wrote to Einstein.", 0)]),
        Scene(sentences=[Sentence("Einstein never answered.", 0)]),
    ]
    assert [w.pointer for w in ground(scenes, [SOURCE], "", "en").warnings] == [
        "/scenes/0",
        "/scenes/1",
    ]


def test_without_sources_nothing_is_compared() -> None:
    scene = Scene(sentences=[Sentence("Einstein had 7 keys.")])
    assert ground([scene], [], "", "en").warnings == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3.5M", {"3.5", "3500000"}),
        ("1.550", {"1.55"}),
        ("1 550 000", {"1550000"}),
        ("3,5", {"3.5"}),
        ("1,234.5", {"1234.5"}),
        ("1.234,5", {"1234.5"}),
        ("1,234,567", {"1234567"}),
        ("two hundred and five", {"205"}),
        ("seven million", {"7000000"}),
    ],
)
def test_a_number_has_the_values_it_may_be_read_as(text: str, values: set[str]) -> None:
    [quantity] = quantities_in(text, "en")
    assert {format(v, "f") for v in quantity.values} == values


def test_elsewhere_either_sign_may_part_thousands() -> None:
    [quantity] = quantities_in("1.550", "de")
    assert {format(v, "f") for v in quantity.values} == {"1.55", "1550"}


def test_references_are_cut_at_a_sentence_and_the_last_ones_go_first() -> None:
    texts = ["One is here. Two is here. " * 20, "Three is here. " * 30]
    references = [Reference(source=Source(title=t[:3]), text=t) for t in texts]
    kept, is_cut = fit_references(references, 200)
    assert (len(kept), is_cut) == (2, True)
    assert kept[1].text.endswith("Three is here.")
    assert fit_references(references, 10_000) == (references, False)
    assert fit_references(references, 0) == ([], True)


def test_what_no_source_carries_is_trimmed_first() -> None:
    words = "one two three four five six seven eight nine ten"
    scenes = [Scene(sentences=[Sentence(f"{n} {words}")]) for n in "abcdefg"]
    kept = trim(scenes, 50, 60, {f"c {words}", f"e {words}"})
    assert [scene.text[0] for scene in kept] == ["a", "b", "d", "f", "g"]
    assert sum(count_spoken_words(scene.text) for scene in kept) == 55


def test_where_opening_and_end_alone_are_too_long_nothing_stays_between_them() -> None:
    scenes = [Scene(sentences=[Sentence(f"{n} one two three four")]) for n in "abcd"]
    assert trim(scenes, 5, 8) == [scenes[0], scenes[-1]]
