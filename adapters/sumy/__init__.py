"""Articles condensed by sumy's TextRank."""

from adapters.sumy.writer import SumyWriter

__all__ = ["SumyWriter"]
