"""ElevenLabs: speech with the time of each character."""

from adapters.elevenlabs.narrator import MODEL, URL, ElevenLabsNarrator

__all__ = ["MODEL", "URL", "ElevenLabsNarrator"]
