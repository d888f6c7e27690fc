"""``VisualSource`` over a library of others: searched, and fetched from by downloads."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from domain.generation.downloads import Downloads, Wanted
from domain.generation.parallel import in_parallel
from domain.generation.ports import VisualCandidate, VisualRequest
from domain.generation.stock import (
    ENOUGH,
    Hit,
    MediaType,
    best_rendition,
    queries_for,
    rank_scores,
    same_rendition,
)
from domain.providers.errand import UNPAID, Errand

KINDS: tuple[MediaType, ...] = ("clip", "still")
"""in the order in which they are offered"""
MAX_PROBLEMS = 20
"""that are told of: the latest"""
MAX_KNOWN = 2_000
"""hits whose files' addresses are remembered, so that none has to be asked for again"""

_LOG = logging.getLogger(__name__)


class Found(msgspec.Struct, frozen=True):
    """What a library has for a query."""

    hits: list[Hit]
    misread: list[str]
    """why rows of the answer were left out"""


class Library(Protocol):
    """Clips and stills of others, with one key."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    @property
    def name(self) -> str:
        """As the settings call it."""
        ...

    @property
    def base_url(self) -> str:
        """Its address, as the operator set it."""
        ...

    async def find(self, query: str, media_type: MediaType, request: VisualRequest) -> Found:
        """Hits in the library's own order, for the frame and the language of a request.

        Raises:
            ProviderFailed
        """
        ...

    async def one(self, hit_id: str, media_type: MediaType) -> Hit:
        """The hit of this id.

        Raises:
            ProviderFailed: it isn't there any more, or can't be asked for at the moment.
        """
        ...


class StockFootage:
    """Clips first, then stills, each in the library's order."""

    def __init__(self, library: Library, downloads: Downloads) -> None:
        self._library = library
        self._downloads = downloads
        self._problems: dict[str, str] = {}
        self._known: dict[str, Hit] = {}

    @property
    def identity(self) -> str:
        return self._library.identity

    async def search(
        self,
        request: VisualRequest,
        errand: Errand = UNPAID,  # noqa: ARG002 - a search costs nothing
    ) -> list[VisualCandidate]:
        """See the port. No file of a library can be named: for one, nothing is offered.

        Raises:
            ProviderFailed
        """
        if request.media is not None:
            return []
        found: dict[str, Hit] = {}
        for query in queries_for(request):
            for hits in await in_parallel(partial(self._hits, request, query), KINDS, len(KINDS)):
                for hit in hits:
                    found.setdefault(hit.id, hit)
            if len(found) >= ENOUGH:
                break
        hits = sorted(found.values(), key=lambda hit: KINDS.index(hit.type))
        self._remember(hits)
        return [
            _offered(hit, self._library.name, request, score)
            for hit, score in zip(hits, rank_scores(len(hits)), strict=True)
        ]

    async def fetch(
        self,
        candidate: VisualCandidate,
        folder: Path,
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Path:
        """See the port.

        Raises:
            ProviderFailed, StorageFull
        """
        hit = self._known.get(candidate.id)
        if hit is None:  # of a search that this process didn't make
            hit = await self._library.one(candidate.id, candidate.type)
        rendition = same_rendition(hit.renditions, candidate.width, candidate.height)
        wanted = Wanted(
            url=rendition.url,
            type=hit.type,
            provider=self._library.name,
            base_url=self._library.base_url,
        )
        return await self._downloads.fetch(wanted, folder)

    def problems(self) -> list[tuple[str, str]]:
        """What the latest searches had to leave out."""
        return sorted(self._problems.items())

    async def _hits(self, request: VisualRequest, query: str, media_type: MediaType) -> list[Hit]:
        found = await self._library.find(query, media_type, request)
        for reason in found.misread:
            name = f"a {media_type} that {self._library.name} found for {query!r}"
            self._problems[name] = reason
            _LOG.warning("%s is passed over: %s", name, reason)
        while len(self._problems) > MAX_PROBLEMS:
            del self._problems[next(iter(self._problems))]
        return found.hits

    def _remember(self, hits: Sequence[Hit]) -> None:
        for hit in hits:
            self._known.pop(hit.id, None)
            self._known[hit.id] = hit
        while len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]


def _offered(hit: Hit, library: str, request: VisualRequest, score: float) -> VisualCandidate:
    rendition = best_rendition(hit.renditions, request.width, request.height)
    return VisualCandidate(
        id=hit.id,
        source=library,
        name=hit.id,
        type=hit.type,
        score=score,
        width=rendition.width,
        height=rendition.height,
        duration_ms=hit.duration_ms,
        label=hit.label,
        credit=hit.credit,
    )
