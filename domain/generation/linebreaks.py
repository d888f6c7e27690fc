"""Line breaks: which words of a caption should stay together."""

from collections.abc import Sequence

from domain.generation import lexicon

MAX_LINES = 2

_SENTENCE_ENDS = ".!?…"
_CLAUSE_ENDS = ",;:—–"
_CLOSERS = "\"'”’»)]}"

# what it costs to part two words; only the order matters
_AT_SENTENCE, _AT_CLAUSE, _BEFORE_PHRASE = 0.0, 0.1, 0.3
_BETWEEN_WORDS, _AFTER_SMALL_WORD, _INSIDE_NAME, _AFTER_OPENER = 0.9, 1.2, 1.8, 2.0


def break_cost(before: str, after: str) -> float:
    """What it costs to part two neighbouring words: phrases should stay together."""
    tail = before.rstrip(_CLOSERS)[-1:]
    if tail and tail in _SENTENCE_ENDS + _CLAUSE_ENDS:
        return _AT_SENTENCE if tail in _SENTENCE_ENDS + ";:" else _AT_CLAUSE
    left, right = _plain(before), _plain(after)
    cost = _BETWEEN_WORDS
    if left in lexicon.DETERMINERS | lexicon.PREPOSITIONS | lexicon.COORDINATORS:
        cost = _AFTER_OPENER
    elif left in lexicon.FUNCTION_WORDS:
        cost = _AFTER_SMALL_WORD
    elif right in lexicon.PHRASE_STARTERS:
        cost = _BEFORE_PHRASE
    elif before[-1:].isdigit() or (before[:1].isupper() and after[:1].isupper()):
        cost = _INSIDE_NAME
    return cost


def _plain(word: str) -> str:
    return "".join(c for c in word if c.isalnum() or c in "'’-").casefold()


def lines_of(words: Sequence[str], line_chars: int) -> list[list[str]] | None:
    """Set words in at most two lines, broken at a phrase and balanced; None if they don't fit.

    A word longer than a line may stand alone in one.
    """
    if not words:
        return None
    if len(" ".join(words)) <= line_chars or len(words) == 1:
        return [list(words)]
    choices = []
    for cut in range(1, len(words)):
        lines = [list(words[:cut]), list(words[cut:])]
        lengths = [len(" ".join(line)) for line in lines]
        if all(n <= line_chars or len(li) == 1 for n, li in zip(lengths, lines, strict=True)):
            uneven = abs(lengths[0] - lengths[1]) / line_chars
            choices.append((break_cost(words[cut - 1], words[cut]) + uneven, cut))
    if not choices:
        return None
    cut = min(choices)[1]
    return [list(words[:cut]), list(words[cut:])]
