"""The server that is tried: ``python -m fuzz.server FOLDER PORT`` prints its key, and serves."""

import asyncio
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn
from dishka import AsyncContainer, Provider
from dishka import Scope as DiScope

import app.container
import app.embedded
from adapters.postgres import SqlKeyStore, make_engine, migrate
from app.config import Settings
from app.main import create_app
from domain.access import Key, Keys, KeyStore, Scope
from domain.errors import KeyNotFound
from fuzz.production import no_op_production

OWN = "the tests' own"


class KeysButOne(Keys):
    """Keys as they are, but nobody can see or revoke the one that everything is tried with.

    No key is good for more than one look at a stream, so that every stream ends.
    """

    async def is_good(self, key: Key | None) -> bool:  # noqa: ARG002
        return False

    async def listing(self, account_id: str | None = None) -> list[Key]:
        return [key for key in await super().listing(account_id) if key.name != OWN]

    async def revoke(self, key_id: str, account_id: str | None = None) -> Key:
        if any(key.id == key_id for key in await self.listing(account_id)):
            return await super().revoke(key_id, account_id)
        raise KeyNotFound(f"No key has the id {key_id!r}.")


def keys_but_one(store: KeyStore) -> Keys:
    return KeysButOne(store, draw=secrets.token_hex, clock=time.monotonic)


async def make_key(settings: Settings) -> str:
    """Prepare the database; a key for everything in an account of its own."""
    engine = make_engine(settings.sql_url)
    await migrate(engine)
    keys = Keys(SqlKeyStore(engine), draw=secrets.token_hex, clock=time.monotonic)
    made = await keys.create("fuzz", OWN, [Scope.ADMIN])
    await engine.dispose()
    return made.token


def main(folder: Path, port: int) -> None:
    """Serve until SIGTERM."""
    settings = Settings(
        data_dir=folder,
        port=port,
        auth="required",
        embedded_worker=True,
        worker_slots=1,
        min_free_bytes=0,
        max_queued_jobs=100_000,
        # so high that nothing is refused for it, and every answer says what is left
        rate_limit=10_000_000,
        concurrent_limit=10_000,
        failure_limit=0,
        event_heartbeat_seconds=0.1,
        log_level="warning",
        event_poll_seconds=0.05,
    )
    production = no_op_production(folder)
    make_container = app.container.make_container

    def with_no_ops(settings: Settings, *overrides: Provider, **rest: Any) -> AsyncContainer:
        return make_container(settings, production, *overrides, **rest)

    app.embedded.make_container = with_no_ops  # type: ignore[assignment]
    keys = Provider(scope=DiScope.APP)
    keys.provide(keys_but_one, provides=Keys)
    sys.stdout.write(asyncio.run(make_key(settings)) + "\n")
    sys.stdout.flush()
    uvicorn.run(
        create_app(settings, production, keys), host="127.0.0.1", port=port, log_config=None
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
