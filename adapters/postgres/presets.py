"""Presets on Postgres or SQLite."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import now
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import presets
from adapters.postgres.uninterrupted import uninterrupted
from domain.errors import PresetChanged, PresetNotFound, TooManyPresets
from domain.presets import Preset

ANY = "*"
"""expected where only that there's one is"""

ALONE = sa.text("LOCK TABLE presets IN SHARE ROW EXCLUSIVE MODE")
"""until the transaction ends nobody else writes; on SQLite every writer is alone"""


class SqlPresetStore:
    """Named partial requests of accounts (port ``PresetStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def put(
        self,
        account_id: str,
        name: str,
        request: Mapping[str, Any],
        digest: str,
        *,
        expected: str | None = None,
        most: int,
    ) -> tuple[Preset, bool]:
        async with self._transactions.writing() as conn:
            if conn.dialect.name == "postgresql":
                await conn.execute(ALONE)
            update = sa.update(presets).where(*_is(account_id, name))
            if expected not in (None, ANY):
                update = update.where(presets.c.digest == expected)
            changes = {"request": request, "digest": digest, "updated_at": now()}
            replaced = await conn.execute(update.values(changes).returning(presets))
            if (row := replaced.one_or_none()) is not None:
                return _preset(row), False
            if expected is not None:
                raise PresetChanged(f"The preset {name!r} isn't what was to be replaced.")
            own = sa.select(sa.func.count()).where(presets.c.account_id == account_id)
            if (await conn.execute(own.select_from(presets))).scalar_one() >= most:
                raise TooManyPresets(f"This account has {most} presets, as many as it may have.")
            insert = sa.insert(presets).values(
                account_id=account_id,
                name=name,
                request=request,
                digest=digest,
                created_at=now(),
                updated_at=now(),
            )
            return _preset((await conn.execute(insert.returning(presets))).one()), True

    @uninterrupted
    async def get(self, account_id: str, name: str) -> Preset:
        query = sa.select(presets).where(*_is(account_id, name))
        async with self._transactions.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        if row is None:
            raise _missing(name)
        return _preset(row)

    @uninterrupted
    async def listing(self, account_id: str) -> list[Preset]:
        query = sa.select(presets).where(presets.c.account_id == account_id)
        async with self._transactions.reading() as conn:
            found = [_preset(row) for row in await conn.execute(query)]
        # here, since databases order - and letters differently
        return sorted(found, key=lambda preset: preset.name)

    @uninterrupted
    async def remove(self, account_id: str, name: str) -> None:
        async with self._transactions.writing() as conn:
            removed = await conn.execute(sa.delete(presets).where(*_is(account_id, name)))
        if not removed.rowcount:
            raise _missing(name)


def _is(account_id: str, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return presets.c.account_id == account_id, presets.c.name == name


def _missing(name: str) -> PresetNotFound:
    return PresetNotFound(f"There is no preset {name!r}.")


def _preset(row: Any) -> Preset:
    return Preset(
        name=row.name,
        request=row.request,
        digest=row.digest,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
