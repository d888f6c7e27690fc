"""What every ``DocumentStore`` does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.mongo import MongoDocumentStore
from adapters.postgres import SqlDocumentStore, make_engine
from domain.generation.stores import DocumentKey, DocumentStore

HOUR = 3600.0
AGE = 2.0
"""seconds: what a busy machine may take to store something and to sweep, and no more than that"""

BODY = b'{"schema":1,"title":"Octopus","sentence":"\xc3\xa9t\xc3\xa9 \\u0000"}'


@pytest.fixture(params=["sqlite", "postgres", "mongodb"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[DocumentStore]:
    url: str = request.getfixturevalue(f"{request.param}_url")
    if request.param == "mongodb":
        mongo = MongoDocumentStore(url)
        await mongo.ensure_indexes()
        yield mongo
        await mongo.close()
    else:
        engine = make_engine(url)
        yield SqlDocumentStore(engine)
        await engine.dispose()


async def test_a_document_comes_back_byte_for_byte(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)

    assert await store.get("local", "script", "f1") == BODY


async def test_a_document_that_nobody_stored_is_none(store: DocumentStore) -> None:
    assert await store.get("local", "script", "f1") is None


async def test_the_first_document_stays(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)
    await store.put("local", "script", "f1", b'{"schema":1,"title":"Squid"}')

    assert await store.get("local", "script", "f1") == BODY


async def test_account_kind_and_fingerprint_each_tell_documents_apart(
    store: DocumentStore,
) -> None:
    keys = [("a", "script", "f1"), ("b", "script", "f1"), ("a", "mix", "f1"), ("a", "script", "f2")]
    for number, key in enumerate(keys):
        await store.put(*key, b'{"number":%d}' % number)

    assert [await store.get(*key) for key in keys] == [b'{"number":%d}' % n for n in range(4)]


async def test_a_document_of_a_megabyte_comes_back(store: DocumentStore) -> None:
    body = b'{"text":"%b"}' % (b"x" * 1_000_000)

    await store.put("local", "storyboard", "f1", body)

    assert await store.get("local", "storyboard", "f1") == body


async def test_a_deleted_document_is_gone_and_its_neighbour_stays(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)
    await store.put("local", "script", "f2", BODY)

    await store.delete("local", "script", "f1")

    assert await store.get("local", "script", "f1") is None
    assert await store.get("local", "script", "f2") == BODY


async def test_deleting_what_is_not_there_is_no_error(store: DocumentStore) -> None:
    await store.delete("local", "script", "f1")


async def test_every_document_is_listed_once(store: DocumentStore) -> None:
    keys = [DocumentKey("a", "script", f"f{number}") for number in range(1_005)]
    keys.append(DocumentKey("b", "mix", "f0"))
    await asyncio.gather(*(store.put(k.account_id, k.kind, k.fingerprint, BODY) for k in keys))

    listed = [key async for key in store.listing()]

    assert len(listed) == len(keys)
    assert set(listed) == set(keys)


async def test_what_is_young_is_neither_listed_nor_swept(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)

    assert [key async for key in store.listing(older_than_seconds=HOUR)] == []
    assert await store.sweep([DocumentKey("local", "script", "f1")], HOUR) == []
    assert await store.get("local", "script", "f1") == BODY


async def test_what_is_of_age_is_swept_and_its_neighbour_stays(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)
    await store.put("local", "script", "f2", BODY)

    gone, kept, never = (DocumentKey("local", "script", name) for name in ("f1", "f2", "f3"))
    assert await store.sweep([gone, never], 0) == [gone]

    assert [key async for key in store.listing()] == [kept]
    assert await store.sweep([gone], 0) == []


async def test_a_document_that_is_stored_again_is_young_again(store: DocumentStore) -> None:
    await store.put("local", "script", "f1", BODY)
    await asyncio.sleep(AGE)  # lets it age, which nothing else can in all of the stores
    assert [key async for key in store.listing(older_than_seconds=AGE / 2)] != []

    await store.put("local", "script", "f1", b'{"schema":1,"title":"Squid"}')

    assert await store.sweep([DocumentKey("local", "script", "f1")], AGE) == []
    assert await store.get("local", "script", "f1") == BODY
