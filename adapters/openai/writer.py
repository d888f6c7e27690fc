"""Scripts by a model behind an OpenAI-compatible endpoint."""

import asyncio
from collections.abc import Sequence

from adapters.openai.chat import OpenAIChat
from domain.generation.authoring import Author
from domain.generation.brief import Brief
from domain.generation.drafting import draft_schema
from domain.generation.lengths import Length
from domain.generation.ports import SentenceSegmenter
from domain.generation.prompts import Message, Reply
from domain.generation.references import Encyclopedia
from domain.generation.script import Script, TopicMatch
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

VERSION = 1
LEAST_SCENES = 4
WORDS_OF_A_SCENE = 8
"""of the shortest: a script of short scenes has so many fewer words than it may have"""
CONTEXT_TOKENS = 32_000


class OpenAIWriter:
    """Writes about topics and articles, from the encyclopedia's articles or the caller's."""

    def __init__(
        self,
        chat: OpenAIChat,
        encyclopedia: Encyclopedia,
        segmenter: SentenceSegmenter,
        *,
        context_tokens: int = CONTEXT_TOKENS,
    ) -> None:
        """``context_tokens``: that the model reads and writes in one call."""
        self._chat = chat
        self._encyclopedia = encyclopedia
        self._author = Author(encyclopedia, segmenter, context_tokens=context_tokens)
        self.identity = (
            f"openai-{VERSION}/{chat.endpoint}/{chat.model}/{context_tokens}/"
            f"{encyclopedia.identity}/{segmenter.identity}"
        )

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """The encyclopedia's article, where there is one; else the topic as it stands, without
        an address: a model has something to say about everything."""
        found = self._encyclopedia.match(topic, language)
        return found or TopicMatch(title=" ".join(topic.split()))

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        """Have the script written; its length is asked for in words at the voice's pace.

        Raises:
            ProviderFailed: the endpoint doesn't answer, the model refuses, or what it answers
                stays unusable; or the brief has its words already.
            CostCapReached: what it costs may not be spent.
        """
        if brief.source_kind not in ("topic", "source_text"):
            raise ProviderFailed(
                f"A model writes about topics and articles, not from `{brief.source_kind}`.",
                Verdict.NEXT,
            )
        length = Length.of(brief, words_per_minute)
        schema = draft_schema(most_scenes=max(LEAST_SCENES, length.most // WORDS_OF_A_SCENE))
        references = await asyncio.to_thread(self._author.references, brief)

        async def ask(
            messages: Sequence[Message], tokens: int, shares: tuple[float, float]
        ) -> Reply:
            begin, end = shares
            return await self._chat.complete(
                messages,
                schema,
                max_tokens=tokens,
                seed=seed,
                errand=errand,
                progress=lambda share: errand.progress(begin + (end - begin) * share),
            )

        return await self._author.write(brief, references, words_per_minute, ask)
