"""Topics and scripts from Wikipedia's article summaries, offline."""

from adapters.wikipedia.encyclopedia import WikipediaEncyclopedia
from adapters.wikipedia.writer import WikipediaWriter

__all__ = ["WikipediaEncyclopedia", "WikipediaWriter"]
