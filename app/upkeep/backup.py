"""``faceless backup`` and ``faceless restore``.

Rows are read in one snapshot first, then documents, then bytes, with gc paused: whatever a row
of the snapshot leads to was there before it and is still there when it's copied.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import version

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import (
    TABLES,
    SqlHolds,
    current_revision,
    is_known,
    loading,
    snapshot,
)
from app.upkeep.carrying import (
    batches,
    carry_artifacts,
    carry_document,
    carry_rows,
    lay_out_videos,
    read_all,
)
from app.upkeep.folder import BackupFolder, BackupManifest, DocumentLine
from app.upkeep.hold import holding
from domain.errors import BackupUnusable, InstallationNotEmpty, MadeByNewer
from domain.generation.stores import ArtifactStore, DocumentStore

PATIENCE_SECONDS = 600.0
"""a backup waits so long for a gc that is under way"""

ROWS_AT_ONCE = 200

LEFTOVER_SECONDS = 60.0
"""what a backup that died left half-copied is removed from this age on"""


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds now."""

    folder: str
    rows: dict[str, int]
    documents: int
    artifacts: int
    new_artifacts: int
    """that weren't there from the backup before"""
    bytes: int
    incomplete_videos: list[str]
    """of which some bytes are gone: deleted from outside, and in no backup from now on"""


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was restored."""

    rows: dict[str, int]
    documents: int
    artifacts: int
    bytes: int
    incomplete_videos: list[str]
    """of which some bytes weren't in the backup"""


class Backups:
    """Makes backups of this installation, and this installation from backups."""

    def __init__(
        self,
        engine: AsyncEngine,
        holds: SqlHolds,
        documents: DocumentStore,
        artifacts: ArtifactStore,
    ) -> None:
        self._engine = engine
        self._holds = holds
        self._documents = documents
        self._artifacts = artifacts

    async def back_up(self, folder: BackupFolder) -> BackedUp:
        """Make a backup, or bring the one in ``folder`` up to date.

        Raises:
            UpkeepUnderWay: gc, or another backup, doesn't come to an end.
            BackupUnusable: the folder can't be used.
            Damaged: some bytes aren't what they should be; there's no new backup then.
        """
        async with holding(self._holds, "backup", patience_seconds=PATIENCE_SECONDS) as hold:
            await asyncio.to_thread(folder.begin)
            await folder.artifacts.clear_scratch(LEFTOVER_SECONDS)
            made_at = datetime.now(UTC)
            async with snapshot(self._engine) as rows:
                counts = {
                    table: await folder.write_rows(table, batches(rows.rows(table), ROWS_AT_ONCE))
                    for table in TABLES
                }
                last_event_id = await rows.last_event_id()
            documents = await folder.write_documents(batches(self._lines(), ROWS_AT_ONCE))
            carried = await carry_artifacts(self._artifacts, folder.artifacts, hold)
            hold.check()  # otherwise something may have been swept before it was copied
            manifest = BackupManifest(
                faceless=version("faceless"),
                revision=await current_revision(self._engine) or "",
                made_at=made_at,
                last_event_id=last_event_id,
                rows=counts,
                documents=documents,
                artifacts=carried.artifacts,
                bytes=carried.bytes,
            )
            where = await asyncio.to_thread(folder.finish, manifest, carried.listed)
            incomplete = [
                str(video["id"])
                async for video in folder.rows("videos")
                if not carried.listed.issuperset(video["files"].values())
            ]
        return BackedUp(
            folder=str(where),
            rows=counts,
            documents=documents,
            artifacts=carried.artifacts,
            new_artifacts=carried.new,
            bytes=carried.bytes,
            incomplete_videos=incomplete,
        )

    async def restore(self, folder: BackupFolder) -> Restored:
        """Make an empty installation what ``folder`` holds. Rows come last, all at once: after
        a restore that broke off the installation is still empty, and another one goes on.

        Raises:
            BackupUnusable, MadeByNewer: the backup can't be read here.
            InstallationNotEmpty
            Damaged: bytes in the backup aren't what they should be.
        """
        manifest = await asyncio.to_thread(folder.manifest)
        if not is_known(manifest.revision):
            raise MadeByNewer(
                f"This backup was made by faceless {manifest.faceless}, whose database is at "
                f"revision {manifest.revision}; this is {version('faceless')}.",
                hint="Restore it with that faceless, or a later one.",
            )
        async with holding(self._holds, "restore", patience_seconds=0) as hold:
            await self._check_empty()
            carried = await carry_artifacts(folder.artifacts, self._artifacts, hold)
            documents = 0
            async for line in folder.documents():
                hold.check()
                await carry_document(self._documents, line.key, line.body.encode())
                documents += 1
            try:
                laid_out = await lay_out_videos(folder, self._artifacts)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                # somebody else wrote this row: a folder "../..", a file "/etc/cron.d/x"
                raise BackupUnusable(f"A video in it can't be laid out: {error}") from error
            async with loading(self._engine) as target:
                if not await target.is_empty():
                    raise InstallationNotEmpty
                new = await carry_rows(folder, target, laid_out.paths)
                await target.go_on_from_event(manifest.last_event_id)
                await target.wake()
        return Restored(
            rows=new,
            documents=documents,
            artifacts=carried.artifacts,
            bytes=carried.bytes,
            incomplete_videos=laid_out.incomplete,
        )

    async def _check_empty(self) -> None:
        async with loading(self._engine) as target:
            if not await target.is_empty():
                raise InstallationNotEmpty

    async def _lines(self) -> AsyncIterator[DocumentLine]:
        async for key, body in read_all(self._documents, self._documents.listing()):
            if body is not None:
                yield DocumentLine(key, body.decode())
