"""Where a scene is cut into shots, and which kind each one is: a shortest path over its words.

Every stretch of words can be a fact or a term, so that no shot has to be of the kind of the one
before it. A scene is cut by its own words first; only where it would then begin with the kind
that the scene before ended with is it cut again, with another beginning and, wherever it can,
the same end, so that what stands on a border doesn't travel on.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial
from itertools import pairwise
from math import ceil, floor

import msgspec

from domain.generation import comparisons, lexicon, lists, sequences, shots, terms
from domain.generation.brief import ShotKind
from domain.generation.clauses import opens_clause
from domain.generation.figures import figures_in
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
from domain.generation.tokens import EARLY_FRAMES, Token

MIN_SHOT_FRAMES = round(1.2 * FRAME_RATE)
CLAIM_FRAMES = 3 * FRAME_RATE
"""a claim of twelve words takes this long to read"""
COUNT_UP_FRAMES = round(0.7 * FRAME_RATE)

# what a cut costs, by what it cuts; a shot's kind gains at most 1.6
SENTENCE_END = 0.0
STRONG_MARK = 0.2
COMMA = 0.5
CLAUSE_OPENER = 0.9
COORDINATOR = 1.3
PREPOSITION = 1.5
ANYWHERE = 6.0
INSIDE_PHRASE = 12.0
INSIDE_RELATION = 4.0
CANDIDATE_LIMIT = 2.5
"""cuts dearer than this are considered only where there is no other for a long time"""

REPEATED_KIND = 40.0
"""dearer than any cut: only what the caller asks for by kind may repeat"""
SEEN_KIND = 0.25
"""a kind that the scene has shown already, if not just now"""
OTHER_END = 6.0
"""a scene that must begin otherwise than it would ends as it would"""
THIN_FACT = 0.7
WORDS_ALONE, NO_TERM = 1.6, 4.0
"""for the fact and the term that nothing in the words supports"""
PLAIN_TERM = 0.3
SHORT_TERM = 0.5
SHORT_TERM_CHARS = 6
LATE_TERM = 0.4
LATE_FRAMES = FRAME_RATE
PLAIN_LINK = 0.25
WAIT = 0.5
"""a second, from the second one on"""
HASTE = 1.0
TOO_SHORT, TOO_LONG = 3.0, 8.0
"""per share of the range's end that a shot lies outside it"""
LATE_COUNT = 0.4
ACROSS_SENTENCES = 0.6
"""a shot is better off inside one sentence"""


_CLAUSE_SUBJECTS = lexicon.SUBJECT_PRONOUNS | lexicon.DETERMINERS


class Pace(msgspec.Struct, frozen=True):
    """How long a shot may be, in frames: kinds that unfold may last half as long again."""

    shortest: int
    longest: int

    @classmethod
    def of(cls, aspect_ratio: str) -> "Pace":
        """2 to 4 s in portrait and square, 4 to 7 s in landscape."""
        low, high = (4, 7) if aspect_ratio == "16:9" else (2, 4)
        return cls(low * FRAME_RATE, high * FRAME_RATE)


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A shot before it is dressed: frames of the scene, words, content, and the reason."""

    start: int
    end: int
    tokens: list[Token]
    content: ShotContent
    because: str


class _Option(msgspec.Struct, frozen=True):
    kind: ShotKind
    content: ShotContent
    cost: float
    because: str


class _Path(msgspec.Struct, frozen=True):
    cost: float
    steps: "tuple[tuple[int, int, _Option], ...]"


class _Rules(msgspec.Struct, frozen=True, kw_only=True):
    opens: bool
    closes: bool
    wanted: ShotKind | None
    previous: ShotKind | None
    following: ShotKind | None
    ending: ShotKind | None
    known: Set[str]
    over_media: bool


def cut_scene(
    tokens: Sequence[Token],
    frames: int,
    pace: Pace,
    *,
    opens: bool,
    closes: bool,
    wanted: ShotKind | None = None,
    previous: ShotKind | None = None,
    following: ShotKind | None = None,
    known: Set[str] = frozenset(),
    over_media: bool = False,
) -> list[Planned]:
    """The scene's shots: they fill ``frames`` exactly, none under 1.2 s where the scene is longer.

    ``wanted`` is honoured for the first shot if any cut of the text can carry it. ``previous`` is
    the kind that the scene before ends with, ``following`` the one that the scene after is
    better not met by; ``known`` holds the words of the topic, which are no news.
    """
    if not tokens:
        content = FactContent(groups=[])
        return [Planned(start=0, end=frames, tokens=[], content=content, because="no words")]
    if wanted is ShotKind.CLOSING and closes:
        wanted = None  # its last shot will be
    if wanted is None and opens:
        wanted = ShotKind.HOOK
    rules = _Rules(
        opens=opens,
        closes=closes,
        wanted=wanted,
        previous=None,
        following=following,
        ending=None,
        known=known,
        over_media=over_media,
    )
    path = _shortest(tokens, frames, pace, rules)
    if path is None and wanted is not None:
        rules = msgspec.structs.replace(rules, wanted=ShotKind.HOOK if opens else None)
        path = _shortest(tokens, frames, pace, rules)
    if path is not None and previous is path.steps[0][2].kind:
        ending = path.steps[-1][2].kind
        again = msgspec.structs.replace(rules, previous=previous, ending=ending)
        path = _shortest(tokens, frames, pace, again)
    if path is None:
        content = shots.verbatim(tokens, 0)
        return [
            Planned(start=0, end=frames, tokens=list(tokens), content=content, because="too short")
        ]
    at = _cut_frames(tokens, frames)
    return [
        Planned(
            start=at[i], end=at[j], tokens=list(tokens[i:j]), content=o.content, because=o.because
        )
        for i, j, o in path.steps
    ]


def _shortest(tokens: Sequence[Token], frames: int, pace: Pace, rules: _Rules) -> _Path | None:
    at = _cut_frames(tokens, frames)
    costs = _cut_costs(tokens)
    places = _candidates(costs, at, pace)
    end = len(tokens)
    whole_allowed = not (rules.opens and rules.closes) or frames < 2 * MIN_SHOT_FRAMES
    best: dict[tuple[int, ShotKind | None], _Path] = {(0, rules.previous): _Path(0.0, ())}
    for j in places[1:]:
        arriving: dict[ShotKind | None, _Path] = {}
        for i in places:
            if i >= j or (i == 0 and j == end and not whole_allowed):
                continue
            length = at[j] - at[i]
            if length < MIN_SHOT_FRAMES and not (i == 0 and j == end):
                continue
            leaving = [(k, p) for (place, k), p in best.items() if place == i]
            if not leaving or (length > 3 * pace.longest and j != places[places.index(i) + 1]):
                continue
            for option in _options(tokens, (i, j), at, pace, rules):
                for before, path in leaving:
                    cost = path.cost + costs[i] + option.cost
                    if before == option.kind and not (
                        rules.over_media and is_plain(option.content)
                    ):
                        cost += REPEATED_KIND
                    elif any(option.kind is step[2].kind for step in path.steps):
                        cost += SEEN_KIND
                    if j == end:
                        cost += _end_cost(option, rules, alone=not path.steps)
                    known = arriving.get(option.kind)
                    if known is None or cost < known.cost - 1e-9:
                        arriving[option.kind] = _Path(cost, (*path.steps, (i, j, option)))
        best |= {(j, kind): path for kind, path in arriving.items()}
    finals = [path for (place, _), path in best.items() if place == end and path.steps]
    return min(finals, key=lambda path: path.cost, default=None)


def _end_cost(option: _Option, rules: _Rules, *, alone: bool) -> float:
    """What it costs a scene to end with a kind, for the sake of the scene after it."""
    cost = OTHER_END if rules.ending not in (None, option.kind) else 0.0
    if option.kind is rules.following:
        cost += OTHER_END
    # In a scene of one shot it would bar both neighbours from it.
    return cost + (OTHER_END if alone and option.kind is ShotKind.LINK else 0.0)


def is_plain(content: ShotContent) -> bool:
    """Whether a shot shows words alone, which a clip or still shows better."""
    return isinstance(content, FactContent | TermContent | LinkContent)


# -- where a cut may fall ----------------------------------------------------------------------


def _cut_frames(tokens: Sequence[Token], frames: int) -> list[int]:
    """The frame at which a shot that begins with each word would begin; the last is the end.

    Just before the word: up to 80 ms early, but not while the word before still sounds.
    """
    at = [0]
    for before, token in pairwise(tokens):
        earliest = max(ceil(before.end), floor(token.start - EARLY_FRAMES))
        at.append(min(max(at[-1], min(earliest, floor(token.start))), frames))
    return [*at, frames]


def _cut_costs(tokens: Sequence[Token]) -> list[float]:
    """What it costs to begin a shot at each word."""
    costs = [0.0, *(_cut_cost(tokens, index) for index in range(1, len(tokens)))]
    for first, last in _wholes(tokens):
        for index in range(first + 1, last + 1):
            costs[index] += INSIDE_RELATION
    return [*costs, 0.0]


def _cut_cost(  # noqa: PLR0911 - a rule a line reads best
    tokens: Sequence[Token], index: int
) -> float:
    before, token = tokens[index - 1], tokens[index]
    if before.last:
        return SENTENCE_END
    if before.mark in (";", ":", "—", "–"):
        return STRONG_MARK
    if before.mark == ",":
        return COMMA
    if before.is_function_word or before.negates or before.lower in lexicon.NUMBER_WORDS:
        return INSIDE_PHRASE
    if before.core[-1:].isdigit():
        return INSIDE_PHRASE
    if opens_clause(tokens, index) or (token.lower == "that" and not before.verb):
        return CLAUSE_OPENER
    following = tokens[index + 1] if index + 1 < len(tokens) and not token.mark else None
    if token.lower in lexicon.COORDINATORS and following is not None:
        clause = following.verb or following.lower in _CLAUSE_SUBJECTS or following.negates
        return COORDINATOR if clause else ANYWHERE
    if token.lower in lexicon.PREPOSITIONS - {"of", "per"} and not before.verb:
        adverb = following is None or following.lower in lexicon.COORDINATORS
        infinitive = token.lower == "to" and not (
            following is not None
            and (following.lower in lexicon.DETERMINERS or following.capitalised)
        )
        return ANYWHERE if adverb or infinitive else PREPOSITION
    return ANYWHERE


def _wholes(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Runs that belong into one shot: enumerations, quotations, figures with their unit."""
    wholes: list[tuple[int, int]] = []
    sentences: dict[int, list[Token]] = {}
    for token in tokens:
        sentences.setdefault(token.sentence, []).append(token)
    for words in sentences.values():
        found = lists.find_items(words)
        if found is not None:
            items = found[1]
            wholes.append((items[0][0].index, items[-1][-1].index))
        quoted = [t.index for t in words if t.text[:1] in '“"«„']
        for first in quoted:
            last = next(
                (
                    t.index
                    for t in words
                    if t.index >= first and t.text.rstrip(".,;:!?")[-1:] in '”"»'
                ),
                first,
            )
            wholes.append((first, last))
        for figure in figures_in(words):
            label = len(figure.label.split())
            stop = min(figure.last + min(label, 2), len(words) - 1)
            wholes.append((words[figure.first].index, words[stop].index))
    return wholes


def _candidates(costs: Sequence[float], at: Sequence[int], pace: Pace) -> list[int]:
    """Word indices where a shot may begin: the cheap ones, and the best in longer stretches."""
    end = len(costs) - 1
    chosen = [k for k in range(1, end) if costs[k] <= CANDIDATE_LIMIT]
    places = [0]
    for nxt in [*chosen, end]:
        while at[nxt] - at[places[-1]] > pace.longest:
            inside = [
                k
                for k in range(places[-1] + 1, nxt)
                if MIN_SHOT_FRAMES <= at[k] - at[places[-1]] <= pace.longest
                and at[nxt] - at[k] >= MIN_SHOT_FRAMES
            ]
            if not inside:
                break
            places.append(min(inside, key=lambda k: (costs[k], -k)))
        places.append(nxt)
    return places


# -- which kinds a stretch can carry -------------------------------------------------------------

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
    (ShotKind.LINK, terms.link, 0.0, "it says how two things belong together"),
    (ShotKind.FACT, shots.fact, 0.0, "its key words carry it"),
)
_CLAIMING = (ShotKind.HOOK, ShotKind.CLOSING)
TERM_SHARE = 0.9
"""of the pace's longest: few words alone are seen at a glance"""
_UNFOLDING = (ShotKind.LIST, ShotKind.TIMELINE, ShotKind.PROCESS, ShotKind.COMPARISON)
SPELLED_LIMIT = 12
"""a figure below this, without unit, is worth less of a shot"""


def _options(
    tokens: Sequence[Token],
    stretch: tuple[int, int],
    at: Sequence[int],
    pace: Pace,
    rules: _Rules,
) -> list[_Option]:
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
        return [_Option(rules.wanted, content, cost, because)]
    if j == len(tokens) and rules.closes:
        last = [token for token in tokens if token.sentence == tokens[-1].sentence]
        end = shots.closing(words, last)
        if end is not None:
            cost = _length_cost(length, pace, ShotKind.CLOSING) + _joins(words)
            return [_Option(ShotKind.CLOSING, end, cost, "it ends the video")]
    options: dict[ShotKind, _Option] = {}
    term: _Build = partial(terms.term, known=rules.known)
    naming = (ShotKind.TERM, term, 0.0, "what it names stands for it")
    for kind, build, cost, because in (*_BUILDERS, naming):
        if kind in options:
            continue
        content = build(words, at[i])
        if content is not None:
            total = cost + _content_cost(content) + _length_cost(length, pace, kind)
            total += _joins(words) + _haste(content, length) + _wait(content)
            options[kind] = _Option(kind, content, total, because)
    for kind, content, cost in (
        (ShotKind.FACT, shots.verbatim(words, at[i]), WORDS_ALONE),
        (ShotKind.TERM, terms.any_term(words, at[i]), NO_TERM),
    ):
        if kind not in options:
            total = cost + _length_cost(length, pace, kind) + _joins(words)
            options[kind] = _Option(kind, content, total, "it is only small words")
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
        return 0.0 if words >= shots.MIN_FACT_WORDS else THIN_FACT
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
        return PLAIN_LINK + (LATE_TERM if late else 0.0) - (0.2 if content.said else 0.0)
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
