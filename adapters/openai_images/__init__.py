"""Stills made by a model behind an OpenAI-compatible ``/v1/images/generations``."""

from adapters.openai_images.source import OpenAIImages

__all__ = ["OpenAIImages"]
