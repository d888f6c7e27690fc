"""Sources of clips and stills in order: what one finds is fetched from it."""

from pathlib import Path

import msgspec

from domain.errors import CostCapReached, MediaNotFound, NoProviderLeft, ProvidersExhausted
from domain.generation.ports import VisualCandidate, VisualRequest, VisualSource
from domain.providers.chain import Chain, Link
from domain.providers.errand import UNPAID, Errand

TROUBLE = (ProvidersExhausted, NoProviderLeft, CostCapReached)
"""what a source may have that is no reason to do without the others"""


class ChainedVisuals:
    """Implements ``VisualSource`` over several of them.

    A source that fails is passed over and named among the ``problems`` until it answers again: a
    scene can be drawn, and no clip is worth the job. ``sources`` gives each of them alone, for
    whoever would like to stop at the first that has something good.
    """

    def __init__(self, chain: Chain[VisualSource]) -> None:
        self._chain = chain
        self._failing: dict[str, str] = {}

    @property
    def identity(self) -> str:
        """Changes with every source that may be asked, and with their order."""
        return ";".join(source.identity for source in self._chain.providers.values())

    def identity_of(self, provider: str) -> str:
        """Changes whenever what one source finds may change."""
        return self._chain.providers[provider].identity

    @property
    def links(self) -> list[Link[VisualSource]]:
        """Every key of every source, in order."""
        return self._chain.links

    @property
    def sources(self) -> dict[str, VisualSource]:
        """Each source by itself under its name, in order, with its keys and circuits: ``search`` of
        one finds nothing where it fails. Their candidates are fetched by the whole, too."""
        return {provider: _Source(self, provider) for provider in self._chain.providers}

    async def search(
        self, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        """What all sources offer, one after the other; a named file alone.

        Raises:
            MediaNotFound, MediaUnreadable: no source has the named file, or it can't be decoded.
        """
        found: list[VisualCandidate] = []
        missing: MediaNotFound | None = None
        for provider in self._chain.providers:
            try:
                offered = await self.search_one(provider, request, errand)
            except MediaNotFound as error:  # another folder may have it
                missing = missing or error
                continue
            if request.media is not None and offered:
                return offered
            found += offered
        if request.media is not None:
            raise missing or MediaNotFound(
                f"No source of pictures has a file {request.media!r}.",
                hint="Files are named in MEDIA_DIR; VISUALS has to name `folder`.",
                media=request.media,
            )
        return found

    async def search_one(
        self, provider: str, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        """What one source offers, best first; nothing if it fails.

        Raises:
            MediaNotFound, MediaUnreadable
        """
        try:
            taken = await self._chain.ask(
                lambda source: source.search(request, errand), only={provider}, note=errand.note
            )
        except TROUBLE as error:
            self._failing[provider] = _reason(error)
            return []
        self._failing.pop(provider, None)
        return [msgspec.structs.replace(candidate, source=provider) for candidate in taken.value]

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        """Have the candidate's own source bring its file.

        Raises:
            ProvidersExhausted, NoProviderLeft, CostCapReached: it can't.
        """
        providers = self._chain.providers
        source = candidate.source or next(iter(providers), "")
        taken = await self._chain.ask(
            lambda port: port.fetch(candidate, folder, errand), only={source}, note=errand.note
        )
        return taken.value

    def problems(self) -> list[tuple[str, str]]:
        """Files that were left out, and sources that failed when they were last asked."""
        files = [pair for source in self._chain.providers.values() for pair in source.problems()]
        return [*files, *sorted(self._failing.items())]


class _Source:
    """One source of a chain; a ``VisualSource``, too."""

    def __init__(self, whole: ChainedVisuals, provider: str) -> None:
        self._whole = whole
        self._provider = provider
        self.identity = whole.identity_of(provider)

    async def search(
        self, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        """What this source offers, best first; nothing if it fails."""
        return await self._whole.search_one(self._provider, request, errand)

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        """Bring the candidate's file."""
        return await self._whole.fetch(candidate, folder, errand)

    def problems(self) -> list[tuple[str, str]]:
        """What searches of all sources left out."""
        return self._whole.problems()


def _reason(error: ProvidersExhausted | NoProviderLeft | CostCapReached) -> str:
    attempts = error.details.get("attempts") or [{}]
    return str(attempts[-1].get("reason") or error.message).rstrip(".")
