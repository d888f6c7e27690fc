"""What follows what: one year or several, and processes in which one thing leads to the next."""

from collections.abc import Sequence
from itertools import pairwise

from domain.generation import lexicon
from domain.generation.clauses import after_last_break, noun_phrase, object_of, subject_of
from domain.generation.figures import is_year, year_of
from domain.generation.phrases import Phrase, key_phrases, phrases_in
from domain.generation.shots import enter
from domain.generation.storyboard import (
    NumberContent,
    ProcessContent,
    Reveal,
    TimelineContent,
    TimelineMark,
)
from domain.generation.tokens import Token, joined, sentence_case

MIN_YEARS, MAX_YEARS = 2, 5
MAX_LABEL_WORDS = 4
MAX_NODE_WORDS = 4
MAX_NODES = 4
MAX_STEP_WORDS = 6
"""a longer clause has more than one key phrase"""

_CAUSES = frozenset(
    """
    causes cause triggers trigger produces produce creates create generates generate
    releases release
    """.split()
)
_ENABLES = frozenset(["enabling", "allowing", "letting", "causing"])
_BECOMES = frozenset(["becomes", "become"])
_TRANSFORMS = frozenset(
    """
    turn turns turned convert converts converted transform transforms transformed change
    changes changed develop develops developed grow grows grew evolve evolves evolved melt
    melts freeze freezes condense condenses collapse collapses break breaks broke
    """.split()
)


def timeline(tokens: Sequence[Token], start: int) -> TimelineContent | None:
    """Two or more different years, each with a phrase of its own clause."""
    at = [k for k, t in enumerate(tokens) if year_of(t) is not None and is_year(tokens, k)]
    years = [int(tokens[k].core) for k in at]
    if not 1 < len(set(years)) == len(years) <= MAX_YEARS:
        return None
    if any(t.core in ("BC", "BCE") for t in tokens):
        return None
    labels = _year_labels(tokens, at)
    marks = [
        TimelineMark(year, label, enter(tokens[k], start))
        for year, label, k in zip(years, labels, at, strict=True)
    ]
    return TimelineContent(marks=sorted(marks, key=lambda mark: mark.year))


def year(tokens: Sequence[Token], start: int) -> NumberContent | None:
    """The one year of a clause as a figure, over what happened in it."""
    at = [k for k, t in enumerate(tokens) if is_year(tokens, k)]
    if len(at) != 1 or year_of(tokens[at[0]]) is None:
        return None
    around = [
        phrase
        for part in (tokens[: at[0]], tokens[at[0] + 1 :])
        for phrase in phrases_in(part)
        if phrase.words <= MAX_LABEL_WORDS and not (phrase.words == 1 and phrase.tokens[0].verb)
    ]
    if any(t.core in ("BC", "BCE") for t in tokens) or not around:
        return None
    return NumberContent(
        value=float(tokens[at[0]].core),
        grouping=False,
        label=max(around, key=_score).text,
        land_frame=max(0, round(tokens[at[0]].start) - start),
    )


def _year_labels(tokens: Sequence[Token], at: Sequence[int]) -> list[str]:
    first, second = at[0], at[1]
    if len(at) == MIN_YEARS and second - first == MIN_YEARS:
        joins = (tokens[first - 1].lower if first else "", tokens[first + 1].lower)
        if joins in (("from", "to"), ("from", "until"), ("between", "and")):
            sides = (tokens[:first], tokens[second + 1 :])
            spans = [key_phrases(side, 1, MAX_LABEL_WORDS, 1) for side in sides]
            return [next((span[0].text for span in spans if span), ""), ""]
    labels: list[str] = []
    bounds = [0, *[_clause_start(tokens, a, b) for a, b in pairwise(at)], len(tokens)]
    for year, (begin, end) in zip(at, pairwise(bounds), strict=True):
        around = [
            phrase
            for part in (tokens[begin:year], tokens[year + 1 : end])
            for phrase in phrases_in(part)
            if phrase.words <= MAX_LABEL_WORDS
        ]
        labels.append(max(around, key=_score).text if around else "")
    return labels


def _score(phrase: Phrase) -> float:
    return phrase.score


def _clause_start(tokens: Sequence[Token], after: int, before: int) -> int:
    """Where, between two years, the second one's clause begins."""
    for position in range(before, after, -1):
        if tokens[position - 1].mark or tokens[position].lower in ("and", "but", "then"):
            return position
    return after + 1


def process(tokens: Sequence[Token], start: int) -> ProcessContent | None:
    """One thing leads to the next: "A causes B", "A turns into B", "A, then B"."""
    if any(token.negates for token in tokens):
        return None
    nodes = _transformed(tokens) or _caused(tokens) or _sequence(tokens) or _enabled(tokens)
    if nodes is None:
        return None
    texts = [sentence_case(joined(node)) for node in nodes]
    if len({text.casefold() for text in texts}) < len(texts):
        return None
    reveals = [Reveal(t, enter(n[0], start)) for t, n in zip(texts, nodes, strict=True)]
    return ProcessContent(nodes=reveals)


def _sequence(tokens: Sequence[Token]) -> list[list[Token]] | None:
    """ "A, then B, then C": the nearest clause before the first "then", and each one after."""
    at = [
        k
        for k, t in enumerate(tokens)
        if k and t.lower == "then" and (tokens[k - 1].mark or tokens[k - 1].lower == "and")
    ]
    if not at or len(at) >= MAX_NODES or any(t.lower == "if" for t in tokens):
        return None
    before = list(tokens[: at[0]])
    while before and before[-1].lower in lexicon.COORDINATORS:
        before.pop()
    parts = [after_last_break(before)]
    parts += [list(tokens[a + 1 : b]) for a, b in pairwise([*at, len(tokens)])]
    if any(len(part) > MAX_STEP_WORDS for part in parts):
        return None
    best = [key_phrases(part, 1, MAX_NODE_WORDS, 1) for part in parts]
    return [found[0].tokens for found in best] if all(best) else None


def _enabled(tokens: Sequence[Token]) -> list[list[Token]] | None:
    """ "A ..., enabling it to B": what is done makes the other possible."""
    for position, token in enumerate(tokens):
        opens = position > 1 and tokens[position - 1].mark == ","
        if token.lower in _ENABLES and opens and position + 1 < len(tokens):
            sides = (tokens[:position], tokens[position + 1 :])
            best = [key_phrases(side, 2, MAX_NODE_WORDS, 1) for side in sides]
            if all(found and found[0].words > 1 for found in best):
                return [found[0].tokens for found in best]
    return None


def _transformed(tokens: Sequence[Token]) -> list[list[Token]] | None:
    into = next((k for k, t in enumerate(tokens) if t.lower == "into" and k), None)
    if into is None:
        return None
    verb = next((k for k in range(into - 1, -1, -1) if tokens[k].lower in _TRANSFORMS), None)
    if verb is None:
        return None
    between = [t for t in tokens[verb + 1 : into] if t.lower != "down"]
    source = noun_phrase(between) if between else subject_of(tokens, verb)
    result = object_of(tokens[into + 1 :])
    return [source, result] if source and result else None


def _caused(tokens: Sequence[Token]) -> list[list[Token]] | None:
    for position, token in enumerate(tokens):
        if not 0 < position < len(tokens) - 1:
            continue
        following = tokens[position + 1].lower
        skip = 1
        if (token.lower, following) in (("leads", "to"), ("lead", "to"), ("results", "in")):
            skip = 2
        elif token.lower not in _CAUSES | _BECOMES:
            continue
        cause = subject_of(tokens, position)
        effect = object_of(tokens[position + skip :])
        helping = tokens[position - 1].lower.endswith("ing") and not token.lower.endswith("s")
        if cause and effect and not helping:
            return [cause, effect]
    return None
