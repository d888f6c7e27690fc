"""The main text of web pages."""

from adapters.trafilatura.extractor import TrafilaturaExtractor

__all__ = ["TrafilaturaExtractor"]
