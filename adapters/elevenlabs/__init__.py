"""ElevenLabs: speech with the time of each character."""

from adapters.elevenlabs.narrator import ElevenLabsNarrator
from adapters.elevenlabs.voices import LANGUAGES

__all__ = ["LANGUAGES", "ElevenLabsNarrator"]
