"""Rendering, mixing and joining with ffmpeg."""

from adapters.ffmpeg.engine import FfmpegEngine

__all__ = ["FfmpegEngine"]
