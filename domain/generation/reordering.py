"""Reordering: the parts of a sentence in another order, where the order says nothing.

Two things named side by side change places, a list is turned, and a date moves from one end
of a plain sentence to the other. Whatever has an order of its own (figures, names, steps,
"former", "respectively") stays.
"""

import re

from domain.generation.grammar import upper_first

MAX_MOVED_WORDS = 18
"""in a longer sentence a date at the other end may seem to belong to another verb"""

_ORDERED = re.compile(
    r"\b(?:respectively|former|latter|first|then|second|finally|order|followed|between|both|either|"
    r"neither|nor|from|versus|not only|whether)\b",
    re.IGNORECASE,
)
_ENDING = r"(?=[.,;:]|$)"
"""nothing may follow: "the crust and result in ..." is no pair"""
_BEFORE = (
    r"(?P<before>\b(?:of|in|for|by|with|on|as|into|through|including|like|the|its|their|his|her|"
    r"uses|"
    r"includes|involves|produces|studies|affects|provides|offers|across|against|about|is|are) )"
)
#: Pairs that are said in one order only, or in which the one follows from the other.
_FIXED = re.compile(
    r"\b(?:rise|birth|trial|cause|life|supply|law|beginning|start|black|north|south|east|west|"
    r"father|"
    r"mother|king|lord|day|crime|war|old|up|in|back|more|one|two|three|four|five|many|each|all|"
    r"other|others|some|early|late|past|first|so|above|below|further|rock|rhythm|hunter|bread|salt|"
    r"his|her|its|their|most|least|here|there|now|forth|on|off|out|over|again|only|even|long)\b"
)
_LIKE_PAIR = re.compile(
    _BEFORE + r"(?P<one>[a-z][a-z-]{2,}) (?P<word>and|or) (?P<two>[a-z][a-z-]{2,})" + _ENDING
)
_ADJECTIVES = re.compile(
    r"\b(?P<before>(?:(?:the|its|their|his|her|of|in|for|by|with|many|most|some|various|different|"
    r"other) )|(?P<article>an?) )(?P<one>[a-z]+(?:al|ic|ive|ous|ary|ful)) (?P<word>and|or) "
    r"(?P<two>[a-z]+(?:al|ic|ive|ous|ary|ful)) (?=[a-z]+)"
)
_NOUN = r"(?!(?:of|in|for|by|with|as|on|into|to|from|and|or|made|used|found|include)\b)[a-z][\w'-]+"
_TURNABLE = re.compile(
    r"(?P<lead>\b(?:of|in|for|by|with|as|on|like|including|includes?|involves?|into|through|uses|"
    r"across|studies|produces?|affects?|are|is|features?|covers|about|against) )"
    rf"(?P<items>(?:{_NOUN}(?: {_NOUN}){{0,2}}, )+)"
    r"(?P<word>and|or) (?P<last>[a-z][\w'-]+(?: [a-z][\w'-]+)?)(?=[.;]|$)"
)
_DETERMINED = re.compile(
    r"\d|\b(?:an?|the|its|their|his|her|other|others|both|many|most|more|all|of|such|some|any|each|"
    r"no|not|also|even|especially|particularly|above|is|are|was|were|has|have|can|to|that|which|"
    r"in|on|by|for|with|from|as|at|it|they|later|then|etc)\b"
)
_ED_ING = re.compile(r"(?:ed|ly)$")
_PLAIN_CLAUSE = re.compile(
    r"\b(?:that|which|who|whom|whose|when|where|while|after|before|until|because|though|although|"
    r"if|"
    r"and|but|or|since|as|than)\b|[,;:–—]"
)
_DATE = (
    r"(?:in|by|from|since|during|around) (?:about )?"
    r"(?:the )?(?:early |late |mid-?)?(?:1\d{3}|20\d\d)s?"
)
_LEADING_DATE = re.compile(rf"^(?P<date>{_DATE}), (?P<rest>.+)\.$", re.IGNORECASE)
#: Behind its own verb a date belongs to it: "It was founded in 1911."
_TRAILING_DATE = re.compile(
    r"^(?P<rest>[^,]+ (?:was|were) "
    r"(?:\w+ed|built|made|found|held|won|born|begun|written|lost|sold)) "
    r"(?P<date>(?:in|on|by) (?:\w+ )?(?:1\d{3}|20\d\d))\.$"
)
#: "Modes of transport include ..." -> "Among modes of transport are ...": the verb says "many".
_INCLUDE = re.compile(
    r"^(?P<what>(?:The |Its |Their |His |Her |Other |Common |Major |Notable |Modern )?"
    r"(?!(?:These|Those|They|Some) )[a-zA-Z][a-z'-]+"
    r"(?: (?!may|can|must|to|could|examples)[a-z'-]+){0,4}) include (?=[a-z][^.]*,)"
)
_BY = re.compile(
    r"^(?P<what>(?:The|A|An|Its|His|Her|It)(?: [\w'-]+){0,6}) (?:was|were) "
    r"(?P<verb>founded|created|built|"
    r"discovered|invented|developed|introduced|designed|ruled|led|defeated|destroyed|conquered|"
    r"established|composed|painted|launched|popularized|popularised|coined|abolished) by "
    r"(?P<who>(?:the )?[A-Z][\w'-]+(?: (?:[A-Z][\w'-]+|of|the|and)){0,5})(?P<when> in \d{4})?\.$"
)
_QUALITIES = frozenset("Other Common Major Notable Modern".split())
_SMALL_OPENERS = frozenset(
    "The A An It Its He His She Her They Their This These Many Most Some".split()
)


def reordered(text: str) -> str:
    """The sentence with pairs and lists turned, and its date at the other end."""
    if not _ORDERED.search(text):
        text = _ADJECTIVES.sub(_swap_adjectives, text)
        text = _LIKE_PAIR.sub(_swap, text)
        text = _TURNABLE.sub(_turn, text)
    if found := _INCLUDE.match(text):
        what = found["what"]
        first, *others = what.split()
        # A plural with "of" behind it is no name: "Modes of transport".
        common = first in _SMALL_OPENERS | _QUALITIES or (first[-1] == "s" and others[:1] == ["of"])
        small = what[0].lower() + what[1:] if common else what
        if small != what:
            return f"Among {small} are {text[found.end() :]}"
    if found := _BY.match(text):
        what = {"It": "it"}.get(found["what"], found["what"][0].lower() + found["what"][1:])
        return f"{upper_first(found['who'])} {found['verb']} {what}{found['when'] or ''}."
    return _move_date(text)


def _alike(one: str, two: str) -> bool:
    """Whether two words are surely of one kind: both plural, both of one ending."""
    for ending in (
        "s",
        "ing",
        "ion",
        "ity",
        "ment",
        "ness",
        "ance",
        "ence",
        "ics",
        "ism",
        "ure",
        "y",
    ):
        if one.endswith(ending) or two.endswith(ending):
            return one.endswith(ending) and two.endswith(ending)
    return not _ED_ING.search(one) and not _ED_ING.search(two)


def _swap(found: re.Match[str]) -> str:
    one, two = found["one"], found["two"]
    verbs = one.endswith("ing") and found["before"].strip() in {"is", "are"}
    if verbs or not _alike(one, two) or _FIXED.search(f"{one} {two}"):
        return found.group()
    return f"{found['before']}{two} {found['word']} {one}"


def _swap_adjectives(found: re.Match[str]) -> str:
    one, two = found["one"], found["two"]
    if _FIXED.search(f"{one} {two}"):
        return found.group()
    before = found["before"]
    if article := found["article"]:
        before = before.replace(article, "an" if two[0] in "aeio" else "a")
    return f"{before}{two} {found['word']} {one} "


def _turn(found: re.Match[str]) -> str:
    """The last item first; only where every item is a bare noun or two."""
    items = [item for item in found["items"].split(", ") if item]
    last = found["last"]
    # "natural science and mathematics": an adjective before the first may rule over all.
    if len(items) < 2 or any(_DETERMINED.search(item) for item in (*items, last)):  # noqa: PLR2004
        return found.group()
    if len({len(item.split()) > 1 for item in (items[0], last)}) > 1 or len(items[0].split()) > 1:
        return found.group()
    first, *rest = items
    return f"{found['lead']}{last}, {', '.join(rest)} {found['word']} {first}"


def _move_date(text: str) -> str:
    if len(text.split()) > MAX_MOVED_WORDS:
        return text
    if (found := _LEADING_DATE.match(text)) and not _PLAIN_CLAUSE.search(found["rest"]):
        if re.search(r"\b1\d{3}\b|\b20\d\d\b", found["rest"]):
            return text
        date = found["date"]
        return f"{upper_first(found['rest'])} {date[0].lower()}{date[1:]}."
    if (found := _TRAILING_DATE.match(text)) and not _PLAIN_CLAUSE.search(found["rest"]):
        rest = found["rest"]
        opener = rest.split(" ", 1)[0]
        if opener not in _SMALL_OPENERS or re.search(r"\b1\d{3}\b|\b20\d\d\b", rest):
            return text
        return f"{upper_first(found['date'])}, {rest[0].lower()}{rest[1:]}."
    return text
