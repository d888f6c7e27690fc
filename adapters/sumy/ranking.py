"""Ranking: how central each sentence is to its text, by sumy's TextRank.

sumy is given our own sentences and words, so that none of NLTK's data files is needed.
"""

import re
from collections.abc import Sequence

from domain.generation.keywords import STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*", re.UNICODE)
MIN_STEM_CHARS = 4
_SUFFIX = re.compile(r"(?:ies|es|s|ed|ing|ly)$")


class _Words:
    """What sumy asks of a tokenizer."""

    @staticmethod
    def to_words(sentence: str) -> list[str]:
        return _WORD.findall(sentence)


def centrality(sentences: Sequence[str]) -> list[float]:
    """One rank per sentence, the most central having 1."""
    # sumy imports numpy and NLTK: only who condenses an article pays for it.
    from sumy.models.dom import (  # type: ignore[import-untyped]  # noqa: PLC0415
        ObjectDocumentModel,
        Paragraph,
        Sentence,
    )
    from sumy.summarizers.text_rank import (  # type: ignore[import-untyped]  # noqa: PLC0415
        TextRankSummarizer,
    )

    if not sentences:
        return []

    class OthersOnly(TextRankSummarizer):  # type: ignore[misc]
        """TextRank in which no sentence recommends itself."""

        @staticmethod
        def _rate_sentences_edge(words1: list[str], words2: list[str]) -> float:
            if words1 is words2:
                return 0.0
            return float(TextRankSummarizer._rate_sentences_edge(words1, words2))

    summarizer = OthersOnly(_stem)
    summarizer.stop_words = STOPWORDS
    words = _Words()
    nodes = [Sentence(sentence, words) for sentence in sentences]
    ranks = summarizer.rate_sentences(ObjectDocumentModel([Paragraph(nodes)]))
    found = [float(ranks[node]) for node in nodes]
    highest = max(found)
    return [rank / highest if highest else 1.0 for rank in found]


def _stem(word: str) -> str:
    short = _SUFFIX.sub("", word)
    return short if len(short) >= MIN_STEM_CHARS else word
