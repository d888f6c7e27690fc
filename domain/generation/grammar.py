"""Grammar: the few word classes of English by which sentences can be taken apart safely.

A rule that isn't sure leaves the sentence as it is: too little is changed rather than wrongly.
"""

import re

AUXILIARIES = (
    "is are was were has have had can could may might must will would does do did should"
).split()
#: Verbs by their forms: third person, past. Only these are trusted to be verbs.
_VERBS = """
accounts:accounted acts:acted affects:affected aims:aimed allows:allowed appears:appeared
applies:applied arises:arose became:becomes began:begins begins:began believes:believed
belongs:belonged blends:blended breaks:broke brings:brought builds:built calls:called
came:comes carries:carried causes:caused changes:changed combines:combined comes:came
connects:connected consists:consisted contains:contained controls:controlled converts:converted
covers:covered creates:created deals:dealt defeated:defeats defines:defined depends:depended
depicts:depicted describes:described destroyed:destroys develops:developed died:dies
discovered:discovers divides:divided dominated:dominates drives:drove earned:earns eats:ate
emerged:emerges enables:enabled encompasses:encompassed ended:ends enters:entered exists:existed
extends:extended faces:faced falls:fell features:featured feeds:fed fell:falls fills:filled
finds:found flows:flowed focuses:focused follows:followed forms:formed fought:fights gains:gained
gave:gives gives:gave goes:went governs:governed grew:grows grows:grew happens:happened
helps:helped holds:held houses:housed identified:identifies includes:included
increases:increased influenced:influences inhabits:inhabited introduced:introduces invented:invents
involves:involved joined:joins keeps:kept killed:kills knows:knew lacks:lacked lasts:lasted
launched:launches lays:laid leads:led leaves:left led:leads lies:lay lives:lived looks:looked
loses:lost made:makes makes:made means:meant measures:measured meets:met moves:moved needs:needed
occupies:occupied occurs:occurred offers:offered operates:operated orbits:orbited
originated:originates owns:owned plays:played posits:posited predicts:predicted
prevents:prevented produces:produced protects:protected provides:provided published:publishes
pumps:pumped ran:runs ranges:ranged ranks:ranked reaches:reached receives:received
reduces:reduced refers:referred reflects:reflected regards:regarded regulates:regulated
relates:related releases:released relies:relied remains:remained replaced:replaces
represents:represented requires:required resembles:resembled rises:rose rose:rises ruled:rules
saw:sees sees:saw separates:separated serves:served shapes:shaped shares:shared shows:showed
sits:sat spans:spanned specializes:specialized spends:spent spread:spreads stands:stood
stars:starred started:starts states:stated stores:stored stretches:stretched studies:studied
suggests:suggested supplies:supplied supports:supported takes:took tells:told tends:tended
thrives:thrived took:takes transforms:transformed transports:transported traps:trapped
travels:traveled turns:turned uses:used varies:varied walks:walked wants:wanted went:goes
weighs:weighed won:wins works:worked writes:wrote wrote:writes
""".split()
SINGULAR_VERBS = frozenset(
    form for pair in _VERBS for form in pair.split(":") if form.endswith("s")
) | {"is", "has", "does"}
PAST_VERBS = frozenset(
    form for pair in _VERBS for form in pair.split(":") if not form.endswith("s")
) | {"was", "were", "had", "did"}
FINITE = frozenset(AUXILIARIES) | SINGULAR_VERBS | PAST_VERBS | {"include", "consist", "contain"}

_SURE_PAST = frozenset(
    "became began came gave grew went took saw wrote rose fell ran knew drove ate broke lay".split()
)
_OBJECT_OPENERS = frozenset(
    "the a an its his her their this these some many most all about of in into from".split()
)

PREPOSITIONS = frozenset(
    """
    about above across after against along amid among around as at before behind below beneath
    beside between beyond by concerning despite down during except for from in including inside
    into like near of off on onto out outside over past per since than through throughout to
    toward towards under until up upon via with within without
    """.split()
)
CONNECTORS = frozenset("and or but that which who whom whose where when while if because".split())
PARTICIPLES = frozenset(
    """
    adapted based born brewed built caused characterised characterized composed comprised conducted
    considered created cultivated defined derived designed developed directed discovered eaten
    established fought formed found founded grown held invented known led located made named
    native obtained organized originated painted performed played practiced practised prepared
    produced published ruled sculpted set situated spoken surrounded used written
    """.split()
)
_PRONOUN_CLAUSE = re.compile(r"^(?:it|they|he|she|we|there)\s+(?!and\b|or\b)[a-z]", re.IGNORECASE)
_NOUN_CLAUSE = re.compile(
    r"^(?:the|its|their|his|her|this|these|those|many|some|most|all|each|both|several|a|an|other)"
    r"\s+(?:(?!that\b|which\b|who\b|whose\b|where\b|and\b|or\b|when\b|as\b)[\w'’-]+\s+){0,5}"
    rf"(?:{'|'.join(AUXILIARIES)})\b",
    re.IGNORECASE,
)


def has_finite_verb(text: str) -> bool:
    """Whether a finite verb surely stands in ``text``, outside a relative clause.

    "features" may be a noun and "used" a participle: such words count only where what
    follows them shows that they rule over it.
    """
    words = re.findall(r"[\w'-]+", text)
    for place, word in enumerate(words):
        before = words[place - 1].lower() if place else ""
        if word not in FINITE or before in {"that", "which", "who", "whom", "whose", "to", "where"}:
            continue
        after = words[place + 1].lower() if place + 1 < len(words) else ""
        sure = word in AUXILIARIES or word in _SURE_PAST
        if sure or (place and (after in _OBJECT_OPENERS or after.isdigit())):
            return True
    return False


def is_clause(text: str) -> bool:
    """Whether ``text`` begins with a subject and its finite verb."""
    return bool(_PRONOUN_CLAUSE.match(text) or _NOUN_CLAUSE.match(text))


def is_past(text: str) -> bool:
    """Whether a sentence's first known verb is in the past."""
    for word in re.findall(r"[\w'’-]+", text):
        if word in FINITE:
            return word in PAST_VERBS
    return False


def upper_first(text: str) -> str:
    """The text with its first letter as at a sentence's start."""
    return text[:1].upper() + text[1:]
