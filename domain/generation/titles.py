"""Titles: what a viewer reads before the video."""

import re

from domain.generation.script import shorten_title

MAX_GOOD_TITLE_CHARS = 70
_SUPERLATIVE = re.compile(
    r"\bthe ((?:single )?(?:most|only|largest|smallest|oldest|deadliest|fastest|longest|"
    r"highest|deepest|tallest|biggest|hottest|coldest|richest|heaviest|brightest|earliest|greatest|"
    r"first)\b[^,.;:]{4,45}?)(?=[,.;:]| which | that | who )"
)


def title_for(name: str, hook: str, description: str, seconds: float) -> str:
    """A title out of what the hook claims; at most 100 characters."""
    statement = hook.rstrip(".")
    subject = name[:1].upper() + name[1:]
    if found := _SUPERLATIVE.search(hook):
        return shorten_title(f"{subject}: The {_headline(found.group(1))}")
    if name.lower() in statement.lower() and len(statement) <= MAX_GOOD_TITLE_CHARS:
        return shorten_title(_headline(statement))
    if description and len(description) <= MAX_GOOD_TITLE_CHARS - len(name):
        return shorten_title(f"{subject}: {_headline(re.sub(r' *[(].*[)]$', '', description))}")
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
