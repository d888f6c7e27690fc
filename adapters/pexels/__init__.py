"""Clips and stills of pexels.com, by its API."""

from adapters.pexels.library import PexelsLibrary

__all__ = ["PexelsLibrary"]
