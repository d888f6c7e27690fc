"""What follows what: one year or several, and processes in which one thing leads to the next."""

import re
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

_NOT_IN_IT = frozenset(["before", "after", "until", "till", "since"])
"""what is said to be before or after a year didn't happen in it"""
_JOINERS = frozenset("and but then while whereas when after before until because".split())
_DATE_WORDS = frozenset(
    """
    the of year spring summer autumn winter early mid late beginning end start
    about around circa
    """.split()
)
_DAY = re.compile(r"^(?:[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$")
_SHORT_MONTHS = frozenset("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split())

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
    """Two or more different years, each with a phrase of its own clause.

    A year whose clause can't be told from another's stands without one: no label rather than a
    wrong one, and no timeline where fewer than two are sure. Only a range is one thing twice.
    """
    at = [k for k, t in enumerate(tokens) if year_of(t) is not None and is_year(tokens, k)]
    years = [int(tokens[k].core) for k in at]
    if not 1 < len(set(years)) == len(years) <= MAX_YEARS:
        return None
    if any(t.core in ("BC", "BCE") for t in tokens):
        return None
    labels = _range_labels(tokens, at)
    if not labels:
        labels = [_label_at(tokens, k, at) for k in at]
        if sum(map(bool, labels)) < MIN_YEARS:
            return None
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
        for phrase in _phrases_beside(tokens, at[0], 0, len(tokens))
        if not (phrase.words == 1 and phrase.tokens[0].verb)
    ]
    if any(t.core in ("BC", "BCE") for t in tokens) or not around:
        return None
    return NumberContent(
        value=float(tokens[at[0]].core),
        grouping=False,
        label=max(around, key=_score).text,
        land_frame=max(0, round(tokens[at[0]].start) - start),
    )


def _range_labels(tokens: Sequence[Token], at: Sequence[int]) -> list[str]:
    """ "from 1834 to 1862": what lasted so long, named once; empty where it's no range."""
    first, second = at[0], at[1]
    if len(at) != MIN_YEARS or second - first != MIN_YEARS:
        return []
    joins = (tokens[first - 1].lower if first else "", tokens[first + 1].lower)
    if joins not in (("from", "to"), ("from", "until"), ("between", "and")):
        return []
    sides = (tokens[:first], tokens[second + 1 :])
    spans = [key_phrases(side, 1, MAX_LABEL_WORDS, 1) for side in sides]
    return [next((span[0].text for span in spans if span), ""), ""]


def _label_at(tokens: Sequence[Token], year: int, years: Sequence[int]) -> str:
    """The most telling phrase of a year's own clause; empty where that isn't sure."""
    begin, end = _clause_around(tokens, year)
    if any(begin <= other < end for other in years if other != year):
        return ""
    around = _phrases_beside(tokens, year, begin, end)
    return max(around, key=_score).text if around else ""


def _phrases_beside(tokens: Sequence[Token], year: int, begin: int, end: int) -> list[Phrase]:
    """Phrases of ``tokens[begin:end]`` that say what happened in the year, its date left out."""
    date = _date_start(tokens, year)
    if date and tokens[date - 1].lower in _NOT_IN_IT:
        return []
    return [
        phrase
        for part in (tokens[begin:date], tokens[year + 1 : end])
        for phrase in phrases_in(part)
        if phrase.words <= MAX_LABEL_WORDS and not any(map(_is_month, phrase.tokens))
    ]


def _date_start(tokens: Sequence[Token], year: int) -> int:
    """Where the date begins that a year ends: "October 26, 1825", "the spring of 1825"."""
    start = year
    while start and (
        _is_month(tokens[start - 1])
        or tokens[start - 1].lower in _DATE_WORDS
        or _DAY.match(tokens[start - 1].core)
    ):
        start -= 1
    return start


def _is_month(token: Token) -> bool:
    word = token.core
    return word[:1].isupper() and (token.lower in lexicon.MONTHS or word in _SHORT_MONTHS)


def _clause_around(tokens: Sequence[Token], year: int) -> tuple[int, int]:
    """First and last (exclusive) position of the clause in which a year stands."""
    date = _date_start(tokens, year)
    begin = next((k for k in range(date, 0, -1) if _clause_begins(tokens, k)), 0)
    ends = [k for k in range(year + 1, len(tokens)) if _clause_begins(tokens, k)]
    opening = [t.lower for t in tokens[begin:date] if t.lower not in _JOINERS]
    fronted = tokens[year].mark == "," and len(opening) == 1 and opening[0] in lexicon.PREPOSITIONS
    if fronted and ends and ends[0] == year + 1:
        ends = ends[1:]  # "In 1825, the canal opened"
    return begin, ends[0] if ends else len(tokens)


def _clause_begins(tokens: Sequence[Token], position: int) -> bool:
    before, token = tokens[position - 1], tokens[position]
    return bool(before.mark) or before.sentence != token.sentence or token.lower in _JOINERS


def _score(phrase: Phrase) -> float:
    return phrase.score


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
