"""OpenAI's protocols, at any endpoint that speaks them: scripts, pictures and speech by models.

They are spoken through httpx and not through OpenAI's own package: that takes what an endpoint
sends without looking at its types, brings pydantic and a second HTTP library, and is a second in
being imported; what is needed of it is a few requests and their streams.

chat       conversations, over the two protocols for them, and what servers don't take of them
writer     scripts by such conversations
images     stills made to order
narrator   speech
failures   what an endpoint's refusals mean, for all of them
"""

from adapters.openai.chat import OpenAIChat
from adapters.openai.images import OpenAIImages
from adapters.openai.narrator import LANGUAGES, VOICES, OpenAINarrator
from adapters.openai.writer import OpenAIWriter

__all__ = [
    "LANGUAGES",
    "VOICES",
    "OpenAIChat",
    "OpenAIImages",
    "OpenAINarrator",
    "OpenAIWriter",
]
