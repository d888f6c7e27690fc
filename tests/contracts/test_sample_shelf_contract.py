"""What every ``SampleShelf`` does."""

import asyncio
from pathlib import Path

import pytest

from adapters.directory import DirectorySamples
from domain.generation.ports import SampleShelf

TAG, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "samples"


@pytest.fixture
def shelf(folder: Path) -> SampleShelf:
    return DirectorySamples(folder)


async def test_what_is_kept_comes_back(shelf: SampleShelf) -> None:
    assert await shelf.get(TAG) is None
    await shelf.put(TAG, b"RIFF")
    assert await shelf.get(TAG) == b"RIFF"
    assert await shelf.get(OTHER) is None


async def test_keeping_it_again_is_no_trouble(shelf: SampleShelf) -> None:
    await asyncio.gather(*(shelf.put(TAG, b"RIFF" * 1000) for _ in range(8)))
    assert await shelf.get(TAG) == b"RIFF" * 1000


async def test_a_folder_holds_samples_and_no_leftovers(shelf: SampleShelf, folder: Path) -> None:
    await shelf.put(TAG, b"RIFF")
    assert [path.name for path in folder.iterdir()] == [f"{TAG}.wav"]


@pytest.mark.parametrize("tag", ["", "../x", "A" * 64, "a" * 63, f"{'a' * 63}/", f"{'a' * 64}\n"])
async def test_only_tags_are_names(shelf: SampleShelf, tag: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        await shelf.get(tag)
    with pytest.raises(ValueError, match="SHA-256"):
        await shelf.put(tag, b"")
