"""Hooks: which statement of a text makes somebody stop scrolling.

An opening that defines ("X is a ...") loses viewers; an extreme, a figure or a contradiction
keeps them. Every hook is a statement of the source, at most cut at the end of a clause.
"""

import re

from domain.generation.facts import Fact
from domain.generation.grammar import FINITE, PREPOSITIONS, has_finite_verb, upper_first
from domain.generation.subject import Subject

MAX_HOOK_WORDS = 16
GOOD_HOOK_WORDS = 12
SHORT_HOOK_WORDS = 7

_DEFINES = re.compile(
    r"^[^,;]{0,80}?(?:\b(?:is|are|was|were|means?)|'s|'re)\s(?:an?|any|the|one of)\b"
    r"|^[^,;]{0,60}?\b(?:refers? to|denotes?|called)\b"
)
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|only|first|last|never|ever|every|all|none|no|"
    r"(?!(?:honest|forest|west|east|rest|test|interest|request|harvest|guest|priest|protest|invest"
    r"|latest|modest|conquest|northwest|southwest|northeast|southeast|contest|chest|nest|best-known)"
    r"\b)\w{2,}est)\b",
    re.IGNORECASE,
)
_STRONG_SUPERLATIVE = re.compile(
    r"\b(?:the|world's|history's) (?:single )?(?:most|only|largest|"
    r"smallest|oldest|deadliest|fastest|longest|highest|deepest|tallest|biggest|hottest|coldest|"
    r"richest|heaviest|brightest|youngest|earliest|greatest|strongest|hardest|closest|rarest)\b"
    r"|\bamong the most\b|\bmore than any\b|\bfirst (?:\w+ )?to\b"
)
_FIGURE = re.compile(
    r"\b\d[\d,.]*\b|\b(?:million|billion|trillion|thousand|hundred|half|percent)s?\b"
)
_CONTRAST = re.compile(
    r"\b(?:but|yet|despite|although|though|unlike|instead|rather than|without|even|except|cannot|"
    r"can’t|can't|nothing|no longer|never|neither|impossible|mystery|unknown|secret|still|not)\b",
    re.IGNORECASE,
)
_STAKES = re.compile(
    r"\b(?:dea(?:d|th|ths|dly)|die[ds]?|kill(?:ed|s|ing)?|war|wars|destroy\w*|extinct\w*|violent\w*|"
    r"poison\w*|danger\w*|suicide|escape\w*|escaping|infinite|collapse\w*|explo\w+|disease|crisis|"
    r"surviv\w+|revolution\w*|radically|invisible|ancient|lost|power\w*|life|brain|intelligen\w+|"
    r"essential|prevent\w*|singularity|change[ds]?|gold|money|billion|million|squeeze|trap[s]?|genocide\w*|murder\w*|"
    r"assassinat\w+|exile[d]?|execut(?:ed|ion)|Nobel|record)\b",
    re.IGNORECASE,
)
_DULL = re.compile(
    r"\b(?:term|word|name|named|called|genus|order|family|class|clade|taxon|phylum|classified|defined|"
    r"refer(?:s|red)?|respectively|municipality|category|terminology|derived|etymology|spelled|"
    r"administrative|census|commune|subdivided|divided|consists?|comprises?|includes?|listed)\b",
    re.IGNORECASE,
)
_CUT = re.compile(
    # Without a comma, such a clause restricts: what is left could be false.
    r", (?:because|although|though|when|while|whereas|where|after|before|since|until|unless)\s|"
    r" (?:because|although|though|whereas)\s|"
    r", (?:which|who|and|but|with|from|in|on|at|by|for|as|or|including|such as|like|smaller|larger|"
    r"(?!during\b)\w{3,}ing)\s|"
    r"—| – |; |,? (?=\"(?:for|the)\b)"
)


_POINTS_AWAY = re.compile(r"\b(?:it|him|her|them|they|he|she|this|these|those)\b", re.IGNORECASE)


def points_away(text: str) -> bool:
    """Whether a pronoun may stand for something outside of the statement."""
    return _POINTS_AWAY.search(text) is not None


_SET_OFF = re.compile(
    r"^(?:With|Because of|Due to|Being|Known|Considered|Widely|Located|Situated|Alongside|Along "
    r"with)\b(?:[^,]|,(?=\d))+(?:, [^,]+)?, (?=[A-Z]|the |an? |[a-z]+ (?:is|are|was|were)\b)"
)
_LONG_LIST = re.compile(
    r"^(?P<lead>[^,]*?\b(?:in|by|of|with|includes?|include|including|like|as|from|through)) "
    r"(?P<items>(?:[^\s,]+(?: [^\s,]+){0,4}, ){3,})(?:and |or )?[^,]+\.$"
)
_EXHAUSTIVE = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|only|all|every|either|between|consist\w*|"
    r"made up|composed|divided|total|not|no|respectively)\b",
    re.IGNORECASE,
)


def defines(text: str) -> bool:
    """Whether a statement opens by defining: "X is a ...", "X refers to ..."."""
    return _DEFINES.match(text) is not None and not _STRONG_SUPERLATIVE.search(text)


def surprise(text: str) -> float:
    """How surprising a statement is; 0 is dull, 3 is a good hook."""
    score = 0.0
    score += 2.0 if _STRONG_SUPERLATIVE.search(text) else 0.7 if _SUPERLATIVE.search(text) else 0.0
    score += 0.5 if _FIGURE.search(re.sub(r"\b1\d{3}\b|\b20\d\d\b", "", text)) else 0.0
    score += 0.8 if _CONTRAST.search(text) else 0.0
    score += 0.6 * min(2, len(set(_STAKES.findall(text))))
    score -= 0.8 * min(2, len(_DULL.findall(text)))
    words = text.split()
    long_words = sum(len(word.strip(".,")) > 12 for word in words)  # noqa: PLR2004
    score -= 0.25 * long_words
    score -= 0.08 * max(0, len(words) - GOOD_HOOK_WORDS)
    score -= 0.15 * max(0, SHORT_HOOK_WORDS - len(words))
    return score


def sharpen(text: str) -> str:
    """A statement as a hook: without the "also" that ties it to others, and cut to length."""
    text = re.sub(r" (?:also|thus|therefore|then)(?= \w)", "", text, count=1)
    if len(text.split()) > GOOD_HOOK_WORDS:
        without = _SET_OFF.sub("", text, count=1)
        # "it" is the subject that the phrase before it belonged to: only a name may stay.
        if without != text and not _POINTS_AWAY.match(without):
            text = upper_first(without)
    short = trim(text)
    return short if len(short.split()) <= MAX_HOOK_WORDS else _shorter_list(short)


def _shorter_list(text: str) -> str:
    """A statement with a long list cut to its first items: as true as before, and shorter."""
    found = _LONG_LIST.match(text)
    if found is None or _EXHAUSTIVE.search(text):
        return text
    items = [item for item in found["items"].split(", ") if item]
    lead = found["lead"]
    while len(items) > 2 and len(f"{lead} {' '.join(items)}".split()) >= MAX_HOOK_WORDS:  # noqa: PLR2004
        items.pop()
    return f"{lead} {', '.join(items[:-1])} and {items[-1]}." if len(items) > 1 else text


def trim(text: str) -> str:
    """A statement cut to a hook's length at the end of a clause; unchanged if none fits.

    Only what follows the main clause is cut, never a condition or a negation, so that what
    is left stays true by itself.
    """
    body = text.rstrip(".")
    if len(body.split()) <= MAX_HOOK_WORDS:
        return text
    for found in _CUT.finditer(body):
        head = body[: found.start()]
        count = len(head.split())
        if count < 5 or count > MAX_HOOK_WORDS or not has_finite_verb(head):  # noqa: PLR2004
            continue
        last = head.split()[-1].lower()
        if last in PREPOSITIONS | FINITE | {"and", "or", "the", "a", "an", "to"}:
            continue
        if "," in head and len(head.rsplit(",", 1)[1].split()) < 3:  # noqa: PLR2004
            continue
        if re.match(r",? (?:although|though|unless|but|until|or|and|before) ", found.group() + " "):
            continue
        if re.match(r"(?:In|During|After|As|Although|While|When|If|Since|With)\b", head):
            continue
        return head + "."
    return text


def hook_candidates(facts: list[Fact], subject: Subject | None) -> list[tuple[float, int]]:
    """Facts that may lead, as (score, index), best first.

    A hook stands on its own: it leans on nothing before it, names the subject, and nothing
    that follows in the source leans on a sentence that it isn't part of.
    """
    scored: list[tuple[float, int]] = []
    for index, fact in enumerate(facts):
        text = sharpen(fact.text)
        if fact.bound or defines(text) or text.endswith("?"):
            continue
        if fact.definition and not _STRONG_SUPERLATIVE.search(text):
            continue
        score = surprise(text)
        if subject is None or (fact.origin and not subject.is_named_in(text)):
            if _POINTS_AWAY.search(text):
                continue
            if subject is not None and (text.startswith("The ") or subject.is_person):
                continue
            score -= 0.3 if subject is not None else 0.0
        if (
            subject is not None
            and subject.opens(text) is None
            and not text.lower().startswith(subject.possessive.lower())
        ):
            score -= 0.4
        if subject is not None and re.match(
            rf"{re.escape(subject.bare)} and\b", text, re.IGNORECASE
        ):
            score -= 1.0
        if len(text.split()) > MAX_HOOK_WORDS:
            score -= 1.0
        scored.append((score, index))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))
