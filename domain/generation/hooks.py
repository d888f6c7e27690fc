"""Hooks: which statement of a text makes somebody stop scrolling.

An opening that defines ("X is a ...") loses viewers; an extreme, a figure or a contradiction
keeps them. Every hook is a statement of the source, at most cut at the end of a clause.
"""

import re

from domain.generation.facts import Fact
from domain.generation.grammar import (
    CONNECTORS,
    FINITE,
    PREPOSITIONS,
    has_finite_verb,
    upper_first,
)
from domain.generation.subject import Subject

MAX_HOOK_WORDS = 14
"""what a screen shows without an ellipsis; longer statements lead only where nothing else may"""
LONG_HOOK_WORDS = 17
LONGEST_HOOK_WORDS = 24
GOOD_HOOK_WORDS = 12
SHORT_HOOK_WORDS = 6
MIN_LOOSE_WORDS = 6

_DEFINES = re.compile(
    r"^(?:(?:In|Within) [^,\d]{3,50}, )?[^,;]{0,80}?(?:\b(?:is|are|was|were|means?)|'s|"
    r"'re)\s(?:an?|any|the|one of)\b"
    r"|^[^,;]{0,60}?\b(?:refers? to|denotes?|called)\b"
)
_HALF_COMPARED = re.compile(r"\b(?:more|less) [a-z]+\.$")
"""than what? Its other half stands in the sentence before"""
_COPULA = re.compile(r"^.{0,120}?(?:\b(?:is|are|was|were)\b|'s\b|'re\b)")
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|only|first|last|never|ever|every|all|none|no|"
    r"(?!(?:honest|forest|west|east|rest|test|interest|request|harvest|guest|priest|protest|invest"
    r"|latest|modest|conquest|northwest|southwest|northeast|southeast|contest|chest|nest|"
    r"best-known)"
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
_MAGNITUDE = re.compile(
    r"\b(?:\d[\d,.]*\d{3}|\d[\d,.]* (?:million|billion|trillion|times|per ?cent|tons|tonnes)|"
    r"millions|billions|thousands|hundreds|half of|two-thirds|most of)\b"
)
_CONTRAST = re.compile(
    r"\b(?:but|yet|despite|although|though|unlike|instead|rather than|without|even|except|cannot|"
    r"can’t|can't|nothing|no longer|never|neither|impossible|mystery|unknown|secret|still|no|"
    r"(?:more|less|\w{3,}er) than)\b",
    re.IGNORECASE,
)
_STAKES = re.compile(
    r"\b(?:dea(?:d|th|ths|dly)|die[ds]?|kill(?:ed|s|ing)?|war|wars|destroy\w*|extinct\w*|"
    r"violent\w*|"
    r"poison\w*|danger\w*|suicide|escape\w*|escaping|infinite|collapse\w*|explo\w+|disease|crisis|"
    r"surviv\w+|revolution\w*|radically|invisible|ancient|lost|power\w*|brain|intelligen\w+|"
    r"prevent\w*|singularity|gold|money|squeeze|trap[s]?|genocide\w*|murder\w*|"
    r"assassinat\w+|exile[d]?|execut(?:ed|ion)|Nobel|record|slave\w*|conquer\w*|conquest|"
    r"defeat\w*|disappear\w*|fire|fear\w*|threat\w*|hidden|vanish\w*|stolen|bomb\w*|crash\w*)\b",
    re.IGNORECASE,
)
#: Somebody or something acts: a picture in the mind, where "is described as" gives none.
_AGENCY = re.compile(
    r"\b(?:built|won|ruled|led|invented|discovered|broke|changed|saved|carr(?:y|ies|ied)|moves?|"
    r"traps?|eats?|hunts?|flows?|orbits?|spreads?|drives?|powers?|shaped?|turns?|crossed|wrote|"
    r"painted|founded|united|rose|fell|escapes?|protects?|pumps?|grows?|survives?|transformed|"
    r"converts?|allows?|lets?)\b"
)
_DULL = re.compile(
    r"\b(?:term|word|definitions?|concept|name|named|called|genus|order|family|class|clade|taxon|"
    r"phylum|classified|"
    r"defined|"
    r"refer(?:s|red)?|respectively|municipality|category|terminology|derived|etymology|spelled|"
    r"administrative|census|commune|subdivided|divided|consists?|comprises?|includes?|listed|"
    r"described|understood|attributed|characteri[sz]ed|related|associated|linked|considered|"
    r"contrasts|located|lies|situated|represented|symbol|unit)\b",
    re.IGNORECASE,
)
#: Words that take back half of what is said.
_VAGUE = re.compile(
    r"\b(?:several|many|some|alternative|additional|various|certain|different|generally|usually|"
    r"typically|may be|can be|can range|"
    r"often|sometimes|at times|a variety|many kinds|factors|aspects|types|kinds|forms|ways|etc|"
    r"specific|particular|distinct|general)\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(r"^(?:There|Here) (?:is|are|was|were|has|have)\b|^It(?:'s| is)\b")
#: Openings that only make sense after something else.
_PROCEDURAL = re.compile(
    r"^(?:The (?:main|first|second|other|same|most common|use|concept|definition|term|result)|"
    r"If|When|Once|Depending|According|To \w+|By \w+ing|Using|Given|Conversely|Thus|For)\b"
)
_MERELY_PART = re.compile(r"\b(?:is|are) (?:one|part|most of) ")
#: An order is a step of some procedure, whose start it isn't.
_IMPERATIVE = re.compile(
    r"^(?:Soak|Put|Hold|Push|Pull|Keep|Work|Choose|Turn|Rinse|Never|Always|Use|Take|Add|Make|Let|"
    r"Mix|"
    r"Stir|Cut|Place|Set|Start|Stop|Try|Wash|Dry|Heat|Cook|Bake|Pour|Remove|Repeat|Check|Do|"
    r"Don't|Go|"
    r"Get|Give|Find|Open|Close|Press|Click|Select|Write|Read|Fill|Cover|Leave|Wait|Apply|Avoid|"
    r"Remember|Consider|Imagine|Begin|Finish|Test|Lay|Draw|Buy|Bring|Store|Tie|Fold|Roll) "
)
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*")
_CUT = re.compile(
    # Without a comma, such a clause restricts: what is left could be false.
    r", (?:because|although|though|when|while|whereas|where|after|before|since|until|unless)\s|"
    r" (?:because|although|though|whereas)\s|"
    r", (?:which|who|and|but|with|from|through|whether|in|on|at|by|for|as|or|including|such as|"
    r"like|smaller|larger|"
    r"(?!during\b)\w{3,}ing)\s|"
    r", (?:often|usually|typically|especially|particularly|mainly|first|namely) |"
    r", (?:an?|the|one|two|three) (?![^.]*\b(?:or|between|both)\b)|"
    r"—| – |; |,? (?=\"(?:for|the)\b)"
)
#: What may go without a comma before it, from a statement that affirms: how, and which kind of
#: a thing that was not named before. "It uses a pump that beats" -> "It uses a pump".
_LOOSE = re.compile(
    r" (?:that|which|who) (?:is|are|was|were|can|has|have)\b| along with | as well as | such as | "
    r"like (?=\w+,)| by (?=\w+ing\b)| using (?=an?|the|\w+s\b)| through (?=\w+s\b|the )| caused by "
    r"| during | with an? | from (?=\d)| over (?=the\b)| in order to | to diagnose | as a result "
    r"of | because of "
    r"| in the (?=\d|early|late|mid)| within an? | under | across | known as | in (?=\d)| and "
    r"(?=is|was|"
    r"are|were|has|had|evidence|it|they|he|she|this)\b| and (?=the \w+ (?:is|are|was|were|"
    r"has)\b)| since | according to | with the (?=aim|goal|help)| in various | of the \w+ of "
)
#: What the subject does besides: "..., and remains popular".
_SECOND_VERB = re.compile(
    r", and (?:is|are|was|were|has|have|had|can|remains?|his|her|its|the|it|they|he|she|this|many|"
    r"some|[a-z]{3,}ed|shares|includes?|led|became|made)\b"
)
_CONDITION = re.compile(r"\b(?:unless|if|except|only|until|but|provided|rather)\b")
#: "... assigns codes to ...": a word in -s or -ed with what a verb has behind it.
_LIKELY_VERB = re.compile(
    r"(?<=\w )(?!(?:its|this|thus|as|has|various|religious|species)\b)[a-z]{3,}(?:s|ed) "
    r"(?=(?:the|an?|its|"
    r"their|his|her|all|many|some|most|in|into|from|with|on|to|across|about|\d)\b|[a-z]+s\b|[a-z]+ "
    r"[a-z]+s\b)|(?<=\w )[a-z]{3,}ed (?!by\b|for\b|as\b)\w"
)
#: The main clause goes on after what a comma set in.
_RESUMED = re.compile(r"\w, (?:is|are|was|were|has|have|can|had|[a-z]+s|[a-z]+ed) ")
#: "prevents anything, including light, from escaping": the verb still waits for its end.
_OPEN_END = re.compile(r"\w, (?:from|to|into|of|for|by|in|on|at|against|with|than|that) ")
_ANY_VERB = re.compile(rf"\b(?:{'|'.join(sorted(FINITE - {'that'}))})\b(?! by\b)")
#: Statements in which a part left out would change what is claimed.
_STRICT = re.compile(
    r"\b(?:not|no|never|only|all|every|none|nothing|without|unless|cannot|few|less|neither|any|"
    r"most|first|last|same|both|\w+est|more|between|each|when|if|while)\b|n't\b",
    re.IGNORECASE,
)


_POINTS_AWAY = re.compile(r"\b(?:it|him|her|them|they|he|she|this|these|those)\b", re.IGNORECASE)


def points_away(text: str) -> bool:
    """Whether a pronoun may stand for something outside of the statement."""
    return _POINTS_AWAY.search(text) is not None


_SET_OFF = re.compile(
    r"^(?:With|Because of|Due to|Being|Known|Considered|Widely|Located|Situated|Alongside|Along "
    r"with)\b(?:[^,]|,(?=\d))+, (?=[A-Z]|the |an? |[a-z]+ (?:is|are|was|were)\b)"
)
#: What commas set in between the subject and its verb.
_SET_IN = re.compile(
    r", (?:first|also|which|who|once|now|an?|the|known|including|like|in|on|at|by|with|under|"
    r"during|"
    r"after|[a-z]+ed|[a-z]+ing) (?:[^,]|,(?=\d)){2,70},(?= (?:is|are|was|were|has|have|had|can|"
    r"[a-z]{3,}ed|[a-z]{3,}s) )"
)
_INTRO = re.compile(
    r"(?:In|On|At|By|With|As|For|From|During|After|Since|Because|Though|When|If|While|Through|Over|"
    r"Under|Like|Unlike|Among|Despite|\w+ly|\w+ing|\w+ed)\b"
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
    undated = re.sub(r"\b1\d{3}\b|\b20\d\d\b", "", text)
    score += 0.9 if _MAGNITUDE.search(undated) else 0.5 if _FIGURE.search(undated) else 0.0
    score += 0.8 if _CONTRAST.search(text) else 0.0
    score += 0.6 * min(2, len(set(_STAKES.findall(text))))
    score += 0.5 if _AGENCY.search(text) else 0.0
    score += 0.2 if _PROPER.search(text) else 0.0
    score -= 0.8 * min(2, len(_DULL.findall(text)))
    score -= 0.4 * min(2, len(_VAGUE.findall(text)))
    score -= 1.5 if _EXPLETIVE.match(text) else 0.0
    score -= 1.5 if _IMPERATIVE.match(text) else 0.0
    score -= 0.8 if _PROCEDURAL.match(text) else 0.0
    words = text.split()
    long_words = sum(len(word.strip(".,")) > 12 for word in words)  # noqa: PLR2004
    score -= 0.25 * long_words
    score -= 0.08 * max(0, len(words) - GOOD_HOOK_WORDS)
    score -= 0.25 * max(0, len(words) - MAX_HOOK_WORDS)
    score -= 0.6 if _MERELY_PART.search(text) else 0.0
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
        if not _INTRO.match(text):
            text = _SET_IN.sub("", text, count=1)
    short = trim(text)
    return short if len(short.split()) <= MAX_HOOK_WORDS else _shorter_list(short)


def _shorter_list(text: str) -> str:
    """A statement with a long list cut to its first items: as true as before, and shorter."""
    found = _LONG_LIST.match(text)
    if found is None or _EXHAUSTIVE.search(text):
        return text
    items = [item for item in found["items"].split(", ") if item]
    last = re.split(r"(?:,| and| or) ", text)[-1]
    if len(last.split()) > max(len(item.split()) for item in items):
        # "economic, social and cultural rights": the noun stands behind the last one only.
        return text
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
        if count < 5 or count > MAX_HOOK_WORDS:  # noqa: PLR2004
            continue
        if not _complete(head, body[found.start() :]):
            continue
        if _INTRO.match(head) and "," not in head:
            continue  # "Over a history of many years" is no statement yet
        if "," not in head and _SECOND_VERB.match(body[found.start() :]):
            return head + "."
        if re.match(r",? (?:although|though|unless|but|until|or|and|before) ", found.group() + " "):
            continue
        if re.match(r"(?:In|During|After|As|Although|While|When|If|Since|With)\b", head):
            continue
        return head + "."
    return _loosened(body) or text


def _loosened(body: str) -> str | None:
    """A plain affirmation without its last adjuncts, as long as it may be; None if none fits."""
    best: str | None = None
    for found in _LOOSE.finditer(body):
        head = body[: found.start()].rstrip(" ,")
        words = head.split()
        tail = body[found.start() :]
        if not MIN_LOOSE_WORDS <= len(words) <= LONG_HOOK_WORDS or not _complete(head, tail):
            continue
        if _STRICT.search(head) or _CONDITION.search(tail):
            continue
        if found.group().split()[0] in {"that", "which", "who"} and not re.search(
            r"\b(?:an?|two|three|four|many|some|[a-z]+s) (?:[\w-]+ ){0,3}[\w-]+$|\b(?:of|in|into|"
            r"as|"
            r"by|with|and) [a-z]+s$",
            head,
        ):
            continue
        if best is None or len(words) <= GOOD_HOOK_WORDS:
            best = head
    return None if best is None else best + "."


def _complete(head: str, tail: str) -> bool:
    """Whether a statement may end after ``head``: it holds the verb, and no list is open."""
    last = head.rsplit(maxsplit=1)[-1].lower()
    if last in PREPOSITIONS | CONNECTORS | FINITE | {"the", "a", "an", "to", "also", "its"}:
        return False
    if "," in head and len(head.rsplit(",", 1)[1].split()) < 3:  # noqa: PLR2004
        return False
    if _OPEN_END.search(tail) or head.endswith((" anything", " anyone", " everything")):
        return False
    if has_finite_verb(head):
        return True
    # The whole is a sentence: a verb that isn't behind the cut stands before it.
    return not _ANY_VERB.search(tail) or (
        _LIKELY_VERB.search(head) is not None and not _RESUMED.search(tail)
    )


def hook_candidates(facts: list[Fact], subject: Subject | None) -> list[tuple[float, int]]:
    """Facts that may lead, as (score, index), best first.

    A hook stands on its own: it leans on nothing before it, names the subject, and nothing
    that follows in the source leans on a sentence that it isn't part of.
    """
    scored: list[tuple[float, int]] = []
    for index, fact in enumerate(facts):
        text = sharpen(fact.text)
        if fact.bound or defines(text) or text.endswith("?") or _HALF_COMPARED.search(text):
            continue
        if fact.definition and _COPULA.match(text) and not _STRONG_SUPERLATIVE.search(text):
            continue
        score = surprise(text)
        if subject is None or (fact.origin and not subject.is_named_in(text)):
            if _POINTS_AWAY.search(text):
                continue
            if subject is not None and (text.startswith("The ") or subject.is_person):
                continue
            score -= 0.9 if subject is not None else 0.0
        if (
            subject is not None
            and subject.opens(text) is None
            and not text.lower().startswith(subject.possessive.lower())
        ):
            score -= 0.4
        if subject is not None and not subject.is_named_in(text):
            score -= 1.2
        if subject is not None and re.match(
            rf"{re.escape(subject.bare)} and\b", text, re.IGNORECASE
        ):
            score -= 1.0
        scored.append((score, index))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))
