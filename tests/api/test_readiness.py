"""/api/health/ready: whether jobs are accepted, and what holds up the work on them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from dishka import Provider, Scope
from live_server import serve
from pymongo import MongoClient
from structlog.testing import capture_logs

from app.config import Settings
from app.container import make_container
from app.readiness import Watch, look_around
from app.storage import prepare_storage
from domain.jobs.ports import JobStore

READY = "/api/health/ready"
NOBODY_LISTENS = "127.0.0.1:9"
SLOW_SECONDS = 20.0
"""two seconds, and what a busy machine adds; a driver of its own would wait for 30 and more"""

MakeSettings = Callable[..., Settings]


@asynccontextmanager
async def client_of(settings: Settings, *overrides: Provider) -> AsyncIterator[httpx.AsyncClient]:
    with serve(settings, *overrides) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            yield client


def store_that(now: Callable[[Any], Any]) -> Provider:
    """Puts a job store in place of the real one of which only the clock is asked."""
    broken = Provider(scope=Scope.APP)
    broken.provide(type("BrokenStore", (), {"now": now}), provides=JobStore)
    return broken


async def test_everything_that_is_configured_is_looked_at(
    make_settings: MakeSettings, redis_url: str, mongodb_url: str, bucket: dict[str, Any]
) -> None:
    settings = make_settings(
        redis_url=redis_url, mongodb_url=mongodb_url, embedded_worker=True, **bucket
    )
    async with client_of(settings) as client:
        answer = await client.get(READY)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["status"], set(body["checks"])) == (
        "ok",
        {"database", "queue", "storage", "secrets", "mongodb", "redis", "artifacts", "worker"},
    )
    assert all(check["ok"] and check["milliseconds"] >= 0 for check in body["checks"].values())


async def test_what_is_not_configured_cannot_be_down(make_settings: MakeSettings) -> None:
    async with client_of(make_settings()) as client:
        body = (await client.get(READY)).json()
    assert body["status"] == "ok"
    assert set(body["checks"]) == {"database", "queue", "storage", "secrets"}


async def test_without_redis_jobs_are_accepted_and_it_is_said(make_settings: MakeSettings) -> None:
    settings = make_settings(redis_url=f"redis://:s3cret@{NOBODY_LISTENS}/0")
    async with client_of(settings) as client:
        answer = await client.get(READY)
        accepted = await client.post("/api/generate", json={"script": "Hello there."})
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    redis = answer.json()["checks"]["redis"]
    assert not redis["ok"]
    assert "REDIS_URL" in redis["hint"]
    assert "s3cret" not in answer.text
    assert accepted.status_code == 202


async def test_a_full_disk_is_said(make_settings: MakeSettings) -> None:
    async with client_of(make_settings(min_free_bytes=2**62)) as client:
        answer = await client.get(READY)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "MIN_FREE_BYTES" in answer.json()["checks"]["storage"]["message"]


async def test_secrets_that_cannot_be_read_here_are_said(make_settings: MakeSettings) -> None:
    settings = make_settings(secret_key="first" * 8)
    async with client_of(settings) as client:
        url = "https://example.com/hooks"
        made = await client.post("/api/webhooks", json={"url": url})
        assert made.status_code == 201
        assert (await client.get(READY)).json()["status"] == "ok"
    async with client_of(msgspec.structs.replace(settings, secret_key="other" * 8)) as client:
        answer = await client.get(READY)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "SECRET_KEY" in answer.json()["checks"]["secrets"]["hint"]


async def test_without_mongodb_jobs_are_accepted_and_it_is_said(
    make_settings: MakeSettings,
) -> None:
    settings = make_settings(mongodb_url=f"mongodb://{NOBODY_LISTENS}", embedded_worker=True)
    async with client_of(settings) as client:
        answer = await client.get(READY)
        accepted = await client.post("/api/generate", json={"script": "Hello there."})
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    mongodb = answer.json()["checks"]["mongodb"]
    assert not mongodb["ok"]
    assert "MONGODB_URL" in mongodb["hint"]
    assert accepted.status_code == 202


async def test_an_index_that_mongodb_refuses_to_make_is_told_in_the_log(
    make_settings: MakeSettings, mongodb_url: str
) -> None:
    with MongoClient[dict[str, str]](mongodb_url) as client:
        twice = {"account_id": "local", "kind": "script", "fingerprint": "f"}
        client.get_default_database()["documents"].insert_many([dict(twice), dict(twice)])
    settings = make_settings(mongodb_url=mongodb_url)
    await prepare_storage(settings)
    container = make_container(settings)

    with capture_logs() as lines:
        await look_around(container, Watch(settings, container))
    await container.close()

    [line] = lines
    assert (line["log_level"], line["setting"]) == ("error", "MONGODB_URL")
    assert "duplicate key" in line["why"]


async def test_with_its_queue_full_it_is_not_ready(make_settings: MakeSettings) -> None:
    async with client_of(make_settings(max_queued_jobs=1)) as client:
        before = await client.get(READY)
        accepted = await client.post("/api/generate", json={"script": "Hello there."})
        refused = await client.post("/api/generate", json={"script": "Hello there."})
        full = await client.get(READY)
    assert (before.status_code, accepted.status_code, refused.status_code) == (200, 202, 429)
    assert full.status_code == 503
    assert full.json()["checks"]["database"]["ok"]
    queue = full.json()["checks"]["queue"]
    assert not queue["ok"]
    assert "MAX_QUEUED_JOBS" in queue["message"]


async def test_without_its_bucket_jobs_are_accepted_and_it_is_said(
    make_settings: MakeSettings, bucket: dict[str, Any]
) -> None:
    settings = make_settings(**bucket | {"artifacts_url": "s3://no-such-bucket"})
    async with client_of(settings) as client:
        answer = await client.get(READY)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    artifacts = answer.json()["checks"]["artifacts"]
    assert not artifacts["ok"]
    assert "no-such-bucket" in artifacts["message"]
    assert "s3cret" not in answer.text


async def test_services_that_hang_hold_nothing_up(make_settings: MakeSettings, silent: str) -> None:
    settings = make_settings(redis_url=f"redis://{silent}/0", mongodb_url=f"mongodb://{silent}")
    async with client_of(settings) as client:
        started = time.monotonic()
        answers = await asyncio.gather(*(client.get(READY) for _ in range(5)))
        took = time.monotonic() - started
    assert took < SLOW_SECONDS
    for answer in answers:
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert not answer.json()["checks"]["mongodb"]["ok"]
        assert not answer.json()["checks"]["redis"]["ok"]


async def test_without_the_database_it_is_not_ready(make_settings: MakeSettings) -> None:
    async def gone(_: object) -> None:
        raise ConnectionError("the database is gone")

    async with client_of(make_settings(), store_that(gone)) as client:
        ready, alive = await client.get(READY), await client.get("/api/health")
    assert (ready.status_code, ready.json()["code"]) == (503, "service_unavailable")
    assert int(ready.headers["retry-after"]) > 0
    assert "is gone" not in ready.text
    checks = ready.json()["checks"]
    assert "DATABASE_URL" in checks["database"]["hint"]
    assert checks["storage"]["ok"]
    assert alive.status_code == 200


async def test_a_database_that_hangs_is_asked_once_until_it_answers(settings: Settings) -> None:
    asked = 0
    answers = asyncio.Event()

    class HangingStore:
        async def now(self) -> None:
            nonlocal asked
            asked += 1
            await answers.wait()

        async def queued(self) -> int:
            return 0

        async def check(self) -> None:  # the secrets', which are readable
            return

    class OnlyStore:
        async def get(self, _: object) -> HangingStore:
            return HangingStore()

    watch = Watch(settings, OnlyStore(), None)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(Exception, match="database: It doesn't answer in time"):
            await watch.look()
    assert asked == 1
    answers.set()
    assert (await watch.look()).status == "ok"
