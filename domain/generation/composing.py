"""Composing: facts become scenes. The hook first, the definition behind it, the rest in the
source's order, and a close that comes back to what the hook promised.
"""

import math
import random
import re
from collections.abc import Iterable, Sequence

import msgspec

from domain.generation.facts import Fact
from domain.generation.fitting import Chain, fit
from domain.generation.grammar import is_past
from domain.generation.hooks import MAX_HOOK_WORDS, hook_candidates, points_away, sharpen, surprise
from domain.generation.originality import words_of
from domain.generation.phrasing import spoken_style
from domain.generation.scenes import Material, Staging
from domain.generation.script import SECONDS_PER_MINUTE, Scene, count_words
from domain.generation.subject import Subject

MIN_HOOK_SCORE = -1.0
"""a duller statement is worse than the question that the definition answers"""
NEAR_EQUAL = 0.35
"""hooks whose scores differ by no more are equally good: the seed decides"""
TRIVIAL_DEFINITION_WORDS = 6
MAX_REVEAL_WORDS = 24
DEFAULT_MAX_SECONDS = 60
"""without a target a video is as long as its material, but no longer"""
DURATION_TOLERANCE = 0.10

_NO_CLOSE = re.compile(r"\balso\b|^There (?:is|are)\b|^[\w-]+ and [\w -]+ are\b")
_COPULA = re.compile(r"^(?P<subject>.+?)\s(?P<verb>is|are|was|were)\s(?P<rest>.+)\.$")


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
    hook = count_words(planned.hook.text)
    ends = count_words(planned.close.text) if planned.close else 0
    body = select(planned.body, budget.least - hook - ends, budget.most - hook - ends)
    words = hook + ends + sum(fact.words for fact in body)
    if words >= budget.least or len(body) == len(planned.body):
        return body, planned.close, words
    other = select(planned.body, budget.least - hook, budget.most - hook)
    others = hook + sum(fact.words for fact in other)
    if others <= words or other[-1].bound:
        return body, planned.close, words
    return other[:-1], other[-1], others


def _as_spoken(material: Material) -> Material:
    facts = [msgspec.structs.replace(fact, text=spoken_style(fact.text)) for fact in material.facts]
    return msgspec.structs.replace(material, facts=facts)


def plan(material: Material, rng: random.Random) -> Plan | None:
    """Choose the hook and the close of the main source; None when it holds no fact."""
    facts = list(material.facts)
    if not facts:
        return None
    facts, hook = _take_hook(facts, material.subject, rng)
    facts, close = _take_close(_rejoined(facts), hook, material.subject, rng)
    return Plan(hook=hook, body=facts, close=close)


def _take_hook(
    facts: list[Fact], subject: Subject | None, rng: random.Random
) -> tuple[list[Fact], Fact]:
    ranked = [(score, i, sharpen(facts[i].text)) for score, i in hook_candidates(facts, subject)]
    ranked = [item for item in ranked if len(item[2].split()) <= MAX_HOOK_WORDS]
    best = max((score for score, _, _ in ranked), default=-math.inf)
    first = facts[0]
    if (
        best < MIN_HOOK_SCORE
        and subject is not None
        and first.origin == 0
        and (first.definition or subject.is_named_in(first.text))
    ):
        question = _question(facts[0], subject, rng)
        return facts, Fact(text=question, origin=facts[0].origin)
    if not ranked:
        index = next((i for i, fact in enumerate(facts) if not fact.bound), 0)
        text = sharpen(facts[index].text)
        if subject is not None and (facts[index].bound or len(text.split()) > MAX_HOOK_WORDS):
            return facts, Fact(text=_question(first, subject, rng), origin=first.origin)
        return facts[:index] + facts[index + 1 :], Fact(text=text, origin=facts[index].origin)
    equal = [item for item in ranked if item[0] >= best - NEAR_EQUAL]
    _, index, text = equal[int(rng.random() * len(equal))]
    taken = facts[index]
    hook = Fact(text=text, origin=taken.origin)
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
    return [*rest[index:follow], *rest[:index], *rest[follow:]], hook


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
    found = _COPULA.match(fact.text)
    plural = subject.number == "plural"
    verb = ("were" if plural else "was") if is_past(fact.text) else ("are" if plural else "is")
    if found is not None:
        verb = found["verb"]
    asks = "Who" if subject.is_person else "What"
    questions = (f"{asks} exactly {verb} {subject.name}?", f"{asks} {verb} {subject.name}, really?")
    return questions[int(rng.random() * len(questions))]


def _take_close(
    facts: list[Fact], hook: Fact, subject: Subject | None, rng: random.Random
) -> tuple[list[Fact], Fact | None]:
    hook_words = set(words_of(hook.text)) - set(words_of(subject.name if subject else ""))
    scored: list[tuple[float, int, str]] = []
    for index, fact in enumerate(facts):
        leaned_on = index + 1 < len(facts) and facts[index + 1].bound
        if fact.bound or leaned_on or (subject is None and points_away(fact.text)):
            continue
        if fact.definition and subject is not None:
            whole_is_free = hook.text.endswith("?") or hook.origin != fact.origin
            if whole_is_free and (reveal := _reveal(fact, subject)):
                asked = 1.5 if hook.text.endswith("?") else 0.0
                scored.append((1.5 + asked + rng.random() * 0.3, index, reveal))
            continue
        score = 0.3 * surprise(fact.text) + 0.5 * index / len(facts) + rng.random() * 0.3
        score += 1.2 if fact.origin == hook.origin else 0.0
        score += 0.3 * len(hook_words & {w for w in words_of(fact.text) if len(w) > 4})  # noqa: PLR2004
        score += 0.5 if subject is None or subject.opens(fact.text) else 0.0
        score -= 0.05 * max(0, fact.words - 20)
        score -= 1.0 if _NO_CLOSE.search(fact.text) else 0.0
        scored.append((score + fact.weight, index, fact.text))
    if not scored:
        return facts, None
    _, index, text = max(scored, key=lambda item: item[0])
    chosen = facts[index]
    left = facts[:index] + facts[index + 1 :]
    if chosen.definition:
        # The reveal tells the definition whole: its other part would be told twice.
        left = [fact for fact in left if fact.origin != chosen.origin]
    return left, Fact(text=text, origin=chosen.origin)


def _reveal(definition: Fact, subject: Subject) -> str | None:
    """The definition as an answer: "That's an octopus: a soft-bodied mollusc ..."."""
    text = spoken_style(definition.whole)
    found = _COPULA.match(text)
    if found is None or len(text.split()) > MAX_REVEAL_WORDS or ":" in text:
        return None
    if not subject.opens(text) and not subject.is_person:
        return None
    if not re.match(r"(?:an?|the|one of)\s", found["rest"]):
        return None
    past = found["verb"] in {"was", "were"}
    plural = found["verb"] in {"are", "were"}
    lead = "Those" if plural else "That"
    verb = ("were" if plural else "was") if past else ("are" if plural else "is")
    lead_in = f"{lead} {verb}" if verb != "is" else "That's"
    return f"{lead_in} {subject.name}: {found['rest']}."


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
