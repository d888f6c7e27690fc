"""Phrasing: written English as a narrator would say it, without a change in meaning."""

import re

from domain.generation.subject import Subject

#: Written phrase -> spoken one. Only pairs that mean the same wherever they stand.
_PLAIN = {
    "approximately": "about",
    "in order to": "to",
    "as well as": "and also",
    "a majority of whom": "most of whom",
    "the majority of": "most of",
    "a wide range of": "all sorts of",
    "a wide variety of": "all kinds of",
    "a variety of": "many kinds of",
    "numerous": "many",
    "due to": "because of",
    "prior to": "before",
    "commonly known as": "better known as",
    "is known as": "is called",
    "are known as": "are called",
    "consists of": "is made up of",
    "consist of": "are made up of",
    "is located in": "lies in",
    "is located on": "lies on",
    "is situated in": "lies in",
    "primarily": "mainly",
    "predominantly": "mostly",
    "frequently": "often",
    "utilized": "used",
    "utilizes": "uses",
    "utilize": "use",
    "upon": "on",
    "whilst": "while",
    "amongst": "among",
    "resulting in": "leading to",
    "as a result of": "because of",
    "is regarded as": "is seen as",
    "are regarded as": "are seen as",
    "is widely regarded as": "is widely seen as",
    "is generally considered to be": "is widely seen as",
    "is considered to be": "is seen as",
    "in addition to": "besides",
    "throughout the world": "all over the world",
    "throughout": "all through",
    "occurs": "happens",
    "occurred": "happened",
    "possesses": "has",
    "subsequently": "later",
    "therefore": "so",
    "nearly": "almost",
    "currently": "today",
    "initially": "at first",
    "entire": "whole",
    "rapidly": "quickly",
    "capable of producing": "able to produce",
    "serves as": "acts as",
    "within": "inside",
}
_UNSAFE = {"within", "therefore", "throughout"}
_PLAIN_PATTERN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(sorted((re.escape(k) for k in _PLAIN if k not in _UNSAFE), key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)
_CONTRACTIONS = [
    (re.compile(r"\b(It|He|She|That|There|it|he|she|there) is (?=[\w\"“])"), r"\1’s "),
    (re.compile(r"\b(They|they) are (?=[\w\"“])"), r"\1’re "),
    (re.compile(r"\b(It|He|She|it|he|she) has been\b"), r"\1’s been"),
    (re.compile(r"\b(They|they) have been\b"), r"\1’ve been"),
    (re.compile(r"\bcannot\b"), "can’t"),
    (
        re.compile(r"\b(is|are|was|were|does|did|do|has|have|had|could|would) not\b(?! only)"),
        r"\1n’t",
    ),
]


def spoken_style(text: str) -> str:
    """Replace written phrases by spoken ones and contract what a narrator contracts."""
    text = _PLAIN_PATTERN.sub(_same_case, text)
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def _same_case(found: re.Match[str]) -> str:
    plain = _PLAIN[found.group().lower()]
    return plain[0].upper() + plain[1:] if found.group()[0].isupper() else plain


def with_pronoun(sentence: str, before: str, subject: Subject) -> str:
    """Call the subject by its pronoun where the sentence before named it in the same number."""
    now, last = subject.opens(sentence), subject.opens(before)
    if now is None or last is None or now[1] != last[1] or not subject.pronoun:
        return sentence
    pronoun = "they" if now[1] == "plural" else subject.pronoun
    rest = sentence[len(now[0]) :]
    if not re.match(r"\s\w", rest):
        return sentence
    return pronoun[0].upper() + pronoun[1:] + rest
