"""From what a voice service sends to an utterance: sound made ready, every shown word timed.

The times come from the engine where it told them, else the words are looked for in the sound,
else they are shared out by length over the stretches in which somebody speaks.
"""

import asyncio
from collections.abc import Sequence
from math import isfinite

import msgspec

from domain.generation.languages import primary_language
from domain.generation.narration import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    SHORT_FORM,
    SpokenSentence,
    TimingSource,
    Utterance,
    Word,
    milliseconds,
    silent_utterance,
)
from domain.generation.ports import Voice
from domain.generation.speech import Aligner, Clip, PaceBook, SoundReader
from domain.generation.word_times import (
    MIN_WORD,
    Times,
    fill_gaps,
    in_order,
    over_stretches,
    shown_times,
    word_weight,
)

MASTERING_VERSION = 1
"""Counted up whenever the same answer of a service would become other sound or other times."""

_FOUND = 0.5
"""of a sentence's words: when fewer were found, the finds are no use"""
_OUTSIDE = SAMPLE_RATE // 2
"""how far beyond the sound an engine's times may lie: half a second of trailing silence"""
_TYPICAL_SPEEDS = (0.75, 1.3)
"""speeds at which a voice's own pace can still be told"""

Seconds = tuple[float, float]


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """What a service sent for one sentence."""

    data: bytes
    form: str
    """as ``SoundReader`` has it"""
    times: list[Seconds | None] | None = None
    """of each spoken word, in seconds from the start of ``data``; None where it told none"""
    tempo: float = 1.0
    """what is left to do of the speed that was asked for"""


def unsounded(sentence: SpokenSentence) -> Utterance | None:
    """What is heard of a sentence in which there's nothing to say; None where there is.

    No service is asked, and paid, for question marks.
    """
    if any(map(str.isalnum, sentence.spoken)):
        return None
    silence = silent_utterance()
    shown = [word for span in sentence.spans for word in span.shown]
    if not shown:
        return silence
    times = in_order([(0, 0)] * len(shown), max(silence.samples, MIN_WORD * len(shown)))
    pcm = silence.pcm.ljust(MIN_WORD * len(shown) * BYTES_PER_SAMPLE, b"\0")
    words = [Word(text, *time) for text, time in zip(shown, times, strict=True)]
    return Utterance(pcm, words, "proportional")


class Mastering:
    """Makes utterances of takes, for all services.

    Args:
        aligner: None where there's no library for it.
    """

    def __init__(self, reader: SoundReader, aligner: Aligner | None, paces: PaceBook) -> None:
        self._reader = reader
        self._aligner = aligner
        self._paces = paces

    def identity(self, language: str) -> str:
        """Changes whenever a take in this language would become another utterance."""
        aligner = self._aligner
        by = aligner.identity if aligner is not None and aligner.knows(language) else "by-length"
        return f"mastering-{MASTERING_VERSION}/{by}"

    def timing(self, language: str) -> TimingSource:
        """Where words' times come from in a language, when the engine tells none."""
        knows = self._aligner is not None and self._aligner.knows(language)
        return "forced_alignment" if knows else "proportional"

    def pace(self, voice_id: str, language: str, otherwise: float) -> float:
        """Words a minute of a voice: as measured here, else a figure for its engine."""
        return self._paces.pace(voice_id, primary_language(language)) or otherwise

    async def utterance(
        self, take: Take, sentence: SpokenSentence, voice: Voice, speed: float
    ) -> Utterance:
        """The sentence as ``take`` has it; in a thread.

        Raises:
            UnreadableSound: the take can't be decoded.
        """
        return await asyncio.to_thread(self._heard, take, sentence, voice, speed)

    def _heard(self, take: Take, sentence: SpokenSentence, voice: Voice, speed: float) -> Utterance:
        """The utterance, whose pace is noted."""
        spoken = self._utterance(take, sentence, voice)
        slowest, fastest = _TYPICAL_SPEEDS
        if slowest <= speed <= fastest:
            pause = milliseconds(SHORT_FORM.sentence_ms)
            self._paces.heard(
                voice.id,
                primary_language(voice.language),
                len(spoken.words),
                round(spoken.samples * speed) + pause,
            )
        return spoken

    def _utterance(self, take: Take, sentence: SpokenSentence, voice: Voice) -> Utterance:
        clip = self._reader.read(take.data, take.form, take.tempo)
        words = sentence.spoken.split()
        times, source = self._times(clip, take, words, voice.language)
        shown = [word for span in sentence.spans for word in span.shown]
        room = MIN_WORD * len(shown) * BYTES_PER_SAMPLE
        pcm = clip.pcm + bytes(max(0, room - len(clip.pcm)))
        placed = in_order(shown_times(sentence.spans, times), len(pcm) // BYTES_PER_SAMPLE)
        return Utterance(
            pcm, [Word(text, *time) for text, time in zip(shown, placed, strict=True)], source
        )

    def _times(
        self, clip: Clip, take: Take, words: Sequence[str], language: str
    ) -> tuple[list[Times], TimingSource]:
        length = len(clip.pcm) // BYTES_PER_SAMPLE
        weights = [word_weight(word) for word in words]
        told = _placed(take, clip, len(words), length)
        if _enough(told):
            return fill_gaps(told, weights, (0, length)), "engine"
        if self._aligner is not None and self._aligner.knows(language):
            found = self._aligner.align(clip.pcm, words)
            if _enough(found):
                return fill_gaps(found, weights, (0, length)), "forced_alignment"
        return over_stretches(words, clip.stretches or [(0, length)]), "proportional"


def _placed(take: Take, clip: Clip, count: int, length: int) -> list[Times | None]:
    """The engine's times in samples of the clip; none of them when they can't be right."""
    if take.times is None or len(take.times) != count:
        return []
    placed: list[Times | None] = []
    before = 0.0
    for time in take.times:
        if time is None:
            placed.append(None)
            continue
        start, end = time
        if not (isfinite(start) and isfinite(end) and before <= start <= end):
            return []
        before = start
        first, last = (
            round(second * SAMPLE_RATE / take.tempo) - clip.cut for second in (start, end)
        )
        if last > length + _OUTSIDE:
            return []
        placed.append((min(max(0, first), length), min(max(0, last), length)))
    return placed


def _enough(times: Sequence[Times | None]) -> bool:
    """Whether so many words have a time that the others may be put between them."""
    known = sum(time is not None for time in times)
    return bool(known) and known >= _FOUND * len(times)
