"""Every command runs in a folder of its own, with no settings but the defaults."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from app.config import Settings, load_settings
from app.container import make_container
from app.storage import prepare_storage
from domain.generation.brief import Brief
from domain.jobs.model import LOCAL_ACCOUNT, Job
from domain.jobs.service import Jobs

collect_ignore = ["test_commands_of_new_routes.py"]
"""commands of routes that aren't merged yet: this line goes when they are"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in msgspec.structs.fields(Settings):
        monkeypatch.delenv(field.encode_name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


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
