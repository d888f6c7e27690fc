"""Abridging: the claim that a sentence makes, in at most twelve words that can stand alone.

Nothing is reworded: only what a sentence sets in, opens with or adds at its end is left out.
"""

from collections.abc import Sequence
from itertools import pairwise

from domain.generation import lexicon
from domain.generation.clauses import (
    is_main,
    opens_clause,
    phrase_ends_before,
    points,
    wants_more,
)
from domain.generation.tokens import Token, joined

MAX_CLAIM_WORDS = 12
MIN_CLAIM_WORDS = 3

_ADDING = frozenset(
    """
    in on at during across within throughout around over under above below near along since by
    from for through with that which who
    """.split()
) | (lexicon.TRAILS_OFF - {"best", "widely", "known"})
"""words that begin a phrase of place, time or means, or a clause that describes the noun before"""
_RELATIVES = frozenset(["which", "whom", "whose"])
_SAYS_NOTHING_YET = lexicon.GENERIC_NOUNS | frozenset(
    """
    role place time effect impact influence emphasis importance difference interest reduction
    increase decrease change majority half rest pair
    """.split()
)
"""nouns that tell nothing without what follows them: "plays a role in ..." """


def claim_of(sentence: Sequence[Token], limit: int = MAX_CLAIM_WORDS) -> str:
    """The sentence's point in at most ``limit`` words, as a complete thought.

    The whole sentence where it fits; else without its insertions; else without the article or
    the phrase that opens it; else its first main clause, or what a last subordinate one hangs
    on, up to a place where only a place, a time, a means or one thing more would follow. Empty
    where none of these can stand.
    """
    if len(sentence) <= limit:
        return joined(sentence) + (sentence[-1].mark if sentence[-1].mark in ("?", "!") else "")
    words = _without_insertions(sentence)
    for shorter in (words, _without_lead(words), _without_article(words)):
        if len(shorter) <= limit:
            return spliced(shorter)
    words = _without_lead(words)
    inner = [k for k in range(1, len(words)) if opens_clause(words, k)]
    cuts = [0, *[k for k in inner if words[k - 1].mark != ":"], len(words)]
    main = [words[a:b] for a, b in pairwise(cuts) if is_main(words[a:b])]
    for clause in main:
        for shorter in (clause, _without_article(clause)):
            if MIN_CLAIM_WORDS < len(shorter) <= limit and _is_complete(shorter, words):
                return spliced(shorter)
    before = _before_last_mark(words)
    if MIN_CLAIM_WORDS < len(before) <= limit and _is_complete(before, words):
        return spliced(before)
    opening = words[words.index(main[0][0]) :] if main else words
    for end in range(min(limit, len(opening) - 1), MIN_CLAIM_WORDS, -1):
        if _adds_only(opening, end) and any(t.verb for t in opening[: end - 1]):
            return spliced(opening[:end])
    return ""


def broken_off(sentence: Sequence[Token], limit: int = MAX_CLAIM_WORDS) -> str:
    """The sentence's beginning with an ellipsis, if possible up to the end of a phrase."""
    words = _without_insertions(sentence)
    head = words[: limit - 1]
    ends = (end for end in range(len(head), MIN_CLAIM_WORDS, -1) if end < len(words))
    whole = (e for e in ends if phrase_ends_before(words, e) and not words[e - 1].mark)
    head = head[: next((e for e in whole if not words[e - 1].lower.endswith("ing")), len(head))]
    while len(head) > MIN_CLAIM_WORDS and wants_more(head[-1]):
        head.pop()
    return f"{spliced(head)} …"


def _without_article(words: Sequence[Token]) -> list[Token]:
    return list(words[1:] if words[0].lower in ("a", "an", "the") else words)


def _without_lead(words: Sequence[Token]) -> list[Token]:
    """A sentence without what it opens with, set off by commas ("In 1912, after it sank, ...")."""
    rest = list(words)
    while rest[0].lower in lexicon.PREPOSITIONS | lexicon.SUBORDINATORS and not points(rest):
        first = next((k + 1 for k, token in enumerate(rest) if token.mark), len(rest))
        # behind a subordinate clause comes the main one, whatever its verb
        clause = rest[0].lower in lexicon.SUBORDINATORS and not any(t.mark for t in rest[first:-1])
        verb = any(token.verb for token in rest[first + 1 :])
        if rest[first - 1].mark != "," or not (verb or clause):
            break
        rest = rest[first:]
    return rest


def _before_last_mark(words: Sequence[Token]) -> list[Token]:
    """What a subordinate clause that ends the sentence is hung on: it holds the main verb."""
    last = next((k for k in range(len(words) - 2, 0, -1) if words[k].mark), None)
    subordinate = words[0].lower in lexicon.PHRASE_STARTERS - lexicon.DETERMINERS
    if last is None or words[last].mark != "," or subordinate:
        return []
    onward = words[last + 1].lower
    hangs = onward in lexicon.SUBORDINATORS or onward.endswith("ing")
    return list(words[: last + 1]) if hangs else []


def _is_complete(clause: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """Whether a clause can stand without what its sentence goes on with."""
    if wants_more(clause[-1]) or any(t.lower in _RELATIVES for t in clause[:4]):
        return False
    end = sentence.index(clause[-1]) + 1
    onward = sentence[end].lower if end < len(sentence) else ""
    return not (
        onward in ("that", "than", "if", "unless", "including", "from", "but", "without")
        or clause[-1].verb
    )


def _adds_only(words: Sequence[Token], end: int) -> bool:
    """Whether what follows ``end`` only adds a place, a time, a means or one thing more."""
    before, after = words[end - 1], words[end]
    onward = words[end + 1] if end + 1 < len(words) else after
    also = after.lower == "and" and (onward.lower in ("a", "an", "the") or onward.capitalised)
    if before.lower.endswith(("ing", "ly")) or not (also or after.lower in _ADDING | {"of"}):
        return False
    if before.lower in _SAYS_NOTHING_YET or _is_open(words[:end]):
        return False
    if any(t.negates or t.lower in ("only", "between", "both") for t in words[:end]):
        return False
    return not before.mark and phrase_ends_before(words, end)


def _is_open(words: Sequence[Token]) -> bool:
    """Whether a clause inside still waits for its verb, or what a colon announces for its news."""
    inner = [k for k, t in enumerate(words) if k and t.lower in lexicon.SUBORDINATORS]
    if inner and not any(token.verb for token in words[inner[-1] + 1 :]):
        return True
    if any(token.verb and token.mark for token in words[:-1]):
        return True
    colon = next((k for k, token in enumerate(words) if token.mark == ":"), None)
    return colon is not None and len(words) - colon <= MIN_CLAIM_WORDS


def _without_insertions(sentence: Sequence[Token]) -> list[Token]:
    """A sentence without what stands between two commas or dashes, and without "also"."""
    kept: list[Token] = []
    stretch: list[Token] = []
    opened_by = ""
    for token in _without_dashed(sentence):
        if token.lower in lexicon.DROPPABLE:
            continue
        stretch.append(token)
        if not token.mark:
            continue
        inserted = (
            opened_by == token.mark
            and bool(kept)
            and stretch[0].lower in lexicon.INSERTION_OPENERS
            and not token.last
        )
        if not inserted:
            kept += stretch
        opened_by = token.mark
        stretch = []
    kept += stretch
    return [token for token in kept if token.core]


def _without_dashed(sentence: Sequence[Token]) -> list[Token]:
    """A sentence without what stands between two dashes."""
    dashes = [k for k, token in enumerate(sentence) if not token.core and token.mark]
    if len(dashes) != 2:  # noqa: PLR2004 - a pair
        return list(sentence)
    return [*sentence[: dashes[0]], *sentence[dashes[1] + 1 :]]


def spliced(tokens: Sequence[Token]) -> str:
    """Words as one line where some between them were left out, with the marks beside these."""
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if runs[-1] and token.index != runs[-1][-1].index + 1:
            runs.append([])
        runs[-1].append(token)
    return " ".join(text for text in (joined(run) for run in runs) if text)
