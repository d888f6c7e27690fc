"""The doctor's look at real servers: sound, set up wrongly, and away."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis
import sqlalchemy as sa
from click.testing import CliRunner
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import MongoClient
from servers import MongoServer, RedisServer, in_own_loop

from adapters.mongo import MongoDocumentStore
from app.cli import main
from app.config import Settings
from app.doctor_servers import ServerVisit
from app.findings import Finding, look

NOBODY_LISTENS = "127.0.0.1:9"
SECRET = "geheim"


@pytest.fixture(scope="module")
def own_mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MongoDB of which an index can be taken away."""
    server = MongoServer(tmp_path_factory.mktemp("mongodb"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of which settings can be changed."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def bucket(s3_endpoint: str) -> dict[str, Any]:
    return {
        "artifacts_url": f"s3://artifacts/{uuid4().hex}",
        "s3_endpoint_url": s3_endpoint,
        "s3_access_key": "key",
        "s3_secret_key": SECRET,
        "s3_signed_urls": True,
    }


async def visit(tmp_path: Path, **settings: Any) -> dict[str, Finding]:
    """What is found at the servers, by name."""
    found = await ServerVisit(Settings(data_dir=tmp_path, **settings)).examine()
    return {finding.name: finding for finding in found}


def administer(url: str, *statements: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    in_own_loop(execute())


async def test_sound_servers_are_sound(
    tmp_path: Path, postgres_url: str, own_mongodb: str, own_redis: str, bucket: dict[str, Any]
) -> None:
    found = await visit(
        tmp_path,
        database_url=postgres_url,
        mongodb_url=own_mongodb,
        redis_url=own_redis,
        **bucket,
    )
    assert list(found) == [
        *("database", "database durability", "clock", "mongodb", "redis", "bucket", "signed URLs")
    ]
    # nobody pulls the plug on the tests' server: it doesn't wait for its disk
    wrong = {name: finding.message for name, finding in found.items() if not finding.ok}
    assert list(wrong) == ["database durability"]
    assert "fsync = off" in wrong["database durability"]
    assert "PostgreSQL" in found["database"].message
    assert "as this release needs" in found["database"].message
    assert "replica set" in found["mongodb"].hint
    assert "forgets" in found["redis"].message


@pytest.mark.usefixtures("bare_folder")
async def test_looking_leaves_nothing_behind(
    tmp_path: Path,
    postgres_url: str,
    own_mongodb: str,
    own_redis: str,
    bucket: dict[str, Any],
) -> None:
    def left() -> list[Any]:
        return in_own_loop(_contents(postgres_url, own_mongodb, own_redis))

    before = left()
    await visit(
        tmp_path,
        database_url=postgres_url,
        mongodb_url=own_mongodb,
        redis_url=own_redis,
        **bucket,
    )
    assert left() == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def _contents(postgres: str, mongodb: str, redis_url: str) -> list[Any]:
    connection = await asyncpg.connect(postgres)
    tables = await connection.fetch("SELECT tablename FROM pg_tables ORDER BY 1")
    await connection.close()
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongodb)
    documents = await client["faceless"]["documents"].count_documents({})
    client.close()
    with redis.Redis.from_url(redis_url) as cache:
        return [[row[0] for row in tables], documents, cache.dbsize()]


@pytest.mark.parametrize("where", ["nobody listens", "nobody answers"])
async def test_servers_that_are_away_are_named_with_their_settings(
    where: str, tmp_path: Path, silent: str
) -> None:
    address = NOBODY_LISTENS if "listens" in where else silent
    async with asyncio.timeout(60):
        found = await visit(
            tmp_path,
            database_url=f"postgresql://me:{SECRET}@{address}/faceless",
            mongodb_url=f"mongodb://me:{SECRET}@{address}",
            redis_url=f"redis://:{SECRET}@{address}/0",
            artifacts_url="s3://artifacts",
            s3_endpoint_url=f"http://{address}",
            s3_access_key="key",
            s3_secret_key=SECRET,
        )
    assert not any(finding.ok for finding in found.values())
    assert "clock" not in found, "what is wrong with the database is said once"
    settings = {
        "database": "DATABASE_URL",
        "mongodb": "MONGODB_URL",
        "redis": "REDIS_URL",
        "bucket": "S3",
    }
    for name, setting in settings.items():
        assert setting in found[name].hint, found[name]
    assert SECRET not in str(found)


# -- Postgres ------------------------------------------------------------------------------


async def test_a_database_of_another_release(tmp_path: Path, postgres_url: str) -> None:
    administer(postgres_url, "UPDATE alembic_version SET version_num = 'of_2031'")
    found = (await visit(tmp_path, database_url=postgres_url))["database"]
    assert not found.ok
    assert "of_2031" in found.message
    assert "faceless migrate" in found.hint


async def test_an_empty_database_is_no_fault(tmp_path: Path, empty_postgres_url: str) -> None:
    found = (await visit(tmp_path, database_url=empty_postgres_url))["database"]
    assert found.ok
    assert "made by the first start" in found.message


async def test_a_database_that_does_not_exist(tmp_path: Path, postgres_url: str) -> None:
    nowhere = sa.make_url(postgres_url).set(database="no_such_database")
    url = nowhere.render_as_string(hide_password=False)
    found = (await visit(tmp_path, database_url=url))["database"]
    assert not found.ok
    assert "no_such_database" in found.message
    assert "DATABASE_URL" in found.hint


async def test_a_database_that_is_read_only(tmp_path: Path, postgres_url: str) -> None:
    name = sa.make_url(postgres_url).database
    administer(postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    found = (await visit(tmp_path, database_url=postgres_url))["database"]
    assert not found.ok
    assert "read-only" in found.message


async def test_a_user_that_may_not_make_tables(tmp_path: Path, postgres_url: str) -> None:
    role = f"reader_{uuid4().hex}"
    administer(
        postgres_url,
        f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'",
        f"GRANT SELECT ON alembic_version TO {role}",
    )
    url = sa.make_url(postgres_url).set(username=role, password=SECRET)
    found = await visit(tmp_path, database_url=url.render_as_string(hide_password=False))
    administer(postgres_url, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert not found["database"].ok
    assert "permission denied" in found["database"].message
    assert "GRANT" in found["database"].hint
    assert SECRET not in str(found)


async def test_a_server_that_waits_for_its_disk_is_durable(
    tmp_path: Path, postgres_url: str
) -> None:
    settings = ("fsync", "full_page_writes", "synchronous_commit")
    try:
        administer(postgres_url, *(f"ALTER SYSTEM SET {name} = on" for name in settings))
        administer(postgres_url, "SELECT pg_reload_conf()")
        async with asyncio.timeout(60):
            while not (found := (await visit(tmp_path, database_url=postgres_url)))[
                "database durability"
            ].ok:
                await asyncio.sleep(0.05)
    finally:
        administer(postgres_url, *(f"ALTER SYSTEM SET {name} = off" for name in settings))
        administer(postgres_url, "SELECT pg_reload_conf()")
    assert "power cut" in found["database durability"].message


async def test_a_password_in_the_query_is_not_told_either(tmp_path: Path) -> None:
    url = f"postgresql://me@{NOBODY_LISTENS}/faceless?password={SECRET}"
    found = (await visit(tmp_path, database_url=url))["database"]
    assert not found.ok
    assert NOBODY_LISTENS in found.message
    assert SECRET not in str(found)


@pytest.mark.parametrize(("hours", "said"), [(1, "3600 s ahead of"), (-1, "3600 s behind")])
async def test_clocks_that_differ(tmp_path: Path, postgres_url: str, hours: int, said: str) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres_url)
    visit = ServerVisit(settings, clock=lambda: datetime.now(UTC) + timedelta(hours=hours))
    found = await look("clock", visit.clock)
    assert not found.ok
    assert said in found.message
    assert "NTP" in found.hint


# -- MongoDB, Redis ------------------------------------------------------------------------


async def test_documents_without_their_unique_index(tmp_path: Path, own_mongodb: str) -> None:
    store = MongoDocumentStore(own_mongodb)
    await store.put("local", "script", "f" * 64, b"{}")
    with MongoClient[dict[str, Any]](own_mongodb) as client:
        client["faceless"]["documents"].drop_index("document_key")
    found = (await visit(tmp_path, mongodb_url=own_mongodb))["mongodb"]
    assert not found.ok
    assert "unique index" in found.message

    await store.ensure_indexes()
    assert (await visit(tmp_path, mongodb_url=own_mongodb))["mongodb"].ok
    await store.delete("local", "script", "f" * 64)
    await store.close()


async def test_a_redis_that_drops_keys_when_it_is_full(tmp_path: Path, own_redis: str) -> None:
    with redis.Redis.from_url(own_redis) as server:
        server.config_set("maxmemory", "100mb")
        server.config_set("maxmemory-policy", "allkeys-lru")
        found = (await visit(tmp_path, redis_url=own_redis))["redis"]
        server.config_set("maxmemory-policy", "noeviction")
        mended = (await visit(tmp_path, redis_url=own_redis))["redis"]
        server.config_set("maxmemory", "0")
    assert found.ok, "a bell that is dropped is rung again"
    assert "allkeys-lru" in found.message
    assert "noeviction" in found.hint
    assert mended.hint == ""


async def test_a_redis_that_cannot_be_written(tmp_path: Path, own_redis: str) -> None:
    with redis.Redis.from_url(own_redis) as server:
        server.replicaof("127.0.0.1", "9")
        found = (await visit(tmp_path, redis_url=own_redis))["redis"]
        server.replicaof("NO", "ONE")
    assert not found.ok
    assert "read only replica" in found.message


# -- the bucket ----------------------------------------------------------------------------


async def test_a_bucket_that_is_missing(tmp_path: Path, bucket: dict[str, Any]) -> None:
    found = await visit(tmp_path, **bucket | {"artifacts_url": "s3://no-such-bucket"})
    assert not found["bucket"].ok
    assert "no-such-bucket" in found["bucket"].message
    assert "bucket" in found["bucket"].hint


@pytest.mark.parametrize("public", [f"http://{NOBODY_LISTENS}", "another server"])
async def test_a_public_address_that_leads_elsewhere(
    tmp_path: Path, bucket: dict[str, Any], public: str
) -> None:
    if public == "another server":
        public = f"{bucket['s3_endpoint_url']}/elsewhere"
    found = await visit(tmp_path, **bucket, s3_public_endpoint_url=public)
    assert found["bucket"].ok
    assert not found["signed URLs"].ok
    assert "S3_PUBLIC_ENDPOINT_URL" in found["signed URLs"].hint
    assert SECRET not in str(found)


def test_the_command_looks_at_what_is_configured(
    own_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", own_redis)
    answer = CliRunner().invoke(main, ["doctor", "--json"])
    found = {finding["name"]: finding for finding in json.loads(answer.stdout)}
    assert answer.exit_code == 0, found
    assert found["redis"]["ok"]
    assert "mongodb" not in found
