"""Narration: one scene's sentences are spoken, timed and laid out with their pauses."""

import asyncio
from collections.abc import Sequence

import msgspec

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
    speed_for,
    with_comma_pauses,
)
from domain.generation.ports import Voice
from domain.generation.script import Scene, Script
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish

SENTENCE = "sentence"
"""the kind under which single spoken sentences are kept"""

SPOKEN = "spoken"
"""where the result of a scene's narration names the results of its sentences"""


class NarrationStage(Stage):
    """Speaks one scene; sentences that were spoken before are taken as they are."""

    version = 1
    sentence_version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        brief = work.brief
        script = await load_document(
            self._studio, work.account_id, work.one(UnitKind.SCRIPT), Script
        )
        ordinal = work.claim.unit.ordinal
        scene = script.scenes[ordinal]
        narrator = self._studio.narrator
        voice = await asyncio.to_thread(narrator.voice_for, script.language, brief.voice.id)
        # in a thread: it reads the whole model, and waits while another scene opens it
        identity = await asyncio.to_thread(narrator.identity, voice)
        speed = speed_for(brief.aspect_ratio, voice.words_per_minute, brief.voice.speed)
        sentences = [
            self._studio.verbalizer.verbalize(
                sentence.text, script.language, {**brief.pronunciations, **scene.pronunciations}
            )
            for sentence in scene.sentences
        ]
        is_hook, is_last = ordinal == 0, ordinal == len(script.scenes) - 1

        async def produce(name: str) -> Result:
            spoken = await self._speak_all(work, sentences, voice, speed)
            return await self._lay_out(work, name, scene, spoken, is_hook=is_hook, is_last=is_last)

        return Task(
            parts={
                "sentences": [[s.text, s.spans] for s in sentences],
                "voice": identity,
                "speed": speed,
                "seed": work.seed,
                "rhythm": rhythm_for(brief.aspect_ratio),
                "pause_after_ms": scene.pause_after_ms,
                "is_hook": is_hook,
                "is_last": is_last,
            },
            produce=produce,
        )

    async def finish(self, work: Work, result: Result) -> Finish:  # noqa: ARG002 - the port's
        return Finish(result=result)

    async def _speak_all(
        self, work: Work, sentences: Sequence[SpokenSentence], voice: Voice, speed: float
    ) -> list[tuple[str, Utterance]]:
        spoken = []
        for done, sentence in enumerate(sentences):
            spoken.append(await self._speak(work, sentence, voice, speed))
            work.progress((done + 1) / (len(sentences) + 1))
        return spoken

    async def _speak(
        self, work: Work, sentence: SpokenSentence, voice: Voice, speed: float
    ) -> tuple[str, Utterance]:
        """Speak a sentence, or fetch it: the one that was kept first is the one that is used.

        Answers its fingerprint, empty when there is nothing to say, and the sound.
        """
        if not sentence.spans:
            return "", silent_utterance()
        identity = await asyncio.to_thread(self._studio.narrator.identity, voice)
        name = fingerprint(
            SENTENCE,
            self.sentence_version,
            {
                "spans": sentence.spans,
                "voice": identity,
                "speed": speed,
                "seed": work.seed,
            },
        )
        kept = await self._studio.jobs.result(work.account_id, name)
        if kept is None:
            spoken = await self._studio.narrator.speak(
                sentence, voice, speed, work.seed, work.errand
            )
            audio = await self._studio.artifacts.put_bytes(spoken.pcm)
            kept = await self._studio.jobs.put_result(
                work.claim,
                Result(
                    fingerprint=name,
                    kind=SENTENCE,
                    content=audio.sha256,
                    artifacts={"pcm": audio.sha256},
                    data={"words": msgspec.to_builtins(spoken.words), "timing": spoken.timing},
                ),
            )
            if kept.content == audio.sha256:
                return name, spoken
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
        scene: Scene,
        spoken: Sequence[tuple[str, Utterance]],
        *,
        is_hook: bool,
        is_last: bool,
    ) -> Result:
        rhythm = rhythm_for(work.brief.aspect_ratio)
        pcm, sentences = assemble_scene(
            [sentence.text for sentence in scene.sentences],
            [with_comma_pauses(utterance, rhythm) for _, utterance in spoken],
            rhythm,
            pause_after_ms=scene.pause_after_ms,
            is_hook=is_hook,
            is_last=is_last,
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
            # a video keeps the sentences that it is made of, for its next revision
            data={"frames": narration.frames, SPOKEN: [said for said, _ in spoken if said]},
        )
