"""Originality: how much of a script is its sources' own wording.

YouTube doesn't monetise readings of other people's text ("reused content"), whatever its
licence: a script that is too close to its sources is marked as a draft.
"""

import re
from collections.abc import Iterable

from domain.generation.script import ProductionWarning

SHINGLE_WORDS = 8
"""words in a row that count as copied; shorter runs are idiom and names"""
MAX_VERBATIM_SHARE = 0.30

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*", re.UNICODE)
_APOSTROPHES = str.maketrans("", "", "'’ʼ")


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, without punctuation."""
    return _WORD.findall(text.translate(_APOSTROPHES).casefold())


def verbatim_share(script: str, sources: Iterable[str]) -> float:
    """Share of the script's words, 0 to 1, that stand in an 8-gram which a source has too.

    A script shorter than eight words is compared as a whole.
    """
    spoken = words_of(script)
    if not spoken:
        return 0.0
    size = min(SHINGLE_WORDS, len(spoken))
    known: set[tuple[str, ...]] = set()
    for source in sources:
        words = words_of(source)
        known.update(tuple(words[i : i + size]) for i in range(len(words) - size + 1))
    copied = [False] * len(spoken)
    for start in range(len(spoken) - size + 1):
        if tuple(spoken[start : start + size]) in known:
            copied[start : start + size] = [True] * size
    return sum(copied) / len(spoken)


def is_draft(share: float) -> bool:
    """Whether a script of this verbatim share must not be published as it is."""
    return share > MAX_VERBATIM_SHARE


def closeness_warning(share: float, pointer: str) -> ProductionWarning:
    """Say that a script is close to its source, what that means, and the way out."""
    return ProductionWarning(
        code="close_to_source",
        pointer=pointer,
        message=f"{share:.0%} of the words stand in the source in the same order (8-grams; more "
        f"than {MAX_VERBATIM_SHARE:.0%} makes the video a draft). YouTube doesn't monetise "
        "readings of other people's text.",
        hint="Reword the scenes (PATCH /api/videos/{id}/scenes/{n}) or send your own words as "
        "`script` before you publish it.",
    )
