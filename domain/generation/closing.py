"""Closing: the statement that brings a video back to what its hook promised."""

import random
import re

from domain.generation.facts import Fact
from domain.generation.hooks import points_away, surprise
from domain.generation.originality import words_of
from domain.generation.phrasing import spoken_style
from domain.generation.subject import Subject

MAX_REVEAL_WORDS = 22
MIN_REVEAL_WORDS = 6
"""a shorter definition reveals nothing: "That's gold: a metal." """
MAX_CLOSE_WORDS = 26
INCONCLUSIVE = 0.7
MIN_CLOSE_SCORE = -0.2
"""a weaker statement ends nothing: the body's last one does as well"""

_TRIVIA = re.compile(
    r"\balso\b|^Earlier\b|\bhad (?:been|shown|\w+ed)\b|^There (?:is|are)\b|"
    r"^[\w-]+ and [\w -]+ are\b|\b(?:named after|the term|the word|"
    r"symbol|unit of|other|others|another|different|various|some|for example|called|species of|"
    r"abbreviated|spelled|pronounced|respectively)\b"
)
#: What a thing came to mean: an ending that sounds like one.
_CONSEQUENCE = re.compile(
    r"\b(?:today|now|still|legacy|influen\w+|important|essential|foundation\w*|modern|remains?|"
    r"became|world|future|ever since|changed|led to|life|history|human\w*|considered|regarded|seen)"
    r"\b"
)
#: What only tells where a rule ends: nothing is brought to an end by it.
_LEAVES_OPEN = re.compile(
    r"\b(?:not|never|no|nor|cannot|neither|may|might|could|usually|typically|generally|unless|"
    r"except|such as|like)\b|n't\b"
)
_COPULA = re.compile(r"^(?P<subject>.+?)\s(?P<verb>is|are|was|were)\s(?P<rest>.+)\.$")


def leaves_open(text: str) -> bool:
    """Whether a statement only tells what isn't, or isn't always, so."""
    return _LEAVES_OPEN.search(text) is not None


def concludes(text: str) -> bool:
    """Whether a statement ends a telling: an upshot, no aside, no exception, not cut short."""
    if _TRIVIA.search(text) or leaves_open(text):
        return False
    return len(text.split()) <= MAX_CLOSE_WORDS and not text.endswith("?")


def take_close(
    facts: list[Fact], hook: Fact, core: str, subject: Subject | None, rng: random.Random
) -> tuple[list[Fact], Fact | None]:
    """The facts without the one that closes, and the close.

    ``core`` is the rest of the definition that the hook was taken out of: it answers the hook.
    """
    if core and subject is not None:
        answer = Fact(text=core, origin=hook.origin, definition=True, whole=core)
        if reveal := _reveal(answer, subject):
            return facts, Fact(text=reveal, origin=hook.origin)
        if answer.words > MIN_REVEAL_WORDS:
            facts = [answer, *facts]
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
        score -= 1.0 if _TRIVIA.search(fact.text) else 0.0
        score -= 0.0 if concludes(fact.text) else INCONCLUSIVE
        score += 0.5 if _CONSEQUENCE.search(fact.text) else 0.0
        score -= 1.0 if fact.words > MAX_CLOSE_WORDS else 0.0
        scored.append((score + fact.weight, index, fact.text))
    if not scored or max(score for score, _, _ in scored) < MIN_CLOSE_SCORE:
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
    if len(found["rest"].split()) < MIN_REVEAL_WORDS:
        return None
    past = found["verb"] in {"was", "were"}
    plural = found["verb"] in {"are", "were"}
    lead = "Those" if plural else "That"
    verb = ("were" if plural else "was") if past else ("are" if plural else "is")
    lead_in = f"{lead} {verb}" if verb != "is" else "That's"
    return f"{lead_in} {subject.name}: {found['rest']}."
