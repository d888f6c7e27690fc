"""Phrasing: written English as a narrator would say it, without a change in meaning.

Applied once to every statement. A pair is in the tables only if both say the same wherever
the first stands; quoted words and names are never touched.
"""

import re
from collections.abc import Callable

from domain.generation.subject import Subject

#: Written phrase -> spoken one.
_PLAIN = {
    "a type of": "a kind of",
    "also known as": "also called",
    "are located in": "lie in",
    "are members of": "belong to",
    "best known for": "most famous for",
    "can be divided into": "can be split into",
    "covers an area of": "covers",
    "during the early": "in the early",
    "during the late": "in the late",
    "is a member of": "belongs to",
    "is the capital and largest city": "is both the capital and the largest city",
    "most populous": "most populated",
    "until her death in": "until she died in",
    "until his death in": "until he died in",
    "was a member of": "belonged to",
    "a large number of": "a great many",
    "a majority of whom": "most of whom",
    "a number of": "several",
    "a variety of": "many kinds of",
    "a wide range of": "all sorts of",
    "a wide variety of": "all kinds of",
    "although": "though",
    "amongst": "among",
    "an important role": "a key role",
    "approximately": "about",
    "are able to": "can",
    "are among the": "rank among the",
    "are composed of": "are made up of",
    "are derived from": "come from",
    "are known as": "are called",
    "are regarded as": "are seen as",
    "as a result of": "because of",
    "associated with": "linked to",
    "began": "started",
    "capable of producing": "able to produce",
    "characterised by": "marked by",
    "characterized by": "marked by",
    "commonly": "often",
    "commonly known as": "better known as",
    "composed of": "made up of",
    "comprising": "made up of",
    "consist of": "are made up of",
    "consisting of": "made up of",
    "consists of": "is made up of",
    "critical role": "vital part",
    "currently": "today",
    "due to": "because of",
    "entire": "whole",
    "for example": "for instance",
    "frequently": "often",
    "have been able to": "have managed to",
    "in addition to": "besides",
    "in order to": "to",
    "in which": "where",
    "initially": "at first",
    "is able to": "can",
    "is among the": "ranks among the",
    "is composed of": "is made up of",
    "is considered to be": "is seen as",
    "is derived from": "comes from",
    "is generally considered to be": "is widely seen as",
    "is known as": "is called",
    "is located in": "lies in",
    "is located on": "lies on",
    "is one of the": "is among the",
    "is regarded as": "is seen as",
    "is situated in": "lies in",
    "is situated on": "lies on",
    "is widely regarded as": "is widely seen as",
    "largely": "mostly",
    "mainly": "mostly",
    "numerous": "many",
    "occur": "happen",
    "occurred": "happened",
    "occurs": "happens",
    "particularly": "especially",
    "possess": "have",
    "possesses": "has",
    "predominantly": "mostly",
    "primarily": "mainly",
    "prior to": "before",
    "rapidly": "quickly",
    "referred to as": "called",
    "regarded as": "seen as",
    "resulting from": "caused by",
    "resulting in": "leading to",
    "serves as": "acts as",
    "sometimes": "at times",
    "subsequently": "later",
    "such as": "like",
    "the majority of": "most of",
    "throughout": "all through",
    "typically": "usually",
    "upon": "on",
    "utilize": "use",
    "utilized": "used",
    "utilizes": "uses",
    "various": "different",
    "was able to": "could",
    "was among the": "ranked among the",
    "was one of the": "was among the",
    "were able to": "could",
    "whereas": "while",
    "whilst": "while",
}  # fmt: skip
_PLAIN_PATTERN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(k) for k in sorted(_PLAIN, key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SUPERLATIVE = r"(?:second-|third-)?(?:largest|smallest|highest|longest|oldest|tallest|deepest)"
_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    # Figures: the other word for the same bound.
    (re.compile(r"\b(?:around|some|roughly) (?=\d[\d.,]*\s(?!century))"), "about "),
    (re.compile(r"\bover (?=\d[\d,.]* (?!and))"), "more than "),
    (re.compile(r"(?<=\d )km(?![\w/²2])"), "kilometres"),
    (re.compile(rf"\b(\d{{1,2}}) ({_MONTHS}) (\d{{4}})\b"), r"\2 \1, \3"),
    (re.compile(r"\bhas a diameter of (about )?(\d[\w,.]* \w+)"), r"is \1\2 across"),
    (re.compile(r"\bhas an area of (?=\w*\s?\d)"), "covers "),
    (re.compile(r"\bhas a total length of (?=\w*\s?\d)"), "runs for "),
    (re.compile(r"\bhas a population of ((?:about |more than )?\d[\d.,]*\d?(?: million| billion)?)"
                r"(?= (?:in|as|and|with|within|spread)\b|[.;]|$)"), r"is home to \1 people"),
    (re.compile(r"\bwith a population of ((?:about |more than )?\d[\d.,]*\d?(?: million| billion)?)"
                r"(?= (?:in|as|and|within|spread)\b|[,.;]|$)"), r"with \1 people"),
    (re.compile(r"\bbetween (1\d{3}|20\d\d) and (1\d{3}|20\d\d)\b"), r"from \1 to \2"),
    (re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b(?:located|situated) "
                r"(?=(?:in|on|at|between|near|along|off)\b)"), ""),
    (re.compile(r"\b(is|are|was|were) considered (?=(?:one of|an?|the)\b)"), r"\1 seen as "),
    # Order of words.
    (re.compile(rf"\bthe ({_SUPERLATIVE}) ([a-z-]+(?: [a-z-]+)?) in the world\b"),
     r"the world's \1 \2"),
    (re.compile(r"\bthat (?:are|is) (?=(?:essential|used|found|made|known|called|native)\b)"),
     ""),
    (re.compile(r"\b(?:allow|enable)s (it|them|him|her|us|people|humans|users) to "), r"lets \1 "),
    (re.compile(r"\b(?:allow|enable) (it|them|him|her|us|people|humans|users) to "), r"let \1 "),
    (re.compile(r"\b(?:allow|enabl)ed (it|them|him|her|us|people|humans|users) to "), r"let \1 "),
    (re.compile(r"\bas well as (?=(?:the|a|an|its|their|his|her|many|some|other)\b)"),
     "along with "),
    (re.compile(r"\bworldwide(?=[.,;]|$)"), "around the world"),
]  # fmt: skip
_CONTRACTIONS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b(It|He|She|That|There|it|he|she|there) is (?=[\w\"“])"), r"\1's "),
    (re.compile(r"\b(They|they) are (?=[\w\"“])"), r"\1're "),
    (re.compile(r"\b(It|He|She|it|he|she) has been\b"), r"\1's been"),
    (re.compile(r"\b(They|they) have been\b"), r"\1've been"),
    (re.compile(r"\bcannot\b"), "can't"),
    (re.compile(r"\b(is|are|was|were|does|did|do|has|have|had|could|would) not\b(?! only)"),
     r"\1n't"),
]  # fmt: skip
_LIST = re.compile(
    r"(?P<lead>\b(?:like|including|with|from|into|includes|among them) )"
    r"(?P<items>(?:[\w'-]+(?: [\w'-]+)?, ){2,5})(?P<word>and|or) (?P<last>[\w'-]+(?: [\w'-]+)?)"
    r"(?=[.;]|$)"
)
#: "the late 19th century" -> "the late 1800s"; of earlier ones that would sound odd.
_CENTURY = re.compile(
    r"\bthe (?P<part>(?:early|late|mid) )?(?P<number>1[5-9])th century\b(?! (?:BC|[a-z]+ist))"
)
_QUOTED = re.compile(r"(\"[^\"]*\"|“[^”]*”)")


def spoken_style(text: str) -> str:
    """Replace written phrases by spoken ones. To be applied once: pairs may go both ways."""
    return _outside_quotes(text, _say)


def contract(text: str) -> str:
    """Contract what a narrator contracts: "It is" -> "It's". May be applied again."""
    return _outside_quotes(text, _contract)


def with_pronoun(sentence: str, before: str, subject: Subject) -> str:
    """Call the subject by its pronoun where the sentence before named it in the same number."""
    now, last = subject.opens(sentence), subject.opens(before)
    if now is None or last is None or now[1] != last[1] or not subject.pronoun:
        return sentence
    pronoun = "they" if now[1] == "plural" else subject.pronoun
    rest = sentence[len(now[0]) :]
    if not re.match(r"\s\w", rest) or rest.startswith(" and "):
        return sentence
    return pronoun[0].upper() + pronoun[1:] + rest


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    # Every second part stands between quotation marks.
    parts = _QUOTED.split(text)
    return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))


def _say(text: str) -> str:
    text = _PLAIN_PATTERN.sub(_same_case, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = _CENTURY.sub(_as_hundreds, text)
    return _contract(_LIST.sub(_turned, text))


def _as_hundreds(found: re.Match[str]) -> str:
    return f"the {found['part'] or ''}{int(found['number']) - 1}00s"


def _contract(text: str) -> str:
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def _turned(found: re.Match[str]) -> str:
    """A list in another order: last item first. A figure may rule over what follows it."""
    items = [item for item in found["items"].split(", ") if item]
    if any(
        re.search(r"\d|\b(?:a|an|the|its|other|both|many|most|more|all|of)\b", i)
        for i in (*items, found["last"])
    ):
        return found.group()
    first, *rest = items
    return f"{found['lead']}{found['last']}, {', '.join(rest)} {found['word']} {first}"


def _same_case(found: re.Match[str]) -> str:
    plain = _PLAIN[found.group().lower()]
    return plain[0].upper() + plain[1:] if found.group()[0].isupper() else plain
