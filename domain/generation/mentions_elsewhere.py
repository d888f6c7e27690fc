"""Mentions in languages other than English: what capitals and articles show is believed, and
nothing else.

Word classes of every language would be long lists. A capital inside a sentence shows a name (in
German a noun), an article shows a noun behind it; in a language with neither, only names are found.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

MIN_NOUN_CHARS = 5
"""shorter words are too often none, where they aren't all known"""
MIN_NAME_CHARS = 4
MAX_NAME_WORDS = 5

_CAPITALISED_NOUNS = frozenset(["de", "lb"])
"""languages that write every noun with a capital"""
_ARTICLES = {
    language: frozenset(articles.split())
    for languages, articles in {
        "fr": "le la les l un une des du au aux d ce cette ces son sa ses leur leurs",
        "es": "el la los las un una unos unas del al su sus este esta estos estas",
        "it": """
            il lo la gli le i l un uno una del dello della dell dei degli delle al allo alla all
            ai agli alle dal dalla nel nella nell sul sulla sull d
        """,
        "pt": "o a os as um uma uns umas do da dos das no na nos nas ao aos pelo pela",
        "nl": "de het een deze dit die dat zijn haar hun",
        "sv": "en ett den det de",
        "no nb da": "en et ei den det de",
    }.items()
    for language in languages.split()
}
"""words behind which a noun stands, mostly at once"""
_GERMAN_JOINERS = frozenset(["von", "van", "zu", "de", "di", "da"])
"""behind another joiner a German name goes on, behind an article alone another noun begins"""
_SURELY_NO_NAME_CHARS = 3
"""a longer first word of a sentence may be the beginning of a name, whose rest isn't whole"""
_JOINERS = frozenset(
    "de la del las los du des da do dos das di della van von der den of y e".split()
)
_NO_NOUNS = frozenset(
    # what stands between an article and its noun, or means one that was named before
    """
    autre autres même mêmes plupart grand grande grands grandes petit petite petits petites premier
    première premiers premières dernier dernière plusieurs certains certaines quelques nouveau
    nouvelle année années siècle siècles partie parties exemple mètres kilomètres personnes nombre
    otro otra otros otras mismo misma mismos mismas mayor mayores menor menores mejor mejores gran
    grandes primer primera primero primeros última último últimos nuevo nueva años siglo siglos
    parte partes ejemplo metros kilómetros personas número veces forma
    altro altra altri altre stesso stessa stessi stesse maggior maggiore maggiori primo prima primi
    ultimo ultima nuovo nuova anno anni secolo secoli parte parti esempio metri chilometri persone
    numero volte
    outro outra outros outras mesmo mesma maior maiores melhor melhores primeiro primeira novo nova
    anos século séculos partes exemplo quilômetros pessoas vezes
    andere grote kleine nieuwe eerste laatste beste meeste hoogste grootste jaren eeuw deel delen
    voorbeeld meter kilometer mensen aantal keer
    första största andra nya første største andre nye
    millionen milliarden tausende tonnen jahr jahre jahren jahrhundert teil teile beispiel zeit
    arten zahl menschen
    """.split()
)
_PARTS = re.compile(r"[^\W\d_][\w-]*|[^\w\s]", re.UNICODE)
_ELIDED = re.compile(r"\b(?:l|d|dell|nell|sull|all|dall|un)['’](?=\w)", re.IGNORECASE)


class Mention(msgspec.Struct, frozen=True):
    """Something a sentence names, as it stands there."""

    text: str
    is_name: bool = False
    words: int = 1


def mentions_elsewhere(sentences: Sequence[str], language: str) -> list[Mention]:
    """The names and nouns of sentences in ``language`` (a primary subtag), as often as they
    come."""
    return [mention for sentence in sentences for mention in _mentions(sentence, language)]


def _mentions(sentence: str, language: str) -> Iterator[Mention]:
    parts = _PARTS.findall(_ELIDED.sub(lambda found: f"{found[0][:-1]} ", sentence))
    articles = _ARTICLES.get(language, frozenset())
    nouns_have_capitals = language in _CAPITALISED_NOUNS
    first = next((place for place, part in enumerate(parts) if part[0].isalpha()), 0)
    place = first
    while place < len(parts):
        part = parts[place]
        end = place
        if part[0].isupper() and place > first:
            while (following := _further(parts, end, nouns_have_capitals)) is not None:
                end = following
            if place > first + 1 or len(parts[first]) <= _SURELY_NO_NAME_CHARS:
                yield from _named(parts[place : end + 1], nouns_have_capitals)
        elif part[0].islower() and place and parts[place - 1].casefold() in articles:
            yield from _noun(part)
        place = end + 1


def _further(parts: Sequence[str], end: int, nouns_have_capitals: bool) -> int | None:
    """Where a name goes on whose last word so far is at ``end``.

    Where nouns have capitals two of them side by side may be two things.
    """
    for skipped, part in enumerate(parts[end + 1 : end + 4]):
        if part[0].isupper():
            return None if nouns_have_capitals and not skipped else end + 1 + skipped
        if part not in (_JOINERS if skipped or not nouns_have_capitals else _GERMAN_JOINERS):
            return None
    return None


def _named(words: Sequence[str], nouns_have_capitals: bool) -> Iterator[Mention]:
    is_alone = len(words) == 1
    if len(words) > MAX_NAME_WORDS or (is_alone and len(words[0]) < MIN_NAME_CHARS):
        return
    if words[0].casefold() in _NO_NOUNS:
        return
    if is_alone and nouns_have_capitals:
        yield Mention(words[0])
    else:
        yield Mention(" ".join(words), is_name=True, words=len(words))


def _noun(word: str) -> Iterator[Mention]:
    if len(word) >= MIN_NOUN_CHARS and word.casefold() not in _NO_NOUNS:
        yield Mention(word)
