"""``faceless migrate``, ``gc``, ``backup`` and ``restore``: an installation grows old."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from app.cli.endings import EXIT_CODES, err, fail, out, settings_or_leave
from app.config import Settings
from domain.errors import DomainError

if TYPE_CHECKING:  # what these bring along takes a second: only the commands load it
    from dishka import AsyncContainer

    from app.upkeep.backup import BackedUp, Restored
    from app.upkeep.gc import Collected
    from app.upkeep.moving import Moved

T = TypeVar("T")

NAMED = 5
"""videos of which bytes are missing that are named"""

FOLDER = click.Path(file_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the counts, or the error.")


@click.command(epilog=EXIT_CODES)
@click.option("--check", is_flag=True, help="Only check that models and migrations agree.")
@click.option(
    "--from",
    "source",
    metavar="sqlite[:///PATH]",
    help="Move an embedded installation to the configured stores: that of DATA_DIR, or with its "
    "database at PATH and its artifacts beside it.",
)
@JSON
def migrate(check: bool, source: str | None, as_json: bool) -> None:
    """Bring the database to this version's schema; with --from, move to the configured stores."""
    from app.storage import prepare_storage  # noqa: PLC0415 - loads the database's drivers

    settings = settings_or_leave()
    try:
        message = asyncio.run(prepare_storage(settings, check=check))
    except DomainError as error:
        fail(error, as_json=as_json)
    if source is None or check:
        click.echo(msgspec.json.encode({"message": message})) if as_json else out.print(message)
        return
    moved = _run(settings, lambda container: _move(container, source, settings), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(moved))
        return
    _say(
        f"Moved from {moved.source}: {_rows(moved.rows)}, {_many(moved.documents, 'document')}, "
        f"{_many(moved.artifacts, 'file')}. Don't start the old installation again: what it makes "
        "from now on wouldn't be here."
    )
    _warn_of(moved.incomplete_videos)


@click.command(epilog=EXIT_CODES)
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@JSON
def gc(dry_run: bool, as_json: bool) -> None:
    """Remove what no video and no job needs any more; safe while everything runs."""
    collected = _run(
        settings_or_leave(), lambda container: _collect(container, dry_run), as_json=as_json
    )
    if as_json:
        click.echo(msgspec.json.encode(collected))
        return
    _say(
        f"{'Would be removed' if dry_run else 'Removed'}: {_many(collected.artifacts, 'file')} "
        f"({_size(collected.bytes)}), {_many(collected.documents, 'document')}, "
        f"{_many(collected.results, 'result')}, {_many(collected.jobs, 'job')}, "
        f"{_many(collected.events, 'event')}, "
        f"{_many(collected.idempotency_keys, 'idempotency key')}, "
        f"{_many(collected.deliveries, 'webhook message')}, "
        f"{_many(collected.paid_calls, 'paid call')} (their cost is kept)."
    )
    if collected.missing_documents:
        _warn(
            f"Rows name {_many(collected.missing_documents, 'document')} that no store has: "
            "something was deleted from outside."
        )


@click.command(epilog=EXIT_CODES)
@click.argument("folder", type=FOLDER)
@JSON
def backup(folder: Path, as_json: bool) -> None:
    """Back everything up into FOLDER; again into the same FOLDER, only what is new is copied, and
    the new state takes the old one's place."""
    made = _run(settings_or_leave(), lambda container: _back_up(container, folder), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    _say(
        f"{made.folder}: {_rows(made.rows)}, {_many(made.documents, 'document')}, "
        f"{_many(made.artifacts, 'file')} ({_size(made.bytes)}), {made.new_artifacts:,} new."
    )
    _warn_of(made.incomplete_videos)


@click.command(epilog=EXIT_CODES)
@click.argument("folder", type=FOLDER)
@JSON
def restore(folder: Path, as_json: bool) -> None:
    """Restore the backup in FOLDER into the configured stores, which have to be empty."""
    made = _run(settings_or_leave(), lambda container: _restore(container, folder), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    _say(
        f"Restored: {_rows(made.rows)}, {_many(made.documents, 'document')}, "
        f"{_many(made.artifacts, 'file')} ({_size(made.bytes)}). "
        "Unfinished jobs go on when a worker starts."
    )
    _warn_of(made.incomplete_videos)


async def _move(container: "AsyncContainer", source: str, settings: Settings) -> "Moved":
    from app.upkeep.moving import Mover, embedded_database  # noqa: PLC0415 - as above

    file = embedded_database(source, settings)
    return await (await container.get(Mover)).move(file)


async def _collect(container: "AsyncContainer", dry_run: bool) -> "Collected":
    from app.upkeep.gc import GarbageCollector  # noqa: PLC0415 - as above

    return await (await container.get(GarbageCollector)).collect(dry_run=dry_run)


async def _back_up(container: "AsyncContainer", folder: Path) -> "BackedUp":
    from app.upkeep.backup import Backups  # noqa: PLC0415 - as above
    from app.upkeep.folder import BackupFolder  # noqa: PLC0415 - as above

    return await (await container.get(Backups)).back_up(BackupFolder(folder))


async def _restore(container: "AsyncContainer", folder: Path) -> "Restored":
    from app.upkeep.backup import Backups  # noqa: PLC0415 - as above
    from app.upkeep.folder import BackupFolder  # noqa: PLC0415 - as above

    return await (await container.get(Backups)).restore(BackupFolder(folder))


def _run(
    settings: Settings, work: "Callable[[AsyncContainer], Awaitable[T]]", *, as_json: bool
) -> T:
    """What upkeep's use cases answer; an error ends the command."""
    try:
        return asyncio.run(_work(settings, work))
    except DomainError as error:
        fail(error, as_json=as_json)


async def _work(settings: Settings, work: "Callable[[AsyncContainer], Awaitable[T]]") -> T:
    from app.container import make_container  # noqa: PLC0415 - as above
    from app.storage import prepare_storage  # noqa: PLC0415 - as above
    from app.upkeep.provider import UpkeepProvider  # noqa: PLC0415 - as above

    await prepare_storage(settings)
    container = make_container(settings, UpkeepProvider())
    try:
        return await work(container)
    finally:
        await container.close()


def _rows(counts: dict[str, int]) -> str:
    return f"{_many(counts['jobs'], 'job')}, {_many(counts['videos'], 'video')}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _say(message: str) -> None:
    out.print(message, soft_wrap=True, highlight=False, markup=False)


def _warn(message: str) -> None:
    err.print(f"warning: {message}", soft_wrap=True, highlight=False, markup=False)


def _warn_of(incomplete: list[str]) -> None:
    if incomplete:
        more = " ..." if len(incomplete) > NAMED else ""
        _warn(
            f"bytes are missing of {_many(len(incomplete), 'video')}: "
            f"{', '.join(incomplete[:NAMED])}{more}"
        )
