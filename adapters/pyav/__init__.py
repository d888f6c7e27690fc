"""PyAV, FFmpeg's libraries in this process: here it reads the sound that voice services send."""

from adapters.pyav.speech import PyavReader

__all__ = ["PyavReader"]
