"""Everything of an installation, carried over to another: bytes, then documents, then rows.

In this order nothing that is there ever leads to something that isn't, and whoever broke off
begins again: what was carried is found and left alone.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import TABLES, Loading, Row
from app.upkeep.hold import Hold
from domain.errors import ArtifactNotFound, DomainError
from domain.generation.packaging import folder_name
from domain.generation.stores import Artifact, ArtifactStore, DocumentKey, DocumentStore
from domain.jobs.listing import title_key

T = TypeVar("T")

AT_ONCE = 8
"""artifacts or documents on their way"""
ROWS_AT_ONCE = 200
NAMED = 5
"""damaged artifacts that are named in an error"""


class Damaged(DomainError):
    """Bytes aren't those that their name says."""

    code = "damaged"
    hint = "Everything else was carried over. The disk may be failing."


class CarriedBytes(msgspec.Struct, frozen=True):
    """How many artifacts there are now, how many of them came just now, and their bytes."""

    artifacts: int
    new: int
    bytes: int
    listed: set[str]


class Rows(Protocol):
    """Where rows come from."""

    def rows(self, table: str) -> AsyncIterator[Row]:
        """The rows of a table."""
        ...


async def carry_artifacts(source: ArtifactStore, target: ArtifactStore, hold: Hold) -> CarriedBytes:
    """Copy every artifact that isn't there, each checked against its hash.

    Raises:
        Damaged: at the end, when all the others are there.
    """
    listed: set[str] = set()
    damaged: list[str] = []
    new = size = 0
    async for batch in batches(source.listing(), AT_ONCE):
        hold.check()
        brought = await asyncio.gather(*(_bring(source, target, found) for found in batch))
        for found, is_new in zip(batch, brought, strict=True):
            listed.add(found.sha256)
            size += found.size
            new += bool(is_new)
            if is_new is None:
                damaged.append(found.sha256)
    if damaged:
        more = f" and {len(damaged) - NAMED} more" if len(damaged) > NAMED else ""
        raise Damaged(
            f"Stored under another hash than their own: {', '.join(damaged[:NAMED])}{more}"
        )
    return CarriedBytes(len(listed), new, size, listed)


async def carry_document(target: DocumentStore, key: DocumentKey, body: bytes) -> bool:
    """Store a document unless it's there; whether it was new.

    Raises:
        DomainError: another document is there under the same name.
    """
    place = (key.account_id, key.kind, key.fingerprint)
    found = await target.get(*place)
    if found is None:
        await target.put(*place, body)
        return True
    if found != body:
        raise DomainError(
            f"Another {key.kind} is there already under {key.fingerprint}.",
            hint="This document store belongs to another installation: take an empty one.",
        )
    return False


class LaidOut(msgspec.Struct, frozen=True):
    """Videos in the folders for people."""

    paths: dict[UUID, str | None]
    """by video, its folder, if there can be one"""
    incomplete: list[str]
    """ids of videos of which some bytes aren't there: they were lost before"""


async def lay_out_videos(source: Rows, target: ArtifactStore) -> LaidOut:
    """Lay every video out for people."""
    laid_out = LaidOut({}, [])
    async for video in source.rows("videos"):
        folder = (
            PurePath(video["path"]).name
            if video["path"]
            else folder_name(video["created_at"].date(), video["slug"], video["id"])
        )
        try:
            for sha256 in video["files"].values():
                await target.size(sha256)
            laid_out.paths[video["id"]] = await target.export(folder, video["files"])
        except ArtifactNotFound:
            laid_out.paths[video["id"]] = None
            laid_out.incomplete.append(str(video["id"]))
    return laid_out


async def carry_rows(
    source: Rows, target: Loading, paths: Mapping[UUID, str | None]
) -> dict[str, int]:
    """Insert every row that isn't there, pointing at this installation's folders; by table,
    how many were new."""
    new: dict[str, int] = {}
    for table in TABLES:
        new[table] = 0
        async for batch in batches(source.rows(table), ROWS_AT_ONCE):
            here = [_here(table, row, paths) for row in batch]
            new[table] += await target.add(table, here)
    return new


async def read_all(
    store: DocumentStore, keys: Iterable[DocumentKey] | AsyncIterator[DocumentKey]
) -> AsyncIterator[tuple[DocumentKey, bytes | None]]:
    """Documents by their keys, a few at a time; None where there's none."""
    async for some in batches(keys, AT_ONCE):
        bodies = await asyncio.gather(
            *(store.get(key.account_id, key.kind, key.fingerprint) for key in some)
        )
        for found in zip(some, bodies, strict=True):
            yield found


async def batches(items: Iterable[T] | AsyncIterator[T], size: int) -> AsyncIterator[list[T]]:
    """Items by the handful."""
    batch: list[T] = []
    async for item in items if isinstance(items, AsyncIterator) else _each(items):
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


async def _each(items: Iterable[T]) -> AsyncIterator[T]:
    for item in items:
        yield item


def _here(table: str, row: Row, paths: Mapping[UUID, str | None]) -> Row:
    if table == "videos":
        # what lists are narrowed by isn't in the backups of earlier releases
        return {"title_key": title_key(row["title"])} | row | {"path": paths[row["id"]]}
    if table == "jobs":
        row = {"aspect_ratio": row["request"].get("aspect_ratio")} | row
        if row["result"] is not None:
            return row | {"result": row["result"] | {"path": paths.get(row["video_id"])}}
    return row


async def _bring(source: ArtifactStore, target: ArtifactStore, wanted: Artifact) -> bool | None:
    """Whether an artifact was new; None when its bytes are others than its name says."""
    try:
        if await target.size(wanted.sha256) == wanted.size:
            return False
    except ArtifactNotFound:
        pass
    async with target.scratch() as folder:
        path = folder / wanted.sha256
        if not await _linked(source, wanted, path):
            await _streamed(source, wanted, path)
        stored = await target.put_file(path)
    return True if stored.sha256 == wanted.sha256 else None


async def _linked(source: ArtifactStore, wanted: Artifact, path: Path) -> bool:
    """Whether the file could be linked: no bytes move on one file system."""
    if not isinstance(source, DirectoryArtifactStore):
        return False
    try:
        await asyncio.to_thread(os.link, await source.local_path(wanted.sha256), path)
    except OSError:
        return False
    return True


async def _streamed(source: ArtifactStore, wanted: Artifact, path: Path) -> None:
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for piece in source.read(wanted.sha256):
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)
