"""Microsoft Edge's "read aloud" service, through the package edge-tts. Unofficial."""

from adapters.edge.narrator import EdgeNarrator

__all__ = ["EdgeNarrator"]
