"""Speech by any endpoint that speaks OpenAI's ``/v1/audio/speech``."""

from adapters.openai_speech.narrator import LANGUAGES, VOICES, OpenAiSpeechNarrator

__all__ = ["LANGUAGES", "VOICES", "OpenAiSpeechNarrator"]
