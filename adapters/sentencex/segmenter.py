"""``SentenceSegmenter`` by the library sentencex, with its weak spots mended.

sentencex 1.0 knows most titles and units, but breaks after some abbreviations that English
prose uses ("approx.", "Vol.", "Sen.") and inside brackets that hold a whole sentence. A
break that a rule below recognises as wrong is taken back; none is ever added, so that no
word can be lost.
"""

import re
from importlib.metadata import version

import sentencex  # type: ignore[import-untyped]  # no stubs are published

RULES_VERSION = 1

#: Abbreviations that never end a sentence: what they announce always follows.
OPEN_ABBREVIATIONS = frozenset(
    "approx no nos vol vols ch fig figs sec art pp p pt ed eds op cf vs viz e.g i.e ca c b d fl "
    "dr mr mrs ms mx prof rev fr st mt ft gen col maj lt capt cmdr sgt cpl adm gov sen rep pres "
    "hon messrs mme mlle hr msgr supt dept est".split()
)
#: Those of them that are words too, and then do end sentences ("He said no.").
ALSO_WORDS = frozenset("no art ed op pt ch fig sec rep gen gov c b d p fl ft hon est".split())
#: A bracket or quotation that is still open after so many characters was never closed.
MAX_OPEN_CHARS = 600

_LAST_ABBREVIATION = re.compile(r"(?:^|[\s(\[\"“‘])([A-Za-z](?:[A-Za-z.]*[A-Za-z])?)\.$")
_INITIALS = re.compile(r"(?:^|\s)(?:[A-Z]\.\s?)*[A-Z]\.$")
_NAME = re.compile(r"^[A-Z][a-zà-ÿ]+")


class SentencexSegmenter:
    """Splits running text into sentences."""

    identity = f"sentencex-{version('sentencex')}-rules-{RULES_VERSION}"

    def split(self, text: str, language: str) -> list[str]:
        """Sentences in order, white space inside them collapsed, none empty."""
        code = language.replace("_", "-").split("-")[0].lower()
        sentences: list[str] = []
        for paragraph in re.split(r"\n\s*\n", text):
            # Line breaks inside a paragraph are the editor's, not the author's.
            flowing = " ".join(paragraph.split())
            if flowing:
                sentences += _mend(list(sentencex.segment(code, flowing)))
        return sentences


def _mend(pieces: list[str]) -> list[str]:
    """Take back the breaks inside a word, an abbreviation, a bracket or a quotation."""
    sentences: list[str] = []
    spaced = True
    for raw in pieces:
        piece = raw.strip()
        inside_word = not spaced and not raw[:1].isspace()
        spaced = raw[-1:].isspace()
        if not piece:
            spaced = True
            continue
        if sentences and inside_word:
            sentences[-1] += piece
        elif sentences and _continues(sentences[-1], piece):
            sentences[-1] = f"{sentences[-1]} {piece}"
        else:
            sentences.append(piece)
    return sentences


def _continues(before: str, after: str) -> bool:
    """Whether the break between two pieces was wrong."""
    if not any(c.isalnum() for c in after):
        return True
    if _is_open(before) and len(before) < MAX_OPEN_CHARS:
        return True
    return before.endswith(".") and (after[0].islower() or _is_announcing(before, after))


def _is_announcing(before: str, after: str) -> bool:
    """Whether ``before`` ends in an abbreviation or initials that ``after`` completes."""
    found = _LAST_ABBREVIATION.search(before)
    word = found.group(1).lower() if found else ""
    if word in ALSO_WORDS:
        return after[0].isdigit() and before[-len(word) - 1].isupper()
    if word in OPEN_ABBREVIATIONS:
        return True
    # "J. R. R." + "Tolkien"; a single letter may well end a sentence ("vitamin C.").
    initials = _INITIALS.search(before)
    return bool(initials and _NAME.match(after) and len(initials.group().split()) > 1)


def _is_open(text: str) -> bool:
    """Whether a bracket or curly quotation is opened in ``text`` and not closed."""
    return any(text.count(o) > text.count(c) for o, c in (("(", ")"), ("[", "]"), ("“", "”")))
