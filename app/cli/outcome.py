"""What became of a job, for people and for programs."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from app.cli.api_client import Answer, Api
from app.cli.downloads import FILES, download_video
from app.cli.endings import EXIT_FAILED, EXIT_WAITING, err, note, spoken
from app.cli.following import is_over, waits_for_approval
from app.cli.tables import plain

SUBJECT_CHARACTERS = 60
"""of what a job is about, in a sentence"""

ALL_FILES = list(FILES)


def subject_of(job: dict[str, Any]) -> str:
    """What a job is about, in one line."""
    request = job["request"]
    scenes = " ".join(scene["text"] for scene in request.get("scenes") or [])
    texts = (
        request.get(name) for name in ("title", "topic", "script", "source_text", "source_url")
    )
    return plain(next(filter(None, texts), None) or scenes)


def describe(job: dict[str, Any]) -> str:
    """A job in one line: id, where it stands, what it is about."""
    subject = subject_of(job)
    if len(subject) > SUBJECT_CHARACTERS:
        subject = subject[: SUBJECT_CHARACTERS - 3] + "..."
    return f"{job['id']}  {job['status']:<9}  {subject}"


def exit_code_of(job: dict[str, Any]) -> int:
    """What a command that waited for a job ends with."""
    if job["status"] == "succeeded":
        return 0
    return EXIT_WAITING if waits_for_approval(job) else EXIT_FAILED


def end_with(
    api_server: str | None,
    answer: Answer,
    folder: Path | None,
    *,
    as_json: bool,
    taken: float | None = None,
) -> None:
    """Print what became of a job, and leave with the fitting exit code.

    ``taken`` is in seconds; without it, the time since the job was asked for is told.
    """
    job = answer.body
    if as_json:
        click.echo(answer.raw)
    else:
        _report(api_server, job, folder, _seconds_since_asked(job) if taken is None else taken)
    sys.exit(exit_code_of(job))


def end_accepted(answer: Answer, *, as_json: bool, is_remote: bool) -> None:
    """Print a job that nobody waits for."""
    if as_json:
        click.echo(answer.raw)
        return
    job_id = answer.body["id"]
    click.echo(job_id)
    if is_remote:
        note(f"`faceless jobs follow {job_id}` shows how it comes along.")
    else:
        note(f"`faceless serve` works on it, or `faceless jobs follow {job_id}` here and now.")


def say_interrupted(server: str | None, job_id: str | None) -> None:
    """Say what Ctrl-C leaves behind."""
    if server is None:
        note("Stopped. What is finished is kept: `faceless serve` goes on with it.")
        if job_id is not None:
            note(f"Or `faceless jobs follow {job_id}`; `faceless cancel {job_id}` drops it.")
    elif job_id is None:
        note("Stopped. `faceless jobs` tells whether the server has accepted it.")
    else:
        note(
            f"The job goes on at {server}. `faceless jobs follow {job_id}` follows it, "
            f"`faceless cancel {job_id}` ends it."
        )


async def fetch_files(
    api: Api, video_id: str, folder: Path, what: list[str], *, quiet: bool
) -> list[Path]:
    """Download with a progress bar, where one can move."""
    console = Console(quiet=True) if quiet else err
    columns = (TextColumn("Downloading"), BarColumn(bar_width=32), DownloadColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=None)
        return await download_video(
            api,
            video_id,
            folder,
            what=what,
            moved=lambda have, size: bars.update(bar, completed=have, total=size),
        )


def _report(
    server: str | None, job: dict[str, Any], folder: Path | None, taken: float | None
) -> None:
    for warning in job["warnings"]:
        text = f"{warning['message']} {spoken(warning.get('hint', ''))}".strip()
        err.print(f"[yellow]warning[/] {escape(text)}", soft_wrap=True, highlight=False)
    if waits_for_approval(job):
        _report_approval(job)
        return
    result = job["result"]
    if job["status"] != "succeeded" or result is None:
        error = job.get("error") or {}
        state = escape(job["status"])
        err.print(f"[red]{state}[/] {escape(error.get('message', ''))}", soft_wrap=True)
        if error.get("hint"):
            note(f"  {spoken(error['hint'])}")
        if is_over(job):
            note(f"`faceless jobs retry {job['id']}` takes it up again.")
        return
    within = "" if taken is None else f" in {taken:.1f} s"
    note(f"A video of {result['duration']:.1f} s{within}:")
    if folder is not None:
        click.echo(folder)
    elif server is None:
        click.echo(result["path"] or result["url"])
    else:
        click.echo(server + result["url"])
        note(f"`faceless videos download {result['video_id']}` fetches its files.")


def _report_approval(job: dict[str, Any]) -> None:
    after = (job.get("approval") or {}).get("after", "this stage")
    click.echo(job["id"])
    note(f"It waits for your approval, after: {after}.")
    note(f"`faceless jobs show {job['id']}` shows what there is to look at;")
    note(f"`faceless jobs approve {job['id']}` lets it go on,")
    note(f"`faceless jobs reject {job['id']}` ends it.")


def _seconds_since_asked(job: dict[str, Any]) -> float | None:
    if not job.get("finished_at"):
        return None
    begun, ended = (datetime.fromisoformat(job[name]) for name in ("created_at", "finished_at"))
    return (ended - begun).total_seconds()
