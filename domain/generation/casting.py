"""Casting: which voice speaks which sentence, and what becomes of a job whose voice fails."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from domain.errors import LanguageUnsupported, ProvidersExhausted, VoiceNotFound
from domain.generation.brief import AspectRatio, Brief
from domain.generation.narration import speed_for
from domain.generation.ports import Narrator, Voice
from domain.generation.script import ProductionWarning, Sentence

MAX_REASON = 300
"""characters of why a voice failed that are kept"""


class Recast(msgspec.Struct, frozen=True, kw_only=True):
    """A voice of a job was left for another one, with which everything is spoken anew."""

    voice: str
    """id of the one that speaks from then on"""
    instead_of: str
    """id of the one that failed; the job doesn't come back to it"""
    reason: str
    """how it failed"""

    @property
    def warning(self) -> ProductionWarning:
        """What the user is told of it."""
        return ProductionWarning(
            code="voice_changed",
            message=f"The voice {self.instead_of!r} failed, so {self.voice!r} speaks in its place, "
            f"from the start: {self.reason}",
            pointer="/voice/id",
            hint='With `"voice_change": "never"`, or a `voice.id` of your own, the job waits '
            "instead; `GET /api/capabilities` tells how each service stands.",
        )

    def warning_of_mix(self, scene: int) -> ProductionWarning:
        """What the user is told where it holds from somewhere in a scene, and not for the job."""
        return ProductionWarning(
            code="voice_changed",
            message=f"In scene {scene} the voice {self.instead_of!r} failed, and {self.voice!r} "
            f"goes on in its place: {self.reason}",
            pointer="/voice_change",
            hint='With `"voice_change": "start_over"` everything is spoken again in one voice.',
        )


def voice_now(voice_id: str, recasts: Iterable[Recast]) -> str:
    """Which voice speaks what ``voice_id`` was to speak."""
    for recast in recasts:
        if recast.instead_of == voice_id:
            voice_id = recast.voice
    return voice_id


def recast_brief(brief: Brief, recasts: Sequence[Recast]) -> Brief:
    """The brief with the voices that speak now: what a revision of the job is asked for."""
    if brief.voice.id is None or not recasts:
        return brief
    return msgspec.structs.replace(
        brief,
        voice=msgspec.structs.replace(brief.voice, id=voice_now(brief.voice.id, recasts)),
        speakers={
            name: msgspec.structs.replace(choice, id=voice_now(choice.id, recasts))
            if choice.id is not None
            else choice
            for name, choice in brief.speakers.items()
        },
    )


@dataclass(frozen=True)
class Role:
    """A voice, and how fast it's to speak."""

    voice: Voice
    pace: float
    """the user's choice; 1 is the format's pace"""
    aspect_ratio: AspectRatio

    @property
    def speed(self) -> float:
        """The speed to ask the voice for."""
        return speed_for(self.aspect_ratio, self.voice.words_per_minute, self.pace)

    def spoken_by(self, voice: Voice) -> "Role":
        """The same in another voice."""
        return Role(voice, self.pace, self.aspect_ratio)


@dataclass(frozen=True)
class Cast:
    """Who speaks a script, and at which pace."""

    main: Role
    speakers: Mapping[str, Role]
    paces: Mapping[str, float]
    """as ``Script.paces``"""

    def role_of(self, sentence: Sentence) -> Role:
        """Who speaks a sentence; the main voice, where it names nobody that there is."""
        return self.speakers.get(sentence.speaker or "", self.main)

    @property
    def voices(self) -> list[Voice]:
        """Every voice once, the main one first."""
        roles = [self.main, *self.speakers.values()]
        return list({role.voice.id: role.voice for role in roles}.values())


def voice_at_its_pace(
    narrator: Narrator, language: str, voice_id: str, paces: Mapping[str, float]
) -> Voice:
    """A voice as fast as ``paces`` has it, else as the narrator knows it now.

    Raises:
        VoiceNotFound, LanguageUnsupported
    """
    voice = narrator.voice_for(language, voice_id)
    pace = paces.get(voice.id, voice.words_per_minute)
    return msgspec.structs.replace(voice, words_per_minute=pace)


def paces_of(narrator: Narrator, cast: Cast, language: str) -> dict[str, float]:
    """Words a minute of everybody who speaks, or may come to when a voice fails; may compute for
    a while.

    Narrators go on measuring. A job keeps what was known when its script was written: at another
    pace, voices are asked for another speed, and a video would change its speed between scenes.
    """
    own = cast.voices
    others = [other for voice in own for other in narrator.alternatives(voice, language)]
    return {voice.id: voice.words_per_minute for voice in (*others, *own)}


def cast_for(
    narrator: Narrator,
    brief: Brief,
    language: str,
    recasts: Sequence[Recast] = (),
    paces: Mapping[str, float] | None = None,
) -> Cast:
    """Who speaks the script of ``brief``, after those changes; may compute for a while.

    ``paces`` are those of the script; without them, and for voices that they don't have, the
    narrator's count.

    Raises:
        VoiceNotFound, LanguageUnsupported: a voice isn't there any more.
    """
    known = paces or {}

    def role(voice_id: str, pace: float) -> Role:
        now = voice_now(voice_id, recasts)
        voice = voice_at_its_pace(narrator, language, now, known)
        return Role(voice, pace, brief.aspect_ratio)

    main = brief.voice.id or narrator.voice_for(language, None).id
    return Cast(
        main=role(main, brief.voice.speed),
        speakers={
            name: role(choice.id or main, choice.speed) for name, choice in brief.speakers.items()
        },
        paces=known,
    )


def next_voice(
    narrator: Narrator, failed: Voice, cast: Cast, language: str, recasts: Sequence[Recast]
) -> Voice | None:
    """Who speaks in the place of a voice that failed: the first that is offered and is of no
    service that the job has left; one that nobody else in the cast has, if there is one. None
    where nobody is left; may compute for a while."""
    offered = narrator.alternatives(failed, language)
    for voice_id in {recast.instead_of for recast in recasts}:
        with suppress(VoiceNotFound, LanguageUnsupported, ProvidersExhausted):  # gone meanwhile
            left = narrator.voice_for(language, voice_id)
            others = {voice.id for voice in narrator.alternatives(left, language)}
            offered = [voice for voice in offered if voice.id in others]
    taken = {voice.id for voice in cast.voices}
    apart = [voice for voice in offered if voice.id not in taken]
    return next(iter(apart or offered), None)
