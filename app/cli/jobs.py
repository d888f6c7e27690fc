"""``faceless jobs`` and ``faceless cancel``: what was asked for, and deciding about it."""

import time
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import click
import msgspec

from app.cli.api_client import Answer, Api
from app.cli.downloads import download, make_folder
from app.cli.endings import EXIT_CODES, Refused, fail, note, out, spoken
from app.cli.following import is_over, waits_for_approval, watch
from app.cli.listing import OPTION_NAMES, read_list, say_more, takes_a_selection
from app.cli.outcome import describe, end_accepted, end_with, say_interrupted, subject_of
from app.cli.request_options import usd
from app.cli.scene_edits import edits_of, names_of, takes_edits
from app.cli.scenes import print_scenes
from app.cli.session import Session, connects
from app.cli.tables import moment, print_facts, print_table, shortened

STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")

ABOUT_CHARACTERS = 200
"""of what a job is about, in a list: any title and topic, and not all of a script"""

JOB_ID = click.argument("job_id", type=click.UUID)
WAIT = click.option("--wait/--no-wait", default=False, help="Follow it to its end.")


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@takes_a_selection
@connects
def jobs(session: Session, **given: Any) -> None:
    """List jobs, newest first; or look at one, follow it, decide about it."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    page = session.run(lambda api: read_list(api, "/api/jobs", given), options=OPTION_NAMES)
    if session.as_json:
        click.echo(page.raw)
        return
    print_table(
        ("ID", "STATUS", "ABOUT"),
        [
            (job["id"], f"{job['status']:<9}", shortened(subject_of(job), ABOUT_CHARACTERS))
            for job in page.body["items"]
        ],
    )
    if not page.body["items"]:
        kind = "jobs" if given["aspect_ratio"] is None else f"{given['aspect_ratio']} jobs"
        out.print(f"No {kind}." if given["status"] is None else f"No {kind} are {given['status']}.")
    say_more(page.body)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@connects
def show(session: Session, job_id: UUID) -> None:
    """Show where a job stands; of one that waits for approval, what there is to look at."""
    job, view = session.run(lambda api: _look(api, job_id, whole=not session.as_json))
    if session.as_json:
        click.echo(job.raw)
        return
    _print_job(job.body)
    if view is None:
        return
    print_scenes(view.script, view.storyboard)
    _say_where(session.server, job.body, view)
    _say_how_to_decide(job.body)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@click.option("--scene", type=click.IntRange(0), multiple=True, help="Only this one; repeatable.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    default=Path(),
    help="Where to; else the folder that you are in.",
)
@connects
def narration(session: Session, job_id: UUID, scene: tuple[int, ...], output: Path) -> None:
    """Save what a job has spoken so far, a WAV file for each scene, to listen to it."""

    async def fetch(api: Api) -> list[Path]:
        numbers = scene or range(len((await _script(api, job_id))["scenes"]))
        make_folder(output)
        paths = [output / f"scene-{number}.wav" for number in numbers]
        for number, path in zip(numbers, paths, strict=True):
            await download(api, _narration(job_id, number), path, is_hashed=False)
        return paths

    paths = session.run(fetch)
    if session.as_json:
        click.echo(msgspec.json.encode({"files": [str(path) for path in paths]}))
    else:
        for path in paths:
            click.echo(path)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@connects
def follow(session: Session, job_id: UUID) -> None:
    """Follow a job to its end; without a server, this process works on it."""
    _follow(session, job_id)


@jobs.command("cancel", epilog=EXIT_CODES)
@JOB_ID
@connects
def cancel_job(session: Session, job_id: UUID) -> None:
    """Cancel an unfinished job."""
    _cancel(session, job_id)


@click.command(epilog=EXIT_CODES)
@JOB_ID
@connects
def cancel(session: Session, job_id: UUID) -> None:
    """Cancel an unfinished job; `faceless jobs` lists their ids."""
    _cancel(session, job_id)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@click.option(
    "--max-cost",
    type=usd,
    metavar="USD",
    help="Another cap on what providers may cost it, with what was spent before.",
)
@click.option("--no-max-cost", is_flag=True, help="No cap of its own: only the month's holds.")
@WAIT
@connects
def retry(
    session: Session, job_id: UUID, *, max_cost: float | None, no_max_cost: bool, wait: bool
) -> None:
    """Take up a failed or cancelled job again, where it was."""
    if no_max_cost and max_cost is not None:
        raise click.UsageError("--max-cost and --no-max-cost exclude each other.")
    body = {"max_cost": max_cost} if no_max_cost or max_cost is not None else None
    answer = session.run(
        lambda api: api.ask("POST", f"/api/jobs/{job_id}/retry", json=body),
        options={"/max_cost": "--max-cost"},
    )
    _go_on(session, answer, wait=wait)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@click.option("--title", help="The video's title.")
@click.option("--description", help="The video's description.")
@click.option("--tag", "tags", multiple=True, help="A tag; all of them, in place of those chosen.")
@takes_edits
@WAIT
@connects
def approve(session: Session, job_id: UUID, *, wait: bool, **given: Any) -> None:
    """Let a job go on that waits for approval, corrected if need be."""
    body: dict[str, Any] = {"title": given["title"], "description": given["description"]}
    try:
        edits = edits_of(given)
    except Refused as error:
        fail(error, as_json=session.as_json)
    body |= {"tags": list(given["tags"]) or None, "scenes": edits or None}
    body = {name: value for name, value in body.items() if value is not None}
    answer = session.run(
        lambda api: api.ask("POST", f"/api/jobs/{job_id}/approve", json=body or None),
        options=names_of(edits),
    )
    _go_on(session, answer, wait=wait)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@click.option("--reason", help="Kept with the job.")
@connects
def reject(session: Session, job_id: UUID, reason: str | None) -> None:
    """End a job that waits for approval."""
    body = None if reason is None else {"reason": reason}
    answer = session.run(
        lambda api: api.ask("POST", f"/api/jobs/{job_id}/reject", json=body),
        options={"/reason": "--reason"},
    )
    if session.as_json:
        click.echo(answer.raw)
    else:
        click.echo(f"Rejected: {describe(answer.body)}")


def _cancel(session: Session, job_id: UUID) -> None:
    answer = session.run(lambda api: api.ask("POST", f"/api/jobs/{job_id}/cancel"))
    if session.as_json:
        click.echo(answer.raw)
    elif answer.body["status"] == "cancelled":
        click.echo(f"Cancelled: {describe(answer.body)}")
    else:
        click.echo(
            "It is being worked on; its worker ends it within seconds. Where none runs any more, "
            "the next `faceless serve` or `faceless generate` does."
        )


def _go_on(session: Session, answer: Answer, *, wait: bool) -> None:
    if wait:
        _follow(session, answer.body["id"], goes_on_at=time.monotonic())
    else:
        end_accepted(answer, as_json=session.as_json, is_remote=session.server is not None)


def _follow(session: Session, job_id: UUID | str, *, goes_on_at: float | None = None) -> None:
    """``goes_on_at``: when it was let go on; what it waited for somebody before doesn't count."""
    answer = session.run(
        lambda api: watch(api, str(job_id), quiet=session.as_json),
        works=True,
        on_interrupt=lambda: say_interrupted(session.server, str(job_id)),
    )
    taken = None if goes_on_at is None else time.monotonic() - goes_on_at
    end_with(session.server, answer, None, as_json=session.as_json, taken=taken)


class _View(NamedTuple):
    """What there is to look at of a job that waits for approval."""

    script: dict[str, Any]
    storyboard: dict[str, Any] | None
    is_spoken: bool


async def _look(api: Api, job_id: UUID, *, whole: bool) -> tuple[Answer, _View | None]:
    job = await api.ask("GET", f"/api/jobs/{job_id}")
    if not whole or not waits_for_approval(job.body):
        return job, None
    script = await _script(api, job_id)
    try:
        storyboard = (await api.ask("GET", f"/api/jobs/{job_id}/storyboard")).body
    except Refused as error:
        if error.code != "not_made_yet":
            raise
        storyboard = None  # not planned yet
    return job, _View(script, storyboard, job.body["approval"]["after"] != "script")


async def _script(api: Api, job_id: UUID) -> dict[str, Any]:
    script: dict[str, Any] = (await api.ask("GET", f"/api/jobs/{job_id}/script")).body
    return script


def _narration(job_id: UUID | str, number: int | str) -> str:
    """Where the API has what a scene sounds like."""
    return f"/api/jobs/{job_id}/scenes/{number}/narration"


def _say_where(server: str | None, job: dict[str, Any], view: _View) -> None:
    """Say how to hear what was spoken, and how to see the video."""
    if view.is_spoken:
        note(f"`faceless jobs narration {job['id']}` saves what it sounds like;")
        if server is not None:
            note(f"scene 0 is at {server}{_narration(job['id'], 0)}")
    if (result := job.get("result")) is not None:
        note(f"`faceless videos download {result['video_id']}` fetches the video.")


def _say_how_to_decide(job: dict[str, Any]) -> None:
    job_id = job["id"]
    note(f"`faceless jobs approve {job_id}` lets it go on,")
    if job["approval"]["after"] != "package":
        note("  with `--scene N --text TEXT` for another text of scene N;")
    note(f"`faceless jobs reject {job_id}` ends it.")


def _print_job(job: dict[str, Any]) -> None:
    error, result = job.get("error") or {}, job.get("result") or {}
    waits = f", for {job['waiting_for']}" if job.get("waiting_for") else ""
    left = job.get("eta_seconds")
    print_facts(
        [
            ("job", job["id"]),
            ("about", subject_of(job)),
            ("status", f"{job['status']}{waits}"),
            ("stage", None if is_over(job) else job["stage"]),
            ("progress", None if is_over(job) else f"{job['progress']:.0%}"),
            ("left", None if left is None else f"{left:.0f} s"),
            ("queue", job.get("queue_position")),
            ("asked", moment(job["created_at"])),
            ("ended", moment(job["finished_at"])),
            ("error", f"{error['code']}: {error['message']}" if error else None),
            ("hint", spoken(error.get("hint") or "")),
            ("video", result.get("video_id")),
            ("folder", result.get("path")),
            *(("warning", warning["message"]) for warning in job["warnings"]),
        ]
    )
