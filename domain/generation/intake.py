"""Intake: a brief is checked and completed before a job is made of it."""

from typing import Protocol

import msgspec

from domain.errors import InvalidRequest, MusicNotFound
from domain.generation.brief import Brief, check_brief
from domain.generation.ports import MusicLibrary, Narrator, ScriptWriter
from domain.generation.script import ProductionWarning, TopicMatch

MAX_SEED = 2**53 - 1
"""the largest integer that every JSON reader keeps exact"""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A brief that can be produced: checked, with every default filled in."""

    brief: Brief
    topic_match: TopicMatch | None = None
    warnings: list[ProductionWarning] = []


class SeedSource(Protocol):
    """Draws a seed from 0 to ``MAX_SEED``."""

    def __call__(self) -> int: ...


class Intake:
    """Checks a brief against what this installation can do, and completes it."""

    def __init__(
        self,
        writer: ScriptWriter,
        narrator: Narrator,
        music: MusicLibrary,
        draw_seed: SeedSource,
    ) -> None:
        self._writer = writer
        self._narrator = narrator
        self._music = music
        self._draw_seed = draw_seed

    def prepare(self, brief: Brief) -> Prepared:
        """Check ``brief`` and fill in its defaults, the seed among them.

        Raises:
            InvalidRequest: fields are wrong; carries all of them.
            TopicNotFound, LanguageUnsupported, VoiceNotFound, WritingSystemUnsupported,
            MusicNotFound: this installation can't make it; says what it could.
        """
        if errors := check_brief(brief):
            raise InvalidRequest(errors)
        voice = self._narrator.voice_for(brief.language, brief.voice.id)
        for text in _spoken_texts(brief):
            self._narrator.check_speakable(text, voice)
        mood = self._check_mood(brief)
        topic_match = None
        if brief.topic is not None:
            topic_match = self._writer.match_topic(brief.topic, brief.language)
        seed = self._draw_seed() if brief.seed is None else brief.seed
        completed = msgspec.structs.replace(
            brief,
            seed=seed,
            voice=msgspec.structs.replace(brief.voice, id=voice.id),
            music=msgspec.structs.replace(brief.music, mood=mood),
        )
        return Prepared(brief=completed, topic_match=topic_match)

    def _check_mood(self, brief: Brief) -> str:
        moods = sorted({track.mood for track in self._music.tracks()})
        mood = brief.music.mood
        if mood is None:
            return "any" if moods else "none"
        if mood not in {*moods, "any", "none"}:
            raise MusicNotFound(
                f"There is no music in the mood {mood!r}.",
                hint=f"Moods here: {', '.join([*moods, 'any', 'none'])}.",
                pointer="/music/mood",
            )
        return mood


def _spoken_texts(brief: Brief) -> list[str]:
    """What the caller wants to have spoken, as far as it's known before the script."""
    texts = [text for text in (brief.script, brief.source_text) if text is not None]
    return texts + [scene.text for scene in brief.scenes or []]
