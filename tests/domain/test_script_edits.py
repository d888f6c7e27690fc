"""Corrections of single scenes of a finished script."""

import msgspec
import pytest

from adapters.sentencex import SentencexSegmenter
from domain.errors import InvalidRequest, SceneNotFound
from domain.generation.brief import Brief, ShotKind
from domain.generation.keywords import key_terms
from domain.generation.script import Scene, SceneEdit, Script, Sentence
from domain.generation.writing import apply_edits

SEGMENTER = SentencexSegmenter()
BRIEF = Brief(topic="Reefs")
SCRIPT = Script(
    title="Reefs",
    language="en",
    scenes=[
        Scene(sentences=[Sentence("Reefs live.", 0)], heading="Alive", pronunciations={"a": "b"}),
        Scene(sentences=[Sentence("They grow.", 0), Sentence("They die.", 0)]),
    ],
)


def test_a_new_text_is_split_anew_and_names_no_source() -> None:
    edited = apply_edits(
        SCRIPT, {1: SceneEdit(text="They grow slowly. Then they die.")}, SEGMENTER, BRIEF
    )
    assert edited.scenes[1].sentences == [
        Sentence("They grow slowly."),
        Sentence("Then they die."),
    ]


def test_scenes_without_an_edit_stay_as_they_are() -> None:
    edited = apply_edits(SCRIPT, {1: SceneEdit(heading="Slow")}, SEGMENTER, BRIEF)
    assert edited.scenes[0] is SCRIPT.scenes[0]
    assert edited.scenes[1].heading == "Slow"
    assert edited.scenes[1].sentences == SCRIPT.scenes[1].sentences


def test_the_same_text_keeps_its_source() -> None:
    edited = apply_edits(SCRIPT, {0: SceneEdit(text=" Reefs  live. ")}, SEGMENTER, BRIEF)
    assert edited.scenes[0].sentences[0].source == 0


def test_kind_media_and_pronunciations_are_set() -> None:
    edit = SceneEdit(kind=ShotKind.FACT, media="a.png", pronunciations={"Reefs": "reevz"})
    scene = apply_edits(SCRIPT, {0: edit}, SEGMENTER, BRIEF).scenes[0]
    assert (scene.kind, scene.media) == (ShotKind.FACT, "a.png")
    assert scene.pronunciations == {"a": "b", "Reefs": "reevz"}


def test_its_voices_keep_their_pace() -> None:
    script = msgspec.structs.replace(SCRIPT, paces={"cloud:nova": 171.0})
    edited = apply_edits(script, {0: SceneEdit(text="Reefs grow.")}, SEGMENTER, BRIEF)
    assert edited.paces == {"cloud:nova": 171.0}


def with_terms(text: str, search_terms: list[str], tags: list[str]) -> Script:
    scenes = [Scene(sentences=[Sentence(text)], search_terms=search_terms)]
    return Script(title="Reefs", language="en", scenes=scenes, tags=tags, summary=text)


@pytest.mark.parametrize("tags", [["Corals", "reefs"], ["Corals", "reefs", "build"]])
def test_what_was_derived_from_the_old_words_is_derived_from_the_new_ones(tags) -> None:
    """By the rules of today, or those of earlier versions."""
    old, new = "Corals build reefs.", "Sponges filter seawater."
    script = with_terms(old, key_terms(old, 5), tags)
    edited = apply_edits(script, {0: SceneEdit(text=new)}, SEGMENTER, BRIEF)
    assert edited.scenes[0].search_terms == key_terms(new, 5)
    assert edited.tags == ["seawater", "Sponges"]
    assert edited.summary == new


def test_a_title_that_the_old_words_gave_is_that_of_the_new_ones_and_any_other_stays() -> None:
    script = with_terms("Corals build reefs.", [], [])
    edit = {0: SceneEdit(text="Sponges filter seawater.")}
    derived = msgspec.structs.replace(script, title="Corals build reefs")

    assert apply_edits(derived, edit, SEGMENTER, BRIEF).title == "Sponges filter seawater"
    assert apply_edits(script, edit, SEGMENTER, BRIEF).title == "Reefs"
    given = Brief(script="Corals build reefs.", title="Corals build reefs")
    assert apply_edits(derived, edit, SEGMENTER, given).title == "Corals build reefs"


def test_the_subject_that_leads_the_search_terms_and_tags_stays() -> None:
    old, new = "Corals build reefs.", "Sponges filter seawater."
    led = key_terms(old, 5, lead="Great Barrier Reef")
    edited = apply_edits(with_terms(old, led, led), {0: SceneEdit(text=new)}, SEGMENTER, BRIEF)
    assert edited.scenes[0].search_terms == key_terms(new, 5, lead="Great Barrier Reef")
    assert edited.tags[0] == "Great Barrier Reef"
    assert edited.tags[1:] == ["seawater", "Sponges"]


@pytest.mark.parametrize("given", [["blue water", "divers"], ["divers"]])
@pytest.mark.parametrize("text", ["Corals build reefs.", "So it is."])
def test_search_terms_that_the_caller_gave_stay(text, given) -> None:
    edit = SceneEdit(text="Sponges filter seawater.")
    edited = apply_edits(with_terms(text, given, []), {0: edit}, SEGMENTER, BRIEF)
    assert edited.scenes[0].search_terms == given


@pytest.mark.parametrize("number", [2, 99, -1])
def test_a_scene_that_is_not_there_is_named(number: int) -> None:
    with pytest.raises(SceneNotFound, match=f"no scene {number}"):
        apply_edits(SCRIPT, {number: SceneEdit(text="x")}, SEGMENTER, BRIEF)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 50_001])
def test_a_blank_or_endless_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        apply_edits(SCRIPT, {0: SceneEdit(text=text)}, SEGMENTER, BRIEF)
