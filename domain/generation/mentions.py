"""Mentions: the names and nouns of an English text, told by where they stand.

No tagger stands behind this. What ends a stretch of content words in a noun's place is taken for
a noun, capitals inside a sentence for a name; whatever may as well be a verb or an adjective is
left out.
"""

from collections.abc import Iterator, Sequence, Set

from domain.generation import lexicon
from domain.generation.languages import primary_language
from domain.generation.mentions_elsewhere import Mention, mentions_elsewhere
from domain.generation.nouns import names_something
from domain.generation.tokens import Token, tokens_of_text

MAX_NAME_WORDS = 5
UNPARTED = frozenset("zh ja th lo km my".split())
"""languages that write no spaces between words: nothing shows where one ends"""
_HONORIFICS = frozenset(
    "professor dr doctor sir mr mrs ms president king queen emperor pope general saint".split()
)
_BEFORE_OTHERS = (
    frozenset("to most more very less least so".split())
    | lexicon.AUXILIARIES
    | lexicon.MODALS
    | lexicon.WEAK_ADVERBS
)
"""words behind which the next one is a verb or an adjective"""
_RELATIVE = frozenset("who whom which that where when while whereas".split())
_ERAS = frozenset("ad bc bce ce".split())


def mentions_in(sentences: Sequence[str], language: str) -> list[Mention]:
    """Every name, noun and pair of adjective and noun, in the order of the text, as often as it
    comes; names are whole."""
    primary = primary_language(language)
    if primary in UNPARTED:
        return []
    if primary == "en":
        read = [tokens_of_text(sentence) for sentence in sentences]
        small = {token.core for tokens in read for token in tokens if token.core.islower()}
        return [mention for tokens in read for mention in _english(tokens, small)]
    return mentions_elsewhere(sentences, primary)


# -- English -----------------------------------------------------------------------------------


def _english(tokens: Sequence[Token], small: Set[str]) -> Iterator[Mention]:
    """``small``: words that the text writes without a capital somewhere."""
    named: set[int] = set()
    for run in _names(tokens):
        text = " ".join(_unowned(token.core) for token in run)
        capitals = sum(token.core[:1].isupper() for token in run)
        if capitals > 1 or _is_lone_name(run[0], tokens, small):
            named |= {token.index for token in run}
            yield Mention(text, is_name=True, words=len(run))
    for position, token in enumerate(tokens):
        if token.index not in named and _is_noun(tokens, position):
            text = token.core.lower() if token.lower in small else _unowned(token.core)
            yield Mention(text)
            before = tokens[position - 1] if position else None
            if before is not None and _describes(tokens, position - 1):
                pair = before.core if before.index in named else before.lower
                yield Mention(f"{pair} {text}", words=2)


def _names(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of capitalised words, "of the" and "van" between them included."""
    position = 0
    while position < len(tokens):
        if not _opens_name(tokens[position]):
            position += 1
            continue
        end = position
        while (following := _next_of_name(tokens, end)) is not None:
            end = following
        run = list(tokens[position : end + 1])
        position = end + 1
        while len(run) > 1 and (run[0].lower.rstrip(".") in _HONORIFICS):
            run = run[1:]
        words = all(char.isalpha() or char in "'’-." for token in run for char in token.core)
        if len(run) <= MAX_NAME_WORDS and words and run[-1].lower not in _ERAS:
            yield run


def _opens_name(token: Token) -> bool:
    if token.first and (token.is_function_word or token.lower.endswith("ly")):
        return False
    return token.core[:1].isupper() and token.core != "I" and not token.negates


def _next_of_name(tokens: Sequence[Token], end: int) -> int | None:
    """Where the name whose last word so far is at ``end`` goes on."""
    if tokens[end].mark or tokens[end].core.endswith(("'s", "’s")):
        return None
    following = tokens[end + 1 : end + 4]
    for skipped, token in enumerate(following):
        joins = token.lower in lexicon.NAME_JOINERS and not token.mark
        if token.core[:1].isupper():
            # "King of the North" goes on; what opens a sentence ("Most of Asia") is no name yet
            return end + 1 + skipped if not skipped or not tokens[end].first else None
        if not joins:
            return None
    return None


def _is_lone_name(token: Token, tokens: Sequence[Token], small: Set[str]) -> bool:
    """Whether one capitalised word names by itself: "Dutch" before "painter" doesn't."""
    if token.first or token.core.casefold() in small or len(token.core) < 3:  # noqa: PLR2004
        return False
    if token.lower in lexicon.MONTHS or not _may_name(token.lower):
        return False
    following = tokens[token.index + 1 : token.index + 2]
    return bool(token.mark) or not following or _ends_before(following[0])


def _may_name(word: str) -> bool:
    """Whether a capitalised word alone may be a name: no weekday, no "Western"."""
    return len(word) < 4 or names_something(word) or not word.endswith(("ern", "ish", "ed"))  # noqa: PLR2004


def _is_noun(  # noqa: PLR0911 - a rule a line reads best
    tokens: Sequence[Token], position: int
) -> bool:
    """Whether a word stands as the last of a noun phrase."""
    token = tokens[position]
    if token.is_function_word or token.verb or token.numeric or token.negates:
        return False
    if not names_something(token.lower) or token.lower in lexicon.UNITS | lexicon.GENERIC_NOUNS:
        return False
    if token.lower in lexicon.SAYS_LITTLE or not token.core.replace("-", "").isalpha():
        return False
    is_plural = _is_plural(token)
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if token.first:
        return following is not None and (following.verb or (is_plural and not following.mark))
    ends = following is None or _parts(token) or _ends_before(following)
    if not ends or "-" in token.core:
        return False
    if following is not None and following.lower == "than":
        return False
    opener, begins = _opener(tokens, position)
    if begins < position and _is_plural(tokens[position - 1]) and not is_plural:
        return False  # its verb: "many species depend on them"
    if begins < position and _opens_clause(tokens, begins) and not (following and following.verb):
        return False  # the clause must have its verb somewhere: "where the water warms"
    if opener is None or opener.mark:
        return is_plural or begins < position
    if opener.lower in lexicon.PRONOUNS | _RELATIVE:
        return False  # the subject stands before it, or it's a verb: "where water flows"
    if begins == position and opener.lower in _BEFORE_OTHERS:
        return is_plural and opener.lower in lexicon.AUXILIARIES - lexicon.MODALS
    return True


def _is_plural(token: Token) -> bool:
    if token.lower in lexicon.PLURALS:
        return True
    return token.lower.endswith("s") and not token.lower.endswith(("ss", "us", "is"))


def _opener(tokens: Sequence[Token], position: int) -> tuple[Token | None, int]:
    """What stands before the stretch of content words around a place, and where that begins."""
    begins = position
    while begins and not _parts(tokens[begins - 1]):
        begins -= 1
    return (tokens[begins - 1] if begins else None), begins


def _opens_clause(tokens: Sequence[Token], begins: int) -> bool:
    """Whether "where", "because" or the like, and an article, stand before a stretch of words."""
    before = tokens[max(0, begins - 2) : begins]
    if len(before) > 1 and before[1].lower not in lexicon.DETERMINERS:
        return False
    return bool(before) and before[0].lower in lexicon.CLAUSE_OPENERS - {"so", "then", "than"}


def _ends_before(following: Token) -> bool:
    """Whether a noun phrase can't go on with this word."""
    return following.is_function_word or following.verb or following.text[0] in "([–—"


def _parts(token: Token) -> bool:
    return token.is_function_word or token.verb or bool(token.mark)


def _describes(tokens: Sequence[Token], position: int) -> bool:
    """Whether a word belongs to the noun behind it, and says something of it."""
    token = tokens[position]
    if token.is_function_word or token.verb or token.mark or token.numeric or token.negates:
        return False
    if token.lower in lexicon.SAYS_LITTLE | lexicon.GENERIC_NOUNS or not token.core.isalpha():
        return False
    if token.first and token.core[:1].isupper() and not token.lower.endswith("al"):
        return False
    opener, begins = _opener(tokens, position)
    if begins == position and opener is not None and opener.lower in _BEFORE_OTHERS:
        return False  # "to emit light", "most populous city"
    return not token.lower.endswith(("ly", "ing", "est", "most", "s"))


def _unowned(core: str) -> str:
    return core.removesuffix("'s").removesuffix("’s").rstrip("'’")
