"""The yardstick: a bare Litestar handler that inserts one row with asyncpg, and nothing else.

uvicorn benchmarks.bare:app         with DATABASE_URL in the environment
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from litestar import Litestar, post
from litestar.datastructures import State
from litestar.params import JSONBody

POOL = 10
"""connections, as many as the application's own pool"""


class Asked(msgspec.Struct):
    """Any body with a script."""

    script: str
    title: str = ""
    aspect_ratio: str = ""
    seed: int = 0


class Accepted(msgspec.Struct):
    """The row's key."""

    id: UUID


@asynccontextmanager
async def connected(app: Litestar) -> AsyncIterator[None]:
    """A pool for the life of the application."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], max_size=POOL) as pool:
        await pool.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, request json)")
        app.state.pool = pool
        yield


@post("/api/generate", status_code=202)
async def accept(data: JSONBody[Asked], state: State) -> Accepted:
    """Insert, answer."""
    row_id = uuid4()
    pool: Any = state.pool
    await pool.execute(
        "INSERT INTO bare (id, request) VALUES ($1, $2)", row_id, msgspec.json.encode(data).decode()
    )
    return Accepted(row_id)


app = Litestar([accept], lifespan=[connected], openapi_config=None, logging_config=None)
