"""Comparisons: two things set against each other, to scale where the words give figures.

Without figures both sides are of one height: a bar must not claim what nobody said.
"""

from collections.abc import Sequence

from domain.generation import lexicon
from domain.generation.clauses import (
    MAX_NOUN_WORDS,
    object_of,
    predicate_of,
    subject_of,
)
from domain.generation.figures import Figure, figures_in
from domain.generation.phrases import key_phrases
from domain.generation.shots import MAX_SCREEN_WORDS, enter
from domain.generation.storyboard import Bar, ComparisonContent
from domain.generation.tokens import Token, joined, sentence_case

MIN_POLE_WORDS = 2
MAX_DEGREE_WORDS = 5
"""between a verb and the "than" that belongs to it: "is far thicker and denser" """
MAX_RATIO = 20.0
"""beyond it the smaller bar can't be seen; the figure says more"""

_SMALLER = frozenset(
    """
    smaller lighter shorter less fewer slower cheaper thinner lower nearer
    """.split()
)


def comparison(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """Two things set against each other, to scale where the words give a ratio."""
    return _ratio(tokens, start) or _versus(tokens, start) or _contrast(tokens, start)


def _ratio(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "Three times larger than Y", "twice as large as Y", "half the size of Y"."""
    found = _factor(tokens)
    if found is None:
        return None
    position, factor, value_text = found
    subject = subject_of(tokens[:position])
    pivot = next(
        (
            k
            for k in range(position + 1, len(tokens))
            if tokens[k].lower in ("than", "as", "of")
            and not (tokens[k].lower == "as" and k == position + 1)
        ),
        None,
    )
    if subject is None or pivot is None or any(t.negates for t in tokens[: pivot + 1]):
        return None
    other = object_of(tokens[pivot + 1 :])
    if other is None:
        return None
    shown = (value_text, "1×")
    if any(t.lower in _SMALLER for t in tokens[position:pivot]) and factor > 1:
        factor, shown = 1 / factor, ("1×", value_text)
    larger = max(factor, 1.0)
    first, second = _side(subject), _side(other)
    return ComparisonContent(
        bars=[
            Bar(first, shown[0], factor / larger, enter(subject[0], start)),
            Bar(second, shown[1], 1.0 / larger, enter(other[0], start)),
        ],
        measured=True,
    )


def _factor(tokens: Sequence[Token]) -> tuple[int, float, str] | None:
    for figure in figures_in(tokens):
        if figure.ratio and not figure.suffix.strip("+") and 1 < figure.value <= MAX_RATIO:
            return figure.first, figure.value, f"{figure.text}×"
    for position, token in enumerate(tokens):
        following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
        if token.lower == "twice" and following in ("as", "the"):
            return position, 2.0, "2×"
        if token.lower == "half" and following in ("as", "the"):
            return position, 0.5, "½"
    return None


def _versus(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "A weighs 10 kg, whereas B weighs 5 kg": one unit, two figures."""
    pivot = _pivot(tokens, ("whereas", "while", "versus", "vs", "but", "compared"))
    if pivot is None:
        return None
    sides = (tokens[:pivot], tokens[pivot + 1 :])
    figures = [figures_in(side) for side in sides]
    if any(len(found) != 1 for found in figures):
        return None
    one, two = figures[0][0], figures[1][0]
    subjects = [subject_of(side) for side in sides]
    if _measure(one) != _measure(two) or any(subject is None for subject in subjects):
        return None
    largest = max(one.value, two.value)
    if largest <= 0 or min(one.value, two.value) < 0:
        return None
    bars = [
        Bar(
            _side(subject or []),
            f"{figure.text} {_unit(figure)}".strip(),
            figure.value / largest,
            enter(side[figure.first], start),
        )
        for subject, figure, side in zip(subjects, (one, two), sides, strict=True)
    ]
    return ComparisonContent(bars=bars, measured=True)


def _measure(figure: Figure) -> tuple[str, str, str]:
    return figure.prefix.lstrip("~<"), figure.suffix.lstrip("+"), _unit(figure)


def _unit(figure: Figure) -> str:
    """What the figure counts, where its suffix doesn't say it already."""
    if figure.suffix.strip("+ ") not in {"", *lexicon.MULTIPLIERS}:
        return ""
    return figure.label.split(" ", 1)[0] if figure.label else ""


def _contrast(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """Two sides without figures: by "unlike", by "whereas", or by a comparative."""
    if tokens and tokens[0].lower == "unlike":
        return _unlike(tokens, start)
    pivot = _pivot(tokens, ("whereas", "while", "but"))
    if pivot is not None and (tokens[pivot].lower != "while" or tokens[pivot - 1].mark):
        return _opposed(tokens, pivot, start)
    return _comparative(tokens, start)


def _unlike(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "Unlike A, B has no shell"."""
    comma = next((k for k, t in enumerate(tokens) if t.mark == ","), None)
    if comma is None:
        return None
    main = tokens[comma + 1 :]
    subject, said = subject_of(main), predicate_of(main)
    other = object_of(tokens[1 : comma + 1])
    if subject is None or said is None or other is None:
        return None
    return _columns((other, "", tokens[1]), (subject, said, main[0]), start)


def _opposed(tokens: Sequence[Token], pivot: int, start: int) -> ComparisonContent | None:
    """ "A is tall, whereas B is small"; or what either side is about, where both name one sort."""
    sides = (tokens[:pivot], tokens[pivot + 1 :])
    said = [(subject_of(side), predicate_of(side), side[0]) for side in sides]
    (one, one_is, one_at), (two, two_is, two_at) = said
    if not tokens[-1].mark or one is None or two is None or one_is is None or two_is is None:
        return _poles(sides, start) if tokens[pivot].lower != "but" else None
    return _columns((one, one_is, one_at), (two, two_is, two_at), start)


def _comparative(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "A is taller than B", "A is more common than B"."""
    than = next((k for k, t in enumerate(tokens) if t.lower == "than" and k > 1), None)
    if than is None or figures_in(tokens) or any(t.negates for t in tokens):
        return None
    degree = tokens[than - 1]
    more = tokens[than - 2].lower in ("more", "less") and not degree.is_function_word
    if not (degree.lower.endswith("er") or more) or degree.lower in ("rather", "other"):
        return None
    verb = next((k for k, t in enumerate(tokens[:than]) if k and t.verb), 0)
    if than - verb > MAX_DEGREE_WORDS:  # it compares something in a clause further on
        return None
    subject, other = subject_of(tokens[:than]), object_of(tokens[than + 1 :])
    if subject is None or other is None:
        return None
    said = joined(tokens[than - 2 : than] if more else [degree])
    return _columns((subject, said, subject[0]), (other, "", other[0]), start)


def _poles(sides: Sequence[Sequence[Token]], start: int) -> ComparisonContent | None:
    """The most telling phrase of either side of a contrast, where both name one sort of thing."""
    best = [key_phrases(side, 2, MAX_NOUN_WORDS, 1) for side in sides]
    if any(not found or found[0].words < MIN_POLE_WORDS for found in best):
        return None
    one, two = best[0][0].tokens, best[1][0].tokens
    if one[-1].lower != two[-1].lower:
        return None
    return _columns((one, "", one[0]), (two, "", two[0]), start)


def _columns(
    one: tuple[Sequence[Token], str, Token], two: tuple[Sequence[Token], str, Token], start: int
) -> ComparisonContent | None:
    bars = [Bar(_side(who), said, 1.0, enter(at, start)) for who, said, at in (one, two)]
    words = sum(len(f"{bar.label} {bar.value_text}".split()) for bar in bars)
    if bars[0].label.casefold() == bars[1].label.casefold() or words > MAX_SCREEN_WORDS:
        return None
    return ComparisonContent(bars=bars, measured=False)


def _pivot(tokens: Sequence[Token], words: Sequence[str]) -> int | None:
    return next(
        (k for k, t in enumerate(tokens) if t.lower in words and 1 < k < len(tokens) - 2), None
    )


def _side(tokens: Sequence[Token]) -> str:
    return sentence_case(joined(tokens))
