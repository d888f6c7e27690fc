"""Every command runs in a folder of its own, with no settings but the defaults.

The folder has a migrated database and the caches that all tests share; ``bare_folder`` takes both
away.
"""

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest

from app.config import Settings, load_settings
from app.container import make_container
from app.storage import prepare_storage
from domain.generation.brief import Brief
from domain.jobs.model import LOCAL_ACCOUNT, Job
from domain.jobs.service import Jobs


@pytest.fixture(autouse=True)
def own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, caches: Path
) -> None:
    for field in msgspec.structs.fields(Settings):
        monkeypatch.delenv(field.encode_name, raising=False)
    monkeypatch.chdir(tmp_path)
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    (data_dir / "cache").symlink_to(caches)
    shutil.copyfile(sqlite_template, data_dir / "faceless.db")
    monkeypatch.setenv("DATA_DIR", str(data_dir))


@pytest.fixture
def bare_folder(own_folder: None, tmp_path: Path) -> None:
    """There is nothing yet, as before the first command."""
    (tmp_path / "var" / "cache").unlink()
    shutil.rmtree(tmp_path / "var")


@pytest.fixture
def left(own_folder: None) -> Job:
    """A job that was accepted and that nobody works on."""

    async def submit() -> Job:
        settings = load_settings()
        await prepare_storage(settings)
        container = make_container(settings)
        try:
            service = await container.get(Jobs)
            return await service.submit(LOCAL_ACCOUNT, Brief(script="Bees need [red]flowers[/]."))
        finally:
            await container.close()

    return asyncio.run(submit())
