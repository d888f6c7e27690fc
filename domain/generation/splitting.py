"""Splitting: long sentences into statements that can be said in one breath.

Each rule knows one construction and refuses when it isn't sure. A statement that leans on the
one before it ("That enables ...") is marked so.
"""

import re

from domain.generation.grammar import (
    FINITE,
    PAST_VERBS,
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

_LEANING = re.compile(
    r"^(?:This|That|These|Those|Such|Thus|Hence|Therefore|Then|Instead|Later|Afterwards|Both|"
    r"Another|Others|Other|For example|For instance|As a result|As such|In contrast|By contrast|"
    r"In this|In these|In that|At this|At that|During this|From this|After this|However|But|And|"
    r"Nevertheless|Meanwhile|Here|There, |The former|The latter|The two|The three|So|Some|"
    r"The results?|The same|After that|Even so|Otherwise|Besides|The others?|Neither|Soon|"
    r"(?:After|In|Within|During|For|At|With|On|By|Since) [a-z0-9 ]{3,30}\b(?:his|her|their|he|"
    r"she|they)|"
    r"Think of|Its|It|They|Their|He|His|She|Her|One of these|Most of these|Many of these)\b"
)
_LEANS_INSIDE = re.compile(
    r"\b(?:the former|the latter|respectively|this|these|such a|such (?!as\b)\w+s|domesticated "
    r"there)\b"
    r"|\bthere\b(?! (?:is|are|was|were|has|have)\b)",
    re.IGNORECASE,
)
_CONSEQUENCE = {
    "making": ("makes", "made"), "allowing": ("allows", "allowed"),
    "enabling": ("enables", "enabled"), "causing": ("causes", "caused"),
    "killing": ("kills", "killed"), "leading to": ("leads to", "led to"),
    "resulting in": ("results in", "resulted in"), "giving": ("gives", "gave"),
    "creating": ("creates", "created"), "ending": ("ends", "ended"),
    "marking": ("marks", "marked"), "producing": ("produces", "produced"),
}  # fmt: skip
_WHICH = re.compile(r"^(?P<left>.+?), which (?P<verb>[a-z]+) (?P<rest>.+)$")
_RESUMED = re.compile(r", (?:is|are|was|were|has|have|can|may|[a-z]{3,}s|[a-z]{3,}ed) ")
_PARTICIPLE = re.compile(rf"^(?P<left>.+?), (?P<verb>{'|'.join(_CONSEQUENCE)}) (?P<rest>.+)$")
_MEASURE = re.compile(
    r"^With an? (?:total |estimated )?(?P<what>area|population) of "
    r"(?P<size>(?:about |around |over |more than )?\d[\d,.]*\d(?: [a-z]+){0,3}), (?P<main>.+)$"
)
_INCLUDING = re.compile(r"^(?P<left>.+), including (?P<rest>[^;]+)$")
_SUCH_AS = re.compile(r"^(?P<left>.+), such as (?P<rest>[^;]+)$")
#: A list that nothing follows: its last comma stands before its "and".
_ENDS_AS_LIST = re.compile(
    rf"(?!(?:{'|'.join(sorted(PREPOSITIONS))})\b)"
    r"(?:[^, ]+(?: [^, ]+){0,4}|.+,? (?:and|or) [^, ]+(?: [^, ]+){0,3})$"
)
_WHERE = re.compile(r"^(?P<left>.+), where (?P<rest>[^;]+)$")
_AND_CLAUSE = re.compile(r", (?P<word>and|but|so|while|whereas) ")
_AND_VERB = re.compile(
    r"^(?P<left>.+?), (?:and|but) "
    r"(?P<rest>(?P<verb>is|are|was|were|has|have|had|can|may) .+)$"
)


def split(sentence: str, subject: Subject | None) -> list[tuple[str, bool]]:
    """Split a sentence into statements; each with whether it leans on the one before."""
    body = sentence.rstrip()
    mark = body[-1] if body[-1:] in ".!?" else "" if body[-1:] in '"”' else "."
    body = body.rstrip(".!?")
    if len(body.split()) < LONG_SENTENCE_WORDS or _quotes(body) or mark != ".":
        return [(body + mark, False)]
    for rule in (
        _at_measure,
        _at_semicolon,
        _at_which,
        _at_consequence,
        _at_clause,
        _at_verb,
        _at_second_verb,
        _at_list,
    ):
        found = rule(body, subject)
        if found is None:
            continue
        left, right, bound = found
        if min(len(left.split()), len(right.split())) < MIN_PIECE_WORDS:
            continue
        head = split(left.rstrip(" ,;:") + ".", subject)
        tail = split(upper_first(right) + ".", subject)
        return [*head, (tail[0][0], bound or tail[0][1]), *tail[1:]]
    return [(body + ".", False)]


_Split = tuple[str, str, bool]


def _at_measure(body: str, subject: Subject | None) -> _Split | None:
    """ "With an area of 9,200,000 square kilometres, the Sahara is ..."."""
    found = _MEASURE.match(body)
    if found is None or subject is None:
        return None
    opened = subject.opens(upper_first(found["main"]))
    if opened is None or opened[1] == "plural":
        return None
    size = found["size"]
    told = f"covers {size}" if found["what"] == "area" else f"is home to {size} people"
    return upper_first(found["main"]), f"{opened[0]} {told}", False


def _at_semicolon(body: str, _: Subject | None) -> _Split | None:
    left, mark, right = body.partition("; ")
    if not mark or not has_finite_verb(left):
        return None
    right = re.sub(r"^(?:and|moreover,|in addition,|furthermore,) ", "", right)
    right, contrast = re.subn(r"^(?:however,?|but) ", "", right)
    if ";" in right or not (is_clause(right) or has_finite_verb(right.split(",")[0])):
        return None
    return left, ("but " + right) if contrast else right, True


def _at_which(body: str, _: Subject | None) -> _Split | None:
    found = _WHICH.match(body)
    # "the edge, which is thin, bends": the main clause goes on behind the relative one.
    if not found or not has_finite_verb(found["left"]) or _RESUMED.search(found["rest"]):
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
    opened = subject.opens(found["left"]) if subject is not None else None
    if opened is not None and found["verb"] in {"causing", "killing"} and tense:
        return found["left"], f"{opened[0]} {_CONSEQUENCE[found['verb']][1]} {found['rest']}", False
    return found["left"], f"that {_CONSEQUENCE[found['verb']][tense]} {found['rest']}", True


def _at_clause(body: str, _: Subject | None) -> _Split | None:
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


def _at_second_verb(body: str, subject: Subject | None) -> _Split | None:
    """ "He rose ... and led ...": two finite verbs of one tense that share the subject."""
    opened = subject.opens(body) if subject is not None else None
    if opened is None:
        return None
    form, number = opened
    for found in re.finditer(r" and (?P<rest>(?P<verb>[a-z]+) .+)$", body):
        left, verb = body[: found.start()], found["verb"]
        first = next((w for w in re.findall(r"[\w'-]+", left[len(form) :]) if w in FINITE), "")
        alike = (
            first in PAST_VERBS and verb in PAST_VERBS and first not in {"was", "were", "had"}
        ) or (first in SINGULAR_VERBS and verb in SINGULAR_VERBS and number == "singular")
        plain = not re.search(r"\b(?:that|which|who|whom|when|where|if|while)\b", left)
        if alike and plain and verb not in {"was", "were"}:
            return left.rstrip(","), f"{form} {found['rest']}", False
    return None


def _at_list(body: str, _: Subject | None) -> _Split | None:
    for pattern, opener in ((_INCLUDING, "that includes"), (_SUCH_AS, "think of")):
        found = pattern.match(body)
        if (
            found
            and has_finite_verb(found["left"])
            and not has_finite_verb(found["rest"])
            and _ENDS_AS_LIST.match(found["rest"])
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


def leans(text: str) -> bool:
    """Whether a statement needs the one before it: "That ...", "These ...", "... there"."""
    return bool(_LEANING.match(text) or _LEANS_INSIDE.search(text[:80]))


def _quotes(text: str) -> bool:
    """Whether a quotation of several words stands in it: quoted words stay as they are."""
    return bool(re.search(r"[\"“][^\"”]*\s[^\"”]*\s[^\"”]*[\"”]", text))
