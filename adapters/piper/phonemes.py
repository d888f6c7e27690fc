"""Text to phonemes, as Piper's voices were trained on them: espeak-ng's IPA, symbol by symbol."""

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

PAUSE_MARKS = frozenset(".,;:?!")
"""Symbols that the voice answers with a pause."""
STRESS_MARKS = frozenset("ˈˌːˑʲ")
"""Symbols that modify their neighbours: they sound, but say nothing about which word this is.
(``ʲ`` is the glide that espeak puts between two vowels of neighbouring words.)"""
WORD_BREAK = " "

MAX_CHUNK_SYMBOLS = 400
"""About 25 s of speech: the model's attention costs the square of this."""

_ESPEAK = threading.Lock()
"""espeak-ng is one global state machine per process: its language is set before each call."""

_LANGUAGE_SWITCH = re.compile(r"\([^)]+\)")
_LETTER = re.compile(r"[A-Z](?:['’]?s)?[.,;:?!]?")
_PAUSE_FOR = str.maketrans({"—": ",", "–": ",", "…": ",", "\u2015": ","})
_SAME_WORD_CACHE = 4096


class Chunk(msgspec.Struct, frozen=True):
    """What the model is given at once: symbols, with the breaks and marks between words."""

    symbols: list[str]


class EspeakFrontend:
    """Phonemes in one espeak-ng language, such as ``en-us``."""

    def __init__(self, espeak_voice: str, known: frozenset[str]) -> None:
        """``known`` are the symbols the voice has ids for; others are left out."""
        self._voice = espeak_voice
        self._known = known
        self.word = lru_cache(maxsize=_SAME_WORD_CACHE)(self._word)

    def chunks(self, words: Sequence[str]) -> list[Chunk]:
        """A sentence's phonemes, divided where the voice should start afresh.

        Chunks end at full stops inside the sentence and, when there are none for too long, at
        lesser marks or between words. The last one ends with a full stop at least: without one
        the voice hangs in the air.
        """
        chunks: list[Chunk] = []
        symbols: list[str] = []
        for phonemes, mark, ends in self._espeak(_text_for_espeak(words)):
            clause = self._symbols(phonemes)
            if not any(map(sounds, clause)):
                continue
            if symbols:
                symbols.append(WORD_BREAK)
            symbols.extend(clause)
            symbols.extend(symbol for symbol in mark if symbol in self._known)
            if ends:
                chunks.extend(_divided(symbols))
                symbols = []
        chunks.extend(_divided(symbols))
        if chunks and chunks[-1].symbols[-1] not in PAUSE_MARKS and "." in self._known:
            chunks[-1].symbols.append(".")
        return chunks

    def _word(self, word: str) -> tuple[str, ...]:
        """One word's phonemes when it stands alone, without breaks, marks and stress."""
        bare = word.strip(".,;:?!…—–-\"'“”‘’()[]")
        return tuple(
            symbol
            for phonemes, _, _ in self._espeak(bare)
            for symbol in self._symbols(phonemes)
            if sounds(symbol)
        )

    def _symbols(self, phonemes: str) -> list[str]:
        plain = _LANGUAGE_SWITCH.sub("", phonemes)
        return [s for s in unicodedata.normalize("NFD", plain) if s in self._known]

    def _espeak(self, text: str) -> Any:
        if not text.strip():
            return []
        with _ESPEAK:
            bridge = _espeak_bridge()
            bridge.set_voice(self._voice)
            return bridge.get_phonemes(text)


@cache
def _espeak_bridge() -> Any:
    """espeak-ng, started once per process; call with the lock held."""
    from piper import espeakbridge
    from piper.phonemize_espeak import ESPEAK_DATA_DIR

    espeakbridge.initialize(str(ESPEAK_DATA_DIR))
    return espeakbridge


def sounds(symbol: str) -> bool:
    """Whether a symbol is a phoneme that tells words apart (no break, mark or stress)."""
    return symbol != WORD_BREAK and symbol not in PAUSE_MARKS and symbol not in STRESS_MARKS
    return sounds(symbol)


def _text_for_espeak(words: Sequence[str]) -> str:
    """The words as espeak reads them best.

    Letters spoken one by one ("F", "B", "I") are joined by dots, "F.B.I": apart, espeak takes an
    A for the article, and each letter gets a stress of its own. No dot after the last one, which
    would end the sentence.
    """
    texts: list[str] = []
    in_run = False
    for word in words:
        text = word.translate(_PAUSE_FOR)
        is_letter = _LETTER.fullmatch(text) is not None
        if is_letter and in_run:
            texts[-1] += "." + text
        else:
            texts.append(text)
        in_run = is_letter and len(text) == 1
    return " ".join(texts)


def _divided(symbols: list[str]) -> list[Chunk]:
    """Chunks of at most ``MAX_CHUNK_SYMBOLS``, cut after a mark, else at a break, if it can be."""
    chunks = []
    while len(symbols) > MAX_CHUNK_SYMBOLS:
        cut = _last_break(symbols, after_mark=True) or _last_break(symbols, after_mark=False)
        cut = cut or MAX_CHUNK_SYMBOLS
        chunks.append(Chunk(symbols[:cut]))
        symbols = symbols[cut:]
    if any(map(sounds, symbols)):
        chunks.append(Chunk(symbols))
    return chunks


def _last_break(symbols: Sequence[str], *, after_mark: bool) -> int:
    """Where the second half of a chunk can be cut behind a break; 0: nowhere."""
    for i in range(MAX_CHUNK_SYMBOLS - 1, MAX_CHUNK_SYMBOLS // 2, -1):
        if symbols[i] == WORD_BREAK and (not after_mark or symbols[i - 1] in PAUSE_MARKS):
            return i + 1
    return 0
