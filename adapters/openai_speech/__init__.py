"""Speech by any endpoint that speaks OpenAI's ``/v1/audio/speech``."""

from adapters.openai_speech.narrator import MODEL, VOICES, OpenAiSpeechNarrator

__all__ = ["MODEL", "VOICES", "OpenAiSpeechNarrator"]
