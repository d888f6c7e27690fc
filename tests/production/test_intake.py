"""Intake with the real voice, music, encyclopedia and palettes: completes, or says which field."""

import pytest
from counted import Factory

from domain.errors import (
    DomainError,
    InvalidRequest,
    LanguageUnsupported,
    MediaNotFound,
    MusicNotFound,
    VoiceNotFound,
    WritingSystemUnsupported,
)
from domain.generation.brief import (
    Brand,
    Brief,
    MusicChoice,
    SceneInput,
    VoiceChoice,
)
from domain.generation.intake import Intake
from domain.generation.palettes import PALETTES
from domain.generation.ports import MusicLibrary


@pytest.fixture
async def intake(factory: Factory) -> Intake:
    return await factory.container.get(Intake)


async def test_every_default_is_filled_in(factory: Factory, intake: Intake) -> None:
    prepared = await intake.prepare(Brief(topic="octopus"))

    brief = prepared.brief
    moods = {track.mood for track in (await factory.container.get(MusicLibrary)).tracks()}
    assert brief.seed is not None
    assert brief.voice.id == "en_US-joe-medium"
    assert brief.captions.style == "highlight"
    assert brief.music.mood in moods
    assert brief.brand.palette in PALETTES
    assert prepared.topic_match is not None
    assert prepared.topic_match.title == "Octopus"


async def test_a_completed_brief_is_complete(intake: Intake) -> None:
    once = await intake.prepare(Brief(topic="octopus", aspect_ratio="16:9"))

    assert (await intake.prepare(once.brief)).brief == once.brief


async def test_own_colours_are_kept_as_they_were_sent(intake: Intake) -> None:
    brand = Brand(ground="#101828", accent="#FFB703")

    assert (await intake.prepare(Brief(topic="octopus", brand=brand))).brief.brand == brand


@pytest.mark.parametrize(
    ("brief", "error", "pointer"),
    [
        (Brief(topic="octopus", language="ja"), LanguageUnsupported, "/language"),
        (Brief(topic="octopus", voice=VoiceChoice(id="nobody")), VoiceNotFound, "/voice/id"),
        (Brief(topic="octopus", music=MusicChoice(mood="grim")), MusicNotFound, "/music/mood"),
        (Brief(script="Привет, мир."), WritingSystemUnsupported, "/script"),
        (
            Brief(scenes=[SceneInput(text="Hello."), SceneInput(text="Привет, мир.")]),
            WritingSystemUnsupported,
            "/scenes/1/text",
        ),
        (
            Brief(scenes=[SceneInput(text="Hello.", media="reef.mp4")]),
            MediaNotFound,
            "/scenes/0/media",
        ),
    ],
)
async def test_what_cannot_be_made_names_its_field(
    intake: Intake, brief: Brief, error: type[DomainError], pointer: str
) -> None:
    with pytest.raises(error) as raised:
        await intake.prepare(brief)

    assert raised.value.details["pointer"] == pointer
    assert raised.value.hint_text


async def test_all_that_is_wrong_is_told_at_once(intake: Intake) -> None:
    brief = Brief(
        topic="zxqv blorp",
        voice=VoiceChoice(id="nobody"),
        music=MusicChoice(mood="grim"),
        brand=Brand(palette="nope"),
        duration=600,
    )

    with pytest.raises(InvalidRequest) as raised:
        await intake.prepare(brief)

    assert {error.pointer for error in raised.value.errors} == {
        "/topic",
        "/voice/id",
        "/music/mood",
        "/brand/palette",
        "/duration",
    }
    assert all(error.hint for error in raised.value.errors)


@pytest.mark.parametrize(
    ("brief", "pointer"),
    [
        (Brief(script="🎉🎉 !!"), "/script"),
        (Brief(scenes=[SceneInput(text="—"), SceneInput(text="🎉")]), "/scenes"),
        (Brief(source_text="Too short."), "/source_text"),
        (Brief(source_text="? " * 60), "/source_text"),
    ],
)
async def test_a_text_that_gives_nothing_to_say_is_refused_at_once(
    intake: Intake, brief: Brief, pointer: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        await intake.prepare(brief)

    assert [error.pointer for error in raised.value.errors] == [pointer]
    assert pointer in raised.value.message
