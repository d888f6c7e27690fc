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

_PAUSING = ",.;:?!—–"
_CLOSING = "\"'”’»)]}"
_NEAR = 0.12
"""of a sentence: how far a pause may lie from where its mark is by length"""


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


def over_stretches(words: Sequence[str], stretches: Sequence[Times]) -> list[Times]:
    """Share stretches of speech out among words by their length, pauses left free.

    A pause that falls near the end of a word that has a mark (a comma, a full stop) is taken to
    be that mark's: the words before it fill the stretches before it. ``stretches`` isn't empty.
    """
    weights = [max(1, word_weight(word)) for word in words]
    parts = _parts_at_marks(words, weights, stretches)
    times: list[Times] = []
    done = 0
    for count, inside in parts:
        times.extend(_poured(weights[done : done + count], inside))
        done += count
    return times


def _parts_at_marks(
    words: Sequence[str], weights: Sequence[int], stretches: Sequence[Times]
) -> list[tuple[int, Sequence[Times]]]:
    """How many words go into which stretches: cut where a pause and a mark lie near each other."""
    total_weight = sum(weights)
    total_sound = sum(end - start for start, end in stretches)
    marks = [
        (index + 1, sum(weights[: index + 1]) / total_weight)
        for index, word in enumerate(words[:-1])
        if word.rstrip(_CLOSING)[-1:] in _PAUSING
    ]
    parts: list[tuple[int, Sequence[Times]]] = []
    words_done = stretches_done = sound = 0
    for number, (start, end) in enumerate(stretches[:-1], start=1):
        sound += end - start
        share = sound / max(1, total_sound)
        near = [mark for mark in marks if mark[0] > words_done and abs(mark[1] - share) < _NEAR]
        if not near:
            continue
        count = min(near, key=lambda mark: abs(mark[1] - share))[0]
        parts.append((count - words_done, stretches[stretches_done:number]))
        words_done, stretches_done = count, number
    parts.append((len(words) - words_done, stretches[stretches_done:]))
    return parts


def _poured(weights: Sequence[int], stretches: Sequence[Times]) -> list[Times]:
    """Times of words that fill some stretches one after the other."""
    total = sum(end - start for start, end in stretches)
    times: list[Times] = []
    passed, whole = 0, sum(weights)
    for weight in weights:
        first, last = total * passed // whole, total * (passed + weight) // whole
        passed += weight
        times.append((_at(first, stretches, after=True), _at(last, stretches, after=False)))
    return times


def _at(sound: int, stretches: Sequence[Times], *, after: bool) -> int:
    """Where so many samples of speech have passed; at a pause: its end (``after``) or start."""
    for start, end in stretches:
        length = end - start
        if sound < length or (sound == length and not after):
            return start + sound
        sound -= length
    return stretches[-1][1]
