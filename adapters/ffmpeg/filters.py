"""Filters as values: the one place that knows how ffmpeg's filter syntax is escaped.

``picture_graph`` and ``sound_graph`` alone build graphs of them. No text of a user's and no path
ever stands in a graph: ffmpeg runs inside a scratch folder, where files have fixed names. Values
are numbers, colours that are checked, and names from lists; they are escaped all the same.
"""

import re
from collections.abc import Mapping

import msgspec

QUOTED_IN_OPTION = re.compile(r"([\\':])")
QUOTED_IN_GRAPH = re.compile(r"([\\'\[\],;])")

OptionValue = str | int | float


class Filter(msgspec.Struct, frozen=True):
    """One filter with its options, written so that ffmpeg reads back exactly these values."""

    name: str
    options: Mapping[str, OptionValue] = {}

    def __str__(self) -> str:
        if not self.options:
            return self.name
        written = ":".join(f"{key}={_option(value)}" for key, value in self.options.items())
        return f"{self.name}=" + QUOTED_IN_GRAPH.sub(r"\\\1", written)


def _option(value: OptionValue) -> str:
    """An option's value with the first of ffmpeg's two levels of escaping."""
    text = f"{value:.9g}" if isinstance(value, float) else str(value)
    return QUOTED_IN_OPTION.sub(r"\\\1", text)


def chain(*filters: Filter) -> str:
    """Filters one after the other."""
    return ",".join(str(each) for each in filters)
