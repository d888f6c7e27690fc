"""Artifacts over S3: in parts, through a bounded cache, by signed URLs, and when it is away."""

import asyncio
import hashlib
import logging
import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from obstore.store import S3Store

from adapters.directory import DirectoryArtifactStore
from adapters.s3 import S3ArtifactStore
from domain.errors import ArtifactNotFound, ServiceUnavailable, StorageFull

MIB = 1 << 20
SOON_SECONDS = 20.0
"""five, and what a busy machine adds; the client itself would wait for minutes"""


@pytest.fixture
def endpoint(s3_endpoint: str) -> str:
    return s3_endpoint


@pytest.fixture
def prefix() -> str:
    return uuid4().hex


@pytest.fixture
def cache(tmp_path: Path) -> DirectoryArtifactStore:
    return DirectoryArtifactStore(tmp_path / "cache", tmp_path / "unused")


def open_store(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore, **options: Any
) -> S3ArtifactStore:
    bucket = options.pop("bucket", "artifacts")
    keys = {"access_key": "key", "secret_key": "s3cret"}
    return S3ArtifactStore(f"s3://{bucket}/{prefix}", cache, endpoint=endpoint, **(keys | options))


@pytest.fixture
def bucket(endpoint: str, prefix: str) -> S3Store:
    """The same objects, seen without the adapter."""
    return S3Store(
        "artifacts",
        prefix=prefix,
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="s3cret",
        region="us-east-1",
        client_options={"allow_http": True},
    )


@pytest.fixture
def store(endpoint: str, prefix: str, cache: DirectoryArtifactStore) -> S3ArtifactStore:
    return open_store(endpoint, prefix, cache)


def cached_names(tmp_path: Path) -> set[str]:
    return {path.parent.name + path.name for path in (tmp_path / "cache").glob("??/*")}


async def test_a_large_file_goes_up_in_parts(
    store: S3ArtifactStore, bucket: S3Store, tmp_path: Path
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(os.urandom(20 * MIB))

    artifact = await store.put_file(path)

    found = await bucket.head_async(f"{artifact.sha256[:2]}/{artifact.sha256[2:]}")
    assert found["size"] == 20 * MIB
    assert str(found["e_tag"]).strip('"').endswith("-3")  # S3 writes the number of parts


async def test_another_machine_brings_what_this_one_stored(
    store: S3ArtifactStore, endpoint: str, prefix: str, tmp_path: Path
) -> None:
    data = os.urandom(5 * MIB)
    sha256 = (await store.put_bytes(data)).sha256
    elsewhere = DirectoryArtifactStore(tmp_path / "elsewhere", tmp_path / "unused")

    path = await open_store(endpoint, prefix, elsewhere).local_path(sha256)

    assert path.is_relative_to(tmp_path / "elsewhere")
    assert path.read_bytes() == data


async def test_what_was_just_made_is_read_from_the_cache(
    store: S3ArtifactStore, bucket: S3Store
) -> None:
    sha256 = (await store.put_bytes(b"segment")).sha256
    await bucket.delete_async(f"{sha256[:2]}/{sha256[2:]}")

    assert (await store.local_path(sha256)).read_bytes() == b"segment"


async def test_bytes_that_were_changed_in_the_store_are_refused(
    store: S3ArtifactStore, cache: DirectoryArtifactStore, bucket: S3Store
) -> None:
    sha256 = (await store.put_bytes(b"genuine")).sha256
    await cache.delete(sha256)
    await bucket.put_async(f"{sha256[:2]}/{sha256[2:]}", b"altered")

    with pytest.raises(ServiceUnavailable, match="other bytes"):
        await store.local_path(sha256)
    with pytest.raises(ArtifactNotFound):
        await cache.local_path(sha256)


async def test_fresh_content_isn_t_sent_twice(
    store: S3ArtifactStore, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        await store.put_bytes(b"once")
        await store.put_bytes(b"once")

    assert sum('"PUT ' in record.getMessage() for record in caplog.records) == 1


async def test_the_cache_keeps_within_its_bounds_and_drops_the_longest_unused(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore, tmp_path: Path
) -> None:
    store = open_store(endpoint, prefix, cache, cache_bytes=3 * MIB, keep_seconds=60)
    hashes = [(await store.put_bytes(bytes([n]) * MIB)).sha256 for n in range(3)]
    for age_minutes, sha256 in enumerate(hashes, start=10):
        place = await cache.local_path(sha256)
        used_at = time.time() - 60 * age_minutes
        os.utime(place, (used_at, used_at))
    await store.local_path(hashes[2])  # the oldest, now the last one that was used

    newest = (await store.put_bytes(b"n" * MIB)).sha256

    assert cached_names(tmp_path) == {hashes[0], hashes[2], newest}
    assert (await store.local_path(hashes[1])).stat().st_size == MIB


async def test_what_was_used_lately_stays_though_the_cache_is_too_small(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore, tmp_path: Path
) -> None:
    store = open_store(endpoint, prefix, cache, cache_bytes=MIB, keep_seconds=3600)

    hashes = {(await store.put_bytes(bytes([n]) * MIB)).sha256 for n in range(4)}

    assert cached_names(tmp_path) == hashes


async def test_a_deleted_artifact_leaves_the_cache_too(
    store: S3ArtifactStore, tmp_path: Path
) -> None:
    sha256 = (await store.put_bytes(b"gone")).sha256

    await store.delete(sha256)

    assert cached_names(tmp_path) == set()
    with pytest.raises(ArtifactNotFound):
        await store.local_path(sha256)


async def test_a_full_cache_disk_is_said_so(endpoint: str, prefix: str, tmp_path: Path) -> None:
    full = DirectoryArtifactStore(tmp_path / "c", tmp_path / "u", min_free_bytes=1 << 60)

    with pytest.raises(StorageFull):
        await open_store(endpoint, prefix, full).put_bytes(b"x")


async def test_a_cache_disk_that_runs_full_while_something_comes_is_said_so(
    store: S3ArtifactStore, endpoint: str, prefix: str, tiny_disk: Path
) -> None:
    sha256 = (await store.put_bytes(os.urandom(4 * MIB))).sha256
    tiny = DirectoryArtifactStore(tiny_disk / "c", tiny_disk / "u")

    with pytest.raises(StorageFull):
        await open_store(endpoint, prefix, tiny).local_path(sha256)

    assert [path for path in tiny_disk.rglob("*") if path.is_file()] == []


# -- signed URLs ---------------------------------------------------------------------------------

AS_VIDEO = {"content_type": "video/mp4", "disposition": 'inline; filename="o.mp4"'}


async def test_a_signed_url_ends_and_tells_no_secret(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore
) -> None:
    store = open_store(endpoint, prefix, cache, sign_urls=True)
    sha256 = (await store.put_bytes(b"0123456789")).sha256

    url = await store.public_url(sha256, **AS_VIDEO)

    assert url is not None
    assert httpx.URL(url).params["X-Amz-Expires"] == "3600"
    assert "s3cret" not in url


async def test_without_being_told_to_it_signs_nothing(store: S3ArtifactStore) -> None:
    sha256 = (await store.put_bytes(b"private")).sha256

    assert await store.public_url(sha256, **AS_VIDEO) is None


async def test_urls_are_signed_for_the_address_that_browsers_use(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore
) -> None:
    store = open_store(
        endpoint, prefix, cache, sign_urls=True, public_endpoint="https://cdn.example.org"
    )

    url = httpx.URL(await store.public_url(hashlib.sha256().hexdigest(), **AS_VIDEO) or "")

    assert (url.scheme, url.host) == ("https", "cdn.example.org")
    assert url.path.startswith(f"/artifacts/{prefix}/")


async def test_a_name_that_isn_t_a_hash_isn_t_signed(store: S3ArtifactStore) -> None:
    with pytest.raises(ArtifactNotFound):
        await store.public_url("../../other-bucket/secret", **AS_VIDEO)


# -- when it is away -----------------------------------------------------------------------------


async def test_ping_is_silent_while_all_is_well(store: S3ArtifactStore) -> None:
    await store.ping()


async def test_a_missing_bucket_is_named(
    endpoint: str, prefix: str, cache: DirectoryArtifactStore
) -> None:
    store = open_store(endpoint, prefix, cache, bucket="no-such-bucket")

    for call in (store.ping(), store.put_bytes(b"x")):
        with pytest.raises(ServiceUnavailable, match="no-such-bucket") as missing:
            await call
        assert "bucket" in missing.value.hint_text
        assert "\n" not in missing.value.message


async def test_a_store_that_hangs_is_said_within_five_seconds(
    prefix: str, cache: DirectoryArtifactStore
) -> None:
    ended = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    store = open_store(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", prefix, cache)
    started = time.monotonic()

    with pytest.raises(ServiceUnavailable, match="no answer"):
        await store.ping()

    assert time.monotonic() - started < SOON_SECONDS
    ended.set()
    server.close()


async def test_a_store_that_is_away_is_said_within_five_seconds_without_the_keys(
    prefix: str, cache: DirectoryArtifactStore
) -> None:
    store = open_store("http://127.0.0.1:9", prefix, cache)
    started = time.monotonic()

    with pytest.raises(ServiceUnavailable) as away:
        await store.size(hashlib.sha256().hexdigest())

    assert time.monotonic() - started < SOON_SECONDS
    assert "s3cret" not in str(away.value)
    assert away.value.transient
