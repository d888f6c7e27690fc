"""The words of a narrated scene as the planner reads them: what they are, and when they sound."""

import unicodedata
from collections.abc import Sequence

import msgspec

from domain.generation import lexicon
from domain.generation.narration import SAMPLES_PER_FRAME, NarratedSentence, Word

EARLY_FRAMES = 2.4
"""elements enter 80 ms before their word sounds"""
MIN_PARTICIPLE_CHARS = 5
"""shorter words in -ed are nouns and numbers ("bed", "red", "seed")"""

_ARTICLES = frozenset("a an the its their his her".split())
_OBJECTS = frozenset(["it", "them", "him", "us", "me"])
_CLAUSE_MARKS = ",;:—–"
_SENTENCE_MARKS = ".!?…"
_CLOSERS = "\"'”’»)]}*_"
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_OPENERS = {closer: opener for opener, closer in _PAIRS.items()}
_SYMBOLS = "%‰#&@°′″"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A shown word of a scene, with when it is spoken."""

    text: str
    """as shown"""
    core: str
    """without the punctuation around it; empty for a lone dash"""
    lower: str
    index: int
    """within the scene"""
    start: float
    """frames from the scene's start"""
    end: float
    sentence: int
    first: bool
    """whether it opens its sentence"""
    last: bool
    mark: str = ""
    """the punctuation after it that parts clauses or sentences, a dash after a space included"""
    verb: bool = False
    """whether a noun phrase should end before it"""

    @property
    def enters(self) -> int:
        """The frame from the scene's start at which what shows this word should be there."""
        return max(0, round(self.start - EARLY_FRAMES))

    @property
    def capitalised(self) -> bool:
        """Whether it looks like a name: capitalised though it opens no sentence."""
        return self.core[:1].isupper() and not self.first and self.core != "I"

    @property
    def numeric(self) -> bool:
        """Whether it is a figure, in digits or spelled out."""
        return self.core[:1].isdigit() or self.lower in lexicon.NUMBER_WORDS

    @property
    def negates(self) -> bool:
        """Whether it turns what follows into its opposite."""
        return self.lower in lexicon.NEGATIONS

    @property
    def is_function_word(self) -> bool:
        """Whether it carries no picture of its own."""
        if not self.core or _is_contraction(self.lower):
            return True
        return self.lower in lexicon.FUNCTION_WORDS and not self.negates


def tokens_of(sentences: Sequence[NarratedSentence]) -> list[Token]:
    """The scene's words in order; samples become frames."""
    tokens: list[Token] = []
    for number, sentence in enumerate(sentences):
        cores = [bare(word.text) for word in sentence.words]
        for position, (word, core) in enumerate(zip(sentence.words, cores, strict=True)):
            last = position == len(sentence.words) - 1
            following = "" if last else cores[position + 1]
            before = tokens[-1] if position else None
            mark = _mark(word.text, last=last)
            numeral = core == "I" and before is not None and before.capitalised
            tokens.append(
                Token(
                    text=word.text,
                    core=core,
                    lower=core if numeral else _lower(core),  # Ptolemy I is no pronoun
                    index=len(tokens),
                    start=word.start / SAMPLES_PER_FRAME,
                    end=word.end / SAMPLES_PER_FRAME,
                    sentence=number,
                    first=position == 0,
                    last=last,
                    mark=mark or ("" if last or following else "—"),
                    verb=_is_verb(core, before, "" if mark else _lower(following)),
                )
            )
    return tokens


def tokens_of_text(sentence: str) -> list[Token]:
    """The words of a sentence that nobody has spoken yet: one frame each, for reading only."""
    words = [
        Word(text, k * SAMPLES_PER_FRAME, (k + 1) * SAMPLES_PER_FRAME)
        for k, text in enumerate(sentence.split())
    ]
    end = len(words) * SAMPLES_PER_FRAME
    return tokens_of([NarratedSentence(sentence, 0, end, words, "proportional")])


def _lower(core: str) -> str:
    return core.casefold().replace("’", "'")


def _mark(text: str, *, last: bool) -> str:
    tail = text.rstrip(_CLOSERS)[-1:]
    if tail and (tail in _CLAUSE_MARKS or (last and tail in _SENTENCE_MARKS)):
        return tail
    return "—" if text in ("-", "--") else ""


def _is_verb(  # noqa: PLR0911 - a rule a line reads best
    core: str, before: Token | None, following: str
) -> bool:
    """Told by word, ending and neighbours; a wrong "no" costs a picture, a wrong "yes" too."""
    word = _lower(core)
    if word in lexicon.AUXILIARIES or _is_contraction(word):
        return True
    if before is None or core[:1].isupper() or word in lexicon.FUNCTION_WORDS:
        return False
    if before.numeric or before.lower.endswith("'s") or before.mark in (";", ":"):
        return False
    if before.lower in lexicon.SUBJECT_PRONOUNS | lexicon.MODALS:
        return not word.endswith("ly")
    if before.lower in lexicon.DETERMINERS | lexicon.PREPOSITIONS - {"to"}:
        return False
    if following in _OBJECTS:
        return True
    if word in lexicon.NOUNS_OR_VERBS:
        plural = before.lower.endswith("s") or before.lower in lexicon.PLURALS
        plural = plural and not word.endswith("s")  # "bees live"
        return plural or following in lexicon.DETERMINERS or following[:1].isdigit()
    third_person = word.endswith("s") and not word.endswith(("ss", "'s"))
    if word in lexicon.COMMON_VERBS or (third_person and following in _ARTICLES):
        return True
    return word.endswith("ed") and len(word) >= MIN_PARTICIPLE_CHARS and "-" not in word


def _is_contraction(word: str) -> bool:
    """Whether it is a pronoun with its verb: "it's", "they're"."""
    head, apostrophe, _ = word.partition("'")
    return bool(apostrophe) and head in lexicon.PRONOUNS | lexicon.SUBJECT_PRONOUNS


def bare(word: str) -> str:
    """A word without the punctuation around it: currency, percent and degree signs stay.

    Brackets go only together with their other half: "f(x)" keeps both.
    """
    text = word
    while text:
        head, tail = text[0], text[-1]
        if len(text) > 1 and _PAIRS.get(head) == tail:
            text = text[1:-1]
        elif _is_punctuation(head) and _PAIRS.get(head, " ") not in text[1:]:
            text = text[1:]
        elif _is_punctuation(tail) and _OPENERS.get(tail, " ") not in text[:-1]:
            text = text[:-1]
        else:
            break
    return text


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P") and char not in _SYMBOLS


def joined(tokens: Sequence[Token]) -> str:
    """Words as one line, without the punctuation around the whole (that inside stays)."""
    words = list(tokens)
    while words and not words[0].core:
        words = words[1:]
    while words and not words[-1].core:
        words.pop()
    if not words:
        return ""
    texts = [token.text for token in words]
    texts[0] = texts[0][texts[0].find(words[0].core) :]
    core = words[-1].core
    texts[-1] = texts[-1][: texts[-1].rfind(core) + len(core)]
    # a quotation that lost one half loses the other, too
    line = " ".join(texts)
    for pair in ("“”", "«»"):
        if line.count(pair[0]) != line.count(pair[1]):
            line = line.replace(pair[0], "").replace(pair[1], "")
    return line.replace('"', "") if line.count('"') % 2 else line


def sentence_case(text: str) -> str:
    """First letter raised, unless the word has a case of its own (pH, iPhone) or is an address."""
    first = text.split(" ", 1)[0]
    if "://" in first or first.startswith("www."):
        return text
    if len(first) > 1 and any(char.isupper() for char in first[1:]):
        return text
    return text[:1].upper() + text[1:]
