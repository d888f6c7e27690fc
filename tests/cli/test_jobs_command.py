"""``faceless jobs`` and ``faceless cancel``: what was left unfinished, and giving it up."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli_endings import EXIT_FAILED, EXIT_USAGE
from app.config import load_settings
from app.container import make_container
from app.storage import prepare_storage
from domain.generation.brief import Brief
from domain.jobs.model import LOCAL_ACCOUNT, Job
from domain.jobs.service import Jobs


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MONGODB_URL", "REDIS_URL", "MEDIA_DIR", "MUSIC_DIR", "VOICE_DIR"):
        monkeypatch.delenv(name, raising=False)
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


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_jobs_are_listed_by_id_status_and_subject(left: Job) -> None:
    answer = run("jobs")
    assert answer.exit_code == 0, answer.output
    assert answer.output.split() == [str(left.id), "queued", "Bees", "need", "[red]flowers[/]."]


def test_jobs_are_listed_by_status(left: Job) -> None:
    assert str(left.id) in run("jobs", "--status", "queued").output
    assert run("jobs", "--status", "failed").output == "No jobs are failed.\n"


def test_jobs_are_listed_as_the_api_shows_them(left: Job) -> None:
    [job] = json.loads(run("jobs", "--json").output)
    assert (job["id"], job["status"]) == (str(left.id), "queued")
    assert "account_id" not in job


def test_without_jobs_that_is_said() -> None:
    assert run("jobs").output == "No jobs.\n"


def test_a_job_is_cancelled_once_and_the_second_time_it_says_why_not(left: Job) -> None:
    answer = run("cancel", str(left.id))
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith(f"Cancelled: {left.id}")
    again = run("cancel", str(left.id))
    assert again.exit_code == EXIT_FAILED
    assert "ended already" in again.output


@pytest.mark.parametrize("job_id", ["the-last-one", str(uuid4())])
def test_a_job_that_is_not_there_is_wrong_input(job_id: str) -> None:
    answer = run("cancel", job_id)
    assert answer.exit_code == EXIT_USAGE
    assert job_id in answer.output
