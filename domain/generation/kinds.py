"""Which kinds of shot a stretch of words can carry, and what each costs.

Every stretch can be a fact or a term; a figure, a list or a contrast is worth more than either.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial

import msgspec

from domain.generation import comparisons, lists, sequences, shots, terms
from domain.generation.brief import ShotKind
from domain.generation.cuts import Pace
from domain.generation.narration import FRAME_RATE
from domain.generation.storyboard import (
    ComparisonContent,
    FactContent,
    LinkContent,
    ListContent,
    NumberContent,
    ProcessContent,
    ShotContent,
    TermContent,
    TimelineContent,
)
from domain.generation.tokens import Token

CLAIM_FRAMES = 3 * FRAME_RATE
"""a claim of twelve words takes this long to read"""
COUNT_UP_FRAMES = round(0.7 * FRAME_RATE)

THIN_FACT = 0.7
WORDS_ALONE, NO_TERM = 1.6, 4.0
"""for the fact and the term that nothing in the words supports"""
PLAIN_TERM = 0.3
SHORT_TERM = 0.5
SHORT_TERM_CHARS = 6
LATE_TERM = 0.4
LATE_FRAMES = FRAME_RATE
PLAIN_LINK = 0.05
WAIT = 0.5
"""a second, from the second one on"""
HASTE = 1.0
TOO_SHORT, TOO_LONG = 3.0, 8.0
"""per share of the range's end that a shot lies outside it"""
LATE_COUNT = 0.4
ACROSS_SENTENCES = 0.6
"""a shot is better off inside one sentence"""


class Option(msgspec.Struct, frozen=True):
    kind: ShotKind
    content: ShotContent
    cost: float
    because: str


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    opens: bool
    closes: bool
    wanted: ShotKind | None
    previous: ShotKind | None
    following: ShotKind | None
    ending: ShotKind | None
    known: Set[str]
    over_media: bool


def is_plain(content: ShotContent) -> bool:
    """Whether a shot shows words alone, which a clip or still shows better."""
    return isinstance(content, FactContent | TermContent | LinkContent)


_Build = Callable[[Sequence[Token], int], ShotContent | None]

_BUILDERS: tuple[tuple[ShotKind, _Build, float, str], ...] = (
    (ShotKind.QUOTE, shots.quote, -1.4, "somebody is quoted"),
    (ShotKind.TIMELINE, sequences.timeline, -1.4, "it names two or more years"),
    (ShotKind.COMPARISON, comparisons.comparison, -1.3, "it sets two things against each other"),
    (ShotKind.LIST, lists.enumeration, -1.3, "it coordinates three or more items"),
    (ShotKind.PROCESS, sequences.process, -0.8, "one thing leads to the next"),
    (ShotKind.NUMBER, shots.number, -1.0, "it gives a figure and what it counts"),
    (ShotKind.NUMBER, sequences.year, -0.4, "it names the year in which it happened"),
    (ShotKind.LIST, lists.pair, 0.3, "it joins two like phrases"),
    (ShotKind.LINK, terms.link, 0.0, "it says what one thing does with another"),
    (ShotKind.FACT, shots.fact, 0.0, "its key words carry it"),
)
_CLAIMING = (ShotKind.HOOK, ShotKind.CLOSING)
TERM_SHARE = 0.9
"""of the pace's longest: few words alone are seen at a glance"""
_UNFOLDING = (ShotKind.LIST, ShotKind.TIMELINE, ShotKind.PROCESS, ShotKind.COMPARISON)
SPELLED_LIMIT = 12
"""a figure below this, without unit, is worth less of a shot"""


def options_for(
    tokens: Sequence[Token],
    stretch: tuple[int, int],
    at: Sequence[int],
    pace: Pace,
    rules: Rules,
) -> list[Option]:
    """What a shot of the words ``stretch`` (end exclusive) could be, and what that costs."""
    i, j = stretch
    words = tokens[i:j]
    length = at[j] - at[i]
    if i == 0 and rules.wanted is not None:
        content = _asked_for(rules.wanted, words, tokens, at[i])
        if content is None:
            return []
        because = (
            "it opens the video"
            if rules.opens and rules.wanted is ShotKind.HOOK
            else f"the script asks for a {rules.wanted.value} shot"
        )
        cost = _length_cost(length, pace, rules.wanted) + _joins(words)
        return [Option(rules.wanted, content, cost, because)]
    if j == len(tokens) and rules.closes:
        last = [token for token in tokens if token.sentence == tokens[-1].sentence]
        end = shots.closing(words, last)
        if end is not None:
            cost = _length_cost(length, pace, ShotKind.CLOSING) + _joins(words)
            return [Option(ShotKind.CLOSING, end, cost, "it ends the video")]
    options: dict[ShotKind, Option] = {}
    term: _Build = partial(terms.term, known=rules.known)
    naming = (ShotKind.TERM, term, 0.0, "what it names stands for it")
    for kind, build, cost, because in (*_BUILDERS, naming):
        if kind in options:
            continue
        content = build(words, at[i])
        if content is not None:
            total = cost + _content_cost(content) + _length_cost(length, pace, kind)
            total += _joins(words) + _haste(content, length) + _wait(content)
            options[kind] = Option(kind, content, total, because)
    for kind, content, cost in (
        (ShotKind.FACT, shots.verbatim(words, at[i]), WORDS_ALONE),
        (ShotKind.TERM, terms.any_term(words, at[i]), NO_TERM),
    ):
        if kind not in options:
            total = cost + _length_cost(length, pace, kind) + _joins(words)
            options[kind] = Option(kind, content, total, "it is only small words")
    return list(options.values())


def _asked_for(
    kind: ShotKind, words: Sequence[Token], scene: Sequence[Token], start: int
) -> ShotContent | None:
    """Content of a kind that the script or the caller asked for, with a more willing eye."""
    if kind in (ShotKind.HOOK, ShotKind.CLOSING):
        sentence = [token for token in scene if token.sentence == words[0].sentence]
        if kind is ShotKind.HOOK:
            return shots.hook(sentence)
        return shots.closing(sentence, sentence)
    if kind is ShotKind.QUOTE:
        return shots.quote(words, start, asked_for=True)
    if kind is ShotKind.TERM:
        return terms.term(words, start)
    for built, build, _, _ in _BUILDERS:
        if built is kind and (content := build(words, start)) is not None:
            return content
    return None


def _haste(content: ShotContent, length: int) -> float:
    """What it costs that the second end of a link is hardly seen."""
    if not isinstance(content, LinkContent):
        return 0.0
    return HASTE if content.ends[-1].frame > min(length - FRAME_RATE, length * 0.6) else 0.0


def _wait(content: ShotContent) -> float:
    """What it costs that a stage stands empty until its first words are spoken."""
    match content:
        case ListContent():
            first = content.rows[0].frame
        case TimelineContent():
            first = min(mark.frame for mark in content.marks)
        case ProcessContent():
            first = content.nodes[0].frame
        case ComparisonContent():
            first = content.bars[0].frame
        case NumberContent():
            first = content.land_frame - FRAME_RATE
        case _:
            return 0.0
    return WAIT * max(0.0, first / FRAME_RATE - 1)


def _joins(words: Sequence[Token]) -> float:
    return ACROSS_SENTENCES * (words[-1].sentence - words[0].sentence)


def _content_cost(content: ShotContent) -> float:
    if isinstance(content, FactContent):
        words = sum(len(group.text.split()) for group in content.groups)
        return 0.0 if words >= shots.MIN_FACT_WORDS else THIN_FACT if words > 1 else WORDS_ALONE
    if isinstance(content, NumberContent):
        small = content.value < SPELLED_LIMIT and not (content.prefix or content.suffix)
        late = content.land_frame < COUNT_UP_FRAMES
        return (0.8 if small else 0.0) + (LATE_COUNT if late else 0.0)
    if isinstance(content, ComparisonContent):
        return -0.3 if content.measured else 0.5
    if isinstance(content, TermContent):
        short = len(content.text) < SHORT_TERM_CHARS
        late = content.frame > LATE_FRAMES
        return PLAIN_TERM + (SHORT_TERM if short else 0.0) + (LATE_TERM if late else 0.0)
    if isinstance(content, LinkContent):
        late = content.ends[0].frame > LATE_FRAMES
        return PLAIN_LINK + (LATE_TERM if late else 0.0)
    return 0.0


def _length_cost(length: int, pace: Pace, kind: ShotKind | None = None) -> float:
    longest = pace.longest * (
        1.5
        if kind in _UNFOLDING
        else 1.3
        if kind in _CLAIMING
        else TERM_SHARE
        if kind is ShotKind.TERM
        else 1.0
    )
    shortest = max(pace.shortest, CLAIM_FRAMES) if kind in _CLAIMING else pace.shortest
    if length < shortest:
        return TOO_SHORT * (shortest - length) / shortest
    if length > longest:
        return TOO_LONG * (length - longest) / longest
    return 0.0
