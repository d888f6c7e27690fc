"""Names: how titles, aliases and questions are brought to one form, so that they meet."""

import re
import unicodedata

from adapters.wikipedia.articles import Article

MAX_ALIAS_WORDS = 5

_PARENTHESES = re.compile(r"\s*\([^()]*\)")
ARTICLE = re.compile(r"^(?:the|an|a)\s+")
_VERB = re.compile(r"\s(?:is|are|was|were)\s")
_ALSO_CALLED = re.compile(
    r"\b(?:(?:also|better|commonly|often|simply|sometimes|formerly|formally|officially|later|more "
    r"commonly|popularly|usually|generally|colloquially|otherwise|widely|variously|mostly|and|or)"
    r"\s+)*(?:known|called|referred to|spelled|abbreviated)\s+(?:(?:in|by)\s[^,]{1,40}\s)?"
    r"(?:simply\s+|mononymously\s+|professionally\s+)?(?:as\s+)?"
)
_PERSON = re.compile(r"\((?:born |c\. |)\d.*\)$|\bc?\. ?\d{3,4}\b.*\)$")
_PARTICLES = frozenset("van von de da del della di du la le der den ibn al st".split())
_NUMERALS = {
    "ii": ("2", "two"), "iii": ("3", "three"), "iv": ("4", "four"), "v": ("5", "five"),
    "vi": ("6", "six"), "vii": ("7", "seven"), "viii": ("8", "eight"), "i": ("1", "one"),
}  # fmt: skip
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z]{0,2}[A-Z]+s?)\)")
#: Words of a question that tell nothing about what is asked.
QUESTION_WORDS = frozenset(
    """
    a about all an and are as at be been but by can come could did do does explain explained fact
    facts for from get had has have history how i in info information interesting into is it its
    know learn made make me meaning more most my of on or over really s should some story such
    teach tell than that the their them there these they thing things think this those to top us
    use used video was we were what when where which who whom whose why will with work works
    would you your
    """.split()
)


def fold(text: str) -> str:
    """Lower case, without accents and punctuation, spaces single: "Café–Noir!" -> "cafe noir"."""
    flat = unicodedata.normalize("NFKD", text).replace("ß", "ss").replace("ø", "o")
    flat = "".join(c for c in flat if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"\w+", re.sub(r"['’ʼ]s\b|['’ʼ]", "", flat)))


def singular(word: str) -> str:
    """A folded word's singular, by rule: "octopuses" -> "octopus", "galaxies" -> "galaxy"."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004
        return word[:-3] + "y"
    if word.endswith(("sses", "uses", "xes", "zes", "ches", "shes", "oes")):
        return word[:-2]
    return word[:-1]


def key_of(text: str) -> str:
    """The form under which a name is looked up: folded, without article, words singular."""
    return " ".join(singular(word) for word in ARTICLE.sub("", fold(text)).split())


def telling_words(text: str) -> list[str]:
    """What is left of a question or text when the words that tell nothing are gone."""
    return [singular(w) for w in fold(text).split() if w not in QUESTION_WORDS]


def aliases_of(article: Article) -> list[str]:
    """Other names that the first sentence gives: "also called", full names, abbreviations."""
    opening = article.extract[:400]
    verb = _VERB.search(opening)
    head = opening[: verb.start()] if verb else ""
    first_sentence = re.split(r"(?<=[a-z)]{2}[.])\s", opening)[0]
    names: list[str] = []
    if head and len(head.split()) <= MAX_ALIAS_WORDS:
        names.append(_PARENTHESES.sub("", head))
    elif head and "," in head:
        names.append(_PARENTHESES.sub("", head.split(",")[0]))
    names += _ABBREVIATION.findall(first_sentence)
    names += re.findall(r", or (?:the )?([A-Z][\w’' -]+),", first_sentence)
    for match in _ALSO_CALLED.finditer(first_sentence):
        if match.group().strip() in {"called", "known"}:
            continue
        rest = _VERB.split(first_sentence[match.end() :] + " ")[0]
        rest = re.split(r"[.;:(]| which | that | in | for | because | due ", rest)[0]
        names += re.split(r",\s*(?:or|and)?\s*|\s+or\s+|\s+and\s+", rest)
    cleaned = [re.sub(r"^(?:simply|or|and|as|the|a|an)\s+", "", n.strip(" \"“”,'")) for n in names]
    own = {key_of(article.title), key_of(article.name)}
    return [
        name
        for name in dict.fromkeys(cleaned)
        if len(name) > 1
        and len(name.split()) <= MAX_ALIAS_WORDS
        and key_of(name) not in own
        and key_of(name)
        and not set(fold(name).split()) <= QUESTION_WORDS
    ]


def surnames_of(article: Article) -> list[str]:
    """What a person is mostly called: the last name, with and without its particles."""
    words = article.name.split()
    if len(words) == 1 or not (article.topic == "People" or _PERSON.search(article.description)):
        return []
    if words[-1].lower() in _NUMERALS or "of" in words:
        return []
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return list(dict.fromkeys((" ".join(words[start:]), words[-1])))


def numeral_keys(key: str) -> list[str]:
    """The same name with its last Roman numeral written otherwise: "world war 2", "ww2"."""
    head, _, last = key.rpartition(" ")
    if not head or last not in _NUMERALS:
        return []
    initials = "".join(word[0] for word in head.split())
    short = [initials + last, initials + _NUMERALS[last][0]] if len(initials) > 1 else []
    return [f"{head} {other}" for other in _NUMERALS[last]] + short
