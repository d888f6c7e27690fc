"""Facts: a source's sentences taken apart into short statements that can be said aloud.

Every rule keeps what the source says. A statement that leans on the one before it is marked
``bound``: it may only follow it.
"""

import re
from collections.abc import Sequence

import msgspec

from domain.generation.cleaning import clean, is_whole, without_aliases
from domain.generation.grammar import (
    CONNECTORS,
    FINITE,
    PARTICIPLES,
    PREPOSITIONS,
    has_finite_verb,
    upper_first,
)
from domain.generation.script import count_spoken_words
from domain.generation.splitting import leans, split
from domain.generation.subject import Subject

MAX_NAME_WORDS = 9

_DROPPED_OPENERS = re.compile(
    r"^(?:However|Additionally|Moreover|Furthermore|In addition|Also|Indeed|Nevertheless|"
    r"Nonetheless|Notably|Overall|Similarly|Likewise|Consequently|Accordingly), "
)
_COPULA = re.compile(r"^(?P<subject>.{2,80}?)\s(?P<verb>is|are|was|were)\s(?P<rest>.+)$", re.DOTALL)
_PARTICIPLE_ADVERBS = frozenset(
    "best well also widely most mostly commonly primarily mainly often usually typically "
    "generally sometimes originally formerly traditionally chiefly now still".split()
)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One statement; ``origin`` numbers the source's sentence that it comes from."""

    text: str
    origin: int
    bound: bool = False
    definition: bool = False
    whole: str = ""
    """a definition before it was taken apart"""
    weight: float = 0.0
    """how central to its source, where that is known; 0 to 1"""

    @property
    def words(self) -> int:
        """Its length in spoken words."""
        return count_spoken_words(self.text)


def facts_of(sentences: Sequence[str], subject: Subject | None) -> list[Fact]:
    """Take a source's sentences apart, in order.

    With a ``subject``, pronouns that stand for it are replaced by its name, and its definition
    is taken apart too.
    """
    facts: list[Fact] = []
    about_subject = subject is not None
    for origin, raw in enumerate(sentences):
        if not is_whole(raw):
            about_subject = False
            continue
        sentence = clean(raw)
        if not sentence:
            continue
        # In a report "However" ties a statement to the one before, and keeps it there.
        tied = subject is None and _DROPPED_OPENERS.match(sentence) is not None
        if not tied:
            sentence = upper_first(_DROPPED_OPENERS.sub("", sentence))
        definition = origin == 0 and subject is not None
        if definition and subject is not None:
            sentence = _by_its_name(without_aliases(sentence), subject)
        elif subject is not None and (about_subject or subject.is_person):
            sentence = resolve(sentence, subject)
        sentence = upper_first(sentence)
        pieces = split(sentence, subject)
        apart = take_apart(pieces[0][0], subject) if definition and subject is not None else None
        if apart is not None:
            pieces[:1] = [(apart[0], False), (apart[1], False)]
        before = sentences[origin - 1] if origin else ""
        facts += [
            Fact(
                text=text,
                origin=origin,
                bound=bound
                or leans(text)
                or (i == 0 and (tied or _refers_back(text, before, subject))),
                definition=definition
                and i == 0
                and (
                    (subject is not None and _opens_about(text, subject))
                    or bool(_COPULA.match(text))
                ),
                whole=sentence if definition and i == 0 else "",
            )
            for i, (text, bound) in enumerate(pieces)
        ]
        if subject is not None:
            about_subject = (
                definition or _opens_about(sentence, subject) or (about_subject and leans(sentence))
            )
    return facts


def resolve(sentence: str, subject: Subject) -> str:
    """Put the subject's name where a pronoun at the sentence's start stands for it."""
    own = {"it": ("It", "Its"), "he": ("He", "His"), "she": ("She", "Her")}
    forms = {subject.pronoun: (subject.name, subject.possessive)}
    if subject.number == "plural" or subject.plural:
        forms["they"] = (
            subject.plural or subject.name,
            (subject.plural or subject.name) + "'",
        )
    for pronoun, (name, possessive) in forms.items():
        if not pronoun:
            continue
        subjective, owning = own.get(pronoun, ("They", "Their"))
        plain = re.match(
            rf"(?P<intro>(?:(?:[^,]|,(?=\d)){{3,90}}, )?){subjective}\b(?! is (?:\w+ )?that\b)",
            sentence,
            re.IGNORECASE,
        )
        if plain and _is_intro(plain["intro"]):
            return upper_first(plain["intro"] + name + sentence[plain.end() :])
        owned = re.match(
            rf"(?P<intro>(?:(?:[^,]|,(?=\d)){{3,90}}, )?){owning}\s(?=[a-z])",
            sentence,
            re.IGNORECASE,
        )
        if owned and _is_intro(owned["intro"]):
            return upper_first(owned["intro"] + possessive + " " + sentence[owned.end() :])
    return sentence


def _by_its_name(definition: str, subject: Subject) -> str:
    """A person's definition under the name that people know: "Maria Salomea ..." -> "Marie"."""
    found = _COPULA.match(definition)
    if (
        not subject.is_person
        or found is None
        or subject.opens(definition) == (found["subject"], "singular")
    ):
        return definition
    full = found["subject"].split(",")[0]
    if not full[:1].isupper() or len(full.split()) > MAX_NAME_WORDS or has_finite_verb(full):
        return definition
    return f"{subject.name} {found['verb']} {found['rest']}"


def _opens_about(sentence: str, subject: Subject) -> bool:
    """Whether what stands before the first verb names the subject."""
    for found in re.finditer(r"[\w'-]+", sentence):
        if found.group() in FINITE:
            return subject.is_named_in(sentence[: found.start()])
    return False


def _is_intro(text: str) -> bool:
    """Whether what stands before the pronoun is a bare adverbial without a noun to stand for."""
    return not text or (
        re.match(
            r"(?:In|Since|During|After|Before|From|By|Until|At|On|As|Today|Now|With|Being|Known|"
            r"Considered|Regarded|Located|Situated|Founded|Born|Named|Originally|Like|Unlike)\b",
            text,
        )
        is not None
        and not re.search(r"\b(?:this|these|that|its|their)\b", text)
    )


def _refers_back(text: str, before: str, subject: Subject | None) -> bool:
    """Whether a sentence begins with "The polymer", which the one before introduced."""
    found = re.match(r"The (?P<noun>[a-z][a-z-]+)\b(?! of\b)", text)
    if found is None or (subject is not None and subject.opens(text)):
        return False
    return (
        re.search(rf"\b{re.escape(found['noun'].rstrip('s'))}", before, re.IGNORECASE) is not None
    )


def take_apart(definition: str, subject: Subject) -> tuple[str, str] | None:  # noqa: PLR0911
    """A definition as what the subject is, and what that does; None where no rule is sure.

    "Jazz is a music genre that originated in New Orleans." -> "Jazz is a music genre." and
    "Jazz originated in New Orleans."; "Coffee is a beverage brewed from beans." -> "... is
    brewed from beans."; "A black hole is a body so compact that ..." -> "... is so compact
    that ...".
    """
    opened = subject.opens(definition)
    found = _COPULA.match(definition.rstrip("."))
    if opened is None or found is None or found["subject"] != opened[0]:
        return None
    form, verb = opened[0], found["verb"]
    words = found["rest"].split()
    for place, word in enumerate(words[2:], start=2):
        plain = word.lower()
        tail = " ".join(words[place + 1 :])
        follower = words[place + 1].lower() if place + 1 < len(words) else ""
        head = words[:place]
        adverb = f"{head.pop()} " if head[-1] in _PARTICIPLE_ADVERBS else ""
        core = f"{form} {verb} {' '.join(head)}."
        if plain == "so" and " that " in f" {tail}":
            return core, f"{form} {verb} so {tail}."
        if plain in {"that", "which", "who"} and follower in FINITE:
            return core, f"{form} {tail}."
        participle = plain in PARTICIPLES and follower.strip(",") in PREPOSITIONS | {"as", "to"}
        if participle and not re.search(r"\b(?:that|which|who)\b", tail):
            return core, f"{form} {verb} {adverb}{plain} {tail}."
        # Beyond a comma or a preposition, a clause may belong to another noun.
        if not plain.isalpha() and "-" not in plain:
            return None
        if plain in PREPOSITIONS | CONNECTORS:
            return None
    return None
