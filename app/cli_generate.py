"""``faceless generate``: one video, here and now."""

import asyncio
import logging
import sys
from typing import Any, BinaryIO

import click
import msgspec
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from adapters.threads import ThreadBell
from app.cli_endings import EXIT_CODES, EXIT_FAILED, EXIT_INTERRUPTED, err, fail
from app.cli_jobs import describe
from app.config import Settings, load_settings
from app.container import make_container
from app.dependencies import find_missing
from app.embedded import EmbeddedWorker
from app.request_body import decode_body, parse_json
from app.stage_display import StageDisplay
from app.storage import prepare_storage
from domain import errors
from domain.errors import DomainError, InvalidRequest
from domain.generation.brief import FRAME_SIZES, Brief
from domain.generation.script import TopicMatch
from domain.jobs.listing import JobSelection
from domain.jobs.model import FINAL_STATUSES, LOCAL_ACCOUNT, Job, JobStatus
from domain.jobs.service import Jobs

POLL_SECONDS = 0.3
"""how often the display is brought up to date"""

NAMED_JOBS = 5
"""unfinished jobs of earlier runs that are named"""

FILE = click.File("rb")

SCENES_HINT = (
    'It takes a JSON list of scenes, such as [{"text": "Reefs are alive."}]; a text in plain words '
    "goes to --script."
)


@click.command(epilog=EXIT_CODES)
@click.argument("topic", required=False)
@click.option("--script", type=FILE, help="A finished script, word for word; - is standard input.")
@click.option("--article", type=FILE, help="A text to be condensed.")
@click.option("--scenes", type=FILE, help="A JSON list of scenes.")
@click.option("--title", help="The video's title.")
@click.option("--language", help="Language of the text (BCP 47), such as en.")
@click.option("--aspect", type=click.Choice([*FRAME_SIZES]), default="9:16", show_default=True)
@click.option("--duration", type=int, help="Target length in seconds, 15 to 900.")
@click.option("--voice", help="Id of a voice.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="0.5 to 2.")
@click.option("--mood", help="Mood of the music, or none.")
@click.option("--palette", help="Name of a palette.")
@click.option("--seed", type=int, help="Repeats a video exactly.")
@click.option("--json", "as_json", is_flag=True, help="Print the job, or the error, as JSON.")
def generate(topic: str | None, as_json: bool, **options: Any) -> None:
    """Make one video, here and now, and print the folder with it."""
    logging.basicConfig(
        level=logging.ERROR,
        format="%(message)s",
        handlers=[RichHandler(console=err, show_time=False, show_path=False)],
    )
    try:
        settings = load_settings()
        job = asyncio.run(_generate(settings, _brief(topic, options), quiet=as_json))
    except DomainError as error:
        fail(error, as_json=as_json)
    except KeyboardInterrupt:
        err.print("Stopped. What is finished is kept: `faceless serve` goes on with it.")
        sys.exit(EXIT_INTERRUPTED)
    if as_json:
        click.echo(msgspec.json.encode(job))
    else:
        _report(job)
    is_well = job.status == JobStatus.SUCCEEDED or job.approval is not None
    sys.exit(0 if is_well else EXIT_FAILED)


def _brief(topic: str | None, options: dict[str, Any]) -> Brief:
    """The request that the options spell.

    Raises:
        InvalidRequest: carries every wrong field.
    """
    scenes = options["scenes"]
    body: dict[str, Any] = {
        "topic": topic,
        "script": _text_of(options["script"], "/script"),
        "source_text": _text_of(options["article"], "/source_text"),
        "scenes": None if scenes is None else _json_of(scenes, "/scenes"),
        "title": options["title"],
        "language": options["language"],
        "aspect_ratio": options["aspect"],
        "duration": options["duration"],
        "voice": {"id": options["voice"], "speed": options["speed"]},
        "music": {"mood": options["mood"]},
        "brand": {"palette": options["palette"]},
        "seed": options["seed"],
    }
    given = {name: value for name, value in body.items() if value is not None}
    return decode_body(msgspec.json.encode(given), Brief)


def _text_of(file: BinaryIO | None, pointer: str) -> str | None:
    if file is None:
        return None
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"isn't UTF-8 text (byte {error.start})"
        hint = "Save the file as plain text in UTF-8."
        raise InvalidRequest([errors.FieldError(pointer, message, "not_utf8", hint)]) from error


def _json_of(file: BinaryIO, pointer: str) -> Any:
    try:
        return parse_json(file.read())
    except InvalidRequest as error:
        found = [
            msgspec.structs.replace(
                wrong,
                pointer=pointer,
                message=wrong.message.removeprefix("the body "),
                hint=SCENES_HINT if wrong.code == "malformed_json" else wrong.hint,
            )
            for wrong in error.errors
        ]
        raise InvalidRequest(found) from error


async def _generate(settings: Settings, brief: Brief, *, quiet: bool) -> Job:
    # a server waits until they come back; somebody who sits here had better know. The bell of
    # other processes isn't needed.
    if missing := await find_missing(msgspec.structs.replace(settings, redis_url="")):
        raise missing[0]
    await prepare_storage(settings)
    bell = ThreadBell()
    container = make_container(settings, thread_bell=bell)
    worker = EmbeddedWorker(settings, bell)
    try:
        jobs = await container.get(Jobs)
        unfinished = await _unfinished(jobs)
        # somebody sits and waits for this one: it goes before whatever was left lying
        priority = 1 + max((other.priority for other in unfinished), default=0)
        job = await jobs.submit(LOCAL_ACCOUNT, brief, priority=priority)
        if unfinished and not quiet:
            err.print(
                f"Unfinished from before: {len(unfinished)}. Worked on where this video leaves "
                "room; `faceless serve` finishes them, `faceless cancel JOB_ID` drops one:",
                soft_wrap=True,
            )
            for other in unfinished[:NAMED_JOBS]:
                err.print(f"  {escape(describe(other))}", soft_wrap=True, highlight=False)
            if len(unfinished) > NAMED_JOBS:
                err.print("  ... `faceless jobs` lists them all")
        if job.topic_match is not None and not quiet:
            say_topic(brief.topic or "", job.topic_match)
        worker.start()
        return await _follow(jobs, job, worker, quiet=quiet)
    finally:
        await asyncio.to_thread(worker.stop)
        await container.close()


def say_topic(topic: str, match: TopicMatch) -> None:
    """Say which article a topic was taken to mean, where it could have meant another."""
    if not match.alternatives and match.matched_by != "search":
        return
    also = f" Also: {', '.join(match.alternatives)}." if match.alternatives else ""
    err.print(f"Taking {topic!r} as {match.title}.{also}", markup=False, soft_wrap=True)


async def _unfinished(jobs: Jobs) -> list[Job]:
    """The jobs of earlier runs that are still to be done; of very many, the newest."""
    pages = [
        await jobs.page(LOCAL_ACCOUNT, JobSelection(status=status))
        for status in JobStatus
        if status not in FINAL_STATUSES
    ]
    return [job for page in pages for job in page.items]


async def _follow(jobs: Jobs, job: Job, worker: EmbeddedWorker, *, quiet: bool) -> Job:
    """Show how the job comes along until it is over, or waits for approval."""
    with StageDisplay(Console(quiet=True) if quiet else err) as display:
        while True:
            job = await jobs.get(job.account_id, job.id)
            display.show(job)
            if job.status in FINAL_STATUSES or job.approval is not None:
                return job
            if worker.error is not None:
                raise DomainError("The worker has ended; the lines above say why.")
            await asyncio.sleep(POLL_SECONDS)


def _report(job: Job) -> None:
    for warning in job.warnings:
        err.print(f"[yellow]warning[/] {escape(warning.message)} {escape(warning.hint)}")
    if job.approval is not None:
        err.print(
            f"Waits for approval: its {job.approval.after} is done. With `faceless serve` running, "
            f"`POST /api/jobs/{job.id}/approve` lets it go on, `/reject` ends it.",
            soft_wrap=True,
        )
        return
    if job.status != JobStatus.SUCCEEDED or job.result is None:
        error = job.error
        err.print(f"[red]{job.status}[/] {escape(error.message if error else '')}")
        if error and error.hint:
            err.print(f"  {escape(error.hint)}")
        return
    seconds = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    err.print(f"A video of {job.result.duration:.1f} s in {seconds:.1f} s:")
    click.echo(job.result.path or job.result.url)
