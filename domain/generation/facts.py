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
    SINGULAR_VERBS,
    has_finite_verb,
    is_clause,
    is_past,
    upper_first,
)
from domain.generation.subject import Subject

LONG_SENTENCE_WORDS = 13
"""from here on a sentence is taken apart where a rule allows it"""
MIN_PIECE_WORDS = 4

_DROPPED_OPENERS = re.compile(
    r"^(?:However|Additionally|Moreover|Furthermore|In addition|Also|Indeed|Nevertheless|"
    r"Nonetheless|Notably|Overall|Similarly|Likewise|Consequently|Accordingly), "
)
_LEANING = re.compile(
    r"^(?:This|That|These|Those|Such|Thus|Hence|Therefore|Then|Instead|Later|Afterwards|Both|"
    r"Another|Others|Other|For example|For instance|As a result|As such|In contrast|By contrast|"
    r"In this|In these|In that|At this|At that|During this|From this|After this|However|But|And|"
    r"Nevertheless|Meanwhile|Here|There, |The former|The latter|The two|The three|So|Some|"
    r"Its|It|They|Their|He|His|She|Her|One of these|Most of these|Many of these)\b"
)
_LEANS_INSIDE = re.compile(r"\b(?:the former|the latter|respectively|this|these|such a)\b", re.I)
_COPULA = re.compile(r"^(?P<subject>.{2,80}?)\s(?P<verb>is|are|was|were)\s(?P<rest>.+)$", re.DOTALL)
_CONSEQUENCE = {
    "making": ("makes", "made"), "allowing": ("allows", "allowed"),
    "enabling": ("enables", "enabled"), "causing": ("causes", "caused"),
    "killing": ("kills", "killed"), "leading to": ("leads to", "led to"),
    "resulting in": ("results in", "resulted in"), "giving": ("gives", "gave"),
    "creating": ("creates", "created"), "ending": ("ends", "ended"),
    "marking": ("marks", "marked"), "producing": ("produces", "produced"),
}  # fmt: skip
_WHICH = re.compile(r"^(?P<left>.+?), which (?P<verb>[a-z]+) (?P<rest>.+)$")
_PARTICIPLE = re.compile(rf"^(?P<left>.+?), (?P<verb>{'|'.join(_CONSEQUENCE)}) (?P<rest>.+)$")
_INCLUDING = re.compile(r"^(?P<left>.+), including (?P<rest>[^;]+)$")
_SUCH_AS = re.compile(r"^(?P<left>.+), such as (?P<rest>[^;]+)$")
_LIST_GOES_ON = re.compile(rf", (?:{'|'.join(PREPOSITIONS - {'like'})})\b")
_WHERE = re.compile(r"^(?P<left>.+), where (?P<rest>[^;]+)$")
_AND_CLAUSE = re.compile(r", (?P<word>and|but|so|while|whereas) ")
_AND_VERB = re.compile(
    r"^(?P<left>.+?), (?P<word>and|but) (?P<rest>(?P<verb>is|are|was|were|has|have|had|can|may) .+)$"
)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One statement; ``origin`` numbers the source's sentence that it comes from."""

    text: str
    origin: int
    bound: bool = False
    definition: bool = False
    weight: float = 0.0
    """how central to its source, where that is known; 0 to 1"""

    @property
    def words(self) -> int:
        """Its length."""
        return len(self.text.split())


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
        sentence = upper_first(_DROPPED_OPENERS.sub("", sentence))
        definition = origin == 0 and subject is not None
        if definition:
            sentence = without_aliases(sentence)
        elif about_subject and subject is not None:
            sentence = resolve(sentence, subject)
        pieces = split(sentence, subject)
        facts += [
            Fact(
                text=text,
                origin=origin,
                bound=bound or (i == 0 and _leans(text)),
                definition=definition and i == 0 and _COPULA.match(text) is not None,
            )
            for i, (text, bound) in enumerate(pieces)
        ]
        if subject is not None:
            about_subject = (
                definition
                or subject.opens(sentence) is not None
                or (about_subject and _leans(sentence))
            )
    return facts


def resolve(sentence: str, subject: Subject) -> str:
    """Put the subject's name where a pronoun at the sentence's start stands for it."""
    own = {"it": ("It", "Its"), "he": ("He", "His"), "she": ("She", "Her")}
    forms = {subject.pronoun: (subject.name, subject.possessive)}
    if subject.number == "plural" or subject.plural:
        forms["they"] = (
            subject.plural or subject.name,
            (subject.plural or subject.name) + "’",
        )
    for pronoun, (name, possessive) in forms.items():
        if not pronoun:
            continue
        subjective, owning = own.get(pronoun, ("They", "Their"))
        plain = re.match(
            rf"(?P<intro>(?:[^,]{{3,50}}, )?){subjective}\b(?! is (?:\w+ )?that\b)",
            sentence,
            re.IGNORECASE,
        )
        if plain and _is_intro(plain["intro"]):
            return upper_first(plain["intro"] + name + sentence[plain.end() :])
        owned = re.match(
            rf"(?P<intro>(?:[^,]{{3,50}}, )?){owning}\s(?=[a-z])", sentence, re.IGNORECASE
        )
        if owned and _is_intro(owned["intro"]):
            return upper_first(owned["intro"] + possessive + " " + sentence[owned.end() :])
    return sentence


def _is_intro(text: str) -> bool:
    """Whether what stands before the pronoun is a bare adverbial without a noun to stand for."""
    return (
        not text
        or re.match(
            r"(?:In|Since|During|After|Before|From|By|Until|At|On|As|Today|Now|With)\b", text
        )
        is not None
        and not re.search(r"\b(?:this|these|that|its|their)\b", text)
    )


def split(sentence: str, subject: Subject | None) -> list[tuple[str, bool]]:
    """Split a sentence into statements; each with whether it leans on the one before."""
    body = sentence.rstrip()
    mark = body[-1] if body[-1:] in ".!?" else "."
    body = body.rstrip(".!?")
    if len(body.split()) < LONG_SENTENCE_WORDS or _quotes(body) or mark != ".":
        return [(body + mark, False)]
    for rule in (_at_semicolon, _at_which, _at_consequence, _at_clause, _at_verb, _at_list):
        found = rule(body, subject)
        if found is None:
            continue
        left, right, bound = found
        if min(len(left.split()), len(right.split())) < MIN_PIECE_WORDS:
            continue
        head = split(left + ".", subject)
        tail = split(upper_first(right) + ".", subject)
        return [*head, (tail[0][0], bound or tail[0][1]), *tail[1:]]
    return [(body + ".", False)]


_Split = tuple[str, str, bool]


def _at_semicolon(body: str, subject: Subject | None) -> _Split | None:
    left, mark, right = body.partition("; ")
    if not mark or not has_finite_verb(left):
        return None
    right = re.sub(r"^(?:and|moreover,|in addition,|furthermore,) ", "", right)
    right, contrast = re.subn(r"^(?:however,?|but) ", "", right)
    if ";" in right or not (is_clause(right) or has_finite_verb(right.split(",")[0])):
        return None
    return left, ("but " + right) if contrast else right, True


def _at_which(body: str, subject: Subject | None) -> _Split | None:
    found = _WHICH.match(body)
    if not found or not has_finite_verb(found["left"]):
        return None
    verb = found["verb"]
    if verb in SINGULAR_VERBS or verb == "was":
        return found["left"], f"this {verb} {found['rest']}", True
    if verb in {"are", "were", "have"}:
        return found["left"], f"these {verb} {found['rest']}", True
    return None


def _at_consequence(body: str, subject: Subject | None) -> _Split | None:
    found = _PARTICIPLE.match(body)
    if not found or not has_finite_verb(found["left"]) or has_finite_verb(found["rest"]):
        return None
    tense = 1 if is_past(found["left"]) else 0
    return found["left"], f"that {_CONSEQUENCE[found['verb']][tense]} {found['rest']}", True


def _at_clause(body: str, subject: Subject | None) -> _Split | None:
    for found in _AND_CLAUSE.finditer(body):
        left, right = body[: found.start()], body[found.end() :]
        if not has_finite_verb(left) or not is_clause(right) or _open_subordinate(left):
            continue
        word = found["word"]
        if word in {"while", "whereas", "so"}:
            continue
        return left, ("but " + right) if word == "but" else right, True
    return None


def _at_verb(body: str, subject: Subject | None) -> _Split | None:
    found = _AND_VERB.match(body)
    if not found or subject is None or _open_subordinate(found["left"]):
        return None
    opened = subject.opens(found["left"])
    if opened is None or not has_finite_verb(found["left"]):
        return None
    form, number = opened
    agrees = found["verb"] in {"had", "can", "may"} or (
        found["verb"] in {"are", "were", "have"}
    ) == (number == "plural")
    if not agrees or re.search(r", (?:which|who|that) ", found["left"]):
        return None
    return found["left"], f"{form} {found['rest']}", False


def _at_list(body: str, subject: Subject | None) -> _Split | None:
    for pattern, opener in ((_INCLUDING, "that includes"), (_SUCH_AS, "think of")):
        found = pattern.match(body)
        if (
            found
            and has_finite_verb(found["left"])
            and not has_finite_verb(found["rest"])
            and not _LIST_GOES_ON.search(", " + found["rest"])
        ):
            return found["left"], f"{opener} {found['rest']}", True
    found = _WHERE.match(body)
    if found and has_finite_verb(found["left"]) and is_clause(found["rest"]):
        return found["left"], f"there, {found['rest']}", True
    return None


def _open_subordinate(left: str) -> bool:
    """Whether a clause that began with "although" or "if" isn't over yet at the end of left."""
    return (
        bool(
            re.match(
                r"(?:Although|Though|While|Whereas|If|When|Because|Since|As|Despite|After)\b", left
            )
        )
        and "," not in left
    )


def _leans(text: str) -> bool:
    return bool(_LEANING.match(text) or _LEANS_INSIDE.search(text[:60]))


def _quotes(text: str) -> bool:
    """Whether a quotation of several words stands in it: quoted words stay as they are."""
    return bool(re.search(r"[\"“][^\"”]*\s[^\"”]*\s[^\"”]*[\"”]", text))


def attributes_of(definition: str, subject: Subject) -> list[str]:
    """Statements inside a definition that say more than what the subject is.

    "Jazz is a music genre that originated in New Orleans." -> "Jazz originated in New
    Orleans."; "Coffee is a beverage brewed from roasted beans." -> "Coffee is brewed from
    roasted beans."; "A black hole is a body so compact that ..." -> "A black hole is so
    compact that ...".
    """
    opened = subject.opens(definition)
    found = _COPULA.match(definition.rstrip("."))
    if opened is None or found is None or found["subject"] != opened[0]:
        return []
    form, verb = opened[0], found["verb"]
    rest = re.match(r"(?:(?:an?|one|the)\s)?(?P<words>.+)$", found["rest"])
    if rest is None:
        return []
    words = rest["words"].split()
    for place, word in enumerate(words):
        plain = word.strip(",").lower()
        tail = " ".join(words[place + 1 :])
        follower = words[place + 1].lower() if place + 1 < len(words) else ""
        if plain == "so" and place and " that " in f" {tail}":
            return [f"{form} {verb} so {tail}."]
        if word.endswith(",") or plain in PREPOSITIONS or plain in {"and", "or"}:
            return []
        if plain in {"that", "which", "who"}:
            return [f"{form} {tail}."] if place and follower in FINITE else []
        if plain in PARTICIPLES and place and follower.strip(",") in PREPOSITIONS | {"as", "to"}:
            return [f"{form} {verb} {plain} {tail}."]
        if plain in CONNECTORS:
            return []
    return []
