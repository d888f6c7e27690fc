"""Intake: a brief is checked and completed before a job is made of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from domain.errors import DomainError, InvalidRequest
from domain.generation.brief import Brand, Brief, caption_style, check_brief
from domain.generation.music import ANY_MOOD, NO_MUSIC, pick_track
from domain.generation.palettes import palette_for
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    ScriptWriter,
    VisualRequest,
    VisualSource,
)
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch

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
        visuals: VisualSource,
        draw_seed: SeedSource,
    ) -> None:
        self._writer = writer
        self._narrator = narrator
        self._music = music
        self._visuals = visuals
        self._draw_seed = draw_seed

    async def prepare(self, brief: Brief) -> Prepared:
        """Check ``brief`` and fill in its defaults, the seed among them.

        Raises:
            InvalidRequest: fields are wrong; carries all of them.
            TopicNotFound, LanguageUnsupported, VoiceNotFound, WritingSystemUnsupported,
            MusicNotFound, MediaNotFound, MediaUnreadable: this installation can't make it; says
            what it could.
        """
        if errors := check_brief(brief):
            raise InvalidRequest(errors)
        prepared = await asyncio.to_thread(self._complete, brief)
        for number, scene in enumerate(brief.scenes or []):
            if scene.media is not None:
                await self._check_media(scene.media, brief, f"/scenes/{number}/media")
        return prepared

    async def check_edit(self, brief: Brief, edit: SceneEdit, pointer: str = "") -> None:
        """Check the correction of a scene that was made from ``brief``; ``pointer`` leads to it.

        Raises:
            WritingSystemUnsupported, MediaNotFound, MediaUnreadable
        """
        if edit.text is not None:
            voice = await asyncio.to_thread(
                self._narrator.voice_for, brief.language, brief.voice.id
            )
            with _at(f"{pointer}/text"):
                self._narrator.check_speakable(edit.text, voice)
        if edit.media is not None:
            await self._check_media(edit.media, brief, f"{pointer}/media")

    def _complete(self, brief: Brief) -> Prepared:
        with _at("/voice/id" if brief.voice.id else "/language"):
            voice = self._narrator.voice_for(brief.language, brief.voice.id)
        for pointer, text in _spoken_texts(brief):
            with _at(pointer):
                self._narrator.check_speakable(text, voice)
        seed = self._draw_seed() if brief.seed is None else brief.seed
        track = pick_track(self._music.tracks(), brief.music.mood or ANY_MOOD, seed)
        palette = palette_for(brief.brand, seed)  # refuses unknown and unreadable colours
        topic_match = None
        if brief.topic is not None:
            with _at("/topic"):
                topic_match = self._writer.match_topic(brief.topic, brief.language)
        completed = msgspec.structs.replace(
            brief,
            seed=seed,
            voice=msgspec.structs.replace(brief.voice, id=voice.id),
            captions=msgspec.structs.replace(brief.captions, style=caption_style(brief)),
            music=msgspec.structs.replace(brief.music, mood=track.mood if track else NO_MUSIC),
            brand=Brand(palette=palette.name) if brief.brand == Brand() else brief.brand,
        )
        return Prepared(brief=completed, topic_match=topic_match)

    async def _check_media(self, media: str, brief: Brief, pointer: str) -> None:
        width, height = brief.frame_size
        with _at(pointer):
            await self._visuals.search(
                VisualRequest(terms=[], media=media, milliseconds=0, width=width, height=height)
            )


def _spoken_texts(brief: Brief) -> list[tuple[str, str]]:
    """What is to be spoken, as far as it's known before the script, by JSON pointer."""
    texts = [("/script", brief.script), ("/source_text", brief.source_text)]
    texts += [(f"/scenes/{n}/text", scene.text) for n, scene in enumerate(brief.scenes or [])]
    return [(pointer, text) for pointer, text in texts if text is not None]


@contextmanager
def _at(pointer: str) -> Iterator[None]:
    """Let an error say which field of the request it's about."""
    try:
        yield
    except DomainError as error:
        error.details.setdefault("pointer", pointer)
        raise
