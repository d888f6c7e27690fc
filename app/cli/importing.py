"""``faceless import``: another program's request as one of ours, and what isn't in it."""

from typing import BinaryIO

import click
import msgspec
from rich.markup import escape

from app.cli.endings import EXIT_CODES, err, fail, note
from app.cli.presets import CREATED, preset_address
from app.cli.session import Session, connects
from domain.errors import DomainError, InvalidRequest
from domain.importing import FORMATS, Imported, Note, read_request


@click.command("import", epilog=EXIT_CODES)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--from", "program", type=click.Choice([*FORMATS]), help="Whose request it is; else guessed."
)
@click.option("--save-preset", "name", metavar="NAME", help="Keep it as a preset, too.")
@connects
def import_(session: Session, file: BinaryIO, program: str | None, name: str | None) -> None:
    """Turn a MoneyPrinterTurbo or short-video-maker request body (FILE, or - for standard input)
    into one for POST /api/generate, on standard output. What isn't carried over, and why, is on
    standard error, a field a line.
    """
    try:
        imported = _read(file.read(), program)
    except DomainError as error:
        fail(error, as_json=session.as_json)
    for found in imported.notes:
        err.print(_line(found), soft_wrap=True, highlight=False)
    _check(session, imported)
    if name is not None:
        _save(session, name, imported)
    click.echo(msgspec.json.format(msgspec.json.encode(imported.request)))


def _read(raw: bytes, program: str | None) -> Imported:
    from app.request_body import parse_json  # noqa: PLC0415 - loads the web framework

    # as some editors save it, which JSON doesn't allow
    return read_request(parse_json(raw.removeprefix(b"\xef\xbb\xbf")), program)


def _check(session: Session, imported: Imported) -> None:
    """Leave the command if a server would refuse the request for its shape."""
    from app.request_body import decode_body  # noqa: PLC0415 - loads the web framework
    from domain.presets import PartialBrief  # noqa: PLC0415 - beside its use

    try:
        decode_body(msgspec.json.encode(imported.request), PartialBrief)
    except InvalidRequest as error:
        fail(error, as_json=session.as_json)


def _save(session: Session, name: str, imported: Imported) -> None:
    answer = session.run(
        lambda api: api.ask("PUT", preset_address(name), json=imported.request),
        options={"/name": "--save-preset"},
    )
    done = "Kept" if answer.status == CREATED else "Replaced"
    note(f"{done}: the preset {name}.")


def _line(found: Note) -> str:
    mark = "[red]not carried over[/]" if found.is_lost else "[yellow]changed[/]"
    return f"{mark} {escape(found.field)}: {escape(found.reason)}"
