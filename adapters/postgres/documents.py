"""Documents embedded in the SQL database, for installations without a document server."""

from collections.abc import AsyncIterator, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import later, now, upsert
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import documents
from adapters.postgres.uninterrupted import uninterrupted
from domain.generation.stores import DocumentKey

_KEY = (documents.c.account_id, documents.c.kind, documents.c.fingerprint)

PAGE_ROWS = 500
"""keys that are listed at a time: no transaction stays open while a caller works on them"""


class SqlDocumentStore:
    """Immutable JSON documents (port ``DocumentStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def put(self, account_id: str, kind: str, fingerprint: str, body: bytes) -> None:
        async with self._transactions.writing() as conn:
            insert = upsert(conn, documents).values(
                account_id=account_id,
                kind=kind,
                fingerprint=fingerprint,
                body=body,
                created_at=now(),
            )
            # the first body stays; but it's young again, or a sweep could take it from
            # whoever is about to refer to it
            await conn.execute(
                insert.on_conflict_do_update(
                    index_elements=list(documents.primary_key), set_={"created_at": now()}
                )
            )

    @uninterrupted
    async def get(self, account_id: str, kind: str, fingerprint: str) -> bytes | None:
        query = sa.select(documents.c.body).where(*_key(account_id, kind, fingerprint))
        async with self._transactions.reading() as conn:
            body: bytes | None = (await conn.execute(query)).scalar_one_or_none()
            return body

    @uninterrupted
    async def delete(self, account_id: str, kind: str, fingerprint: str) -> None:
        async with self._transactions.writing() as conn:
            await conn.execute(sa.delete(documents).where(*_key(account_id, kind, fingerprint)))

    async def listing(self, older_than_seconds: float = 0.0) -> AsyncIterator[DocumentKey]:
        after: DocumentKey | None = None
        while page := await self._page(after, older_than_seconds):
            for key in page:
                yield key
            after = page[-1]

    @uninterrupted
    async def sweep(
        self, entries: Sequence[DocumentKey], older_than_seconds: float
    ) -> list[DocumentKey]:
        keys = [(entry.account_id, entry.kind, entry.fingerprint) for entry in entries]
        gone = (
            sa.delete(documents)
            .where(sa.tuple_(*_KEY).in_(keys), _older_than(older_than_seconds))
            .returning(*_KEY)
        )
        async with self._transactions.writing() as conn:
            return [DocumentKey(*row) for row in await conn.execute(gone)]

    @uninterrupted
    async def _page(self, after: DocumentKey | None, seconds: float) -> list[DocumentKey]:
        query = sa.select(*_KEY).where(_older_than(seconds)).order_by(*_KEY)
        if after is not None:
            place = (after.account_id, after.kind, after.fingerprint)
            query = query.where(sa.tuple_(*_KEY) > sa.tuple_(*map(sa.literal, place)))
        async with self._transactions.reading() as conn:
            return [DocumentKey(*row) for row in await conn.execute(query.limit(PAGE_ROWS))]


def _older_than(seconds: float) -> sa.ColumnElement[bool]:
    return documents.c.created_at <= later(now(), -seconds)


def _key(account_id: str, kind: str, fingerprint: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        documents.c.account_id == account_id,
        documents.c.kind == kind,
        documents.c.fingerprint == fingerprint,
    )
