"""Cleaning: an encyclopedia's or article's sentence as it can be said aloud."""

import re

_ROUND = re.compile(r"\s*\([^()]*\)")
_SQUARE = re.compile(r"\s*\[(?:[^\[\]]?|\d+|[^\[\]]*(?:needed|note)[^\[\]]*)\]")
_INSERTED = re.compile(r"\[([^\[\]]*)\]")
_SLASHED = re.compile(r"\s/[^/\s]*[ˈˌəɪʊɛɔæɑʌθðʃʒŋɡː][^/]*/")
_SPACE_BEFORE = re.compile(r"\s+([,.;:!?])")
_DOUBLED = re.compile(r"([,;:])(?:\s*[,;:])+")
_ASIDE = re.compile(r"\s*[—–]\s?(?P<aside>[^—–.]{3,80})\s?[—–]\s*(?=[\w\"“])")
_ALIAS = re.compile(
    r",?\s(?:(?:also|sometimes|formerly|better|commonly|often|later|more commonly|colloquially|"
    r"popularly|formally|officially|originally|usually|and|or)\s)*"
    r"(?:known|referred to|spelled|abbreviated|called|stylized)\s(?:as|in|by|a|an|the|simply)\b"
    r"[^.;]*?,(?=\s(?:is|are|was|were|has|have|can)\b)"
)
_OR_NAME = re.compile(r"(?<=\w),?\sor\s(?:the\s|simply\s)?[^,.;]{2,50},(?=\s(?:is|are|was|were)\b)")
_APOSTROPHES = str.maketrans("’ʼ", "''")
#: Written shorthand -> words, where the shorthand means one thing only.
_WRITTEN_SHORT = [
    (re.compile(r"(?<=\d) ?mya\b"), " million years ago"),
    (re.compile(r"\b(?:c\.|ca\.|circa) ?(?=\d)"), "around "),
    (re.compile(r"\bkm[2²](?!\w)"), "square kilometres"),
    (re.compile(r"\bsq mi\b"), "square miles"),
    (re.compile(r"\be\.g\.,? "), "for example "),
    (re.compile(r"\bi\.e\.,? "), "that is, "),
]
_STUTTER = re.compile(r"\b(and|or|the|of)(?: \1)+\b|[,;:]+(?=[.]$)")
#: Signs of a formula that the source's text form has lost.
_LOST_FORMULA = re.compile(
    r"\S {2,}\S|\b(?:denoted|written|by|of|to|is|and|where|for|as) ?[,;](?!\w)"
)


GAP = "\ufffc"
"""stands where a formula was, once white space is collapsed (object replacement character)"""


def mark_gaps(text: str) -> str:
    """Mark where a source's text form has lost a formula: its two spaces stay behind."""
    return re.sub(r"(?<=\S) {2,}(?=\S)|:\s*\n\s*", f" {GAP} ", text.replace("\u00a0", " "))


def is_whole(raw: str) -> bool:
    """Whether a raw sentence still has all its words: formulas vanish from plain text."""
    if GAP in raw:
        return False
    without = _strip_brackets(raw.replace("\u00a0", " "))
    return not _LOST_FORMULA.search(re.sub(r"\s+$", "", raw.replace("\u00a0", " "))) and bool(
        re.search(r"\w", without)
    )


def clean(raw: str) -> str:
    """Strip brackets, pronunciations and asides; mend the spacing that is left.

    Dates and units lose nothing but their conversions: "1,550 km (960 mi)" -> "1,550 km".
    """
    text = _strip_brackets(" ".join(raw.replace("\u00a0", " ").split()))
    text = _SLASHED.sub("", text).translate(_APOSTROPHES)
    for pattern, words in _WRITTEN_SHORT:
        text = pattern.sub(words, text)
    text = re.sub(
        r"\bbetween around (\d+) ?[–-]? ?around (?=\d)", r"between around \1 and around ", text
    )
    text = _ASIDE.sub(lambda m: " " if _is_trivia(m["aside"]) else m.group(), text)
    text = _DOUBLED.sub(r"\1", _SPACE_BEFORE.sub(r"\1", text))
    text = _STUTTER.sub(r"\1", text)
    return re.sub(r"\s+", " ", text).strip(" ,;")


def without_aliases(sentence: str) -> str:
    """A definition without the other names between its subject and its verb."""
    shorter = _ALIAS.sub("", sentence, count=1)
    return _OR_NAME.sub("", shorter, count=1)


def _strip_brackets(text: str) -> str:
    before = ""
    while before != text:
        before = text
        # What an editor inserted into a quotation is part of the sentence: "[for] the".
        text = _INSERTED.sub(r"\1", _SQUARE.sub("", _ROUND.sub("", text)))
    return text


def _is_trivia(aside: str) -> bool:
    """Whether what stands between dashes can go without a loss for the sentence."""
    return not re.search(r"\b(?:not|no|never|only|except|but)\b", aside)
