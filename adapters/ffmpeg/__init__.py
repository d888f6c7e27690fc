"""Rendering, mixing and joining with ffmpeg."""

from adapters.ffmpeg.doctor import FfmpegFacts, fonts_chosen, missing_features
from adapters.ffmpeg.engine import FfmpegEngine
from adapters.ffmpeg.quarantine import FfmpegQuarantine

__all__ = ["FfmpegEngine", "FfmpegFacts", "FfmpegQuarantine", "fonts_chosen", "missing_features"]
