"""Condensing: a report cut down to a length, in the order in which it was written.

Only the hook may change its place. A statement that refers back is kept right behind the one
it refers to, or not at all, and the close comes out of the report's last third.
"""

import random
import re
from collections.abc import Sequence

import msgspec

from domain.generation.closing import concludes
from domain.generation.facts import Fact
from domain.generation.fitting import Chain, fit
from domain.generation.hooks import (
    LONG_HOOK_WORDS,
    LONGEST_HOOK_WORDS,
    MAX_HOOK_WORDS,
    hook_candidates,
    points_away,
    sharpen,
    surprise,
)
from domain.generation.splitting import leans

CLOSING_SHARE = 1 / 3
"""the close is taken out of this last part of a report"""
LATEST_HOOK = 0.75
"""the hook is taken out of no later part: room for the close must be left"""
NEAR_EQUAL = 0.5
"""hooks whose scores differ by no more are equally good: the seed decides"""
DULL_HOOK_SCORE = 0.3
"""up to it a longer statement is tried"""
ANNOUNCEMENT_COST = 3.0
"""what only says that something follows ("There is still hope.") is better left out"""
MAX_CLOSES = 4
"""closes that are tried, best first, until one leaves a gap that the body fills"""

#: Words by which a statement says that another one came before it.
_REFERS = re.compile(
    r"^(?:Further|Another|Also|Again|Still|Yet|Even then|Until then|By then|By now|Since then|"
    r"Elsewhere|Similarly|Likewise|Conversely|Consequently|Accordingly|Moreover|Furthermore|"
    r"Additionally|Together|Together they|In turn|In return|In both|In all|Unlike (?:it|them)|"
    r"Each of|None of|All of|Once (?:it|they|he|she)|When (?:it|they|he|she|this|that)|"
    r"If (?:it|they|he|she|this|that)|As (?:it|they|he|she)|Worse|Better still|Yes|No),?\s"
    r"|\b(?:also|too|as well|in turn|instead|however|therefore|nevertheless|meanwhile|such an?|"
    r"that [a-z]+(?=[.,;])|that same|the same|the others?|the latter|the former|more of them|"
    r"one of them)\b(?! as\b)",
)
#: Nouns with an article that only sums up what was said: nothing to point at without it.
_SUMMING_UP = re.compile(
    r"\b[Tt]he (?:answer|riddle|paradox|puzzle|mystery|question|secret|problem|solution|reason|"
    r"phenomenon|process|effect|consequence|consequences|result|results|outcome|difference|"
    r"arrangement|relationship|partnership|event|events|damage|disaster|change|changes|idea|"
    r"method|methods|approach|finding|findings|study|studies|report|deal|trick|loss|losses|rest)\b"
)
_ANNOUNCES = re.compile(r"^(?:There|Here)(?:'s| is| are| was| were) (?:[\w-]+ ?){1,4}\.$")
_CHANGED = re.compile(r"^An? ([a-z]{3,})ed\b")
_DEFINITE = re.compile(r"^(?:[^,]{3,40}, )?[Tt]he ([a-z]{3,})(?: ([a-z]{3,}))?(?! of\b)\b")


class Condensed(msgspec.Struct, frozen=True, kw_only=True):
    """A report's statements in the order of telling."""

    hook: Fact
    body: list[Fact]
    close: Fact | None


def refers_back(text: str, earlier: str) -> bool:
    """Whether a statement can't be understood without one before it; ``earlier`` is all of those.

    "The alga" refers to "an alga" before it; "the sea" without a sea before it to none.
    """
    if leans(text) or _REFERS.search(text) or points_away(text.split(",", 1)[0]):
        return True
    if _SUMMING_UP.search(text):
        return True
    # "A bleached coral" leans on what told of bleaching.
    changed = _CHANGED.match(text)
    if changed is not None and f"{changed[1]}ing" in earlier:
        return True
    found = _DEFINITE.match(text)
    nouns = [re.escape(word.rstrip("s")) for word in (found.groups() if found else ()) if word]
    introduced = (
        rf"\b(?:an?|this|one|two|three|some|many|new) (?:[\w-]+ ){{0,2}}{noun}" for noun in nouns
    )
    return any(re.search(pattern, earlier, re.IGNORECASE) for pattern in introduced)


def bind(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, those that refer back being bound to the one before.

    What refers back with nothing before it to refer to is left out.
    """
    bound: list[Fact] = []
    earlier = ""
    for fact in facts:
        leaning = fact.bound or refers_back(fact.text, earlier)
        earlier = f"{earlier} {fact.text}"
        if leaning and not bound and len(facts) > 1:
            continue
        bound.append(msgspec.structs.replace(fact, bound=leaning and bool(bound)))
    return bound


def condense(
    facts: Sequence[Fact], at_least: int, at_most: int, rng: random.Random
) -> Condensed | None:
    """Choose the statements that fill ``at_least`` to ``at_most`` spoken words; None without any.

    Where no choice lands between the two, the fullest below ``at_most`` is taken.
    """
    held = bind(facts)
    if not held:
        return None
    place, hook = _hook(held, rng)
    best: tuple[int, Condensed] | None = None
    for end in _closes(held, place, at_most):
        room = hook.words + (held[end].words if end is not None else 0)
        before = held[: len(held) if end is None else end]
        body = _fill(before, place, _needed(held, end), at_least - room, at_most - room)
        if body is None:
            continue
        close = held[end] if end is not None else None
        words = room + sum(fact.words for fact in body)
        if best is None or words > best[0]:
            best = (words, Condensed(hook=hook, body=body, close=close))
        if at_least <= words <= at_most and words > 0 and at_least:
            break
        if not at_least:
            break
    return best[1] if best else Condensed(hook=hook, body=[], close=None)


def _hook(facts: Sequence[Fact], rng: random.Random) -> tuple[int, Fact]:
    """Where the hook stands, and the hook: nothing leans on it but behind the very first."""
    last = len(facts) * LATEST_HOOK
    free = [
        (score, index)
        for score, index in hook_candidates(list(facts), None)
        if index == 0 or (index < last and not (index + 1 < len(facts) and facts[index + 1].bound))
    ]
    for most in (MAX_HOOK_WORDS, LONG_HOOK_WORDS, LONGEST_HOOK_WORDS):
        short = [
            (score, index, text)
            for score, index in free
            if len((text := sharpen(facts[index].text)).split()) <= most
        ]
        highest = max((score for score, _, _ in short), default=DULL_HOOK_SCORE)
        if highest > DULL_HOOK_SCORE or (short and most == LONGEST_HOOK_WORDS):
            equal = [lead for lead in short if lead[0] >= highest - NEAR_EQUAL]
            _, index, text = equal[int(rng.random() * len(equal))]
            return index, Fact(text=text, origin=facts[index].origin)
    return 0, msgspec.structs.replace(facts[0], bound=False)


def _closes(facts: Sequence[Fact], hook: int, at_most: int) -> list[int | None]:
    """Places of statements that may close, best first; None: the body's last one closes.

    Where everything is told the last statement closes, so that none is lost behind it.
    """
    last = len(facts) - 1
    if last == hook:
        return [None]
    if sum(fact.words for fact in facts) <= at_most:
        return list[int | None]([last])
    start = max(int(len(facts) * (1 - CLOSING_SHARE)), hook + 1)
    scored = sorted(
        (
            (_as_close(facts[index], index / last), index)
            for index in range(start, len(facts))
            if not (index < last and facts[index + 1].bound)
        ),
        reverse=True,
    )
    free = [index for _, index in scored if not facts[index].bound]
    held = [index for _, index in scored if facts[index].bound]
    return list[int | None]([*free, *held][:MAX_CLOSES]) or [None]


def _as_close(fact: Fact, place: float) -> float:
    return (
        1.5 * place
        + (1.0 if concludes(fact.text) else -1.0)
        + 0.2 * surprise(fact.text)
        + 0.5 * fact.weight
    )


def _needed(facts: Sequence[Fact], end: int | None) -> int:
    """How many statements right before the close it can't do without."""
    count = 0
    while end is not None and facts[end - count].bound:
        count += 1
    return count


def _fill(
    facts: Sequence[Fact], hook: int, needed: int, at_least: int, at_most: int
) -> list[Fact] | None:
    """The body out of what stands before the close; None where it has no room for what's needed."""
    must = list(facts[len(facts) - needed :]) if needed else []
    if needed and hook >= len(facts) - needed:
        must = must[hook - (len(facts) - needed) + 1 :]
    taken = sum(fact.words for fact in must)
    if taken > at_most:
        return None
    free = list(facts[: len(facts) - needed])
    # What leans on a hook that opens the report follows it; elsewhere nothing does.
    rest = [fact for index, fact in enumerate(free) if index != hook]
    chains = _chains(rest)
    kept = fit([_worth(chain) for chain in chains], at_least - taken, at_most - taken)
    body = [fact for chain, count in zip(chains, kept, strict=True) for fact in chain[:count]]
    return [*body, *must]


def _chains(facts: Sequence[Fact]) -> list[list[Fact]]:
    chains: list[list[Fact]] = []
    for fact in facts:
        if fact.bound and chains:
            chains[-1].append(fact)
        else:
            chains.append([fact])
    return chains


def _worth(chain: Sequence[Fact]) -> Chain:
    return Chain(
        words=[fact.words for fact in chain],
        values=[
            1.2
            + fact.weight
            + 0.4 * max(-1.5, surprise(fact.text))
            + 0.03 * fact.words
            - (ANNOUNCEMENT_COST if _ANNOUNCES.match(fact.text) else 0.0)
            for fact in chain
        ],
    )
