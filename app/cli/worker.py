"""``faceless worker``: a worker process of its own."""

import asyncio
import sys

import click

from app.cli.endings import EXIT_CODES, EXIT_FAILED, err, fail, out, say, settings_or_leave
from app.config import Settings
from app.heartbeat import SILENT_SECONDS, living_workers
from domain.errors import DomainError, SettingsInvalid

NO_BELL = (
    "REDIS_URL is empty: a worker of its own is rung over Redis. Without one, `faceless serve` "
    "works inside its own process"
)


@click.command(epilog=EXIT_CODES)
@click.option("--check", is_flag=True, help="Only tell whether this machine's workers live.")
def worker(check: bool) -> None:
    """Work on jobs until SIGTERM or Ctrl-C, rung over Redis.

    Start as many as the machines can bear, each under a supervisor that starts it again.
    """
    settings = settings_or_leave()
    if check:
        _check(settings)
        return
    if not settings.redis_url:
        fail(SettingsInvalid([NO_BELL]))
    from app.dependencies import find_missing  # noqa: PLC0415 - loads the servers' drivers

    if missing := asyncio.run(find_missing(settings)):
        for error in missing[:-1]:
            say(error)
        fail(missing[-1])
    from app.worker import run  # noqa: PLC0415 - the same

    try:
        run(settings)
    except DomainError as error:
        fail(error)


def _check(settings: Settings) -> None:
    living, silent = living_workers(settings.data_dir / "workers")
    for pid in silent:
        err.print(f"Worker {pid} has given no sign of life for {SILENT_SECONDS:g} s.")
    if living and not silent:
        out.print(f"Workers that live: {', '.join(map(str, living))}")
        return
    if not living:
        err.print("No worker lives here.")
    sys.exit(EXIT_FAILED)
