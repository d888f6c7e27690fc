"""Titles: what a viewer reads before the video."""

import re

from domain.generation.script import shorten_title

MAX_GOOD_TITLE_CHARS = 60
"""what a phone shows of a title"""
MAX_CLAIM_CHARS = 68

_SUPERLATIVE = re.compile(
    r"\b(?P<among>(?:among|one of) )?the (?P<what>(?:single )?(?:most|only|largest|smallest|oldest|"
    r"deadliest|fastest|longest|highest|deepest|tallest|biggest|hottest|coldest|richest|heaviest|"
    r"brightest|earliest|greatest|first)\b[^,.;:]{4,45}?)(?=[,.;:]| which | that | who | and )"
)
_FILLER = re.compile(
    r"\b(?:usually|mostly|mainly|generally|often|frequently|widely|normally|approximately|about) "
    r"|^(?:In [a-z]+|However|Today), "
)


def title_for(name: str, hook: str, description: str, seconds: float) -> str:
    """A title out of what the hook claims, at most 60 characters where a true one fits.

    "among the most ..." stays "among the most ...": a title claims no more than its video.
    """
    subject = name[:1].upper() + name[1:]
    statement = hook.rstrip(".").replace("“", "").replace("”", "").replace('"', "")
    if found := _SUPERLATIVE.search(hook):
        what = found["what"]
        rank = f"{subject}: {'Among the' if found['among'] else 'The'} {_headline(what)}"
        if len(rank) <= MAX_GOOD_TITLE_CHARS and len(what.split()) > 2:  # noqa: PLR2004
            return shorten_title(rank)
    named = name.lower() in statement.lower()
    if named and not statement.endswith("?") and ":" not in statement:
        for claim in (statement, _FILLER.sub("", statement)):
            if len(claim) <= MAX_GOOD_TITLE_CHARS:
                return shorten_title(_headline(claim[:1].upper() + claim[1:]))
    about = re.sub(r" *[(].*[)]$", "", description)
    if about and len(about) <= MAX_GOOD_TITLE_CHARS - len(name) - 2:
        return shorten_title(f"{subject}: {_headline(about)}")
    if named and ":" not in statement and len(statement) <= MAX_CLAIM_CHARS:
        return shorten_title(_headline(statement))
    return shorten_title(f"{subject} in {round(seconds)} Seconds")


_SMALL = frozenset(
    "a an the and or but of in on at to by for from with as its than "
    "van von de da der del la le".split()
)


def _headline(text: str) -> str:
    """Capitals as in a headline."""
    words = text.split()
    return " ".join(
        w if i and w.lower() in _SMALL else w[:1].upper() + w[1:] for i, w in enumerate(words)
    )
