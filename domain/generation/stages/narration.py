"""Narration: one scene's sentences are spoken, timed and laid out with their pauses."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from domain.errors import CostCapReached, DomainError, NoProviderLeft, ProvidersExhausted
from domain.generation.casting import (
    MAX_REASON,
    Cast,
    Recast,
    Role,
    cast_for,
    next_voice,
    voice_at_its_pace,
    voice_now,
)
from domain.generation.fingerprint import fingerprint
from domain.generation.narration import (
    BYTES_PER_SAMPLE,
    SAMPLES_PER_FRAME,
    SceneNarration,
    SpokenSentence,
    Utterance,
    Word,
    assemble_scene,
    rhythm_for,
    silent_utterance,
    with_comma_pauses,
)
from domain.generation.ports import Voice
from domain.generation.script import Scene, Script
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.jobs.model import Job, Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.usage import ATTEMPTS, attempts_in
from domain.providers.usage import kept as kept_attempts

SENTENCE = "sentence"
"""the kind under which single spoken sentences are kept"""

SPOKEN = "spoken"
"""where the result of a scene's narration names the results of its sentences"""

VOICES = "voices"
"""where it counts its sentences by the voice that speaks them"""

_MIXED = "mixed"
"""where it tells of voices that others took the place of, in a job that may mix them"""


_FAILURES = (ProviderFailed, ProvidersExhausted, NoProviderLeft, CostCapReached)
"""of a voice's service, or of the money for it: another voice may do"""


class VoiceGivenUp(Exception):
    """A voice has failed, and everything is to be spoken by another one."""

    def __init__(self, recast: Recast) -> None:
        self.recast = recast
        super().__init__(recast.reason)


@dataclass(frozen=True)
class _Line:
    """A sentence of a scene, and who speaks it."""

    sentence: SpokenSentence
    role: Role


@dataclass(frozen=True)
class _Reading:
    """All that a scene's narration is made of."""

    scene: Scene
    language: str
    cast: Cast
    lines: Sequence[_Line]
    is_hook: bool
    is_last: bool


class NarrationStage(Stage):
    """Speaks one scene; sentences that were spoken before are taken as they are."""

    version = 2
    sentence_version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        reading = await self._prepare(work)

        async def produce(name: str) -> Result:
            lines: list[_Line] = []
            spoken: list[tuple[str, Utterance]] = []
            mixed: list[Recast] = []
            for line in reading.lines:
                by_whom, sound = await self._speak_somehow(work, reading, line, mixed)
                lines.append(by_whom)
                spoken.append(sound)
                work.progress(len(lines) / (len(reading.lines) + 1))
            done = replace(reading, lines=lines)
            if mixed:
                # by a name of its own: no request for these voices, or for those, gives this
                parts = await self._parts(work, done)
                parts["mixed"] = [[recast.instead_of, recast.voice] for recast in mixed]
                name = fingerprint(UnitKind.NARRATION, self.version, parts)
            return await self._lay_out(work, name, done, spoken, mixed)

        return Task(parts=await self._parts(work, reading), produce=produce)

    async def finish(self, work: Work, result: Result) -> Finish:
        mixed = msgspec.convert(result.data.get(_MIXED, []), list[Recast])
        scene = work.claim.unit.ordinal
        return Finish(result=result, warnings=[recast.warning_of_mix(scene) for recast in mixed])

    async def _prepare(self, work: Work) -> _Reading:
        brief = work.brief
        script = await load_document(
            self._studio, work.account_id, work.one(UnitKind.SCRIPT), Script
        )
        ordinal = work.claim.unit.ordinal
        scene = script.scenes[ordinal]
        cast = await asyncio.to_thread(
            cast_for, self._studio.narrator, brief, script.language, work.recasts, script.paces
        )
        said = {**brief.pronunciations, **scene.pronunciations}
        verbalize = self._studio.verbalizer.verbalize
        return _Reading(
            scene=scene,
            language=script.language,
            cast=cast,
            lines=[
                _Line(verbalize(sentence.text, script.language, said), cast.role_of(sentence))
                for sentence in scene.sentences
            ],
            is_hook=ordinal == 0,
            is_last=ordinal == len(script.scenes) - 1,
        )

    async def _parts(self, work: Work, reading: _Reading) -> dict[str, Any]:
        voices = {line.role.voice.id: line.role.voice for line in reading.lines}
        identities = {name: await self._identity(voice) for name, voice in voices.items()}
        return {
            "sentences": [[line.sentence.text, line.sentence.spans] for line in reading.lines],
            "speakers": [sentence.speaker for sentence in reading.scene.sentences],
            "voices": [identities[line.role.voice.id] for line in reading.lines],
            "speeds": [line.role.speed for line in reading.lines],
            "seed": work.seed,
            "rhythm": rhythm_for(work.brief.aspect_ratio),
            "pause_after_ms": reading.scene.pause_after_ms,
            "is_hook": reading.is_hook,
            "is_last": reading.is_last,
        }

    async def _identity(self, voice: Voice) -> str:
        # in a thread: it reads the whole model, and waits while another scene opens it
        return await asyncio.to_thread(self._studio.narrator.identity, voice)

    async def _speak_somehow(
        self, work: Work, reading: _Reading, line: _Line, mixed: list[Recast]
    ) -> tuple[_Line, tuple[str, Utterance]]:
        """Speak a line in its voice, or, where the job may mix them, in the next one that works:
        answers it as it was spoken, and notes the change in ``mixed``.

        Raises:
            VoiceGivenUp: the job is to begin anew in another voice.
        """
        while True:
            voice_id = voice_now(line.role.voice.id, mixed)
            if voice_id != line.role.voice.id:
                voice = await asyncio.to_thread(
                    voice_at_its_pace,
                    self._studio.narrator,
                    reading.language,
                    voice_id,
                    reading.cast.paces,
                )
                line = replace(line, role=line.role.spoken_by(voice))
            try:
                return line, await self._speak(work, line)
            except _FAILURES as failure:
                recast = await self._recast(work, reading, line.role.voice, failure, mixed)
                if recast is None:
                    raise
                if work.brief.voice_change == "start_over":
                    raise VoiceGivenUp(recast) from failure
                mixed.append(recast)

    async def _recast(
        self,
        work: Work,
        reading: _Reading,
        voice: Voice,
        failure: DomainError,
        mixed: Sequence[Recast],
    ) -> Recast | None:
        """Who may speak instead of a voice that failed; None where nobody may."""
        nobody_can = isinstance(failure, ProviderFailed) and failure.verdict is Verdict.GIVE_UP
        if nobody_can or not may_change(work.claim.job):
            return None
        other = await asyncio.to_thread(
            next_voice,
            self._studio.narrator,
            voice,
            reading.cast,
            reading.language,
            [*work.recasts, *mixed],
        )
        if other is None:
            return None
        reason = failure.message[:MAX_REASON]
        return Recast(voice=other.id, instead_of=voice.id, reason=reason)

    async def _speak(self, work: Work, line: _Line) -> tuple[str, Utterance]:
        """Speak a sentence, or fetch it: the one that was kept first is the one that is used.

        Answers its fingerprint, empty when there is nothing to say, and the sound.
        """
        sentence, role = line.sentence, line.role
        if not sentence.spans:
            return "", silent_utterance()
        name = fingerprint(
            SENTENCE,
            self.sentence_version,
            {
                "spans": sentence.spans,
                "voice": await self._identity(role.voice),
                "speed": role.speed,
                "seed": work.seed,
            },
        )
        kept = await self._studio.jobs.result(work.account_id, name)
        if kept is None:
            before = len(work.errand.attempts)
            spoken = await self._studio.narrator.speak(
                sentence, role.voice, role.speed, work.seed, work.errand
            )
            audio = await self._studio.artifacts.put_bytes(spoken.pcm)
            kept = await self._studio.jobs.put_result(
                work.claim,
                Result(
                    fingerprint=name,
                    kind=SENTENCE,
                    content=audio.sha256,
                    artifacts={"pcm": audio.sha256},
                    data={
                        "words": msgspec.to_builtins(spoken.words),
                        "timing": spoken.timing,
                        ATTEMPTS: kept_attempts(work.errand.attempts[before:]),
                    },
                ),
            )
            if kept.content == audio.sha256:
                return name, spoken
        else:
            work.errand.note(attempts_in(kept.data))
        pcm = b"".join([piece async for piece in self._studio.artifacts.read(kept.content)])
        return name, Utterance(
            pcm=pcm,
            words=msgspec.convert(kept.data["words"], list[Word]),
            timing=kept.data["timing"],
        )

    async def _lay_out(
        self,
        work: Work,
        name: str,
        reading: _Reading,
        spoken: Sequence[tuple[str, Utterance]],
        mixed: Sequence[Recast],
    ) -> Result:
        rhythm = rhythm_for(work.brief.aspect_ratio)
        scene = reading.scene
        pcm, sentences = assemble_scene(
            [sentence.text for sentence in scene.sentences],
            [with_comma_pauses(utterance, rhythm) for _, utterance in spoken],
            rhythm,
            pause_after_ms=scene.pause_after_ms,
            is_hook=reading.is_hook,
            is_last=reading.is_last,
            speakers=[sentence.speaker for sentence in scene.sentences],
        )
        audio = await self._studio.artifacts.put_bytes(pcm)
        narration = SceneNarration(
            audio=audio.sha256,
            frames=len(pcm) // (BYTES_PER_SAMPLE * SAMPLES_PER_FRAME),
            sentences=sentences,
        )
        content = await store_document(self._studio, work, UnitKind.NARRATION, name, narration)
        return Result(
            fingerprint=name,
            kind=UnitKind.NARRATION,
            content=content,
            artifacts={"audio": audio.sha256},
            data={
                "frames": narration.frames,
                # a video keeps the sentences that it is made of, for its next revision
                SPOKEN: [said for said, _ in spoken if said],
                VOICES: Counter(
                    line.role.voice.id for line in reading.lines if line.sentence.spans
                ),
                _MIXED: msgspec.to_builtins(mixed),
                ATTEMPTS: kept_attempts(work.errand.attempts),
            },
        )


def may_change(job: Job) -> bool:
    """Whether a job may go on with another voice when the service of one fails."""
    # somebody has listened to what was narrated, and approved that
    was_heard = job.request.pause_after == "narration" and job.approved_at is not None
    return job.request.voice_change in ("start_over", "mix") and not was_heard
