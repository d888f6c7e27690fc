"""A real server on a real port for every test, on a SQLite database of its own, no worker."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from live_server import Backstage, serve
from page_visit import Visit, visiting
from playwright.async_api import Browser, async_playwright
from servers import unavailable

from app.config import Settings
from app.container import make_container
from domain.generation.stores import ArtifactStore

ANSWER_SECONDS = 180.0
"""the first still has to wait for the fonts to be made"""

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""names that the browser may be installed under"""


@pytest.fixture
def make_settings(tmp_path: Path, sqlite_template: Path, caches: Path) -> Callable[..., Settings]:
    """Settings of a server with a fresh folder and a migrated database."""

    def make(**changes: Any) -> Settings:
        data_dir = tmp_path / "var"
        data_dir.mkdir()
        (data_dir / "cache").symlink_to(caches)
        shutil.copyfile(sqlite_template, data_dir / "faceless.db")
        defaults = Settings(
            data_dir=data_dir,
            embedded_worker=False,
            event_poll_seconds=0.02,
            min_free_bytes=0,
        )
        return msgspec.structs.replace(defaults, **changes)

    return make


@pytest.fixture
def bucket(s3_endpoint: str) -> dict[str, Any]:
    """Settings of a fresh place in a bucket."""
    return {
        "artifacts_url": f"s3://artifacts/{uuid4().hex}",
        "s3_endpoint_url": s3_endpoint,
        "s3_access_key": "key",
        "s3_secret_key": "s3cret",
    }


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def server(settings: Settings) -> Iterator[str]:
    """The address of a server made of ``settings``."""
    with serve(settings) as address:
        yield address


@pytest.fixture
async def api(server: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ``server``."""
    async with httpx.AsyncClient(base_url=server, timeout=ANSWER_SECONDS) as client:
        yield client


@pytest.fixture
async def backstage(settings: Settings) -> AsyncIterator[Backstage]:
    container = make_container(settings)
    stores = Backstage(settings, await container.get(ArtifactStore))
    yield stores
    await stores.engine.dispose()
    await container.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium that reaches this machine only."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        unavailable("there is no Chromium on this machine (on Debian: apt install chromium)")
    async with async_playwright() as playwright:
        # everything but this machine goes to a proxy that isn't there
        chromium = await playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1"],
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(browser: Browser, server: str) -> AsyncIterator[Visit]:
    """Somebody on the page of ``server``, who must have met no fault at the end."""
    async with visiting(browser, server) as begun:
        yield begun
