"""The ``faceless`` command."""

import asyncio
import json
import sys
from typing import Any, NoReturn

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from adapters.threads import ThreadBell
from app.config import Settings, load_settings
from app.container import make_container
from app.embedded import EmbeddedWorker
from app.request_body import decode_body
from app.storage import prepare_storage
from domain.errors import DomainError, InvalidRequest, TopicNotFound
from domain.generation.brief import FRAME_SIZES, Brief
from domain.jobs.model import FINAL_STATUSES, LOCAL_ACCOUNT, Job, JobStatus, UnitKind
from domain.jobs.service import Jobs

POLL_SECONDS = 0.3
"""how often the progress bars are brought up to date"""

EXIT_FAILED = 1
"""the work failed"""
EXIT_USAGE = 2
"""the command or its input was wrong"""

STAGE_TITLES: dict[UnitKind, str] = {
    UnitKind.SCRIPT: "Writing the script",
    UnitKind.NARRATION: "Speaking",
    UnitKind.STORYBOARD: "Planning shots",
    UnitKind.SEGMENT: "Rendering",
    UnitKind.MIX: "Mixing sound",
    UnitKind.PACKAGE: "Packaging",
}

TEXT_FILE = click.File(encoding="utf-8")

out = Console()
err = Console(stderr=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="faceless")
def main() -> None:
    """Turn a topic, an article or a script into a finished video."""


@main.command()
@click.argument("topic", required=False)
@click.option(
    "--script", type=click.File(encoding="utf-8"), help="A finished script, word for word."
)
@click.option("--article", type=TEXT_FILE, help="A text to be condensed.")
@click.option("--scenes", type=TEXT_FILE, help="A JSON list of scenes.")
@click.option("--title", help="The video's title.")
@click.option(
    "--aspect", type=click.Choice([*FRAME_SIZES]), default="9:16", show_default=True
)
@click.option("--duration", type=int, help="Target length in seconds, 15 to 900.")
@click.option("--voice", help="Id of a voice.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="0.5 to 2.")
@click.option("--mood", help="Mood of the music, or none.")
@click.option("--palette", help="Name of a palette.")
@click.option("--seed", type=int, help="Repeats a video exactly.")
@click.option("--json", "as_json", is_flag=True, help="Print the finished job as JSON.")
def generate(topic: str | None, as_json: bool, **options: Any) -> None:
    """Make one video, here and now."""
    settings = _settings()
    try:
        job = asyncio.run(_generate(settings, _brief(topic, options), quiet=as_json))
    except DomainError as error:
        _fail(error)
    except KeyboardInterrupt:
        err.print("\nStopped. What is finished is kept: `faceless serve` goes on with it.")
        sys.exit(130)
    if as_json:
        click.echo(msgspec.json.encode(job))
    else:
        _report(job)
    sys.exit(0 if job.status == JobStatus.SUCCEEDED else EXIT_FAILED)


@main.command()
@click.option("--host", help="Address to listen on; HOST by default.")
@click.option("--port", type=int, help="Port to listen on; PORT by default.")
def serve(host: str | None, port: int | None) -> None:
    """Start the API, with a worker inside unless EMBEDDED_WORKER=false."""
    import uvicorn  # noqa: PLC0415 - only this command needs the server

    settings = _settings()
    uvicorn.run(
        "app.main:app",
        host=host or settings.host,
        port=port or settings.port,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


@main.command()
@click.option("--check", is_flag=True, help="Only check that models and migrations agree.")
def migrate(check: bool) -> None:
    """Bring the database to this version's schema."""
    settings = _settings()
    try:
        message = asyncio.run(prepare_storage(settings, check=check))
    except DomainError as error:
        _fail(error)
    out.print(message)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Check settings, folders, fonts, voice and ffmpeg, in words."""
    from app.doctor import examine  # noqa: PLC0415 - loads every adapter

    findings = asyncio.run(examine(_settings()))
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        for finding in findings:
            mark = "[green]ok[/]  " if finding.ok else "[red]wrong[/]"
            out.print(f"{mark} {escape(finding.name)}: {escape(finding.message)}")
            if finding.hint:
                out.print(f"      {escape(finding.hint)}")
    sys.exit(0 if all(finding.ok for finding in findings) else EXIT_FAILED)


# -- generate ----------------------------------------------------------------------------------


def _brief(topic: str | None, options: dict[str, Any]) -> Brief:
    body: dict[str, Any] = {
        "topic": topic,
        "script": options["script"].read() if options["script"] else None,
        "source_text": options["article"].read() if options["article"] else None,
        "scenes": json.load(options["scenes"]) if options["scenes"] else None,
        "title": options["title"],
        "aspect_ratio": options["aspect"],
        "duration": options["duration"],
        "voice": {"id": options["voice"], "speed": options["speed"]},
        "music": {"mood": options["mood"]},
        "brand": {"palette": options["palette"]},
        "seed": options["seed"],
    }
    given = {name: value for name, value in body.items() if value is not None}
    return decode_body(msgspec.json.encode(given), Brief)


async def _generate(settings: Settings, brief: Brief, *, quiet: bool) -> Job:
    await prepare_storage(settings)
    bell = ThreadBell()
    container = make_container(settings, thread_bell=bell)
    worker = EmbeddedWorker(settings, bell)
    try:
        jobs = await container.get(Jobs)
        job = await jobs.submit(LOCAL_ACCOUNT, brief)
        worker.start()
        return await _follow(jobs, job, worker, quiet=quiet)
    finally:
        await asyncio.to_thread(worker.stop)
        await container.close()


async def _follow(jobs: Jobs, job: Job, worker: EmbeddedWorker, *, quiet: bool) -> Job:
    """Show a bar for each stage until the job is over."""
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(bar_width=32),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=quiet) as bars:
        shown: dict[UnitKind, TaskID] = {}
        while True:
            job = await jobs.get(job.account_id, job.id)
            for stage in job.stages:
                if stage.status == "pending":
                    continue
                if stage.name not in shown:
                    shown[stage.name] = bars.add_task(STAGE_TITLES[stage.name], total=1.0)
                bars.update(shown[stage.name], completed=stage.progress)
            if job.status in FINAL_STATUSES:
                return job
            if worker.error is not None:
                raise DomainError("The worker has ended; its log says why.") from worker.error
            await asyncio.sleep(POLL_SECONDS)


def _report(job: Job) -> None:
    for warning in job.warnings:
        err.print(f"[yellow]warning[/] {escape(warning.message)} {escape(warning.hint)}")
    if job.status != JobStatus.SUCCEEDED or job.result is None:
        error = job.error
        err.print(f"[red]{job.status}[/] {escape(error.message if error else '')}")
        if error and error.hint:
            err.print(f"  {escape(error.hint)}")
        return
    seconds = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    err.print(f"A video of {job.result.duration:.1f} s in {seconds:.1f} s:")
    click.echo(job.result.path)


def _settings() -> Settings:
    try:
        return load_settings()
    except DomainError as error:
        _fail(error)


def _fail(error: DomainError) -> NoReturn:
    """Say what is wrong and how to mend it, and leave with the fitting exit code."""
    if isinstance(error, InvalidRequest):
        for wrong in error.errors:
            err.print(f"[red]{escape(wrong.pointer or 'request')}[/] {escape(wrong.message)}")
            if wrong.hint:
                err.print(f"  {escape(wrong.hint)}")
        sys.exit(EXIT_USAGE)
    err.print(f"[red]{error.code}[/] {escape(error.message)}")
    if error.hint_text:
        err.print(f"  {escape(error.hint_text)}")
    if isinstance(error, TopicNotFound) and error.suggestions:
        err.print(f"  Suggestions: {escape(', '.join(error.suggestions))}")
    sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
