"""Documents in MongoDB beyond the contract: any JSON, races, indexes, durability, outages."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from adapters.mongo import MongoDocumentStore
from domain.errors import ServiceUnavailable, SettingsInvalid

Documents = Collection[dict[str, object]]

SOON_SECONDS = 20.0
"""five, and what a busy machine adds; the driver itself would wait for 30"""


@pytest.fixture
def documents(mongodb_url: str) -> Iterator[Documents]:
    """The collection itself, past the store."""
    with MongoClient[dict[str, object]](mongodb_url) as client:
        yield client.get_default_database()["documents"]


@pytest.fixture
async def store(mongodb_url: str) -> AsyncIterator[MongoDocumentStore]:
    store = MongoDocumentStore(mongodb_url)
    await store.ensure_indexes()
    yield store
    await store.close()


async def test_what_mongodb_itself_couldn_t_hold_comes_back_byte_for_byte(
    store: MongoDocumentStore,
) -> None:
    body = '{"a.b":{"$set":12345678901234567890123},"é":"\\u0000","n":1.0}'.encode()

    await store.put("local", "script", "f1", body)

    assert await store.get("local", "script", "f1") == body


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
async def test_any_json_comes_back_as_it_was(store: MongoDocumentStore, value: object) -> None:
    body = msgspec.json.encode(value)
    fingerprint = uuid4().hex

    await store.put("local", "manifest", fingerprint, body)

    assert await store.get("local", "manifest", fingerprint) == body


async def test_of_many_writers_at_once_one_wins_and_none_fails(
    store: MongoDocumentStore, documents: Documents
) -> None:
    bodies = [b'{"writer":%d}' % number for number in range(16)]

    await asyncio.gather(*(store.put("local", "script", "raced", body) for body in bodies))

    assert await store.get("local", "script", "raced") in bodies
    assert documents.count_documents({"fingerprint": "raced"}) == 1


async def test_the_key_is_unique_in_the_database_itself(
    store: MongoDocumentStore, documents: Documents
) -> None:
    await store.ensure_indexes()
    key = {"account_id": "local", "kind": "script", "fingerprint": "f1"}

    documents.insert_one(dict(key))
    with pytest.raises(DuplicateKeyError):
        documents.insert_one(dict(key))


async def test_the_first_write_makes_the_index_where_nobody_did(
    mongodb_url: str, documents: Documents
) -> None:
    store = MongoDocumentStore(mongodb_url)

    await store.put("local", "script", "f1", b"{}")
    await store.close()

    assert "document_key" in documents.index_information()


async def test_documents_lie_in_the_database_that_the_address_names(
    store: MongoDocumentStore, mongodb_url: str, mongodb_server: str
) -> None:
    fingerprint = uuid4().hex

    await store.put("local", "script", fingerprint, b"{}")

    assert databases_with(fingerprint, mongodb_server) == [urlsplit(mongodb_url).path[1:]]


async def test_documents_lie_in_faceless_where_the_address_names_no_database(
    mongodb_server: str,
) -> None:
    store = MongoDocumentStore(urlsplit(mongodb_server)._replace(path="/").geturl())
    fingerprint = uuid4().hex

    await store.put("local", "script", fingerprint, b"{}")
    found = databases_with(fingerprint, mongodb_server)
    await store.delete("local", "script", fingerprint)
    await store.close()

    assert found == ["faceless"]


def databases_with(fingerprint: str, server: str) -> list[str]:
    """Names of the databases that hold a document."""
    with MongoClient[dict[str, object]](server) as client:
        return [
            name
            for name in client.list_database_names()
            if client[name]["documents"].count_documents({"fingerprint": fingerprint})
        ]


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://u:s3cret@@/x",
        "mongodb://u:s3cret@host:s3cret/",
        "mongodb://u:s3cret@host/no such name",
    ],
)
def test_an_address_that_cannot_be_read_is_said_without_the_password(url: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        MongoDocumentStore(url)
    assert "MONGODB_URL" in str(refused.value)
    assert "s3cret" not in str(refused.value)


async def test_writes_wait_for_most_servers_and_their_journals(
    store: MongoDocumentStore, mongodb_url: str, documents: Documents
) -> None:
    """Seen from the server, which logs commands as they came once none is quick enough."""
    with MongoClient[dict[str, object]](mongodb_url) as client:
        client.admin.command("profile", 0, slowms=0)
        await store.put("local", "script", "f1", b"{}")
        client.admin.command("profile", 0, slowms=100)
        entries = [json.loads(line) for line in client.admin.command("getLog", "global")["log"]]

    [command] = [
        entry["attr"]["command"]
        for entry in entries
        if entry["msg"] == "Slow query"
        and "update" in entry["attr"]["command"]
        and entry["attr"]["command"]["$db"] == documents.database.name
    ]
    assert command["writeConcern"]["w"] == "majority"
    assert command["writeConcern"]["j"] is True


async def test_a_lookup_uses_the_index(store: MongoDocumentStore, documents: Documents) -> None:
    await store.put("local", "script", "f1", b"{}")

    key = {"account_id": "local", "kind": "script", "fingerprint": "f1"}
    plan = documents.find(key).explain()["queryPlanner"]["winningPlan"]

    assert "document_key" in str(plan)
    assert "COLLSCAN" not in str(plan)


async def test_ping_answers_the_version(store: MongoDocumentStore) -> None:
    assert (await store.ping())[0].isdigit()


async def test_no_server_is_said_within_five_seconds_without_the_password() -> None:
    store = MongoDocumentStore("mongodb://someone:s3cret@127.0.0.1:9/")
    started = time.monotonic()

    with pytest.raises(ServiceUnavailable) as down:
        await store.get("local", "script", "f1")

    assert time.monotonic() - started < SOON_SECONDS
    assert "MONGODB_URL" in down.value.hint_text
    assert "s3cret" not in str(down.value)
    assert down.value.transient
    await store.close()
