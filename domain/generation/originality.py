"""Originality: how much of a script is its sources' own wording.

YouTube doesn't monetise readings of other people's text ("reused content"), whatever its
licence: a script that is too close to its sources is marked as a draft.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

from domain.generation.script import ProductionWarning

SHINGLE_WORDS = 8
"""words in a row that count as copied; shorter runs are idiom and names"""
MAX_VERBATIM_SHARE = 0.30
CLOSENESS_CODE = "close_to_source"
DIGEST_BYTES = 5
"""of an 8-gram's hash: among 10,000 of them a chance match is one in a hundred million"""

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*", re.UNICODE)
_APOSTROPHES = str.maketrans("", "", "'’ʼ")


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, without punctuation."""
    return _WORD.findall(text.translate(_APOSTROPHES).casefold())


def verbatim_share(script: str, sources: Iterable[str]) -> float:
    """Share of the script's words, 0 to 1, that stand in an 8-gram which a source has too.

    A script shorter than eight words is compared as a whole.
    """
    size = min(SHINGLE_WORDS, len(words_of(script)))
    known = {digest for source in sources for digest in _digests(source, size)}
    return _share(script, known, size)


def shingles_of(sources: Iterable[str]) -> bytes:
    """The sources' 8-grams as sorted hashes: enough to measure an edited script again.

    The sources themselves may be long or the caller's own: their words aren't kept.
    """
    return b"".join(sorted({d for s in sources for d in _digests(s, SHINGLE_WORDS)}))


def share_of_shingles(script: str, shingles: bytes) -> float:
    """``verbatim_share`` against what ``shingles_of`` kept; 0 for less than eight words."""
    known = {shingles[i : i + DIGEST_BYTES] for i in range(0, len(shingles), DIGEST_BYTES)}
    return _share(script, known, SHINGLE_WORDS)


def _digests(text: str, size: int) -> Iterator[bytes]:
    words = words_of(text)
    for start in range(len(words) - size + 1 if size else 0):
        shingle = " ".join(words[start : start + size])
        yield hashlib.blake2b(shingle.encode(), digest_size=DIGEST_BYTES).digest()


def _share(script: str, known: set[bytes], size: int) -> float:
    copied = [False] * len(words_of(script))
    if not copied:
        return 0.0
    for start, digest in enumerate(_digests(script, size)):
        if digest in known:
            copied[start : start + size] = [True] * size
    return sum(copied) / len(copied)


def is_draft(share: float) -> bool:
    """Whether a script of this verbatim share must not be published as it is."""
    return share > MAX_VERBATIM_SHARE


def closeness_warning(share: float, pointer: str) -> ProductionWarning:
    """Say that a script is close to its source, what that means, and the way out."""
    return ProductionWarning(
        code=CLOSENESS_CODE,
        pointer=pointer,
        message=f"{share:.0%} of the words stand in the source in the same order (8-grams; more "
        f"than {MAX_VERBATIM_SHARE:.0%} makes the video a draft). YouTube doesn't monetise "
        "readings of other people's text.",
        hint="Reword the scenes (PATCH /api/videos/{id}/scenes/{n}) or send your own words as "
        "`script` before you publish it.",
    )
