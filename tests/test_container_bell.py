"""Whichever workers there are, the container's bell wakes them."""

from pathlib import Path
from uuid import uuid4

import pytest
import redis

from adapters.dramatiq import NAMESPACE, QUEUE
from adapters.threads import ThreadBell
from app.config import Settings
from app.container import make_container
from domain.jobs.ports import Bell

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize("redis_url", ["", NOBODY_LISTENS], ids=["alone", "redis is down"])
async def test_an_embedded_worker_hears_every_ring(redis_url: str, tmp_path: Path) -> None:
    thread_bell = ThreadBell()
    settings = Settings(data_dir=tmp_path, redis_url=redis_url)
    container = make_container(settings, thread_bell=thread_bell)

    with thread_bell.listen() as listener:
        await (await container.get(Bell)).ring([uuid4()])
        assert await listener.wait(PATIENCE_SECONDS)

    await container.close()


async def test_with_redis_both_kinds_of_worker_hear_a_ring(redis_url: str, tmp_path: Path) -> None:
    client = redis.Redis.from_url(redis_url)
    before = client.llen(f"{NAMESPACE}:{QUEUE}")
    thread_bell = ThreadBell()
    settings = Settings(data_dir=tmp_path, redis_url=redis_url)
    container = make_container(settings, thread_bell=thread_bell)

    with thread_bell.listen() as listener:
        await (await container.get(Bell)).ring([uuid4()])
        assert await listener.wait(PATIENCE_SECONDS)
    await container.close()  # which waits for what was rung

    assert client.llen(f"{NAMESPACE}:{QUEUE}") == before + 1
    client.delete(f"{NAMESPACE}:{QUEUE}", f"{NAMESPACE}:{QUEUE}.msgs")
    client.close()
