"""``VisualSource`` that has stills made: one for each scene, when it's fetched."""

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from adapters.openai.drawing import ImagesClient
from adapters.openai.endpoints import without_secrets
from domain.generation.credits import TERMS, Credit
from domain.generation.downloads import Downloads, Wanted
from domain.generation.limits import cut_between_words
from domain.generation.ports import VisualCandidate, VisualRequest
from domain.providers.errand import UNPAID, Errand
from domain.providers.exchange import Exchange
from domain.providers.failures import ProviderFailed
from domain.providers.spending import Purchase, Sold

RULES_VERSION = 1
PROVIDER = "openai"
SERVICE = "images"
SCORE = 0.5
"""what is made to order fits as well as its model understands; nobody has seen it yet"""
MAX_SUBJECT_CHARS = 600
"""the shortest prompts that models take have 1,000"""
NAME_CHARS = 60
STYLE = "A realistic photograph, natural light, one clear subject."
NO_WRITING = "No text, letters, captions, logos or watermarks in the picture."

WIDE_DALL_E = ("1792x1024", "1024x1792", "1024x1024")
SQUARE_DALL_E = ("1024x1024", "1024x1024", "1024x1024")
USUAL = ("1536x1024", "1024x1536", "1024x1024")


class OpenAIImages:
    """Offers one still for each scene that says something; fetching it has it made, and paid.

    Args:
        base_url: what stands before ``/images/generations``; a query stays behind it.
        key: one key; empty for servers that want none.
        style: a sentence of each prompt.
        provider: what purchases and messages call it.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        model: str,
        *,
        exchange: Exchange,
        downloads: Downloads,
        style: str = STYLE,
        provider: str = PROVIDER,
    ) -> None:
        self._client = ImagesClient(provider, base_url, key, exchange)
        self._base_url = base_url
        self._model = model
        self._downloads = downloads
        self._style = style or STYLE
        self._provider = provider

    @property
    def identity(self) -> str:
        style = hashlib.sha256(self._style.encode()).hexdigest()[:8]
        return f"openai-images/{RULES_VERSION}/{self._model}/{style}"

    async def search(
        self,
        request: VisualRequest,
        errand: Errand = UNPAID,  # noqa: ARG002 - paid is what is fetched
    ) -> list[VisualCandidate]:
        """One candidate, which isn't made yet; none in the place of a file that is named."""
        subject = "" if request.media is not None else _subject([*request.terms, request.sentence])
        if not subject:
            return []
        size = size_for(self._model, request.width, request.height)
        width, height = (int(side) for side in size.split("x"))
        made = hashlib.sha256(f"{self.identity} {size} {subject}".encode()).hexdigest()[:16]
        return [
            VisualCandidate(
                id=f"{self._provider}-image-{made}",
                name=f"still: {cut_between_words(subject, NAME_CHARS)}",
                type="still",
                score=SCORE,
                width=width,
                height=height,
                label=subject,
                credit=Credit(
                    what="still",
                    # one for all stills of a video: viewers are told who made them, once
                    title=f"picture by the model {self._model}",
                    license=TERMS,
                    machine_made=True,
                ),
            )
        ]

    def problems(self) -> list[tuple[str, str]]:
        """None: nothing is there before it's made."""
        return []

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        """Have the candidate made, from its label, and check what was made by decoding it.

        Raises:
            CostCapReached, ProviderFailed, StorageFull
        """
        prompt = f"{candidate.label.rstrip('.')}. {self._style} {NO_WRITING}"
        body: dict[str, Any] = {
            "model": self._model,
            "prompt": prompt,
            "n": 1,
            "size": f"{candidate.width}x{candidate.height}",
        }
        if self._model.startswith("dall-e"):
            body["response_format"] = "b64_json"  # the others know no such parameter, or do so

        async def send(idempotency_key: str) -> Sold:
            drawn = await self._client.draw(body, idempotency_key)
            return Sold(drawn.data or await self._brought(drawn.url), {"images": 1.0})

        purchase = Purchase(
            provider=self._provider,
            model=self._model,
            service=SERVICE,
            parts={"base_url": without_secrets(self._base_url), **body},
            most={"images": 1.0},
        )
        data = await errand.purse.buy(purchase, send)
        return await self._downloads.admit(data, "still", self._provider, folder)

    async def _brought(self, url: str) -> bytes:
        """What is at an address that the provider gave; it's paid already."""
        wanted = Wanted(
            url=urljoin(self._base_url, url),
            type="still",
            provider=self._provider,
            base_url=self._base_url,
        )
        with tempfile.TemporaryDirectory() as folder:
            try:
                path = await self._downloads.fetch(wanted, Path(folder))
            except ProviderFailed as failure:
                raise ProviderFailed(
                    failure.message,
                    failure.verdict,
                    retry_after_seconds=failure.retry_after_seconds,
                    hint=failure.hint_text,
                    is_charged=True,
                ) from failure
            return await asyncio.to_thread(path.read_bytes)


def size_for(model: str, width: int, height: int) -> str:
    """What to ask a model for, for a frame of this shape; other servers take the usual sizes."""
    sizes = USUAL
    if model.startswith("dall-e"):
        sizes = SQUARE_DALL_E if model == "dall-e-2" else WIDE_DALL_E
    landscape, portrait, square = sizes
    if width == height:
        return square
    return landscape if width > height else portrait


def _subject(terms: Sequence[str]) -> str:
    """What the picture is to show, in the scene's own words."""
    words = "; ".join(dict.fromkeys(" ".join(term.split()) for term in terms if term.strip()))
    if not any(character.isalnum() for character in words):
        return ""
    return cut_between_words(words, MAX_SUBJECT_CHARS)
