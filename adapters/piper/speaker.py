"""One voice, opened: words in; sound at 48 kHz, and when each word sounds, out."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adapters.piper.alignment import Heard, align
from adapters.piper.model import Inference, SeededModel
from adapters.piper.phonemes import PAUSE_MARKS, WORD_BREAK, EspeakFrontend, sounds
from adapters.piper.sound import Sound, faded, joined, levels, resampled, speech_edges
from domain.generation.narration import SAMPLE_RATE
from domain.generation.word_times import MIN_WORD, Times, fill_gaps, word_weight

_PAD, _BEGIN, _END = "_", "^", "$"
_HOP_LENGTH = 256
"""samples of sound to a frame of the model, where the voice's JSON doesn't say"""
_CHUNK_GAP = SAMPLE_RATE * 240 // 1000
"""pause between two sentences that were given as one: 240 ms"""

_RINGING = SAMPLE_RATE * 70 // 1000
"""silence inside a word's end, such as the closure of its last stop: at most 70 ms"""


class Phone(msgspec.Struct, frozen=True):
    """A phoneme of the sentence and when it sounds, in samples at 48 kHz."""

    heard: Heard
    start: int
    end: int


class Recording(msgspec.Struct, frozen=True):
    """A spoken sentence: its sound, and the times of the spoken words."""

    sound: Sound
    times: list[Times]
    measured: bool
    """every word's time comes from the model; else some were shared out by length"""


class Speaker:
    """A voice ready to speak; ``say`` may be called by several threads at once."""

    def __init__(self, model: Path, config: dict[str, Any]) -> None:
        self._model = SeededModel(model)
        self._ids: dict[str, list[int]] = config["phoneme_id_map"]
        self._rate: int = config["audio"]["sample_rate"]
        self._hop_length: int = config.get("hop_length", _HOP_LENGTH)
        inference = config.get("inference", {})
        self._inference = Inference(
            noise=inference.get("noise_scale", 0.667),
            length=inference.get("length_scale", 1.0),
            duration_noise=inference.get("noise_w", 0.8),
        )
        self._frontend = EspeakFrontend(config["espeak"]["voice"], frozenset(self._ids))

    def say(self, words: Sequence[str], speed: float, seed: int) -> Recording:
        """Speak a sentence's words. Nothing pronounceable among them: an empty sound."""
        pieces: list[Sound] = []
        phones: list[Phone] = []
        offset = 0
        for number, chunk in enumerate(self._frontend.chunks(words)):
            piece, found = self._say_symbols(
                chunk.symbols, speed, _seed_of(seed, number, chunk.symbols)
            )
            phones.extend(Phone(p.heard, p.start + offset, p.end + offset) for p in found)
            pieces.append(piece)
            offset += len(piece) + _CHUNK_GAP
        sound = joined(pieces, _CHUNK_GAP)
        if not phones:
            return Recording(sound[:0], [(0, 0)] * len(words), measured=False)
        times, measured = self._word_times(words, phones, len(sound))
        return Recording(sound, _tightened(times, sound), measured)

    def _say_symbols(
        self, symbols: list[str], speed: float, seed: int
    ) -> tuple[Sound, list[Phone]]:
        """Speak one chunk; its sound is trimmed, its phonemes timed in the trimmed sound."""
        pad = self._ids[_PAD]
        ids = [*self._ids[_BEGIN], *pad]
        positions: list[tuple[int, int]] = []
        for symbol in symbols:
            positions.append((len(ids), len(ids) + len(self._ids[symbol])))
            ids += [*self._ids[symbol], *pad]
        ids += self._ids[_END]
        raw, durations = self._model.run(ids, self._inference, speed=speed, seed=seed)
        frames = np.concatenate([[0], np.cumsum(durations)])
        ends = frames * (self._hop_length * SAMPLE_RATE / self._rate)

        sound = resampled(raw, self._rate)
        first, last = speech_edges(sound)

        def at(position: int) -> int:
            return min(max(round(float(ends[position])) - first, 0), last - first)

        # The sound of a symbol begins in the blank before it (measured: onsets after a pause
        # fall there, 10 to 30 ms before the symbol's own first frame).
        phones = _phones(symbols, [(at(s - len(pad)), at(e)) for s, e in positions])
        return faded(sound[first:last]), phones

    def _word_times(
        self, words: Sequence[str], phones: Sequence[Phone], length: int
    ) -> tuple[list[Times], bool]:
        alone = [self._frontend.word(word) for word in words]
        alignment = align(alone, [phone.heard for phone in phones])
        times = [
            None if first == last else (phones[first].start, phones[last - 1].end)
            for first, last in alignment.ranges
        ]
        filled = fill_gaps(times, [word_weight(word) for word in words], (0, length))
        return filled, not any(alignment.doubtful)


def _phones(symbols: Sequence[str], times: Sequence[Times]) -> list[Phone]:
    """The phonemes among the symbols.

    Stress marks sound as the start of the phoneme after them; lengthening, a mark and the break
    between two words as the end of the one before (it rings on into a mark, and what is silent
    there is taken off by ``_tightened``); the break after a mark belongs to nobody.
    """
    phones: list[Phone] = []
    start: int | None = None
    breaks, pausing = True, False
    for symbol, (begin, end) in zip(symbols, times, strict=True):
        if sounds(symbol):
            phones.append(Phone(Heard(symbol, breaks), begin if start is None else start, end))
            start, breaks, pausing = None, False, False
        elif symbol in "ˈˌ":
            start = begin if start is None else start
        else:
            if phones and not pausing:
                phones[-1] = msgspec.structs.replace(phones[-1], end=end)
            pausing = pausing or symbol in PAUSE_MARKS
            breaks = breaks or pausing or symbol == WORD_BREAK
    return phones


def _tightened(times: Sequence[Times], sound: Sound) -> list[Times]:
    """Bring both ends of each word to where the sound is, as long as a word is left.

    Silence is taken off, and a word before a pause gets what still rings in it (a final "t").
    """
    curve = levels(sound)
    tight: list[Times] = []
    for index, (start, end) in enumerate(times):
        limit = times[index + 1][0] if index + 1 < len(times) else len(sound)
        rings = curve.rings_on(end, limit, _RINGING) if limit > end else end
        first, last = curve.first_sound(start, rings), curve.last_sound(start, rings)
        if first is None or last is None or last - first < MIN_WORD:
            tight.append((start, end))
        else:
            tight.append((first, last))
    return tight


def _seed_of(seed: int, number: int, symbols: Sequence[str]) -> int:
    """The noise's seed: from the caller's seed and what is said, so that sentences differ."""
    text = f"{seed}/{number}/{''.join(symbols)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
