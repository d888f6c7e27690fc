"""From spoken words' times to shown words' times.

Pure arithmetic on samples: no model, no sound. Times are (start, end) pairs.
"""

from collections.abc import Sequence

from domain.generation.narration import SAMPLE_RATE, SpokenSpan

MIN_WORD = SAMPLE_RATE // 50
"""The least that a shown word gets: 20 ms."""

_DIGIT_WEIGHT = 3
"""letters that a digit is worth in speech: "7" is spoken as five"""

Times = tuple[int, int]


def word_weight(word: str) -> int:
    """How long a word is in speech beside others: its letters, digits counting more; 0 if none."""
    return sum(_DIGIT_WEIGHT if c.isdigit() else 1 for c in word if c.isalnum())


def shared_out(start: int, end: int, weights: Sequence[int]) -> list[Times]:
    """Divide a stretch in proportion to weights; those without weight get ``MIN_WORD`` first."""
    least = min(MIN_WORD, (end - start) // max(1, len(weights)))
    light = sum(1 for weight in weights if weight <= 0)
    total = sum(weight for weight in weights if weight > 0)
    spare = (end - start) - light * least
    times: list[Times] = []
    position, passed, small = start, 0, 0
    for weight in weights:
        if weight > 0:
            passed += weight
        else:
            small += 1
        share = spare * passed // total if total else 0
        until = start + share + small * least
        times.append((position, until))
        position = until
    if times:
        times[-1] = (times[-1][0], end)
    return times


def fill_gaps(times: Sequence[Times | None], weights: Sequence[int], sound: Times) -> list[Times]:
    """Give words without a time a share of their neighbours' stretch.

    A run of words that weren't found is divided, together with the word before it (or after
    it, at the start), in proportion to their weights. Nothing found at all: the whole sound is.
    """
    filled = list(times)
    index = 0
    while index < len(filled):
        if filled[index] is not None:
            index += 1
            continue
        first = last = index
        while last < len(filled) and filled[last] is None:
            last += 1
        before = filled[first - 1] if first > 0 else None
        after = filled[last] if last < len(filled) else None
        if before is not None:
            first, start = first - 1, before[0]
            end = max(before[1], after[0]) if after is not None else max(before[1], sound[1])
        elif after is not None:
            start, end = min(sound[0], after[0]), after[1]
            last += 1
        else:
            start, end = sound
        filled[first:last] = shared_out(start, end, [max(1, w) for w in weights[first:last]])
        index = last
    return [time for time in filled if time is not None]


def shown_times(spans: Sequence[SpokenSpan], spoken: Sequence[Times]) -> list[Times]:
    """Times of all shown words; ``spoken`` has one pair for each spoken word of the spans."""
    times: list[Times] = []
    position = 0
    for span in spans:
        count = len(span.spoken.split())
        inside = spoken[position : position + count]
        position += count
        weights = [word_weight(word) for word in span.shown]
        if count == len(span.shown) and all(weights):
            times.extend(inside)
        else:
            times.extend(shared_out(inside[0][0], inside[-1][1], weights))
    return times


def in_order(times: Sequence[Times], length: int) -> list[Times]:
    """The same times in order, without overlap, none shorter than ``MIN_WORD``, inside ``length``.

    ``length`` has room for ``MIN_WORD`` a word, else each gets what there is.
    """
    least = min(MIN_WORD, length // max(1, len(times)))
    ordered: list[Times] = []
    earliest = 0
    for index, (start, end) in enumerate(times):
        latest = length - (len(times) - index - 1) * least
        begin = min(max(start, earliest), latest - least)
        earliest = min(max(end, begin + least), latest)
        ordered.append((begin, earliest))
    return ordered
