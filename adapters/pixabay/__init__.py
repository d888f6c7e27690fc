"""Clips and stills of pixabay.com, by its API."""

from adapters.pixabay.library import PixabayLibrary

__all__ = ["PixabayLibrary"]
