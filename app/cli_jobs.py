"""``faceless jobs`` and ``faceless cancel``: what was asked for, and giving it up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar, get_args
from uuid import UUID

import click
import msgspec
from rich.markup import escape

from app.cli_endings import EXIT_CODES, fail, out, settings_or_leave
from app.config import Settings
from app.container import make_container
from app.controllers.bodies import JobBody
from app.storage import prepare_storage
from domain.errors import DomainError
from domain.generation.brief import AspectRatio
from domain.jobs.listing import JobSelection, Sort
from domain.jobs.model import LOCAL_ACCOUNT, Job, JobStatus
from domain.jobs.service import Jobs

T = TypeVar("T")

SUBJECT_CHARACTERS = 60
"""of what a job is about, in one line"""


@click.command(epilog=EXIT_CODES)
@click.option("--status", type=click.Choice([*map(str, JobStatus)]), help="Only these.")
@click.option("--aspect", type=click.Choice(get_args(AspectRatio)), help="Only in this shape.")
@click.option("--sort", type=click.Choice([*map(str, Sort)]), default="newest", help="Which first.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="How many at most: 50.")
@click.option("--json", "as_json", is_flag=True, help="Print the jobs, or the error, as JSON.")
def jobs(
    status: str | None, aspect: AspectRatio | None, sort: str, limit: int, as_json: bool
) -> None:
    """List jobs, newest first."""
    wanted = JobSelection(
        status=None if status is None else JobStatus(status), aspect_ratio=aspect, sort=Sort(sort)
    )
    found = _run(lambda service: _some(service, wanted, limit), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode([JobBody.from_job(job) for job in found]))
        return
    for job in found:
        click.echo(describe(job))
    if not found:
        kind = "jobs" if aspect is None else f"{aspect} jobs"
        out.print(f"No {kind}." if status is None else f"No {kind} are {status}.")


@click.command(epilog=EXIT_CODES)
@click.argument("job_id", type=click.UUID)
def cancel(job_id: UUID) -> None:
    """Cancel an unfinished job; `faceless jobs` lists their ids."""
    job = _run(lambda service: service.cancel(LOCAL_ACCOUNT, job_id))
    if job.status == JobStatus.CANCELLED:
        out.print(f"Cancelled: {escape(describe(job))}", soft_wrap=True, highlight=False)
    else:
        out.print(
            "It is being worked on; its worker ends it within seconds. Where none runs any more, "
            "the next `faceless serve` or `faceless generate` does.",
            soft_wrap=True,
        )


def describe(job: Job) -> str:
    """A job in one line: id, where it stands, what it is about."""
    request = job.request
    scenes = " ".join(scene.text for scene in request.scenes or [])
    about = request.title or request.topic or request.script or request.source_text or scenes
    subject = " ".join(about.split())
    if len(subject) > SUBJECT_CHARACTERS:
        subject = subject[: SUBJECT_CHARACTERS - 3] + "..."
    return f"{job.id}  {job.status:<9}  {subject}"


async def _some(service: Jobs, wanted: JobSelection, limit: int) -> list[Job]:
    return (await service.page(LOCAL_ACCOUNT, wanted, limit=limit)).items


def _run(ask: Callable[[Jobs], Awaitable[T]], *, as_json: bool = False) -> T:
    """What the jobs' use cases answer; an error ends the command."""
    settings = settings_or_leave()
    try:
        return asyncio.run(_ask(settings, ask))
    except DomainError as error:
        fail(error, as_json=as_json)


async def _ask(settings: Settings, ask: Callable[[Jobs], Awaitable[T]]) -> T:
    await prepare_storage(settings)
    container = make_container(settings)
    try:
        return await ask(await container.get(Jobs))
    finally:
        await container.close()
