"""Grounding: which numbers and names of a script its sources carry, and which nobody does.

A check of letters, not of meaning: what it flags may be true, and what it lets pass may be put
together wrongly. It finds what models invent most: figures, dates, and people.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from domain.generation.quantities import Quantity, quantities_in
from domain.generation.script import ProductionWarning, Scene, Sentence

UNSUPPORTED_CODE = "unsupported_claim"
UNGROUNDED = ProductionWarning(
    code="no_sources",
    pointer="/topic",
    message="No article of the encyclopedia is about this topic: the model wrote from memory, and "
    "nothing could be compared with a source.",
    hint="Check what it says, or send an article as `source_text` or `source_url`.",
)
MAX_NAMED = 6
"""claims of one scene that its warning names"""
NOUNS_ARE_CAPITAL = frozenset({"de", "lb"})
"""languages in which a capital letter says nothing about a name"""
MIN_STEM = 4
"""letters that a name and its derivative have in common: "Japan", "Japanese" """

_CAPITAL = r"[^\W\d_a-z](?:[\w'’-]*\w)?"
_NAME = re.compile(rf"(?<![\w'’-])({_CAPITAL})((?:\s(?:of|the|de|da|van|von|der|la|le)(?=\s))*)")
_WORD = re.compile(r"[^\W_][\w'’-]*")
_OPENING = re.compile(r"^[\s\"“‘'(«„]*")
_AFTER_COLON = re.compile(r"[:“\"„«]\s*$")
_NO_NAMES = frozenset(
    "i i'm i've i'd i'll ok tv us dna rna a an the and but or in on at of to it he she they we "
    "mr mrs ms dr st".split()
)


class Grounds(msgspec.Struct, frozen=True):
    """What a text carries: its quantities and its words."""

    quantities: list[Quantity]
    words: frozenset[str]

    @classmethod
    def of(cls, text: str, language: str) -> "Grounds":
        """Read a text."""
        return cls(quantities_in(text, language), frozenset(_words(text)))

    def carries_quantity(self, claim: Quantity) -> bool:
        """Whether one of the text's own is the same."""
        return any(claim.is_told_by(quantity) for quantity in self.quantities)

    def carries_name(self, name: str) -> bool:
        """Whether every word of a name stands in the text, or one that it's derived from."""
        return all(word in self.words or self._has_stem(word) for word in _words(name))

    def _has_stem(self, word: str) -> bool:
        return any(
            min(len(word), len(other)) >= MIN_STEM
            and (word.startswith(other) or other.startswith(word))
            for other in self.words
        )


class Claims(msgspec.Struct, frozen=True):
    """What of a sentence has to stand in a source."""

    quantities: list[Quantity]
    names: list[str]

    def missing_in(self, grounds: Sequence[Grounds]) -> list[str]:
        """Those that none of the texts carries, as the sentence has them."""
        told = [
            quantity.text
            for quantity in self.quantities
            if not any(ground.carries_quantity(quantity) for ground in grounds)
        ]
        return told + [
            name for name in self.names if not any(ground.carries_name(name) for ground in grounds)
        ]

    @property
    def are_any(self) -> bool:
        """Whether there's anything to be compared."""
        return bool(self.quantities or self.names)


class Grounded(msgspec.Struct, frozen=True):
    """What came of a comparison with the sources."""

    scenes: list[Scene]
    """each sentence with the source that carries it"""
    warnings: list[ProductionWarning]
    """one for each scene with claims that no source carries"""
    doubtful: frozenset[str]
    """the sentences with such claims"""


def ground(scenes: Sequence[Scene], texts: Sequence[str], own: str, language: str) -> Grounded:
    """Compare every sentence with the sources.

    Args:
        texts: the sources' in the order of their numbers.
        own: words of the caller's, which need no source.
    """
    known = known_names(sentence.text for scene in scenes for sentence in scene.sentences)
    callers = Grounds.of(own, language)
    sources = [Grounds.of(text, language) for text in texts]
    grounded: list[Scene] = []
    warnings: list[ProductionWarning] = []
    doubtful: set[str] = set()
    for number, scene in enumerate(scenes):
        missing: list[str] = []
        sentences: list[Sentence] = []
        for sentence in scene.sentences:
            claims = claims_of(sentence.text, language, known)
            source = _carrier(claims, sentence.source, sources, callers)
            sentences.append(Sentence(sentence.text, source))
            unsupported = claims.missing_in([*sources, callers])
            if unsupported:
                doubtful.add(sentence.text)
            missing += unsupported
        grounded.append(msgspec.structs.replace(scene, sentences=sentences))
        if missing and sources:
            warnings.append(_unsupported(number, list(dict.fromkeys(missing))))
    return Grounded(grounded, warnings, frozenset(doubtful))


def claims_of(sentence: str, language: str, known: frozenset[str] = frozenset()) -> Claims:
    """The quantities and names of a sentence.

    Its first word is written with a capital whatever it is: it counts as a name before another
    one, or if it's among the ``known``.
    """
    if language.split("-", maxsplit=1)[0].lower() in NOUNS_ARE_CAPITAL:
        return Claims(quantities_in(sentence, language), [])
    return Claims(quantities_in(sentence, language), _names(sentence, known))


def known_names(sentences: Iterable[str]) -> frozenset[str]:
    """Words that are names inside of some sentence: they are names at the beginning of one too."""
    return frozenset(
        word for text in sentences for name in _names(text, frozenset()) for word in _words(name)
    )


def _carrier(
    claims: Claims, said: int | None, sources: Sequence[Grounds], callers: Grounds
) -> int | None:
    """The source that carries a sentence: the one that it names, unless only another does."""
    if not claims.are_any or (said is not None and not claims.missing_in([sources[said], callers])):
        return said
    for number, source in enumerate(sources):
        if not claims.missing_in([source, callers]) and claims.missing_in([callers]):
            return number
    return said


def _names(sentence: str, known: frozenset[str]) -> list[str]:
    begin = _OPENING.match(sentence)
    start = begin.end() if begin else 0
    names: list[str] = []
    run: list[str] = []
    last_end = -1
    for found in _NAME.finditer(sentence):
        word, joint = found[1], found[2]
        if not word[0].isupper():  # any letter beyond "z" comes here: "été", a whole Russian text
            continue
        opens = found.start() == start or bool(_AFTER_COLON.search(sentence[: found.start()]))
        if run and sentence[last_end : found.start()].strip(" "):
            _keep(names, run, known)
            run = []
        run.append(f"\0{word}" if opens else word)
        last_end = found.end(2) if joint else found.end(1)
    _keep(names, run, known)
    return list(dict.fromkeys(names))


def _keep(names: list[str], run: Sequence[str], known: frozenset[str]) -> None:
    """Add a run of capital words, without a first one that is only a sentence's beginning."""
    words = list(run)
    if words and words[0].startswith("\0"):
        words[0] = words[0][1:]
        alone = len(words) == 1 or words[0].casefold() in _NO_NAMES
        is_name = bool(set(_words(words[0])) & known) or sum(c.isupper() for c in words[0]) > 1
        if alone and not is_name:
            words = words[1:]
    words = [word for word in words if word.casefold().replace("’", "'") not in _NO_NAMES]
    if words:
        names.append(" ".join(words))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return [
        part
        for word in _WORD.findall(plain.replace("’", "'"))
        for part in word.removesuffix("'s").split("-")
        if part
    ]


def _unsupported(number: int, missing: Sequence[str]) -> ProductionWarning:
    named = ", ".join(f"“{claim}”" for claim in missing[:MAX_NAMED])
    more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
    return ProductionWarning(
        code=UNSUPPORTED_CODE,
        pointer=f"/scenes/{number}",
        message=f"Scene {number} says {named}{more}: no source of the script does.",
        hint=f"Check it, and correct the scene (PATCH /api/videos/{{id}}/scenes/{number}), or look "
        'first with "pause_after": "script".',
    )
