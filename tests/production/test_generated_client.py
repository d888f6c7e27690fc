"""A client that openapi-python-client generates from the description makes a video."""

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from faceless_process import FacelessProcess
from servers import free_port

from app.config import Settings

PATIENCE_SECONDS = 240.0
POLL_SECONDS = 0.5
BINARY = "application/octet-stream"


@pytest.fixture
async def server(tmp_path: Path, cache_dir: Path) -> AsyncIterator[str]:
    """A server with its worker inside, as ``faceless serve`` starts it."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(cache_dir)
    settings = Settings(data_dir=tmp_path / "var", port=free_port(), min_free_bytes=0)
    with FacelessProcess(settings, tmp_path / "server.log", "serve") as process:
        yield await process.address()
        await process.stop()


@pytest.fixture
async def client_package(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a freshly generated package; a warning of the generator fails."""
    async with httpx.AsyncClient(timeout=60) as api:
        document = (await api.get(f"{server}/schema/openapi.json")).raise_for_status()
    (tmp_path / "openapi.json").write_bytes(document.content)
    # what the generator knows no way to read, it's told to take as bytes
    own = {
        media_type: BINARY
        for operations in document.json()["paths"].values()
        for operation in operations.values()
        for response in operation["responses"].values()
        for media_type in response.get("content", {})
        if not media_type.endswith("json") and not media_type.startswith("text/")
    }
    (tmp_path / "generator.json").write_text(
        json.dumps({"content_type_overrides": own, "post_hooks": []})
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *(str(Path(sys.executable).with_name("openapi-python-client")), "generate"),
            *("--path", "openapi.json", "--config", "generator.json", "--fail-on-warning"),
            *("--meta", "none", "--output-path", "faceless_client"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout, done.stdout
    monkeypatch.syspath_prepend(tmp_path)
    return "faceless_client"


async def test_a_generated_client_makes_a_video(client_package: str, server: str) -> None:
    def module(name: str) -> Any:
        return importlib.import_module(f"{client_package}.{name}")

    models = module("models")
    client = module("client").Client(base_url=server, timeout=httpx.Timeout(60))
    brief = models.Brief(
        script="An octopus has three hearts.",
        aspect_ratio=models.BriefAspectRatio.VALUE_2,
        seed=7,
    )
    assert brief.aspect_ratio == "1:1"
    job = await module("api.generate.generate").asyncio(client=client, body=brief)
    assert isinstance(job, models.JobBody), job

    async with asyncio.timeout(PATIENCE_SECONDS):
        while job.finished_at is None:
            await asyncio.sleep(POLL_SECONDS)
            job = await module("api.jobs.jobs_get").asyncio(job.id, client=client)
    assert job.status is models.JobStatus.SUCCEEDED, job.error

    video = await module("api.videos.videos_get").asyncio(job.video_id, client=client)
    assert (video.width, video.height) == (1080, 1080)
    file = await module("api.files.files_file").asyncio(job.video_id, client=client)
    body = file.payload.read()
    assert len(body) == video.size
    assert body[4:8] == b"ftyp"
    board = await module("api.files.files_storyboard").asyncio(job.video_id, client=client)
    assert isinstance(board.scenes[0].shots[0].content, models.HookContent)
