"""Links, addresses and invisible characters: none of them comes out of a model's answer.

What a model writes may be what a page that it was given told it to write. A link, a handle, a
telephone number or a wallet in a script, a description or a tag is then somebody else's
advertisement, spoken and published in the caller's name. So whatever looks like one is taken out
with its whole sentence, except those that the caller has named.
"""

import re
import unicodedata
from collections.abc import Iterable

_JOINERS = "\u200c\u200d"
"""inside words of some languages and inside emoji: kept where text is shown"""
_SELECTORS = re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]")
"""variation selectors but those of emoji: a message can be hidden in a run of them"""

_SPELLED_DOT = re.compile(
    r"(?<=\w)\s*[\[({<]\s*(?:\.|dot|punkt|point|punto)\s*[\])}>]\s*(?=\w)", re.IGNORECASE
)
_WORD_DOT = re.compile(
    r"(?<=\w)\s+(?:dot|punkt)\s+(?=(?:com|net|org|info|io|co|ru|xyz|me|tv|link|shop|app)\b)",
    re.IGNORECASE,
)
_LOOSE_DOT = re.compile(
    r"(?<=\w)(?:\s+\.\s*|\s*\.\s+)(?=(?:com|net|org|info|io|xyz|ru)\b)", re.IGNORECASE
)
_IDEOGRAPHIC_DOT = re.compile("(?<=[A-Za-z0-9])\u3002(?=[A-Za-z0-9])")
_MISSING_SPACE = re.compile(r"(?<=[^\W_A-Z])\.(?=[A-Z][a-z])")
"""between two sentences that run together: "ended.The" """

_LINKS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b\w[\w+.-]*\s*:\s*/\s*/\s*\S*",  # https://..., hxxp : / / ...
        r"\b(?:javascript|vbscript|mailto|tel|sms|magnet|bitcoin|ethereum|intent)\s*:\s*\S+",
        r"\bdata:\w+/\w+\S*",
        r"(?<!:)//\w[\w-]*\.\S+",  # //example.com
        r"\bwww\.\S+",
        r"\]\s*\(\s*\S+",  # [words](target)
        r"\]\s*\[\s*\w*\s*\]|^\s*\[[^\]]+\]:\s*\S+",  # [words][1] and [1]: target
        r"<\s*/?\s*(?:a|img|script|iframe|form|link|meta|object|embed|svg|style)\b[^>]*",
        r"\b(?:href|src)\s*=\s*\S+",
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*",  # ann@example.com
        r"(?<![\w.])@\w[\w.-]+",  # a channel's handle
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?=[:/])\S*",
        r"(?<![\d.,])(?:\+|00)\d[\d ().-]{7,}\d",  # telephones
        r"(?<![\d.,])(?:1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)",
        r"\b(?:0x[0-9a-f]{16,}|bc1[0-9a-z]{16,}|[13][1-9a-km-z]{25,34})\b",  # wallets
    )
]
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?P<end>xn--[\w-]+|[^\W\d_]{2,24})(?![\w])"
)
_NO_DOMAINS = frozenset({"js"})
"""ends of names that are no addresses: "Node.js" """
_EDGES = ".,;:!?\"'’”“()[]{}<>‹›*_`"


def without_invisible(text: str) -> str:
    """The text as it can be seen: no controls, no marks of direction, no hidden letters."""
    kept = (
        c
        for c in _SELECTORS.sub("", text)
        if c in "\n\t" or c in _JOINERS or unicodedata.category(c)[0] != "C"
    )
    return "".join(kept)


def mend_spaces(text: str) -> str:
    """Sentences that run together, apart: what follows a full stop is no end of an address."""
    return _MISSING_SPACE.sub(". ", text)


def as_read(text: str) -> str:
    """A text as whoever looks for addresses in it reads it: every disguise of a dot is a dot."""
    plain = unicodedata.normalize("NFKC", without_invisible(text))
    plain = "".join(c for c in plain if c not in _JOINERS)
    for disguise in (_SPELLED_DOT, _WORD_DOT, _LOOSE_DOT, _IDEOGRAPHIC_DOT):
        plain = disguise.sub(".", plain)
    return mend_spaces(plain)


def find_links(text: str) -> list[str]:
    """Everything in a text by which somebody could be led elsewhere, word by word."""
    plain = as_read(text)
    spans = [found.span() for pattern in _LINKS for found in pattern.finditer(plain)]
    spans += [
        found.span()
        for found in _DOMAIN.finditer(plain)
        if found["end"].casefold() not in _NO_DOMAINS
    ]
    return [_whole_word(plain, *span) for span in sorted(spans)]


class LinkRules:
    """Which links may stand in what a model has written: those that the caller has named."""

    def __init__(self, own: Iterable[str]) -> None:
        """``own``: addresses, and the caller's words in which there may be some."""
        self._allowed = {link.casefold() for text in own for link in find_links(text)}

    def foreign(self, text: str) -> list[str]:
        """The links of a text that nobody has allowed."""
        return [link for link in find_links(text) if link.casefold() not in self._allowed]


def _whole_word(text: str, begin: int, end: int) -> str:
    """The words around a place, without the punctuation at their edges."""
    while begin and not text[begin - 1].isspace():
        begin -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[begin:end].strip(_EDGES)
