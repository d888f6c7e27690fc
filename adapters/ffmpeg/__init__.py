"""Rendering, mixing and joining with ffmpeg."""

from adapters.ffmpeg.doctor import FfmpegFacts, fonts_chosen, missing_features
from adapters.ffmpeg.engine import FfmpegEngine

__all__ = ["FfmpegEngine", "FfmpegFacts", "fonts_chosen", "missing_features"]
