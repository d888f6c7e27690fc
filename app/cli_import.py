"""``faceless import``: another program's request as one of ours, and what isn't in it."""

import asyncio
from typing import BinaryIO

import click
import msgspec
from rich.markup import escape

from app.cli_endings import EXIT_CODES, err, fail, settings_or_leave
from app.config import Settings
from domain.errors import DomainError, InvalidRequest
from domain.importing import FORMATS, Imported, Note, read_request
from domain.jobs.model import LOCAL_ACCOUNT
from domain.presets import Preset, Presets


@click.command("import", epilog=EXIT_CODES)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--from", "program", type=click.Choice([*FORMATS]), help="Whose request it is; else guessed."
)
@click.option(
    "--save-preset", "name", metavar="NAME", help="Keep it as a preset of this installation, too."
)
def import_(file: BinaryIO, program: str | None, name: str | None) -> None:
    """Turn a MoneyPrinterTurbo or short-video-maker request body (FILE, or - for standard input)
    into one for POST /api/generate, on standard output. What isn't carried over, and why, is on
    standard error, a field a line.
    """
    try:
        imported = _read(file.read(), program)
    except DomainError as error:
        fail(error)
    for note in imported.notes:
        err.print(_line(note), soft_wrap=True, highlight=False)
    _check(imported)
    if name is not None:
        _save(name, imported)
    click.echo(msgspec.json.format(msgspec.json.encode(imported.request)))


def _read(raw: bytes, program: str | None) -> Imported:
    from app.request_body import parse_json  # noqa: PLC0415 - loads the web framework

    # as some editors save it, which JSON doesn't allow
    return read_request(parse_json(raw.removeprefix(b"\xef\xbb\xbf")), program)


def _check(imported: Imported) -> None:
    """Leave the command if a server would refuse the request for its shape."""
    from app.request_body import decode_body  # noqa: PLC0415 - loads the web framework
    from domain.presets import PartialBrief  # noqa: PLC0415 - beside its use

    try:
        decode_body(msgspec.json.encode(imported.request), PartialBrief)
    except InvalidRequest as error:
        fail(error)


def _save(name: str, imported: Imported) -> None:
    settings = settings_or_leave()
    try:
        preset, is_new = asyncio.run(_keep(settings, name, imported))
    except DomainError as error:
        fail(error)
    err.print(
        f"{'Kept' if is_new else 'Replaced'}: the preset {preset.name}.",
        soft_wrap=True,
        highlight=False,
    )


async def _keep(settings: Settings, name: str, imported: Imported) -> tuple[Preset, bool]:
    from app.container import make_container  # noqa: PLC0415 - loads every adapter
    from app.storage import prepare_storage  # noqa: PLC0415 - loads the database's drivers

    await prepare_storage(settings)
    container = make_container(settings)
    try:
        presets = await container.get(Presets)
        return await presets.save(LOCAL_ACCOUNT, name, imported.request)
    finally:
        await container.close()


def _line(note: Note) -> str:
    mark = "[red]not carried over[/]" if note.is_lost else "[yellow]changed[/]"
    return f"{mark} {escape(note.field)}: {escape(note.reason)}"
