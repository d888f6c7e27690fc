"""Topics and scripts from Wikipedia's article summaries, offline."""

from adapters.wikipedia.writer import WikipediaWriter

__all__ = ["WikipediaWriter"]
