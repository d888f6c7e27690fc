"""Typesetting with libass: fonts, drawn shots, burnt captions, thumbnails and caption files."""

from adapters.libass.typesetter import LibassTypesetter

__all__ = ["LibassTypesetter"]
