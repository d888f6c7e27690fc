"""Where generation keeps what it makes: bytes under their hash, and immutable documents.

Ports, implemented by adapters; one contract suite in ``tests/contracts`` specifies each.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec


class Artifact(msgspec.Struct, frozen=True):
    """Bytes in the store: SHA-256 in hex, and size in bytes."""

    sha256: str
    size: int


class DocumentKey(msgspec.Struct, frozen=True):
    """What a document is found under."""

    account_id: str
    kind: str
    fingerprint: str


EntryT = TypeVar("EntryT")


class Sweepable(Protocol[EntryT]):
    """A store that can be gone through, to copy it or to clear what nothing refers to.

    An entry's age counts from when it was last stored, the storing again of what was there
    among it, by the store's own clock.
    """

    def listing(self, older_than_seconds: float = 0.0) -> AsyncIterator[EntryT]:
        """Every entry of at least this age, in no order; what is stored meanwhile may be left
        out."""
        ...

    async def sweep(self, entries: Sequence[EntryT], older_than_seconds: float) -> list[EntryT]:
        """Delete those of a few hundred entries that are still of at least this age; which."""
        ...


class ArtifactStore(Sweepable[Artifact], Protocol):
    """Bytes under their own SHA-256: written once, never changed."""

    async def put_file(self, path: Path) -> Artifact:
        """Take a finished file over; durable when this returns. ``path`` is gone afterwards.

        Raises:
            StorageFull: no space is left; nothing half-written stays under a final name.
        """
        ...

    async def put_bytes(self, data: bytes) -> Artifact:
        """Store bytes that fit in memory."""
        ...

    async def size(self, sha256: str) -> int:
        """Length in bytes.

        Raises:
            ArtifactNotFound
        """
        ...

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Stream bytes ``start`` to ``end`` (exclusive) in pieces of at most 1 MiB."""
        ...

    async def local_path(self, sha256: str) -> Path:
        """A file to read the bytes from; don't change or remove it."""
        ...

    async def delete(self, sha256: str) -> None:
        """Forget the bytes; no error when they're not there."""
        ...

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """An empty folder on the store's file system, removed at the end.

        Raises:
            StorageFull: there is too little space, or was for what the block wrote.
        """
        ...

    async def clear_scratch(self, older_than_seconds: float) -> int:
        """Remove scratch folders of processes that died; answers how many."""
        ...

    async def public_url(self, sha256: str, *, content_type: str, disposition: str) -> str | None:
        """Where the store itself serves the bytes for a while, to anybody and with Range, under
        these Content-Type and Content-Disposition; None when it doesn't."""
        ...

    async def export(self, folder: str, files: Mapping[str, str]) -> str | None:
        """Lay out files (name -> SHA-256) in a folder for people; its path, if there can be one."""
        ...

    async def unexport(self, path: str) -> None:
        """Remove a folder made by ``export``."""
        ...


class DocumentStore(Sweepable[DocumentKey], Protocol):
    """Immutable JSON documents, keyed by account, kind and fingerprint."""

    async def put(self, account_id: str, kind: str, fingerprint: str, body: bytes) -> None:
        """Store a document unless it's there, then it is only young again; durable when this
        returns."""
        ...

    async def get(self, account_id: str, kind: str, fingerprint: str) -> bytes | None:
        """The document's JSON, or None."""
        ...

    async def delete(self, account_id: str, kind: str, fingerprint: str) -> None:
        """Forget a document; no error when it isn't there."""
        ...


class ClipKey(msgspec.Struct, frozen=True, order=True):
    """A clip or still: where it's from, and its id there."""

    source: str
    id: str


class ClipUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a video shows, as it's written down with the video."""

    clips: list[ClipKey]
    """each once"""
    channel: str | None
    request: str
    """what the picture was asked for by (``request_digest``)"""


class RecentClips(msgspec.Struct, frozen=True):
    """What an account's latest videos have shown."""

    of_channel: frozenset[ClipKey] = frozenset()
    of_account: frozenset[ClipKey] = frozenset()
    """that of the channel among it, where the videos are the same"""


class ClipUses(Protocol):
    """What videos have shown. It's written by ``JobStore.finish``, with the video, and goes with
    it."""

    async def recent(
        self,
        account_id: str,
        *,
        video_id: UUID | None,
        channel: str | None,
        request: str,
        videos: int,
    ) -> RecentClips:
        """The clips of the last ``videos`` videos with clips: of the channel (those without one
        are a channel, too), and of the account.

        Where the video itself, or one of the same request, is there already, the videos before
        it: so that a revision, and the same request with the same seed, choose as before.
        """
        ...
