"""``faceless jobs`` and ``faceless cancel``: what was asked for, and deciding about it."""

from typing import Any
from uuid import UUID

import click

from app.cli.api_client import Answer, Api
from app.cli.endings import EXIT_CODES, Refused, fail, note, out
from app.cli.following import is_over, waits_for_approval, watch
from app.cli.generate import print_scenes
from app.cli.listing import OPTION_NAMES, read_list, say_more, takes_a_selection
from app.cli.outcome import describe, end_accepted, end_with, say_interrupted, subject_of
from app.cli.scene_edits import OPTION_NAMES as EDIT_NAMES
from app.cli.scene_edits import edits_of, takes_edits
from app.cli.session import Session, connects
from app.cli.tables import moment, print_facts, print_table

STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")

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
        [(job["id"], f"{job['status']:<9}", subject_of(job)) for job in page.body["items"]],
    )
    if not page.body["items"]:
        kind = "jobs" if given["aspect_ratio"] is None else f"{given['aspect_ratio']} jobs"
        out.print(f"No {kind}." if given["status"] is None else f"No {kind} are {given['status']}.")
    say_more(page.body)


@jobs.command(epilog=EXIT_CODES)
@JOB_ID
@connects
def show(session: Session, job_id: UUID) -> None:
    """Show where a job stands, and its script while it waits for approval."""
    job, script = session.run(lambda api: _look(api, job_id, with_script=not session.as_json))
    if session.as_json:
        click.echo(job.raw)
        return
    _print_job(job.body)
    if script is not None:
        print_scenes(script)
        note(f"`faceless jobs approve {job_id}` lets it go on, `reject` ends it.")


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
@WAIT
@connects
def retry(session: Session, job_id: UUID, wait: bool) -> None:
    """Take up a failed or cancelled job again, where it was."""
    answer = session.run(lambda api: api.ask("POST", f"/api/jobs/{job_id}/retry"))
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
    try:
        body: dict[str, Any] = {"title": given["title"], "description": given["description"]}
        body |= {"tags": list(given["tags"]) or None, "scenes": edits_of(given) or None}
    except Refused as error:
        fail(error, as_json=session.as_json)
    body = {name: value for name, value in body.items() if value is not None}
    answer = session.run(
        lambda api: api.ask("POST", f"/api/jobs/{job_id}/approve", json=body or None),
        options=EDIT_NAMES,
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
        _follow(session, answer.body["id"])
    else:
        end_accepted(answer, as_json=session.as_json, is_remote=session.server is not None)


def _follow(session: Session, job_id: UUID | str) -> None:
    answer = session.run(
        lambda api: watch(api, str(job_id), quiet=session.as_json),
        works=True,
        on_interrupt=lambda: say_interrupted(session.server, str(job_id)),
    )
    end_with(session.server, answer, None, as_json=session.as_json)


async def _look(
    api: Api, job_id: UUID, *, with_script: bool
) -> tuple[Answer, dict[str, Any] | None]:
    job = await api.ask("GET", f"/api/jobs/{job_id}")
    if not with_script or not waits_for_approval(job.body):
        return job, None
    script = await api.ask("GET", f"/api/jobs/{job_id}/script")
    return job, script.body


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
            ("error", error.get("message")),
            ("hint", error.get("hint")),
            ("video", result.get("video_id")),
            ("folder", result.get("path")),
            *(("warning", warning["message"]) for warning in job["warnings"]),
        ]
    )
