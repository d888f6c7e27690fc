"""What only one process of an installation may do at a time, whatever machine it's on."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import later, now, upsert
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import holds
from adapters.postgres.uninterrupted import uninterrupted
from domain.errors import UpkeepUnderWay


class SqlHolds:
    """Holds by name. One that isn't renewed in time is free for the next who wants it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def take(self, name: str, holder: str, seconds: float) -> None:
        """Take a hold, for ``seconds`` from now.

        Raises:
            UpkeepUnderWay: somebody else has it; says who and until when.
        """
        async with self._transactions.writing() as conn:
            insert = upsert(conn, holds).values(
                name=name, holder=holder, expires_at=later(now(), seconds)
            )
            taken = await conn.execute(
                insert.on_conflict_do_update(
                    index_elements=[holds.c.name],
                    set_={
                        "holder": insert.excluded.holder,
                        "expires_at": insert.excluded.expires_at,
                    },
                    where=holds.c.expires_at <= now(),
                )
            )
            if taken.rowcount:
                return
            rows = await conn.execute(sa.select(holds).where(holds.c.name == name))
            other = rows.one()
            raise UpkeepUnderWay(
                f"{other.holder} is at work on this installation.",
                hint=f"Wait for it. If it has died, it counts as gone from "
                f"{other.expires_at:%H:%M:%S} UTC on.",
            )

    @uninterrupted
    async def renew(self, name: str, holder: str, seconds: float) -> None:
        """Keep a hold for ``seconds`` from now.

        Raises:
            UpkeepUnderWay: it ran out and somebody else took it.
        """
        async with self._transactions.writing() as conn:
            kept = await conn.execute(
                sa.update(holds)
                .where(holds.c.name == name, holds.c.holder == holder)
                .values(expires_at=later(now(), seconds))
            )
            if not kept.rowcount:
                raise UpkeepUnderWay(f"The hold of {holder} ran out, and another took it.")

    @uninterrupted
    async def release(self, name: str, holder: str) -> None:
        """Give a hold back; no error when it's somebody else's by now."""
        async with self._transactions.writing() as conn:
            await conn.execute(
                sa.delete(holds).where(holds.c.name == name, holds.c.holder == holder)
            )
