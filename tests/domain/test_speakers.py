"""Marks of speakers are found where they may stand, are never spoken, and name who speaks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sentencex import SentencexSegmenter
from domain.generation.brief import Brief, SceneInput, VoiceChoice, check_brief
from domain.generation.script import SceneEdit, Script
from domain.generation.speakers import Run, Speakers
from domain.generation.writing import PlainWriter, apply_edits

TWO = {"host": VoiceChoice(), "guest": VoiceChoice(id="other")}
SPEAKERS = Speakers(TWO)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["[host]", "[Guest]:", "[1]", "[t]he", "[two words]", "[", "]", "\n", ". "]
        ),
        st.text(alphabet="abc .,!\n[]", max_size=12),
    ),
    max_size=20,
).map(" ".join)


async def write(**fields: Any) -> Script:
    return await PlainWriter(SentencexSegmenter()).write(Brief(**fields), 1, 165.0)


def said(script: Script) -> list[tuple[str | None, str]]:
    return [(line.speaker, line.text) for scene in script.scenes for line in scene.sentences]


async def test_a_mark_holds_until_the_next_one_over_paragraphs_and_headings() -> None:
    text = "Welcome.\n\n[host] Who are you?\n\n[Guest]: Nobody. Really.\n\n# Later\n\nStill me."

    assert said(await write(script=text, speakers=TWO)) == [
        (None, "Welcome."),
        ("host", "Who are you?"),
        ("guest", "Nobody."),
        ("guest", "Really."),
        ("guest", "Still me."),
    ]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("[host] One. [guest] Two.", [("host", "One."), ("guest", "Two.")]),
        ("[host]\nOne.\n[guest]\nTwo.", [("host", "One."), ("guest", "Two.")]),
        ("“One!” [guest] Two.", [(None, "“One!”"), ("guest", "Two.")]),
        ("[host] [guest] One.", [("guest", "One.")]),
        ("The [host] smiles.", [(None, "The [host] smiles.")]),
        ("[host](https://example.com) is here.", [(None, "[host](https://example.com) is here.")]),
        ("[1] It is so. [t]he end. [two words] too.", None),
    ],
)
def test_a_mark_stands_at_the_beginning_of_a_line_or_a_sentence(
    text: str, runs: list[tuple[str | None, str]] | None
) -> None:
    found = [(run.speaker, run.text.strip()) for run in SPEAKERS.runs(text)]

    assert found == (runs or [(None, text)])
    assert SPEAKERS.unknown(text) == []


@given(PIECES)
def test_nothing_but_marks_is_lost(text: str) -> None:
    kept = "".join(run.text for run in SPEAKERS.runs(text))
    for mark in ("[host]:", "[host]", "[Guest]:", "[Guest]"):
        text, kept = text.replace(mark, ""), kept.replace(mark, "")
    assert kept.split() == text.split()


@given(PIECES)
def test_without_speakers_every_bracket_is_text(text: str) -> None:
    assert Speakers([]).runs(text) == [Run(None, text)]


async def test_a_scene_begins_with_its_speaker_and_the_next_one_does_not() -> None:
    scenes = [SceneInput(text="One. [guest] Two.", speaker="HOST"), SceneInput(text="Three.")]

    script = await write(scenes=scenes, speakers=TWO)

    assert said(script) == [("host", "One."), ("guest", "Two."), (None, "Three.")]
    assert script.title == "One"
    assert "guest" not in str(script.scenes[0].search_terms)


async def test_a_corrected_scene_is_begun_by_whoever_began_it() -> None:
    brief = Brief(script="[host] One.\n\n[guest] Two.", speakers=TWO)
    script = await write(script=brief.script, speakers=TWO)

    edits = {0: SceneEdit(text="Other. [guest] Words."), 1: SceneEdit(text="[host] Two.")}
    edited = apply_edits(script, edits, SentencexSegmenter(), brief)

    assert said(edited) == [("host", "Other."), ("guest", "Words."), ("host", "Two.")]


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"script": "[gast] Hello."}, ["/script"]),
        (
            {"scenes": [SceneInput(text="[gast] Hi."), SceneInput(text="Hi.", speaker="gast")]},
            ["/scenes/0/text", "/scenes/1/speaker"],
        ),
        ({"script": "[host]\n[guest]"}, ["/script"]),
        ({"script": "Hi.", "speakers": {"the host": VoiceChoice()}}, ["/speakers/the host"]),
        ({"script": "Hi.", "speakers": {**TWO, "Host": VoiceChoice()}}, ["/speakers/Host"]),
    ],
)
def test_what_is_wrong_with_speakers_is_told_with_its_place(
    fields: dict[str, Any], pointers: list[str]
) -> None:
    errors = check_brief(Brief(**({"speakers": TWO} | fields)))

    assert [error.pointer for error in errors] == pointers
    assert all(error.hint for error in errors)
    for error in errors:
        if error.code == "unknown_speaker":
            assert "host, guest" in error.message
