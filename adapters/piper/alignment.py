"""Which of the phonemes heard belong to which spoken word.

espeak-ng doesn't say: it runs words together ("of the" is one group), takes one apart ("1916" is
two) and changes their sounds in company. So each word is put into phonemes alone, and the row of
all these is matched with the phonemes of the whole sentence at the lowest cost: an edit distance
whose boundaries between words like to fall on the breaks that espeak did keep.
"""

from collections.abc import Sequence

import msgspec

_SUBSTITUTION = 1.0
_SIMILAR = 0.4
_MISSING = 0.8
"""a phoneme of the word alone that isn't heard in the sentence"""
_EXTRA = 0.8
"""a phoneme of the sentence that the word alone doesn't have"""
_BOUNDARY_WITHOUT_BREAK = 0.5
_BREAK_WITHIN_WORD = 0.7
_DOUBTFUL = 0.75
"""cost per phoneme above which a word is taken not to be recognised"""
_TOO_SHORT_TO_DOUBT = 2
"""phonemes: "a" and "the" change all of theirs in company, and their neighbours hold them"""
_BAND = 60
"""phonemes that the sentence may run ahead of or behind its words, one by one"""
_FAR = float("inf")

Row = tuple[list[float], list[int]]
"""For each count of phonemes heard: the least cost so far, and where the word then began."""

_CLASSES = (
    "aæɐɑɒʌəɜɚɝɛeɘᵻɪiɨyøœɔoɵuʊʉɯ",  # vowels weaken into one another
    "tdɾʔθð",
    "szʃʒ",
    "kɡgx",
    "pbfv",
    "nŋmɲ",
    "rɹlɫɚɝ",
    "wʍvʊu",
    "jiɪ",
)
_SIMILAR_PAIRS = frozenset((a, b) for group in _CLASSES for a in group for b in group if a != b)


class Heard(msgspec.Struct, frozen=True):
    """A phoneme of the sentence; ``breaks``: a break or a pause comes before it."""

    symbol: str
    breaks: bool


class Alignment(msgspec.Struct, frozen=True):
    """For each word the phonemes heard for it: a range, in order, together all of them."""

    ranges: list[tuple[int, int]]
    doubtful: list[bool]
    """words that hardly match what was heard; their ranges are guesses, and may be empty"""


def align(words: Sequence[Sequence[str]], heard: Sequence[Heard]) -> Alignment:
    """Divide the phonemes heard among the words (each given as its phonemes alone)."""
    length = len(heard)
    costs = [0.0] + [_FAR] * length
    starts_of: list[list[int]] = []
    total = sum(map(len, words))
    passed = 0
    for word in words:
        before = [
            cost if j in (0, length) or heard[j].breaks else cost + _BOUNDARY_WITHOUT_BREAK
            for j, cost in enumerate(costs)
        ]
        row = _extended((before, list(range(length + 1))), heard, 0, length)
        for phoneme in word:
            passed += 1
            middle = passed * length // total
            low, high = max(0, middle - _BAND), min(length, middle + _BAND)
            row = _matched(phoneme, row, heard, low, high)
        costs, starts = row
        starts_of.append(starts)

    ranges: list[tuple[int, int]] = []
    end = length
    for starts in reversed(starts_of):
        ranges.append((starts[end], end))
        end = starts[end]
    ranges.reverse()
    found = [
        _recognised(word, [phone.symbol for phone in heard[first:last]])
        for word, (first, last) in zip(words, ranges, strict=True)
    ]
    return Alignment(ranges, [not known for known in found])


def _recognised(alone: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether a word's range sounds like it. The shortest words sound like anything."""
    if not heard:
        return False
    row = [j * _EXTRA for j in range(len(heard) + 1)]
    for symbol in alone:
        new = [row[0] + _MISSING]
        for j, other in enumerate(heard):
            new.append(
                min(row[j] + _substitution(symbol, other), row[j + 1] + _MISSING, new[j] + _EXTRA)
            )
        row = new
    longest = max(len(alone), len(heard))
    return longest <= _TOO_SHORT_TO_DOUBT or row[-1] <= _DOUBTFUL * longest


def _substitution(alone: str, heard: str) -> float:
    if alone == heard:
        return 0.0
    return _SIMILAR if (alone, heard) in _SIMILAR_PAIRS else _SUBSTITUTION


def _inside(heard: Sequence[Heard], j: int, start: int) -> float:
    """The cost of taking phoneme ``j`` into a word that began at ``start``."""
    return _BREAK_WITHIN_WORD if j > start and heard[j].breaks else 0.0


def _extended(row: Row, heard: Sequence[Heard], low: int, high: int) -> Row:
    """The row after any number of extra phonemes at its end."""
    costs, starts = row
    for j in range(low, high):
        cost = costs[j] + _EXTRA + _inside(heard, j, starts[j])
        if cost < costs[j + 1]:
            costs[j + 1], starts[j + 1] = cost, starts[j]
    return row


def _matched(phoneme: str, row: Row, heard: Sequence[Heard], low: int, high: int) -> Row:
    """The row after one more phoneme of the word: missing, or heard as another."""
    costs, starts = row
    new_costs = [_FAR] * len(costs)
    new_starts = list(starts)
    for j in range(low, high + 1):
        new_costs[j] = costs[j] + _MISSING
        if j > 0:
            cost = costs[j - 1] + _substitution(phoneme, heard[j - 1].symbol)
            cost += _inside(heard, j - 1, starts[j - 1])
            if cost < new_costs[j]:
                new_costs[j], new_starts[j] = cost, starts[j - 1]
    return _extended((new_costs, new_starts), heard, low, high)
