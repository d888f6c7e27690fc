"""PocketSphinx, a small speech recogniser with an English model inside: it finds known words."""

from adapters.pocketsphinx.aligner import PocketsphinxAligner

__all__ = ["PocketsphinxAligner"]
