"""``faceless gc``: rows that have had their time, then all bytes and documents they alone named.

Safe beside running workers, for this reason. Bytes and documents are swept when no row leads to
them **and** they were last stored longer ago than ``spared``, which is more than twice the
longest deadline of any job. A row comes to refer to something in one of three ways only:

1. The thing was just made. Bytes come before documents and documents before rows, all within
   one job's deadline; storing what is there already makes it young again. So while a row that
   will name it is still to come, it's younger than a deadline, and spared.
2. A result was found by its fingerprint. Finding it notes its use in its row. Rows are deleted
   first, by one statement that asks for the row's last use once more: either the use comes
   first, and the row stays and with it all that it names; or the deletion comes first, and the
   finder is told that there's no such result, and makes it anew, which is case 1.
3. The name was copied from another row (a revision names the script of its video; a retried job
   goes on from its units), inside a transaction that holds that row. So whatever it names was
   named at that moment already.

The answer to a paid call is the one thing whose row comes first: it names bytes that are just
about to be kept. Its row, too, notes each use before the bytes are read, and whoever finds them
gone asks for them anew.

Then everything that the remaining rows name is read in one snapshot, and documents that are
named are read for what they name in turn. What was listed as old and unnamed is deleted only if
it's still old at that very moment; the folder and both kinds of document store do this
atomically. S3 can't: there, a look precedes every deletion by some milliseconds, in which
somebody would have to store those same, unnamed, old bytes again.

A dead gc leaves nothing half-done: rows went before what they named, so the next one goes on.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from adapters.postgres import Expired, Marks, Retention, SqlHolds, SqlUpkeep
from app.config import Settings
from app.upkeep.carrying import batches, read_all
from app.upkeep.hold import Hold, holding
from domain.generation.documents import DOCUMENTS, artifacts_of, decode
from domain.generation.stores import ArtifactStore, DocumentKey, DocumentStore, Sweepable
from domain.jobs.model import UnitKind

EntryT = TypeVar("EntryT")

DAY_SECONDS = 86_400.0

FRESH_SECONDS = 1_000.0
"""stores and rows don't note every use, but at least one in this time"""


SWEPT_AT_ONCE = 200
"""entries of a store that are deleted in one go"""


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken away, or would be."""

    dry_run: bool
    events: int
    jobs: int
    results: int
    idempotency_keys: int
    deliveries: int
    paid_calls: int
    """of which only the totals are kept"""
    documents: int
    artifacts: int
    bytes: int
    missing_documents: int
    """that rows name and no store has: something was deleted from outside"""


class GarbageCollector:
    """Takes away what nothing needs any more."""

    def __init__(
        self,
        settings: Settings,
        rows: SqlUpkeep,
        holds: SqlHolds,
        documents: DocumentStore,
        artifacts: ArtifactStore,
    ) -> None:
        self._settings = settings
        self._rows = rows
        self._holds = holds
        self._documents = documents
        self._artifacts = artifacts

    async def collect(self, *, dry_run: bool = False) -> Collected:
        """Expire rows, then sweep; with ``dry_run`` only count.

        Raises:
            UpkeepUnderWay: a backup, or another gc, is at work.
            MadeByNewer: a document can't be read, so nobody knows what it names.
        """
        retention = await self._retention()
        if dry_run:
            expired, marks = await self._rows.foresee(retention)
            return await self._sweep(retention.spared, expired, marks, None)
        async with holding(self._holds, "gc", patience_seconds=0) as hold:
            expired = await self._rows.expire(retention)
            return await self._sweep(retention.spared, expired, await self._rows.marks(), hold)

    async def _retention(self) -> Retention:
        settings = self._settings
        deadline = max(settings.job_deadline_seconds, await self._rows.longest_deadline())
        return Retention(
            events=settings.event_retention_days * DAY_SECONDS,
            jobs=settings.job_retention_days * DAY_SECONDS,
            results=settings.result_retention_days * DAY_SECONDS,
            deliveries=settings.delivery_retention_days * DAY_SECONDS,
            calls=settings.paid_call_retention_days * DAY_SECONDS,
            spared=max(2 * deadline, deadline + FRESH_SECONDS),
        )

    async def _sweep(
        self, spared: float, expired: Expired, marks: Marks, hold: Hold | None
    ) -> Collected:
        """Delete what isn't marked; without a hold nothing, but count it."""
        named, missing = await self._named_by_documents(marks.documents)
        kept = marks.artifacts | named
        documents = artifacts = size = 0
        async for keys in batches(self._documents.listing(spared), SWEPT_AT_ONCE):
            unnamed = [key for key in keys if key not in marks.documents]
            documents += len(await _swept(self._documents, unnamed, spared, hold))
        async for found in batches(self._artifacts.listing(spared), SWEPT_AT_ONCE):
            useless = [artifact for artifact in found if artifact.sha256 not in kept]
            for artifact in await _swept(self._artifacts, useless, spared, hold):
                artifacts += 1
                size += artifact.size
        return Collected(
            dry_run=hold is None,
            events=expired.events,
            jobs=expired.jobs,
            results=expired.results,
            idempotency_keys=expired.keys,
            deliveries=expired.deliveries,
            paid_calls=expired.calls,
            documents=documents,
            artifacts=artifacts,
            bytes=size,
            missing_documents=missing,
        )

    async def _named_by_documents(self, keys: Iterable[DocumentKey]) -> tuple[set[str], int]:
        """SHA-256 of all that documents name, and how many documents aren't there."""
        named: set[str] = set()
        missing = 0
        async for key, body in read_all(self._documents, keys):
            if body is None:
                missing += 1
            else:
                named |= artifacts_of(decode(body, DOCUMENTS[UnitKind(key.kind)]))
        return named, missing


async def _swept(
    store: Sweepable[EntryT], entries: list[EntryT], spared: float, hold: Hold | None
) -> list[EntryT]:
    """The entries that were deleted, or would be."""
    if hold is None or not entries:
        return entries
    hold.check()
    return await store.sweep(entries, spared)
