"""``faceless gc``: clearing what nothing needs any more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import msgspec
from dishka import AsyncContainer

from app.cli_endings import EXIT_CODES, err, fail, out, settings_or_leave
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from app.upkeep.gc import Collected, GarbageCollector
from app.upkeep.provider import UpkeepProvider
from domain.errors import DomainError

T = TypeVar("T")


@click.command(epilog=EXIT_CODES)
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts, or the error, as JSON.")
def gc(dry_run: bool, as_json: bool) -> None:
    """Remove what no video and no job needs any more; safe while everything runs."""

    async def collect(container: AsyncContainer) -> Collected:
        return await (await container.get(GarbageCollector)).collect(dry_run=dry_run)

    collected = _run(collect, as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(collected))
        return
    out.print(
        f"{'Would be removed' if dry_run else 'Removed'}: {collected.artifacts:,} files "
        f"({collected.bytes / 1e6:,.1f} MB), {collected.documents:,} documents, "
        f"{collected.results:,} results, {collected.jobs:,} jobs, {collected.events:,} events.",
        soft_wrap=True,
        highlight=False,
    )
    if collected.missing_documents:
        err.print(
            f"[yellow]warning[/] {collected.missing_documents} documents are missing that rows "
            "name: something was deleted from outside.",
            soft_wrap=True,
        )


def _run(work: Callable[[AsyncContainer], Awaitable[T]], *, as_json: bool = False) -> T:
    """What upkeep's use cases answer; an error ends the command."""
    settings = settings_or_leave()
    try:
        return asyncio.run(_work(settings, work))
    except DomainError as error:
        fail(error, as_json=as_json)


async def _work(settings: Settings, work: Callable[[AsyncContainer], Awaitable[T]]) -> T:
    await prepare_storage(settings)
    container = make_container(settings, UpkeepProvider())
    try:
        return await work(container)
    finally:
        await container.close()
