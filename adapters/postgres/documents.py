"""Documents embedded in the SQL database, for installations without a document server."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import insert_if_absent, now
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import documents
from adapters.postgres.uninterrupted import uninterrupted


class SqlDocumentStore:
    """Immutable JSON documents (port ``DocumentStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def put(self, account_id: str, kind: str, fingerprint: str, body: bytes) -> None:
        async with self._transactions.writing() as conn:
            await conn.execute(
                insert_if_absent(conn, documents).values(
                    account_id=account_id,
                    kind=kind,
                    fingerprint=fingerprint,
                    body=body,
                    created_at=now(),
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


def _key(account_id: str, kind: str, fingerprint: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        documents.c.account_id == account_id,
        documents.c.kind == kind,
        documents.c.fingerprint == fingerprint,
    )
