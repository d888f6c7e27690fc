"""Where a cut may fall between the words of a scene, and what it costs there."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor

import msgspec

from domain.generation import lexicon, lists
from domain.generation.clauses import opens_clause
from domain.generation.figures import figures_in
from domain.generation.narration import FRAME_RATE
from domain.generation.tokens import EARLY_FRAMES, Token

MIN_SHOT_FRAMES = round(1.2 * FRAME_RATE)

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


def cut_frames(tokens: Sequence[Token], frames: int) -> list[int]:
    """The frame at which a shot that begins with each word would begin; the last is the end.

    Just before the word: up to 80 ms early, but not while the word before still sounds.
    """
    at = [0]
    for before, token in pairwise(tokens):
        earliest = max(ceil(before.end), floor(token.start - EARLY_FRAMES))
        at.append(min(max(at[-1], min(earliest, floor(token.start))), frames))
    return [*at, frames]


def cut_costs(tokens: Sequence[Token]) -> list[float]:
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


def candidates(costs: Sequence[float], at: Sequence[int], pace: Pace) -> list[int]:
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
