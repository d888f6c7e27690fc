"""``faceless jobs`` and ``faceless cancel``: what was left unfinished, and giving it up."""

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.api_client import Answer
from app.cli.endings import EXIT_FAILED, EXIT_USAGE
from app.cli.outcome import end_with
from domain.jobs.model import Job


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_jobs_are_listed_by_id_status_and_subject(left: Job) -> None:
    answer = run("jobs")
    assert answer.exit_code == 0, answer.output
    assert answer.output.split() == [str(left.id), "queued", "Bees", "need", "[red]flowers[/]."]


def test_a_program_that_reads_the_list_gets_titles_whole(left: Job) -> None:
    title = "Bees " * 19 + "Bees"
    asked = run("generate", "Octopus", "--title", title, "--no-wait")
    assert asked.exit_code == 0, asked.output
    assert f"  {title}\n" in run("jobs").output


@pytest.mark.parametrize(("taken", "told"), [(None, "in 90.0 s"), (17.72, "in 17.7 s")])
def test_a_wait_for_somebody_is_no_time_that_a_video_took(
    capsys: pytest.CaptureFixture[str], taken: float | None, told: str
) -> None:
    job = {
        "status": "succeeded",
        "warnings": [],
        "created_at": "2026-11-27T12:00:00Z",
        "finished_at": "2026-11-27T12:01:30Z",
        "result": {"duration": 12.4, "path": "var/videos/bees", "video_id": "1", "url": "/1"},
    }
    answer = Answer(200, json.dumps(job).encode(), {})
    with pytest.raises(SystemExit):
        end_with(None, answer, None, as_json=False, taken=taken)
    assert f"A video of 12.4 s {told}:" in capsys.readouterr().err


def test_jobs_are_listed_by_status(left: Job) -> None:
    assert str(left.id) in run("jobs", "--status", "queued").output
    assert run("jobs", "--status", "failed").output == "No jobs are failed.\n"


def test_jobs_are_listed_by_shape_in_either_order_and_number(left: Job) -> None:
    for options in (("--aspect", "9:16"), ("--sort", "oldest"), ("--limit", "1")):
        assert str(left.id) in run("jobs", *options).output
    assert run("jobs", "--aspect", "1:1").output == "No 1:1 jobs.\n"
    assert run("jobs", "--limit", "0").exit_code == EXIT_USAGE


def test_jobs_are_listed_as_the_api_shows_them(left: Job) -> None:
    [job] = json.loads(run("jobs", "--json").output)["items"]
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


@pytest.mark.parametrize("job_id", ["the-last-one", "0198c2f4-8d5e-7c1a-9b43-2f1d6a7e0c55"])
def test_a_job_that_is_not_there_is_wrong_input(job_id: str) -> None:
    answer = run("cancel", job_id)
    assert answer.exit_code == EXIT_USAGE
    assert job_id in answer.output
