"""Nouns: which words can name something by themselves, told by their looks."""

import re

from domain.generation.keywords import STOPWORDS

MIN_NOUN_CHARS = 4

_NAMING_NOTHING = frozenset(
    "thousands hundreds millions billions instance order orders core edge end start side sides "
    "thing things kind kinds type types part parts form forms number numbers amount group groups "
    "case cases place places way ways time times half third quarter lot example examples set "
    "sets range rise fall variety areas area length size level rate rates more less other others "
    "million billion thousand hundred people year years century centuries months days day "
    "process processes system systems device devices object objects grounds worlds countries "
    "leaders point points term terms name names concept member members concern source sources "
    "people's percent january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday".split()
)
_ADJECTIVAL = re.compile(r"(?:ly|ous|ful|ish|ive|able|ible|ic|ing|ed|al|ary|est|less|ern)$")
_NOUNS_THOUGH = frozenset(
    "animal coral metal signal mineral crystal festival hospital material capital canal music "
    "logic fabric plastic traffic magic clinic bleaching fishing building farming breathing "
    "warming hunting mining shipping lightning spring wing string king ring rival arrival survival "
    "seed feed speed breed weed reed bed arctic pacific cathedral journal dish fish supply family "
    "assembly monopoly seal meal deal coal goal trial dial pearl topic cavern pattern "
    "lantern forest harvest".split()
)


def names_something(word: str) -> bool:
    """Whether a word in small letters may be a noun that says something when it stands alone."""
    if len(word) < MIN_NOUN_CHARS or word in STOPWORDS | _NAMING_NOTHING:
        return False
    return is_nominal(word)


def is_nominal(word: str) -> bool:
    """Whether a phrase may end on this word, as far as its ending tells."""
    plural = word.endswith("s") and not word.endswith(("ous", "less"))
    return word in _NOUNS_THOUGH or plural or not _ADJECTIVAL.search(word)
