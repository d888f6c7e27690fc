"""Composing: facts become scenes. The hook first, the definition behind it, the rest in the
source's order, and a close that comes back to what the hook promised.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from domain.generation.claims import claims_of, turned_around
from domain.generation.closing import leaves_open, take_close
from domain.generation.condensing import condense
from domain.generation.facts import Fact
from domain.generation.fitting import Chain, fit
from domain.generation.grammar import is_past
from domain.generation.hooks import (
    LONG_HOOK_WORDS,
    LONGEST_HOOK_WORDS,
    MAX_HOOK_WORDS,
    defines,
    hook_candidates,
    sharpen,
    surprise,
)
from domain.generation.originality import words_of
from domain.generation.phrasing import spoken_style
from domain.generation.scenes import Material, Staging
from domain.generation.script import SECONDS_PER_MINUTE, Scene, count_spoken_words
from domain.generation.subject import Subject

CLAIM_BONUS = 0.3
"""a claim out of the definition is about the subject itself"""
MAX_THIN_WORDS = 8
MAX_UNTOLD_WORDS = 3
DULL_HOOK_SCORE = -1.6
"""below it a longer statement is tried"""
TURNED_AROUND_SCORE = -2.8
"""a definition turned around leads only where everything else is duller"""
NEAR_EQUAL = 0.6
"""hooks whose scores differ by no more are equally good: the seed decides"""
TRIVIAL_DEFINITION_WORDS = 8
DEFAULT_MAX_SECONDS = 60
"""without a target a video is as long as its material, but no longer"""
DURATION_TOLERANCE = 0.10
THEME_SHARE = 0.2
"""a word in more of a report's statements than that is what all of it is about"""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The order of one source's facts."""

    hook: Fact
    body: list[Fact]
    close: Fact | None


class Budget(msgspec.Struct, frozen=True):
    """How many words a script may have, and from how many on it's long enough."""

    least: int
    most: int


def budget_for(duration: int | None, words_per_minute: float) -> Budget:
    """The words that fill ``duration`` seconds within 10 %; at most a minute's without one."""
    if duration is None:
        return Budget(0, int(DEFAULT_MAX_SECONDS * words_per_minute / SECONDS_PER_MINUTE))
    words = duration * words_per_minute / SECONDS_PER_MINUTE
    return Budget(
        math.ceil(words * (1 - DURATION_TOLERANCE)), int(words * (1 + DURATION_TOLERANCE))
    )


def compose_report(
    material: Material, budget: Budget, rng: random.Random
) -> tuple[list[Scene], list[Material]]:
    """The scenes of a report, which keep its order; none comes of material without facts."""
    spoken = _as_spoken(material)
    told = condense(spoken.facts, budget.least, budget.most, rng)
    if told is None:
        return [], [spoken]
    often = Counter(word for fact in spoken.facts for word in set(words_of(fact.text)))
    known = [word for word, count in often.items() if count > THEME_SHARE * len(spoken.facts)]
    staging = Staging(rng, " ".join(known))
    scenes = [staging.hook(told.hook, spoken)]
    scenes += staging.body(told.body, spoken, source=0, section=0, before=told.hook.text)
    if told.close:
        scenes.append(staging.close(told.close, spoken, scenes[-1].section))
    return scenes, [spoken]


def compose(
    main: Material, relatives: Iterable[Material], budget: Budget, rng: random.Random
) -> tuple[list[Scene], list[Material]]:
    """The scenes, and the materials that they number as sources, the main one first.

    ``relatives`` are drawn on, one after the other, only while the budget's least isn't met.
    No scene comes of material without facts.
    """
    main = _as_spoken(main)
    planned = plan(main, rng)
    if planned is None:
        return [], [main]
    staging = Staging(rng)
    body, close, words = _fill(planned, budget)
    has_more = len(body) < len(planned.body)
    scenes = [staging.hook(planned.hook, main)]
    scenes += staging.body(body, main, source=0, section=0, before=planned.hook.text)
    used = [main]
    for material in map(_as_spoken, relatives if words < budget.least and not has_more else ()):
        room = budget.most - words
        chosen = select(material.facts, min(budget.least - words, room), room)
        if not chosen:
            continue
        scenes += staging.body(
            chosen, material, source=len(used), section=scenes[-1].section + 1, before=""
        )
        used.append(material)
        words += sum(fact.words for fact in chosen)
        if words >= budget.least:
            break
    if close:
        scenes.append(staging.close(close, main, scenes[-1].section))
    return scenes, used


def _fill(planned: Plan, budget: Budget) -> tuple[list[Fact], Fact | None, int]:
    """The body that fills the budget, the close, and the words of all with the hook.

    Where the close leaves too odd a gap for any other statement, the last one that fits
    closes instead.
    """
    hook = count_spoken_words(planned.hook.text)
    ends = count_spoken_words(planned.close.text) if planned.close else 0
    body = select(planned.body, budget.least - hook - ends, budget.most - hook - ends)
    words = hook + ends + sum(fact.words for fact in body)
    if words >= budget.least or len(body) == len(planned.body):
        return body, planned.close, words
    for end in range(len(planned.body), 0, -1):
        other = select(planned.body[:end], budget.least - hook, budget.most - hook)
        others = hook + sum(fact.words for fact in other)
        if others > words and not other[-1].bound and not leaves_open(other[-1].text):
            return other[:-1], other[-1], others
    return body, planned.close, words


def _as_spoken(material: Material) -> Material:
    facts = [msgspec.structs.replace(fact, text=spoken_style(fact.text)) for fact in material.facts]
    return msgspec.structs.replace(material, facts=facts)


def plan(material: Material, rng: random.Random) -> Plan | None:
    """Choose the hook and the close of the main source; None when it holds no fact."""
    facts = list(material.facts)
    if not facts:
        return None
    facts, hook, core = _take_hook(facts, material.subject, rng)
    facts = _rejoined(facts)
    if len(facts) > 1 and facts[0].definition and facts[0].words <= MAX_THIN_WORDS:
        facts = facts[1:]  # "It's a desert." says nothing behind a hook
    facts, close = take_close(facts, hook, core, material.subject, rng)
    return Plan(hook=hook, body=facts, close=close)


class _Lead(msgspec.Struct, frozen=True):
    """A statement that may lead: where it comes from, and the definition it leaves behind."""

    score: float
    text: str
    index: int
    lost: int = 0
    """words of a claim that were cut off to make it short"""
    core: str = ""
    """the rest of the definition that the statement was taken out of"""


def _leads(facts: list[Fact], subject: Subject | None) -> list[_Lead]:
    """Everything that may lead: whole statements, and claims out of the definition."""
    leads = [
        _Lead(score, sharpen(facts[index].text), index)
        for score, index in hook_candidates(facts, subject)
    ]
    first = facts[0]
    if subject is None or not first.definition:
        return leads
    follows = next((fact for fact in facts if fact.origin != first.origin), None)
    for claim in claims_of(first.whole, subject):
        text = sharpen(spoken_style(claim.text))
        cut = len(text.split()) < len(claim.text.split()) - MAX_UNTOLD_WORDS
        # "These additions ..." may lean on the very words that were cut off.
        if not defines(text) and not (cut and follows is not None and follows.bound):
            lost = len(claim.text.split()) - len(text.split())
            leads.append(_Lead(surprise(text) + CLAIM_BONUS, text, 0, lost, claim.core))
    if around := turned_around(first.whole, subject):
        text = spoken_style(around)
        leads.append(
            _Lead(
                TURNED_AROUND_SCORE + 0.3 * surprise(text),
                text,
                0,
                first.words - len(text.split()),
                text,
            )
        )
    return leads


def _take_hook(
    facts: list[Fact], subject: Subject | None, rng: random.Random
) -> tuple[list[Fact], Fact, str]:
    """The facts without the hook's, the hook, and the definition that it was taken out of."""
    leads = _leads(facts, subject)
    fitting: list[_Lead] = []
    for most in (MAX_HOOK_WORDS, LONG_HOOK_WORDS, LONGEST_HOOK_WORDS):
        if max((lead.score for lead in fitting), default=-math.inf) < DULL_HOOK_SCORE:
            fitting = [lead for lead in leads if len(lead.text.split()) <= most]
    if not fitting:
        return *_without_lead(facts, subject, rng), ""
    best = max(lead.score for lead in fitting)
    equal = [lead for lead in fitting if lead.score >= best - NEAR_EQUAL]
    lead = equal[int(rng.random() * len(equal))]
    index = lead.index
    taken = facts[index]
    hook = Fact(text=lead.text, origin=taken.origin)
    # Of a source of one sentence nothing is left out: what the hook cut off is told in full.
    few = len({fact.origin for fact in facts}) == 1
    if lead.core and lead.lost > hook.words and few:
        return facts, hook, ""
    if lead.core:
        # The rest of the definition may answer the hook at the end; it isn't told twice.
        end = next((i for i, f in enumerate(facts) if f.origin != taken.origin), len(facts))
        told = set(words_of(f"{lead.text} {lead.core}"))
        rest = [fact for fact in facts[1:end] if not _is_told(fact, told)]
        return [*rest, *facts[end:]], hook, "" if lead.core == lead.text else lead.core
    if few and taken.words - hook.words > hook.words:
        # The hook tells less than half of its sentence: the whole is still to come.
        return facts, hook, ""
    rest = facts[:index] + facts[index + 1 :]
    if (
        rest
        and rest[0].definition
        and taken.origin == rest[0].origin
        and (rest[0].words <= TRIVIAL_DEFINITION_WORDS)
    ):
        # "Coffee is a beverage." says nothing after "Coffee is brewed from roasted beans."
        rest = rest[1:]
        index = max(0, index - 1)
    # What leans on the hook's sentence follows it at once.
    follow = index
    while follow < len(rest) and rest[follow].bound:
        follow += 1
    return [*rest[index:follow], *rest[:index], *rest[follow:]], hook, ""


def _is_told(fact: Fact, told: set[str]) -> bool:
    words = {word for word in words_of(fact.text) if len(word) > 3}  # noqa: PLR2004
    return len(words & told) > len(words) / 2


def _without_lead(
    facts: list[Fact], subject: Subject | None, rng: random.Random
) -> tuple[list[Fact], Fact]:
    """The opening where no statement is short and free enough to lead."""
    first = facts[0]
    if subject is not None and (first.definition or subject.is_named_in(first.text)):
        return facts, Fact(text=_question(first, subject, rng), origin=first.origin)
    index = next((i for i, fact in enumerate(facts) if not fact.bound), 0)
    text = sharpen(facts[index].text)
    return facts[:index] + facts[index + 1 :], Fact(text=text, origin=facts[index].origin)


def _rejoined(facts: list[Fact]) -> list[Fact]:
    """Put a definition together again whose first part says nothing alone: "It's a device."."""
    if len(facts) < 2 or not facts[0].definition or facts[0].words > TRIVIAL_DEFINITION_WORDS:  # noqa: PLR2004
        return facts
    if facts[1].origin != facts[0].origin or facts[1].bound or not facts[0].whole:
        return facts
    rest = next((i for i, f in enumerate(facts) if f.origin != facts[0].origin), len(facts))
    whole = msgspec.structs.replace(facts[0], text=spoken_style(facts[0].whole))
    return [whole, *facts[rest:]]


def _question(fact: Fact, subject: Subject, rng: random.Random) -> str:
    """A question that the definition answers, where nothing better may lead."""
    how = "describe" if subject.is_person or is_past(fact.text) else "explain"
    questions = (f"How would you {how} {subject.name}?", f"How well do you know {subject.name}?")
    return questions[int(rng.random() * len(questions))]


def chains_of(facts: Sequence[Fact]) -> list[Chain]:
    """Group facts so that what leans on another is kept or dropped with it."""
    chains: list[list[Fact]] = []
    for fact in facts:
        if fact.bound and chains:
            chains[-1].append(fact)
        else:
            chains.append([fact])
    return [
        Chain(
            words=[fact.words for fact in chain],
            values=[_value(fact) for fact in chain],
        )
        for chain in chains
    ]


def _value(fact: Fact) -> float:
    base = 2.0 if fact.definition else 1.2
    return base + fact.weight + 0.4 * max(-1.5, surprise(fact.text)) + 0.03 * fact.words


def select(facts: Sequence[Fact], at_least: int, at_most: int) -> list[Fact]:
    """The best facts whose words together come to between two figures, in order."""
    if sum(fact.words for fact in facts) <= at_most:
        return list(facts)
    chains = chains_of(facts)
    kept = fit(chains, at_least, at_most)
    chosen: list[Fact] = []
    position = 0
    for chain, count in zip(chains, kept, strict=True):
        chosen += facts[position : position + count]
        position += len(chain.words)
    return chosen
