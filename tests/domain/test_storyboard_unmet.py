"""What is told of a kind of shot that was asked for and isn't seen."""

import msgspec
import pytest
from storyboard_scripts import SCRIPTS, board_of, script_of

from domain.generation.brief import ShotKind
from domain.generation.script import ProductionWarning, Script
from domain.generation.storyboard import ClipBackdrop
from domain.generation.unmet import unmet_kinds

CLIP = ClipBackdrop(media="a" * 64, name="a.mp4")


def asking(text: str, kind: ShotKind | None) -> Script:
    script = script_of("Ink", ["Ink is old."], [text], ["Ink stays with us."])
    scenes = list(script.scenes)
    scenes[1] = msgspec.structs.replace(scenes[1], kind=kind)
    return msgspec.structs.replace(script, scenes=scenes)


def told(script: Script, media=None) -> list[ProductionWarning]:
    return unmet_kinds(script, board_of(script, media=media))


def test_a_kind_that_the_words_cannot_carry_is_told_at_its_scene() -> None:
    [warning] = told(asking("Nobody knows why it is so dark.", ShotKind.TIMELINE))
    assert (warning.code, warning.pointer) == ("kind_not_carried", "/scenes/1/kind")
    assert "timeline" in warning.message
    assert "years" in warning.hint


def test_a_kind_of_words_alone_is_told_where_a_clip_is_seen_instead() -> None:
    script = asking("It is called the sepia stain.", ShotKind.TERM)
    [warning] = told(script, media={1: [CLIP]})
    assert (warning.code, warning.pointer) == ("kind_not_carried", "/scenes/1/kind")
    assert "clip or still" in warning.message


@pytest.mark.parametrize("media", [None, {1: [CLIP]}])
def test_a_kind_that_is_seen_is_not_told(media) -> None:
    assert told(asking("Squid, cuttlefish and octopuses make it.", ShotKind.LIST), media) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
def test_where_nothing_was_asked_for_nothing_is_told(script) -> None:
    assert told(script) == []
