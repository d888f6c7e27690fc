"""``ArtifactStore`` over S3: ``<bucket>/<prefix>/ab/cdef...`` holds the bytes of that SHA-256.

Files go up in parts as they are read and come down in pieces: none is ever whole in memory.
S3 shows an object when its upload is complete, never a half of it. Aborted uploads stay in the
bucket unseen; a life-cycle rule (``AbortIncompleteMultipartUpload``) clears them.

ffmpeg reads and writes files, so that every worker keeps the artifacts it works with in a local
cache: an artifact store of its own, which also gives the scratch folders.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import obstore

from adapters.s3.bucket import SHA256, connect, key_of, store_errors, unavailable
from adapters.s3.signing import Signer
from domain.errors import ArtifactNotFound, ServiceUnavailable
from domain.generation.stores import Artifact, ArtifactStore

PIECE_BYTES = 1 << 20
"""streamed at a time: 1 MiB"""
PART_BYTES = 8 << 20
"""of an upload in parts (S3 takes at most 10,000 of at least 5 MiB: 80 GB)"""
PARTS_AT_ONCE = 4
"""32 MiB of memory for an upload"""

PING_SECONDS = 4.0
"""within five seconds somebody has to be told that the store isn't there"""

SIGNED_SECONDS = 3_600
"""a player asks for a video's ranges at the signed URL for as long as it's watched"""

SWEPT_AT_ONCE = 16
"""artifacts that are looked at and deleted at the same time"""

FRESH = timedelta(minutes=15)
"""an object stored less than this ago isn't sent again; an older one is, so that it's young
for the sweeper, which spares what a job that has just begun may refer to"""


class LocalCache(ArtifactStore, Protocol):
    """Where artifacts are kept for reading: a directory store that can be trimmed."""

    async def trim(self, max_bytes: int, unused_seconds: float) -> int:
        """Drop the longest unused files over ``max_bytes``; none used within the time."""
        ...


class S3ArtifactStore:
    """Artifacts in a bucket, with a local cache of about ``cache_bytes``.

    ``url`` is ``s3://bucket`` or ``s3://bucket/prefix``. ``endpoint`` is empty for AWS itself.
    Without keys the environment's are used (``AWS_*``, or the machine's role). ``sign_urls``
    needs keys; ``public_endpoint`` is the address in signed URLs, where browsers reach the
    store at another one.
    A cached file stays for ``keep_seconds`` after its last use, whatever the cache's size: a
    path that was handed out has to last as long as the work on it.

    Every call raises ServiceUnavailable when the store can't be reached.
    """

    def __init__(
        self,
        url: str,
        cache: LocalCache,
        *,
        endpoint: str = "",
        public_endpoint: str = "",
        access_key: str = "",
        secret_key: str = "",
        region: str = "us-east-1",
        sign_urls: bool = False,
        cache_bytes: int = 20 << 30,
        keep_seconds: float = 2 * 3600.0,
    ) -> None:
        keys = {"access_key_id": access_key, "secret_access_key": secret_key}
        keys = {name: value for name, value in keys.items() if value}
        self._bucket = connect(url, endpoint, region, keys)
        self._place = f"/{url.removeprefix('s3://').rstrip('/')}"
        self._signer = None
        if sign_urls:
            self._signer = Signer(
                endpoint=public_endpoint or endpoint or f"https://s3.{region}.amazonaws.com",
                region=region,
                access_key=access_key,
                secret_key=secret_key,
            )
        self._cache = cache
        self._cache_bytes = cache_bytes
        self._keep_seconds = keep_seconds
        self._added_bytes = cache_bytes  # the first new file looks at what was there before

    async def put_file(self, path: Path) -> Artifact:
        """Send a finished file; it becomes the cached one."""
        artifact = await self._cache.put_file(path)
        await self._send(artifact, await self._cache.local_path(artifact.sha256))
        return artifact

    async def put_bytes(self, data: bytes) -> Artifact:
        """Send bytes that fit in memory, and cache them."""
        artifact = await self._cache.put_bytes(data)
        await self._send(artifact, data)
        return artifact

    async def size(self, sha256: str) -> int:
        """Length in bytes."""
        with store_errors(sha256):
            return (await obstore.head_async(self._bucket, key_of(sha256)))["size"]

    async def read(
        self, sha256: str, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Stream a range from the store, cut to what there is."""
        options: obstore.GetOptions = {}
        if start > 0 or end is not None:
            # S3 answers a range that holds nothing with an error: the size is asked first.
            size = await self.size(sha256)
            end = size if end is None else min(end, size)
            if start >= end:
                return
            options["range"] = (start, end)
        with store_errors(sha256):
            answer = await obstore.get_async(self._bucket, key_of(sha256), options=options)
            async for chunk in answer.stream(PIECE_BYTES):
                view = memoryview(chunk)
                for offset in range(0, len(view), PIECE_BYTES):
                    yield bytes(view[offset : offset + PIECE_BYTES])

    async def local_path(self, sha256: str) -> Path:
        """The cached file, brought here and checked against its hash when it isn't."""
        key_of(sha256)
        try:
            path = await self._cache.local_path(sha256)
            await asyncio.to_thread(os.utime, path)
        except (ArtifactNotFound, FileNotFoundError):
            await self._bring(sha256)
            path = await self._cache.local_path(sha256)
        return path

    async def delete(self, sha256: str) -> None:
        """Forget the bytes, here and there; other machines' caches drop theirs in time."""
        if not SHA256.match(sha256):
            return
        with store_errors(sha256):
            await obstore.delete_async(self._bucket, key_of(sha256))
        await self._cache.delete(sha256)

    async def listing(self, older_than_seconds: float = 0.0) -> AsyncIterator[Artifact]:
        """Every artifact that was sent at least this long ago."""
        with store_errors(""):
            async for page in obstore.list(self._bucket):
                for found in page:
                    sha256 = found["path"].replace("/", "")
                    if SHA256.match(sha256) and _is_older(
                        found["last_modified"], older_than_seconds
                    ):
                        yield Artifact(sha256, found["size"])

    async def sweep(self, entries: Sequence[Artifact], older_than_seconds: float) -> list[Artifact]:
        """Delete those artifacts that were still sent at least this long ago; which.

        S3 can't delete on a condition: between the look and the deletion lie milliseconds.
        """
        swept: list[Artifact] = []
        for start in range(0, len(entries), SWEPT_AT_ONCE):
            some = entries[start : start + SWEPT_AT_ONCE]
            gone = await asyncio.gather(*(self._sweep(entry, older_than_seconds) for entry in some))
            swept += [entry for entry, is_gone in zip(some, gone, strict=True) if is_gone]
        return swept

    async def _sweep(self, entry: Artifact, older_than_seconds: float) -> bool:
        with store_errors(entry.sha256):
            try:
                found = await obstore.head_async(self._bucket, key_of(entry.sha256))
            except FileNotFoundError:
                return False
        if not _is_older(found["last_modified"], older_than_seconds):
            return False
        await self.delete(entry.sha256)
        return True

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """An empty folder beside the cache."""
        return self._cache.scratch()

    async def clear_scratch(self, older_than_seconds: float) -> int:
        """Remove what dead processes of this machine left there."""
        return await self._cache.clear_scratch(older_than_seconds)

    async def export(self, folder: str, files: Mapping[str, str]) -> str | None:  # noqa: ARG002
        """None: a folder on this worker's disk would be out of people's sight."""
        return None

    async def unexport(self, path: str) -> None:
        """Nothing was laid out."""

    async def public_url(self, sha256: str, *, content_type: str, disposition: str) -> str | None:
        """A URL that the store's keys sign, for an hour; None where they aren't to.

        Made without asking the store: an unknown hash gives a URL that answers 404.
        """
        key = key_of(sha256)
        if self._signer is None:
            return None
        return self._signer.sign_get(
            f"{self._place}/{key}",
            SIGNED_SECONDS,
            datetime.now(UTC),
            {
                "response-content-type": content_type,
                "response-content-disposition": disposition,
            },
        )

    async def ping(self) -> None:
        """Raise ServiceUnavailable unless the bucket is there and the keys open it."""
        try:
            async with asyncio.timeout(PING_SECONDS):
                with store_errors(""):
                    await obstore.list_with_delimiter_async(self._bucket)
        except TimeoutError as error:
            raise unavailable(error, f"no answer within {PING_SECONDS:.0f} s") from error

    # -- moving bytes --------------------------------------------------------------------------

    async def _send(self, artifact: Artifact, source: Path | bytes) -> None:
        with store_errors(artifact.sha256):
            if not await self._is_fresh(artifact):
                await obstore.put_async(
                    self._bucket,
                    key_of(artifact.sha256),
                    source,
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        await self._count(artifact.size)

    async def _is_fresh(self, artifact: Artifact) -> bool:
        try:
            found = await obstore.head_async(self._bucket, key_of(artifact.sha256))
        except FileNotFoundError:
            return False
        young = datetime.now(UTC) - found["last_modified"] < FRESH
        return young and found["size"] == artifact.size

    async def _bring(self, sha256: str) -> None:
        async with self._cache.scratch() as folder:
            path = folder / sha256
            digest = hashlib.sha256()
            with await asyncio.to_thread(path.open, "wb") as file:
                async for piece in self.read(sha256):
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
            if digest.hexdigest() != sha256:
                raise ServiceUnavailable(
                    f"The artifact store gave other bytes for {sha256} than were stored.",
                    service="s3",
                )
            # Room is made first: what was asked for is not what goes.
            await self._count((await asyncio.to_thread(path.stat)).st_size)
            await self._cache.put_file(path)

    async def _count(self, new_bytes: int) -> None:
        """Trim the cache when a sixteenth of it may be new."""
        self._added_bytes += new_bytes
        if self._added_bytes > self._cache_bytes // 16:
            self._added_bytes = 0
            await self._cache.trim(self._cache_bytes, self._keep_seconds)


def _is_older(sent_at: datetime, seconds: float) -> bool:
    return datetime.now(UTC) - sent_at >= timedelta(seconds=seconds)
