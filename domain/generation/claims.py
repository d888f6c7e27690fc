"""Claims: what a definition tells its reader, without the words that make it a definition.

"Octopuses are molluscs whose arms can taste." opens dully; "Octopuses' arms can taste." says
the same and doesn't define. Each rule knows one construction of English and refuses where a
clause may belong to another noun.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from domain.generation.grammar import (
    CONNECTORS,
    FINITE,
    PAST_VERBS,
    PREPOSITIONS,
    SINGULAR_VERBS,
    has_finite_verb,
    upper_first,
)
from domain.generation.subject import Number, Subject

MIN_CLAIM_WORDS = 4
MIN_CORE_WORDS = 4
MAX_CORE_WORDS = 13
"""a longer noun can't be turned around and still be followed by ear"""


class Claim(msgspec.Struct, frozen=True):
    """A statement out of a definition, and the definition that is left without it."""

    text: str
    core: str
    """the definition's first part, a whole sentence: "An octopus is a mollusc." """


class _Definition(msgspec.Struct, frozen=True):
    form: str
    """the subject as the definition calls it"""
    verb: str
    rest: str
    number: Number
    subject: Subject

    @property
    def past(self) -> bool:
        return self.verb in {"was", "were"}


#: Nouns that own what follows them less than the noun behind their "of" does.
_SHARED = frozenset(
    "member members family genus order part one result capital son daughter wife husband pupil "
    "student brother sister mother father name city subset product".split()
)
_DOMAIN = re.compile(r"^(?:In|Within) [^,\d]{3,50}, (?=\S)")
_MAKE_BELIEVE = re.compile(r"mytholog|religio|fiction|Abraham|Christ|Islam|Bibl|tradition|legend")
_DEFINED = re.compile(
    r"^(?P<form>.{2,70}?)(?:,? or (?:the )?\w+(?: \w+){0,2},?|,? (?:also|officially|previously|"
    r"formerly|originally|sometimes|usually|commonly|often)\b[^,]*,)* (?P<verb>is|are|was|were) "
    r"(?P<rest>.+)$",
    re.DOTALL,
)
#: "a group of atoms that are held together": the clause tells of the atoms in it.
_MADE_OF = re.compile(
    r"^an? (?:\w+ )?(?:group|set|collection|series|network|chain|pair|bundle|array|system) of "
    r"(?P<parts>[^,]{3,40}?s) (?:that|which|who) (?P<rest>(?!(?:is|was|has)\b)[a-z]+[^s\W] .+)$"
)
#: "played between two teams of 11 players who kick a ball": they do it in the game.
_AGENTS = re.compile(
    r" (?:played|fought|performed|held|practi[sc]ed|waged) (?:between|by|with) "
    r"(?P<who>(?:two|three|four|many|several) [\w ]{3,40}?) who (?P<do>[^;]+)$"
)
_WHEN = re.compile(r",? (?P<word>during which|when) (?P<clause>[^;]+)$")
_RELATIVE = re.compile(
    r"(?P<comma>,?) (?P<word>that|which|who) "
    r"(?P<rest>(?:(?P<adverb>\w+ly|often|mostly|once|also|later|never|can) )?(?P<verb>[a-z]+)\b.*)$"
)
_IN_WHICH = re.compile(r" in which (?P<clause>[^;]+)$")
_WHOSE = re.compile(r",? whose (?P<rest>[^;]+)$")
_WITH = re.compile(
    r" with (?P<rest>(?:an?|the|no|two|three|four|five|six|eight|ten|\d|[a-z]+s\b)[^;]*)$"
)
_STUDY = re.compile(
    r"^the (?:\w+ )?(?:(?:branch|field|area) of [\w ]+? concerned with (?:the )?study|study|"
    r"scientific study|academic study|systematic study) of (?P<what>.+)$"
)
_PASSIVE = re.compile(
    r"(?P<comma>,?) (?P<phrase>(?:(?:best|well|widely|mostly|commonly|primarily|mainly|often|"
    r"usually|typically|generally|originally|formerly|traditionally|chiefly|now|still) )?"
    r"(?:known for|used (?:to|for|in|as|by)|made (?:of|from|by|up of)|found (?:in|on|at)|caused by|"
    r"composed of|based on|powered by|brewed from|formed (?:by|from|when|in)|produced (?:by|from)|"
    r"characteri[sz]ed by|capable of|responsible for|spoken (?:by|in|across)|native to|derived "
    r"from|"
    r"founded (?:in|by|on)|built (?:in|by|on|of)|created by|invented (?:in|by)|fought (?:in|by|"
    r"between|from)|credited with|marked by|surrounded by|covered (?:in|by|with)|played (?:by|with|"
    r"between|on)|able to|led by|inhabited by|located (?:in|on|at|between)|written by|held (?:in|"
    r"every|by)|dedicated to|concerned with|intended (?:to|for)|designed (?:to|for)|defined by|"
    r"held together by|devoted (?:to|of)|grown (?:by|for|in)|centred on|centered on|written in|"
    r"involved in|known to|brought by|considered|regarded as|prepared (?:from|by|with)|so \w+ "
    r"that) .+)$"
)
_ACTIVE = re.compile(
    r"(?P<comma>,?) (?P<verb>consisting|containing|involving|using|comprising|covering|spanning|"
    r"connecting|orbiting|lasting|bordering|producing|featuring|carrying|belonging|encompassing|"
    r"including|resulting|living|dealing|combining|extending|relating|flowing|stretching|"
    r"studying|treating|"
    r"causing|affecting|protecting) (?P<rest>.+)$"
)
_ADJUNCT = re.compile(
    r",? (?:(?:mostly|mainly|widely|often|usually|typically) )?(?:spoken|used|made|found|based|"
    r"brought|"
    r"caused|devoted|concerned|consisting|marked|held|written|practi[sc]ed|dedicated|due|because|"
    r"resulting|known|considered|like|such as|including|as well|along with)\b"
)
_MISREAD = re.compile(r"\b(?:that|which|who|whose|where) (?:is|are|was|were)?\s*$")


def claims_of(definition: str, subject: Subject) -> list[Claim]:
    """Every claim that the definition surely makes about ``subject``; may be none."""
    found = _take(definition, subject)
    if found is None:
        return []
    claims: list[Claim] = []
    for rule in _RULES:
        for text, head in rule(found):
            words = text.split()
            core = f"{found.form} {found.verb} {head.rstrip(' ,')}."
            if len(words) >= MIN_CLAIM_WORDS and not _MISREAD.search(head) and _balanced(text):
                claims.append(Claim(upper_first(text.rstrip(" ,.")) + ".", upper_first(core)))
    return claims


def turned_around(definition: str, subject: Subject) -> str | None:
    """The definition with its news first: "The largest hot desert in the world: the Sahara."."""
    found = _take(definition, subject)
    if found is None:
        return None
    core = re.split(
        r",? (?:that|which|who|whose|where|when|during|in which)\b|; |: |, (?=\w+ing\b|widely|"
        r"mainly|typically|usually|especially|located|with)",
        found.rest,
    )[0]
    core = _ADJUNCT.split(core)[0]
    if re.match(r"(?:both|one|any) ", core) or core.split()[-1].endswith(("ly", "ed")):
        return None
    if not MIN_CORE_WORDS <= len(core.split()) <= MAX_CORE_WORDS:
        return None
    if core.split()[-1].lower() in PREPOSITIONS | CONNECTORS | {"the", "a", "an"}:
        return None
    plural = found.verb in {"are", "were"}
    verb = found.verb if found.past else "are" if plural else "is"
    pointer = "those" if plural else "that"
    said = "that's" if verb == "is" else f"{pointer} {verb}"
    return upper_first(f"{core}: {said} {subject.name}.")


def _take(definition: str, subject: Subject) -> _Definition | None:
    body = definition.rstrip(". ")
    if intro := _DOMAIN.match(body):
        if _MAKE_BELIEVE.search(intro.group()):
            return None
        body = upper_first(body[intro.end() :])
    found = _DEFINED.match(body)
    if found is None:
        return None
    opened = subject.opens(body)
    if opened is None or (opened[0] != found["form"] and not subject.is_person):
        return None
    number: Number = "plural" if found["verb"] in {"are", "were"} else "singular"
    form = opened[0]
    return _Definition(
        form=form, verb=found["verb"], rest=found["rest"], number=number, subject=subject
    )


_Rule = Callable[[_Definition], Iterator[tuple[str, str]]]


def _owns(found: _Definition, head: str, comma: str, verb: str = "") -> bool:  # noqa: PLR0911
    """Whether a clause behind ``head`` surely belongs to the subject's own noun."""
    nouns = re.split(rf"\b(?:{'|'.join(sorted(PREPOSITIONS))})\b", head)
    first = nouns[0].split()
    if not first or first[-1].lower().strip(",") in _SHARED:
        return False
    if re.search(r"\b(?:that|which|who|whose|where)\b", head):
        return False
    if found.subject.is_person:
        return not re.search(rf"\b(?:{'|'.join(sorted(_SHARED))})\b", head)
    if comma and len(nouns) > 1:
        # Set off by a comma, a participle tells of the whole phrase; a relative clause may not.
        return not verb
    if len(nouns) == 1:
        return True
    last = nouns[-1].split()
    if not last:
        return False
    plural = last[-1].endswith("s") and not last[-1].endswith(("ss", "us", "is", "ics"))
    singular_verb = verb in SINGULAR_VERBS or verb == "was" or (verb.endswith("s") and bool(verb))
    if len(nouns) == 2 and not plural and singular_verb and re.search(r"\bof\b", head):  # noqa: PLR2004
        return True
    # "a network of computers that links": the verb's number names its owner.
    return found.number == "singular" and plural and singular_verb


def _relative(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _RELATIVE.search(found.rest)
    if match is None:
        return
    head, verb = found.rest[: match.start()], match["verb"]
    following = match["rest"].split(f"{verb} ", 1)[-1].split(" ", 1)[0].lower()
    known = verb in FINITE
    looks_like_verb = verb.endswith("s") and (
        following in PREPOSITIONS | {"the", "a", "an", "its", "their", "to", "his", "her", "and"}
    )
    past_like = found.past and verb.endswith("ed")
    if not (known or looks_like_verb or past_like):
        return
    plural_verb = verb in {"are", "were", "have"}
    singular_verb = verb in SINGULAR_VERBS or looks_like_verb
    agrees = not (plural_verb and found.number == "singular") and not (
        singular_verb and found.number == "plural"
    )
    if agrees and _owns(found, head, match["comma"], verb):
        yield f"{found.form} {match['rest']}", head


def _in_which(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _IN_WHICH.search(found.rest)
    if match is None:
        return
    head, clause = found.rest[: match.start()], match["clause"]
    # "in which" always begins a clause; a second noun before it might own that clause.
    if len(re.findall(r"\b(?:of|in|for|that|which|from)\b", head)) <= 1 and "," not in clause[:12]:
        yield f"in {found.subject.name}, {clause}", head


def _when(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _WHEN.search(found.rest)
    if match is None:
        return
    head = found.rest[: match.start()]
    if re.search(r"\b(?:period|era|age|time|war|event|phase|season|epoch)\b", head):
        yield f"during {found.subject.name}, {match['clause']}", head


def _made_of(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _MADE_OF.match(found.rest)
    if match is not None and found.number == "singular":
        head = found.rest[: match.end("parts")]
        yield f"in {found.subject.name}, {match['parts']} {match['rest']}", head


def _agents(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _AGENTS.search(found.rest)
    if match is not None:
        head = found.rest[: match.start()]
        yield f"in {found.subject.name}, {match['who']} {match['do']}", head


def _whose(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _WHOSE.search(found.rest)
    if match is None:
        return
    head = found.rest[: match.start()]
    if has_finite_verb(match["rest"]) and _owns(found, head, ""):
        yield f"{found.subject.possessive} {match['rest']}", head


def _with(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _WITH.search(found.rest)
    if match is None:
        return
    head = found.rest[: match.start()]
    if re.search(r"\b(?:population|area|people|name)\b", match["rest"]):
        return
    if _owns(found, head, "") and len(head.split()) >= 2:  # noqa: PLR2004
        verb = "had" if found.past else "have" if found.number == "plural" else "has"
        yield f"{found.form} {verb} {match['rest']}", head


def _study(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _STUDY.match(found.rest)
    if match is not None and found.number == "singular" and not found.past:
        yield f"{found.form} studies {match['what']}", found.rest


def _passive(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _PASSIVE.search(found.rest)
    if match is None:
        return
    head = found.rest[: match.start()]
    lone = re.match(r"the \w+ing of ", head) is not None
    if lone or _owns(found, head, match["comma"]):
        yield f"{found.form} {found.verb} {match['phrase']}", head


def _active(found: _Definition) -> Iterator[tuple[str, str]]:
    match = _ACTIVE.search(found.rest)
    if match is None or found.subject.is_person or match["rest"].startswith(("and ", "or ")):
        return
    head = found.rest[: match.start()]
    lone = re.match(r"the \w+ing of ", head) is not None
    if not lone and not _owns(found, head, match["comma"]):
        return
    stem = _FINITE_OF[match["verb"]]
    form = stem[2] if found.past else stem[0] if found.number == "plural" else stem[1]
    yield f"{found.form} {form} {match['rest']}", head


_FINITE_OF = {
    participle: (base, third, past)
    for participle, base, third, past in (
        entry.split(":")
        for entry in """
        consisting:consist:consists:consisted containing:contain:contains:contained
        involving:involve:involves:involved using:use:uses:used
        comprising:comprise:comprises:comprised
        covering:cover:covers:covered spanning:span:spans:spanned
        connecting:connect:connects:connected
        orbiting:orbit:orbits:orbited lasting:last:lasts:lasted bordering:border:borders:bordered
        producing:produce:produces:produced featuring:feature:features:featured
        carrying:carry:carries:carried belonging:belong:belongs:belonged
        encompassing:encompass:encompasses:encompassed including:include:includes:included
        living:live:lives:lived dealing:deal:deals:dealt combining:combine:combines:combined
        extending:extend:extends:extended relating:relate:relates:related flowing:flow:flows:flowed
        stretching:stretch:stretches:stretched studying:study:studies:studied
        treating:treat:treats:treated causing:cause:causes:caused affecting:affect:affects:affected
        protecting:protect:protects:protected resulting:result:results:resulted
        """.split()
    )
}
_RULES: tuple[_Rule, ...] = (
    _in_which, _agents, _made_of, _when, _whose, _relative, _study, _passive, _active, _with,
)  # fmt: skip


def _balanced(text: str) -> bool:
    """Whether no clause of the claim lacks its end: "that, ..." or a comma without its twin."""
    last = text.rstrip(" ,.").split()[-1].lower()
    return last not in PREPOSITIONS | CONNECTORS | {
        "the",
        "a",
        "an",
        "is",
        "are",
    } and not re.search(
        r"\b(?:" + "|".join(sorted(PAST_VERBS & {"was", "were"})) + r") (?:was|were)\b", text
    )
