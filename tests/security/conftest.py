"""Things to steal, a listener that nothing may call, and a server to attack."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # its server, and its finished video
sys.path.insert(0, str(Path(__file__).parent))

from live_server import Backstage, serve
from servers import in_own_loop
from traps import CANARY, Listener

from adapters.ffmpeg import FfmpegQuarantine
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from domain.generation.stores import ArtifactStore


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside of every folder that is set."""
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    return path


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def quarantine() -> Iterator[FfmpegQuarantine]:
    quarantine = FfmpegQuarantine(seconds=60)  # a busy machine takes long to start a process
    yield quarantine
    quarantine.close()


MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(tmp_path: Path, caches: Path) -> MakeSettings:
    """Settings of a server with a fresh folder and a database."""

    def make(name: str = "var", **changes: Any) -> Settings:
        data_dir = tmp_path / name
        data_dir.mkdir()
        (data_dir / "cache").symlink_to(caches)
        defaults = Settings(data_dir=data_dir, embedded_worker=False, min_free_bytes=0)
        settings = msgspec.structs.replace(defaults, **changes)
        in_own_loop(prepare_storage(settings))
        return settings

    return make


@pytest.fixture
def settings(make_settings: MakeSettings, tmp_path: Path) -> Settings:
    """With folders for media and music, both empty."""
    for name in ("media", "music"):
        (tmp_path / name).mkdir()
    return make_settings(media_dir=tmp_path / "media", music_dir=tmp_path / "music")


@pytest.fixture
def server(settings: Settings) -> Iterator[str]:
    with serve(settings) as address:
        yield address


@pytest.fixture
async def api(server: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server, timeout=180) as client:
        yield client


@pytest.fixture
async def backstage(settings: Settings) -> AsyncIterator[Backstage]:
    container = make_container(settings)
    stores = Backstage(settings, await container.get(ArtifactStore))
    yield stores
    await stores.engine.dispose()
    await container.close()
