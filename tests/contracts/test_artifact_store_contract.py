"""What every ``ArtifactStore`` does, whatever keeps the bytes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from adapters.directory import DirectoryArtifactStore
from adapters.s3 import S3ArtifactStore
from domain.errors import ArtifactNotFound
from domain.generation.stores import Artifact, ArtifactStore

HOUR = 3600.0
MIB = 1 << 20
NOWHERE = hashlib.sha256(b"never stored").hexdigest()


@pytest.fixture(params=["directory", "s3", "s3 with an empty cache", "s3 that signs"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    directory = DirectoryArtifactStore(tmp_path / "artifacts", tmp_path / "videos")
    if request.param == "directory":
        return directory
    return S3ArtifactStore(
        f"s3://artifacts/{uuid4().hex}",
        directory,
        endpoint=request.getfixturevalue("s3_endpoint"),
        access_key="key",
        secret_key="secret",
        sign_urls="signs" in request.param,
        cache_bytes=0 if "empty" in request.param else 1 << 30,
        keep_seconds=0,
    )


async def collect(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def put(store: ArtifactStore, data: bytes) -> str:
    return (await store.put_bytes(data)).sha256


async def test_a_file_is_taken_over_under_its_own_hash(
    store: ArtifactStore, tmp_path: Path
) -> None:
    data = bytes(range(256)) * 10_000
    path = tmp_path / "video.mp4"
    path.write_bytes(data)

    artifact = await store.put_file(path)

    assert artifact.sha256 == hashlib.sha256(data).hexdigest()
    assert artifact.size == len(data) == await store.size(artifact.sha256)
    assert await collect(store.read(artifact.sha256)) == data
    assert not path.exists()


async def test_a_file_made_in_scratch_is_taken_over_too(store: ArtifactStore) -> None:
    async with store.scratch() as folder:
        assert list(folder.iterdir()) == []
        path = folder / "segment.ts"
        path.write_bytes(b"segment")
        artifact = await store.put_file(path)

    assert not folder.exists()
    assert await collect(store.read(artifact.sha256)) == b"segment"


async def test_scratch_is_removed_when_the_work_in_it_fails(store: ArtifactStore) -> None:
    folders: list[Path] = []

    async def work_and_fail() -> None:
        async with store.scratch() as folder:
            folders.append(folder)
            (folder / "half").mkdir()
            (folder / "half" / "written").write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work_and_fail()

    assert not folders[0].exists()


async def test_two_scratch_folders_don_t_meet(store: ArtifactStore) -> None:
    async with store.scratch() as one, store.scratch() as other:
        assert one != other


async def test_bytes_and_a_file_of_the_same_content_are_one_artifact(
    store: ArtifactStore, tmp_path: Path
) -> None:
    path = tmp_path / "same.bin"
    path.write_bytes(b"same content")

    assert await store.put_bytes(b"same content") == await store.put_file(path)
    assert not path.exists()


async def test_nothing_is_content_too(store: ArtifactStore) -> None:
    artifact = await store.put_bytes(b"")

    assert artifact.size == 0 == await store.size(artifact.sha256)
    assert await collect(store.read(artifact.sha256)) == b""


async def test_many_writers_of_one_content_all_succeed(store: ArtifactStore) -> None:
    data = b"popular" * 50_000

    artifacts = await asyncio.gather(*(store.put_bytes(data) for _ in range(8)))

    assert len(set(artifacts)) == 1
    assert await collect(store.read(artifacts[0].sha256)) == data


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, None), (0, 1), (1, 5), (5, 5), (MIB - 1, MIB + 1), (3 * MIB, None), (2, 99 * MIB)],
)
async def test_a_range_is_read_to_the_byte(
    store: ArtifactStore, start: int, end: int | None
) -> None:
    data = b"0123456789abcdef" * (3 * MIB // 16) + b"tail"
    sha256 = await put(store, data)

    assert await collect(store.read(sha256, start, end)) == data[start:end]


async def test_a_range_past_the_end_is_empty(store: ArtifactStore) -> None:
    sha256 = await put(store, b"short")

    assert await collect(store.read(sha256, 5)) == b""
    assert await collect(store.read(sha256, 77, 99)) == b""


async def test_pieces_are_at_most_one_mebibyte(store: ArtifactStore) -> None:
    sha256 = await put(store, b"x" * (2 * MIB + 1))

    assert max([len(piece) async for piece in store.read(sha256)]) <= MIB


async def test_a_local_path_holds_the_bytes(store: ArtifactStore) -> None:
    sha256 = await put(store, b"to be read by ffmpeg")

    path = await store.local_path(sha256)

    assert path.read_bytes() == b"to be read by ffmpeg"
    assert await store.local_path(sha256) == path


async def test_deleted_bytes_are_gone_and_deleting_again_is_no_error(store: ArtifactStore) -> None:
    sha256 = await put(store, b"to be forgotten")

    await store.delete(sha256)
    await store.delete(sha256)

    with pytest.raises(ArtifactNotFound, match=sha256):
        await store.size(sha256)


async def test_deleted_bytes_can_come_back(store: ArtifactStore) -> None:
    sha256 = await put(store, b"prodigal")
    await store.delete(sha256)

    assert await put(store, b"prodigal") == sha256
    assert await collect(store.read(sha256)) == b"prodigal"


@pytest.mark.parametrize("sha256", [NOWHERE, "", "short", "../../etc/passwd", NOWHERE.upper()])
async def test_what_was_never_stored_is_not_found(store: ArtifactStore, sha256: str) -> None:
    with pytest.raises(ArtifactNotFound):
        await store.size(sha256)
    with pytest.raises(ArtifactNotFound):
        await store.local_path(sha256)
    with pytest.raises(ArtifactNotFound):
        await collect(store.read(sha256))
    await store.delete(sha256)


async def test_an_export_where_there_can_be_one_lays_out_named_files(store: ArtifactStore) -> None:
    video, script = await put(store, b"video"), await put(store, b"script")

    path = await store.export("2026-11-22-octopus-3f2a", {"video.mp4": video, "script.txt": script})

    if path is not None:
        folder = Path(path)
        assert folder.name == "2026-11-22-octopus-3f2a"
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
            "video.mp4": b"video",
            "script.txt": b"script",
        }
        await store.unexport(path)
        assert not folder.exists()
        await store.unexport(path)
    assert await collect(store.read(video)) == b"video"


async def test_every_artifact_is_listed_with_its_size(store: ArtifactStore) -> None:
    assert [artifact async for artifact in store.listing()] == []
    artifacts = {await store.put_bytes(b"x" * size) for size in range(40)}
    async with store.scratch() as folder:
        (folder / "half-written").write_bytes(b"y")

        listed = [artifact async for artifact in store.listing()]

    assert len(listed) == len(artifacts)
    assert set(listed) == artifacts


async def test_what_is_young_is_neither_listed_nor_swept(store: ArtifactStore) -> None:
    artifact = await store.put_bytes(b"young")

    assert [found async for found in store.listing(older_than_seconds=HOUR)] == []
    assert await store.sweep([artifact], HOUR) == []
    assert await collect(store.read(artifact.sha256)) == b"young"


async def test_what_is_of_age_is_swept_and_its_neighbour_stays(store: ArtifactStore) -> None:
    artifact, neighbour = await store.put_bytes(b"old"), await store.put_bytes(b"kept")

    assert await store.sweep([artifact, Artifact(NOWHERE, 5)], 0) == [artifact]

    assert [found async for found in store.listing()] == [neighbour]
    with pytest.raises(ArtifactNotFound):
        await store.size(artifact.sha256)
    assert await store.sweep([artifact], 0) == []


async def test_what_the_store_serves_itself_are_the_bytes_under_the_headers_asked_for(
    store: ArtifactStore,
) -> None:
    sha256 = await put(store, b"0123456789")
    disposition = "attachment; filename=\"o.mp4\"; filename*=UTF-8''%D0%9E%28%22%29.mp4"

    url = await store.public_url(sha256, content_type="video/mp4", disposition=disposition)

    if url is not None:
        async with httpx.AsyncClient(timeout=60) as browser:
            whole = await browser.get(url)
            part = await browser.get(url, headers={"Range": "bytes=2-4"})
        assert (whole.status_code, whole.content) == (200, b"0123456789")
        assert (part.status_code, part.content) == (206, b"234")
        for answer in (whole, part):
            assert answer.headers["content-type"] == "video/mp4"
            assert answer.headers["content-disposition"] == disposition


async def test_scratch_of_the_living_is_not_cleared(store: ArtifactStore) -> None:
    async with store.scratch() as folder:
        assert await store.clear_scratch(0) == 0
        assert folder.is_dir()
