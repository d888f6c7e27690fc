"""Chat models behind OpenAI-compatible endpoints, and scripts by them.

The protocol is spoken through httpx and not through OpenAI's own package: that takes what an
endpoint sends without looking at its types, brings pydantic and a second HTTP library, and is a
second in being imported; what is needed of it is two requests and their streams.
"""

from adapters.openai.client import OpenAIChat
from adapters.openai.writer import OpenAIWriter

__all__ = ["OpenAIChat", "OpenAIWriter"]
