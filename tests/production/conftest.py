"""A factory on a fresh store; fonts and the patched voice are made once a session."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `counted` also runs as a program

from counted import Factory, open_factory
from servers import in_own_loop
from stock import Stock, copy_stock, make_stock

from adapters.libass import LibassTypesetter


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every store may share: it can be made again, and holds nothing of a job."""
    folder = tmp_path_factory.mktemp("cache")
    LibassTypesetter(folder / "fonts").fonts()
    return folder


@pytest.fixture
async def factory(tmp_path: Path, cache_dir: Path) -> AsyncIterator[Factory]:
    factory = await open_factory(tmp_path / "store", cache_dir)
    yield factory
    await factory.container.close()


@pytest.fixture
async def second_factory(tmp_path: Path, cache_dir: Path) -> AsyncIterator[Factory]:
    factory = await open_factory(tmp_path / "second_store", cache_dir)
    yield factory
    await factory.container.close()


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Stock:
    """Two real videos and an unfinished job; not to be changed."""
    return in_own_loop(make_stock(tmp_path_factory.mktemp("stock"), cache_dir))


@pytest.fixture
async def own_stock(stock: Stock, tmp_path: Path) -> Stock:
    """A copy of ``stock`` of one's own."""
    return await copy_stock(stock, tmp_path / "own")
