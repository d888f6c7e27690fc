"""Key words: what a text is about, for search terms, tags and headings."""

import re

STOPWORDS = frozenset(
    """
    a about above across after again against ago all almost along already also although always am
    among an and another any are around as at away back be became because become been before being
    below best better between both but by called came can cannot come could did do does doing done
    down during each early either else end enough ever every few first following for from full
    further gave general generally get give given go great had has have having he hence her here
    hers him his how however i if in including into is it its itself just kind known large largest
    last late later least less let like likely long made main mainly major make makes making many
    may me might more most mostly much must my near nearly never new next no nor not now number of
    off often old on once one only onto or other others our out over own part per perhaps
    primarily quite rather really said same say see seen several shall she should since small so
    some still such take taken than that the their them then there therefore these they thing
    things this those though through thus to today together too toward towards two type typically
    under until up upon us use used uses using usually various very was way we well went were what
    when where whether which while who whole whom whose why will with within without would year
    years yet you your three four five six seven eight nine ten second third century example
    """.split()
)

_WORD = re.compile(r"[^\W\d_][\w'’-]*", re.UNICODE)
_NAME = re.compile(r"(?:[A-Z][\w'’-]+)(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w'’-]+)+")
MIN_TERM_CHARS = 3


def key_terms(text: str, limit: int, lead: str = "") -> list[str]:
    """The most telling words and names of ``text``, ``lead`` first; at most ``limit``.

    Names of several words count whole; words are told by how often they come and how long
    they are, earlier ones first where that is equal.
    """
    terms = [lead] if lead else []
    scores: dict[str, float] = {}
    for name in _NAME.findall(text):
        scores[name.removesuffix("'s").removesuffix("’s")] = 3.0
    for word in _WORD.findall(text):
        plain = word.removesuffix("'s").removesuffix("’s")
        if len(plain) >= MIN_TERM_CHARS and plain.lower() not in STOPWORDS:
            scores[plain] = scores.get(plain, 0.0) + 1 + min(len(plain), 12) / 12
    seen = {t.lower() for t in terms} | {w for t in terms for w in t.lower().split()}
    for term in sorted(scores, key=lambda t: -scores[t]):
        if term.lower() in seen:
            continue
        seen |= {term.lower(), *term.lower().split()}
        terms.append(term)
    return terms[:limit]
