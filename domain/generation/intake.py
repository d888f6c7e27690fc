"""Intake: a brief is checked and completed before a job is made of it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from domain.errors import (
    DomainError,
    FieldError,
    InvalidRequest,
    LanguageUnsupported,
    TopicNotFound,
)
from domain.generation.brief import (
    Brand,
    Brief,
    VoiceChange,
    VoiceChoice,
    caption_style,
    check_brief,
)
from domain.generation.music import ANY_MOOD, NO_MUSIC, pick_track
from domain.generation.pages import PageExtractor
from domain.generation.palettes import palette_for
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    ScriptWriter,
    VisualRequest,
    VisualSource,
    Voice,
)
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.generation.speakers import Speakers
from domain.outbound import SourceRules, UrlRules

MAX_SEED = 2**53 - 1
"""the largest integer that every JSON reader keeps exact"""


SHORT_CHARACTERS = 2_000
"""whose writing system is known within a millisecond"""


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
        *,
        url_rules: UrlRules,
        source_rules: SourceRules,
        pages: PageExtractor,
        looks_at_folders: bool = True,
    ) -> None:
        """``looks_at_folders`` says that a library looks into a folder at every question, which
        may be far away."""
        self._looks_at_folders = looks_at_folders
        self._has_looked = False
        self._writer = writer
        self._narrator = narrator
        self._music = music
        self._visuals = visuals
        self._draw_seed = draw_seed
        self._url_rules = url_rules
        self._source_rules = source_rules
        self._pages = pages

    async def prepare(self, brief: Brief) -> Prepared:
        """Check ``brief`` and fill in its defaults, the seed among them.

        Raises:
            InvalidRequest: fields are wrong, or this installation can't make several of them;
            carries them all.
            TopicNotFound, LanguageUnsupported, VoiceNotFound, WritingSystemUnsupported,
            MusicNotFound, MediaNotFound, MediaUnreadable: it can't make this one; says what it
            could.
            UrlForbidden: the ``webhook_url`` or the ``source_url`` isn't one on the internet.
            ReaderMissing: nothing is installed that reads web pages.
        """
        problems = _Problems(check_brief(brief))
        seed = self._draw_seed() if brief.seed is None else brief.seed
        if self._is_at_hand(brief):
            topic_match, completed = self._complete(brief, seed, problems)
        else:
            topic_match, completed = await asyncio.to_thread(self._complete, brief, seed, problems)
            self._has_looked = True
        for number, scene in enumerate(brief.scenes or []):
            if scene.media is not None:
                with problems.at(f"/scenes/{number}/media"):
                    await self._check_media(scene.media, brief)
        if brief.webhook_url is not None:
            with problems.at("/webhook_url"):
                self._url_rules.check(brief.webhook_url)
        if brief.source_url is not None:
            with problems.at("/source_url"):
                self._source_rules.check(brief.source_url)
                self._pages.check()
        problems.raise_any()
        return Prepared(brief=completed, topic_match=topic_match)

    async def find_unknown(
        self, brief: Brief, media: Mapping[str, str]
    ) -> tuple[list[FieldError], list[str] | None]:
        """What of ``brief`` and of the ``media`` names, by JSON pointer, isn't there; and topics
        in place of one that isn't.

        For a request whose shape is wrong, so that its wrong names are told with it.
        """
        problems = _Problems([])
        await asyncio.to_thread(self._complete, brief, 0, problems)
        for pointer, name in media.items():
            with problems.at(pointer):
                await self._check_media(name, brief)
        return problems.as_errors(), problems.suggestions()

    async def check_edit(self, brief: Brief, edit: SceneEdit, pointer: str = "") -> None:
        """Check the correction of a scene that was made from ``brief``; ``pointer`` leads to it.

        Raises:
            WritingSystemUnsupported, MediaNotFound, MediaUnreadable
            InvalidRequest: both text and media are wrong.
        """
        problems = _Problems([])
        if edit.text is not None:
            problems = _Problems(Speakers(brief.speakers).errors_in(edit.text, f"{pointer}/text"))
            with problems.at(f"{pointer}/text"):
                voice = await asyncio.to_thread(
                    self._narrator.voice_for, brief.language, brief.voice.id
                )
                self._narrator.check_speakable(edit.text, voice)
        if edit.media is not None:
            with problems.at(f"{pointer}/media"):
                await self._check_media(edit.media, brief)
        problems.raise_any()

    def _is_at_hand(self, brief: Brief) -> bool:
        """Whether all that is asked for ``brief`` takes less than to ask in another thread."""
        spoken = sum(len(text) for _, text in _spoken_texts(brief))
        is_short = brief.topic is None and spoken <= SHORT_CHARACTERS
        return is_short and self._has_looked and not self._looks_at_folders

    def _complete(
        self, brief: Brief, seed: int, problems: "_Problems"
    ) -> tuple[TopicMatch | None, Brief]:
        """Fill in what can be filled in; what can't is among the problems."""
        topic_match = None
        replaced: dict[str, Any] = {"seed": seed}
        if brief.topic is not None:
            with problems.at("/topic"):
                topic_match = self._writer.match_topic(brief.topic, brief.language)
        with problems.at("/voice/id"):
            voice = self._narrator.voice_for(brief.language, brief.voice.id)
            replaced["voice"] = msgspec.structs.replace(brief.voice, id=voice.id)
            for pointer, text in _spoken_texts(brief):
                with problems.at(pointer):
                    self._narrator.check_speakable(text, voice)
            replaced["speakers"] = self._cast(brief, voice, problems)
        replaced["voice_change"] = brief.voice_change or _change_for(brief)
        with problems.at("/music/mood"):
            track = pick_track(self._music.tracks(), brief.music.mood or ANY_MOOD, seed)
            mood = track.mood if track else NO_MUSIC
            replaced["music"] = msgspec.structs.replace(brief.music, mood=mood)
        with problems.at("/brand"):
            palette = palette_for(brief.brand, seed)
            if brief.brand == Brand():
                replaced["brand"] = Brand(palette=palette.name)
        replaced["captions"] = msgspec.structs.replace(brief.captions, style=caption_style(brief))
        return topic_match, msgspec.structs.replace(brief, **replaced)

    def _cast(self, brief: Brief, main: Voice, problems: "_Problems") -> dict[str, VoiceChoice]:
        """The speakers with the ids of their voices; who names none has the main one."""
        speakers = dict(brief.speakers)
        for name, choice in speakers.items():
            pointer = f"/speakers/{name}/id"
            with problems.at(pointer):
                try:
                    voice = self._narrator.voice_for(brief.language, choice.id or main.id)
                except LanguageUnsupported as error:
                    error.details["pointer"] = pointer
                    raise
                speakers[name] = msgspec.structs.replace(choice, id=voice.id)
        return speakers

    async def _check_media(self, media: str, brief: Brief) -> None:
        width, height = brief.frame_size
        await self._visuals.search(
            VisualRequest(terms=[], media=media, milliseconds=0, width=width, height=height)
        )


def _change_for(brief: Brief) -> VoiceChange:
    """What becomes of a voice that fails: nobody's own choice is undone."""
    chosen = [brief.voice, *brief.speakers.values()]
    return "start_over" if all(choice.id is None for choice in chosen) else "never"


class _Problems:
    """Everything that is wrong with a request, gathered so that it can be told at once."""

    def __init__(self, errors: list[FieldError]) -> None:
        self._errors = errors
        self._raised: list[DomainError] = []

    @contextmanager
    def at(self, pointer: str) -> Iterator[None]:
        """Note an error about the field that ``pointer`` leads to, and go on behind the block."""
        try:
            yield
        except InvalidRequest as error:
            self._errors += error.errors
        except DomainError as error:
            where = "/language" if isinstance(error, LanguageUnsupported) else pointer
            if error.details.setdefault("pointer", where) not in self._pointers():
                self._raised.append(error)

    def _pointers(self) -> set[object]:
        return {error.details["pointer"] for error in self._raised}

    def raise_any(self) -> None:
        """Raise the one error as it is, or several as one."""
        if len(self._raised) == 1 and not self._errors:
            raise self._raised[0]
        if errors := self.as_errors():
            raise InvalidRequest(errors, suggestions=self.suggestions())

    def suggestions(self) -> list[str] | None:
        """Topics that there is something about, if there's nothing about the one asked for."""
        for error in self._raised:
            if isinstance(error, TopicNotFound):
                return error.suggestions
        return None

    def as_errors(self) -> list[FieldError]:
        """All of them as errors of fields."""
        return self._errors + [
            FieldError(str(error.details["pointer"]), error.message, error.code, error.hint_text)
            for error in self._raised
        ]


def _spoken_texts(brief: Brief) -> list[tuple[str, str]]:
    """What is to be spoken, as far as it's known before the script, by JSON pointer."""
    texts = [("/script", brief.script), ("/source_text", brief.source_text)]
    texts += [(f"/scenes/{n}/text", scene.text) for n, scene in enumerate(brief.scenes or [])]
    return [(pointer, text) for pointer, text in texts if text is not None]
