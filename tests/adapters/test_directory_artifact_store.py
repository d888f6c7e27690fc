"""Artifacts in a directory: one file a content, nothing half-written, exports, leftovers."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from adapters.directory import DirectoryArtifactStore
from domain.errors import ArtifactNotFound, StorageFull

MIB = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "videos"


@pytest.fixture
def store(root: Path, exports: Path) -> DirectoryArtifactStore:
    return DirectoryArtifactStore(root, exports)


def stored_files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_making_a_store_touches_no_disk(root: Path, store: DirectoryArtifactStore) -> None:
    assert not root.exists()


async def test_a_content_lies_in_one_read_only_file_named_by_its_hash(
    root: Path, store: DirectoryArtifactStore, tmp_path: Path
) -> None:
    path = tmp_path / "again.bin"
    path.write_bytes(b"once")

    sha256 = (await store.put_bytes(b"once")).sha256
    await store.put_file(path)

    assert stored_files(root) == [root / sha256[:2] / sha256[2:]]
    assert stored_files(root)[0].stat().st_mode & 0o777 == 0o444


async def test_storing_old_content_again_makes_it_young_for_the_sweeper(
    store: DirectoryArtifactStore,
) -> None:
    place = await store.local_path((await store.put_bytes(b"old")).sha256)
    os.utime(place, (1_000_000, 1_000_000))

    await store.put_bytes(b"old")

    assert place.stat().st_mtime > 1_000_000


async def test_a_damaged_file_is_replaced_when_its_content_comes_again(
    store: DirectoryArtifactStore,
) -> None:
    place = await store.local_path((await store.put_bytes(b"whole")).sha256)
    place.chmod(0o644)
    place.write_bytes(b"wh")

    await store.put_bytes(b"whole")

    assert place.read_bytes() == b"whole"


async def test_a_file_from_another_file_system_is_copied_in(
    root: Path, store: DirectoryArtifactStore, tiny_disk: Path
) -> None:
    path = tiny_disk / "foreign.bin"
    path.write_bytes(b"x" * (2 * MIB))

    artifact = await store.put_file(path)

    assert not path.exists()
    assert (await store.local_path(artifact.sha256)).stat().st_size == 2 * MIB


async def test_a_symbolic_link_gives_its_content_and_leaves_what_it_points_at(
    store: DirectoryArtifactStore, tmp_path: Path
) -> None:
    original = tmp_path / "mine.mp4"
    original.write_bytes(b"mine")
    link = tmp_path / "link.mp4"
    link.symlink_to(original)

    artifact = await store.put_file(link)

    assert original.read_bytes() == b"mine"
    assert (await store.local_path(artifact.sha256)).read_bytes() == b"mine"


async def test_a_delete_doesn_t_disturb_a_running_read(store: DirectoryArtifactStore) -> None:
    data = os.urandom(3 * MIB)
    sha256 = (await store.put_bytes(data)).sha256
    pieces = store.read(sha256)

    first = await anext(aiter(pieces))
    await store.delete(sha256)

    assert first + b"".join([piece async for piece in pieces]) == data


async def test_a_full_disk_is_said_so_and_leaves_nothing_half_written(tiny_disk: Path) -> None:
    store = DirectoryArtifactStore(tiny_disk / "artifacts", tiny_disk / "videos")
    kept = await store.put_bytes(b"k" * MIB)

    with pytest.raises(StorageFull, match="No space is left"):
        await store.put_bytes(b"x" * (3 * MIB))

    assert stored_files(tiny_disk) == [await store.local_path(kept.sha256)]
    assert (await store.put_bytes(b"y" * MIB)).size == MIB


async def test_a_foreign_file_that_doesn_t_fit_stays_where_it_is(
    tiny_disk: Path, tmp_path: Path
) -> None:
    store = DirectoryArtifactStore(tiny_disk / "artifacts", tiny_disk / "videos")
    path = tmp_path / "big.mp4"
    path.write_bytes(b"x" * (4 * MIB))

    with pytest.raises(StorageFull):
        await store.put_file(path)

    assert path.stat().st_size == 4 * MIB
    assert stored_files(tiny_disk) == []


async def test_space_that_is_to_stay_free_is_not_taken(tiny_disk: Path) -> None:
    store = DirectoryArtifactStore(tiny_disk / "a", tiny_disk / "v", min_free_bytes=2 * MIB)

    await store.put_bytes(b"x" * (MIB // 2))
    with pytest.raises(StorageFull, match="MIN_FREE_BYTES") as refused:
        await store.put_bytes(b"y" * MIB)

    assert refused.value.details["free_bytes"] == shutil.disk_usage(tiny_disk).free


async def test_a_disk_that_runs_full_under_the_work_itself_is_said_so_too(tiny_disk: Path) -> None:
    store = DirectoryArtifactStore(tiny_disk / "artifacts", tiny_disk / "videos")

    with pytest.raises(StorageFull, match="No space is left"):
        async with store.scratch() as folder:
            (folder / "subtitles.ass").write_bytes(b"x" * (4 * MIB))

    assert stored_files(tiny_disk) == []


async def test_no_new_work_begins_below_the_floor(tiny_disk: Path) -> None:
    store = DirectoryArtifactStore(tiny_disk / "a", tiny_disk / "v", min_free_bytes=64 * MIB)

    with pytest.raises(StorageFull):
        async with store.scratch():
            pytest.fail("the scratch folder was given all the same")


async def test_finished_work_is_taken_over_below_the_floor(root: Path, exports: Path) -> None:
    store = DirectoryArtifactStore(root, exports, min_free_bytes=1 << 60)
    root.mkdir()
    path = root / "made-before-the-floor-was-reached"
    path.write_bytes(b"finished")

    assert (await store.put_file(path)).size == len(b"finished")


# -- exports -------------------------------------------------------------------------------------


async def test_exported_files_are_hard_links(store: DirectoryArtifactStore) -> None:
    sha256 = (await store.put_bytes(b"video")).sha256

    folder = await store.export("octopus", {"video.mp4": sha256})

    assert folder is not None
    assert (Path(folder) / "video.mp4").samefile(await store.local_path(sha256))


async def test_exported_files_are_copies_on_another_file_system(
    root: Path, tiny_disk: Path
) -> None:
    store = DirectoryArtifactStore(root, tiny_disk / "videos")
    sha256 = (await store.put_bytes(b"video")).sha256

    folder = await store.export("octopus", {"video.mp4": sha256})

    assert folder is not None
    assert (Path(folder) / "video.mp4").read_bytes() == b"video"


async def test_an_export_that_doesn_t_fit_leaves_nothing(root: Path, tiny_disk: Path) -> None:
    store = DirectoryArtifactStore(root, tiny_disk / "videos")
    sha256 = (await store.put_bytes(b"v" * (4 * MIB))).sha256

    with pytest.raises(StorageFull):
        await store.export("octopus", {"video.mp4": sha256})

    assert stored_files(tiny_disk) == []
    assert not (tiny_disk / "videos" / "octopus").exists()


async def test_a_new_export_replaces_the_old_one_whole(
    store: DirectoryArtifactStore, exports: Path
) -> None:
    old, new = [(await store.put_bytes(data)).sha256 for data in (b"old", b"new")]
    await store.export("octopus", {"video.mp4": old, "only-in-old.txt": old})

    await store.export("octopus", {"video.mp4": new})

    assert [path.name for path in (exports / "octopus").iterdir()] == ["video.mp4"]
    assert (exports / "octopus" / "video.mp4").read_bytes() == b"new"
    assert await store.size(old) == 3


async def test_an_export_of_unknown_bytes_leaves_the_old_folder(
    store: DirectoryArtifactStore, exports: Path
) -> None:
    sha256 = (await store.put_bytes(b"old")).sha256
    await store.export("octopus", {"video.mp4": sha256})

    with pytest.raises(ArtifactNotFound):
        await store.export("octopus", {"video.mp4": "0" * 64})

    assert (exports / "octopus" / "video.mp4").read_bytes() == b"old"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "a\0b", "x" * 256]
)
async def test_names_that_aren_t_plain_are_refused(
    store: DirectoryArtifactStore, name: str
) -> None:
    sha256 = (await store.put_bytes(b"x")).sha256

    with pytest.raises(ValueError, match="plain name"):
        await store.export(name, {"video.mp4": sha256})
    with pytest.raises(ValueError, match="plain name"):
        await store.export("octopus", {name: sha256})


@pytest.mark.parametrize(
    "path", ["/etc", "{exports}", "{exports}/..", "{exports}/../artifacts", "{exports}/a/b", "a"]
)
async def test_only_folders_inside_the_exports_are_removed(
    store: DirectoryArtifactStore, exports: Path, root: Path, path: str
) -> None:
    await store.put_bytes(b"precious")
    (exports / "a" / "b").mkdir(parents=True)

    with pytest.raises(ValueError, match="not a folder directly inside"):
        await store.unexport(path.format(exports=exports))

    assert (exports / "a" / "b").is_dir()
    assert len(stored_files(root)) == 1


async def test_a_link_among_the_exports_is_removed_without_what_it_points_at(
    store: DirectoryArtifactStore, exports: Path, tmp_path: Path
) -> None:
    exports.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (exports / "link").symlink_to(outside)

    await store.unexport(str(exports / "link"))

    assert outside.is_dir()
    assert not (exports / "link").is_symlink()


# -- leftovers -----------------------------------------------------------------------------------

HOLD_SCRATCH = """
import asyncio, sys
from pathlib import Path
from adapters.directory import DirectoryArtifactStore

async def hold():
    async with DirectoryArtifactStore(Path(sys.argv[1]), Path(sys.argv[2])).scratch() as folder:
        (folder / "half-written.ts").write_bytes(b"x")
        print(folder, flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def test_leftovers_of_dead_processes_are_cleared_and_living_ones_kept(
    store: DirectoryArtifactStore, root: Path, exports: Path
) -> None:
    command = [sys.executable, "-c", HOLD_SCRATCH, str(root), str(exports)]
    holder = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert holder.stdout is not None
    folder = Path((await holder.stdout.readline()).decode().strip())

    assert await store.clear_scratch(older_than_seconds=0) == 0
    assert (folder / "half-written.ts").exists()

    holder.send_signal(signal.SIGKILL)
    await holder.wait()

    assert await store.clear_scratch(older_than_seconds=3600) == 0
    assert await store.clear_scratch(older_than_seconds=0) == 1
    assert not folder.exists()
    assert stored_files(root) == []


async def test_what_is_stored_again_is_young_for_the_sweep(
    root: Path, store: DirectoryArtifactStore
) -> None:
    artifact = await store.put_bytes(b"made again")
    place = root / artifact.sha256[:2] / artifact.sha256[2:]
    os.utime(place, (0, 0))
    assert [found async for found in store.listing(older_than_seconds=60)] == [artifact]

    await store.put_bytes(b"made again")

    assert await store.sweep([artifact], 60) == []
    assert place.read_bytes() == b"made again"


async def test_a_file_that_becomes_young_while_it_is_taken_aside_comes_back(
    root: Path, store: DirectoryArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = await store.put_bytes(b"wanted at the last moment")
    place = root / artifact.sha256[:2] / artifact.sha256[2:]
    os.utime(place, (0, 0))
    rename = Path.rename

    def stored_again_just_before(path: Path, target: Path) -> Path:
        if path == place:
            os.utime(place)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stored_again_just_before)

    assert await store.sweep([artifact], 60) == []
    assert place.read_bytes() == b"wanted at the last moment"
