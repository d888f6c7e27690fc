"""What a database server says about itself, for whoever sets it up."""

from datetime import datetime
from uuid import uuid4

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.engine import Transactions

OLDEST_VERSION = 14
"""major version of Postgres that this project is for: the oldest that is still mended"""

DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
"""settings, and those values with which a power cut takes nothing that was committed"""


class PostgresFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A Postgres server, as it was found."""

    version: str
    major: int
    now: datetime
    is_read_only: bool
    """a standby, or a database or user that was made so"""
    not_durable: list[str]
    """settings that aren't as they have to be, ``name = value``"""


async def examine_postgres(engine: AsyncEngine) -> PostgresFacts:
    """Ask a Postgres server about itself; changes nothing.

    Raises:
        ServiceUnavailable: it doesn't answer.
    """
    names = ["server_version", "server_version_num", "transaction_read_only", *DURABLE]
    shown = [sa.func.current_setting(name).label(name) for name in names]
    async with Transactions(engine).reading() as conn:
        row = (await conn.execute(sa.select(sa.func.clock_timestamp().label("now"), *shown))).one()
    found = row._mapping
    return PostgresFacts(
        version=found["server_version"].split()[0],
        major=int(found["server_version_num"]) // 10_000,
        now=found["now"],
        is_read_only=found["transaction_read_only"] == "on",
        not_durable=[
            f"{name} = {found[name]}" for name, safe in DURABLE.items() if found[name] not in safe
        ],
    )


async def try_migrating_rights(engine: AsyncEngine) -> None:
    """Make a table as a migration does, write to it, and take it all back.

    Raises:
        ServiceUnavailable: the server doesn't answer.
        SQLAlchemyError: it refuses.
    """
    table = sa.Table(f"faceless_doctor_{uuid4().hex}", sa.MetaData(), sa.Column("word", sa.Text))
    async with Transactions(engine).writing() as conn:
        attempt = await conn.begin_nested()
        await conn.run_sync(table.create)
        await conn.execute(table.insert().values(word="written"))
        await attempt.rollback()
