"""Times that an engine tells of pieces of text, brought to the words of a sentence.

One engine tells them of characters, another of words as it divides them ("well" and "known" for
"well-known", one "ten thousand" for two): so letters are matched, whatever stands around them.
"""

import unicodedata
from collections.abc import Sequence

import msgspec

Seconds = tuple[float, float]

_AHEAD = 48
"""letters that an engine may have left out between two pieces"""
_ENOUGH = 0.5
"""of a word's letters"""


class Piece(msgspec.Struct, frozen=True):
    """A bit of text and when it sounds, in seconds."""

    text: str
    start: float
    end: float


def times_of_words(words: Sequence[str], pieces: Sequence[Piece]) -> list[Seconds | None]:
    """When each word sounds; None for one of which too few letters were told."""
    letters = "".join(_letters(word) for word in words)
    told: list[Seconds | None] = [None] * len(letters)
    position = 0
    for piece in pieces:
        text = _letters(piece.text)
        if not text:
            continue
        found = letters.find(text, position, position + len(text) + _AHEAD)
        if found < 0:
            continue
        step = (piece.end - piece.start) / len(text)
        for index in range(len(text)):
            start = piece.start + index * step
            told[found + index] = (start, start + step)
        position = found + len(text)

    times: list[Seconds | None] = []
    begin = 0
    for word in words:
        end = begin + len(_letters(word))
        known = [time for time in told[begin:end] if time is not None]
        enough = bool(known) and len(known) >= _ENOUGH * (end - begin)
        times.append((known[0][0], known[-1][1]) if enough else None)
        begin = end
    return times


def share_told(words: Sequence[str], pieces: Sequence[Piece]) -> float:
    """How far into the words the last piece reaches, 0 to 1: less than 1 when an answer broke off.

    Words without any letter don't count. A last piece that is none of the words is one in another
    spelling: the answer is taken to be whole.
    """
    speaking = [word for word in words if _letters(word)]
    told = [piece for piece in pieces if _letters(piece.text)]
    if told and _letters(told[-1].text) not in "".join(map(_letters, speaking)):
        return 1.0
    times = times_of_words(speaking, pieces)
    last = max((number for number, time in enumerate(times, start=1) if time), default=0)
    return last / len(speaking) if speaking else 1.0


def _letters(text: str) -> str:
    """Letters and figures alone, one way of writing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())
