"""Sentence boundaries by sentencex (Wikimedia's rule-based segmenter)."""

from adapters.sentencex.segmenter import SentencexSegmenter

__all__ = ["SentencexSegmenter"]
