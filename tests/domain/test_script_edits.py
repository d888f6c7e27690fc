"""Corrections of single scenes of a finished script."""

import pytest

from adapters.sentencex import SentencexSegmenter
from domain.errors import InvalidRequest, SceneNotFound
from domain.generation.brief import ShotKind
from domain.generation.script import Scene, SceneEdit, Script, Sentence
from domain.generation.writing import apply_edits

SEGMENTER = SentencexSegmenter()
SCRIPT = Script(
    title="Reefs",
    language="en",
    scenes=[
        Scene(sentences=[Sentence("Reefs live.", 0)], heading="Alive", pronunciations={"a": "b"}),
        Scene(sentences=[Sentence("They grow.", 0), Sentence("They die.", 0)]),
    ],
)


def test_a_new_text_is_split_anew_and_names_no_source() -> None:
    edited = apply_edits(SCRIPT, {1: SceneEdit(text="They grow slowly. Then they die.")}, SEGMENTER)
    assert edited.scenes[1].sentences == [
        Sentence("They grow slowly."),
        Sentence("Then they die."),
    ]


def test_scenes_without_an_edit_stay_as_they_are() -> None:
    edited = apply_edits(SCRIPT, {1: SceneEdit(heading="Slow")}, SEGMENTER)
    assert edited.scenes[0] is SCRIPT.scenes[0]
    assert edited.scenes[1].heading == "Slow"
    assert edited.scenes[1].sentences == SCRIPT.scenes[1].sentences


def test_the_same_text_keeps_its_source() -> None:
    edited = apply_edits(SCRIPT, {0: SceneEdit(text=" Reefs  live. ")}, SEGMENTER)
    assert edited.scenes[0].sentences[0].source == 0


def test_kind_media_and_pronunciations_are_set() -> None:
    edit = SceneEdit(kind=ShotKind.FACT, media="a.png", pronunciations={"Reefs": "reevz"})
    scene = apply_edits(SCRIPT, {0: edit}, SEGMENTER).scenes[0]
    assert (scene.kind, scene.media) == (ShotKind.FACT, "a.png")
    assert scene.pronunciations == {"a": "b", "Reefs": "reevz"}


@pytest.mark.parametrize("number", [2, 99, -1])
def test_a_scene_that_is_not_there_is_named(number: int) -> None:
    with pytest.raises(SceneNotFound, match=f"no scene {number}"):
        apply_edits(SCRIPT, {number: SceneEdit(text="x")}, SEGMENTER)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 50_001])
def test_a_blank_or_endless_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        apply_edits(SCRIPT, {0: SceneEdit(text=text)}, SEGMENTER)
