"""``faceless presets``: requests that are kept under a name."""

from typing import Any
from urllib.parse import quote

import click

from app.cli.endings import EXIT_CODES, Refused, fail
from app.cli.input_files import FILE
from app.cli.request_options import FIELDS, OPTION_NAMES, body_of, names_in, takes_fields
from app.cli.session import Session, connects
from app.cli.tables import print_table

CREATED = 201

NAME = click.argument("name")


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@connects
def presets(session: Session) -> None:
    """List presets; or look at one, save one, delete one."""
    if click.get_current_context().invoked_subcommand is None:
        _list(session)


@presets.command("list", epilog=EXIT_CODES)
@connects
def list_presets(session: Session) -> None:
    """List presets."""
    _list(session)


@presets.command(epilog=EXIT_CODES)
@NAME
@connects
def show(session: Session, name: str) -> None:
    """Show what a preset holds, as the API tells it."""
    answer = session.run(lambda api: api.ask("GET", preset_address(name)))
    if session.as_json:
        click.echo(answer.raw)
        return
    for field, value in _flat(answer.body.get("request", answer.body)):
        click.echo(f"{field}: {value}")


@presets.command(epilog=EXIT_CODES)
@NAME
@click.argument("file", type=FILE, required=False)
@takes_fields(*FIELDS)
@connects
def save(session: Session, name: str, file: Any, **given: Any) -> None:
    """Keep the request in FILE (JSON) and in the options as preset NAME; one of that name is
    replaced."""
    given["request"] = file or given["request"]
    try:
        body = body_of(given, *FIELDS)
    except Refused as error:
        fail(error, as_json=session.as_json, options=OPTION_NAMES)
    answer = session.run(
        lambda api: api.ask("PUT", preset_address(name), json=body),
        options={**names_in(given), "/name": "NAME"},
    )
    if session.as_json:
        click.echo(answer.raw)
    else:
        click.echo(f"{'Saved' if answer.status == CREATED else 'Replaced'}: {name}")


@presets.command(epilog=EXIT_CODES)
@NAME
@connects
def delete(session: Session, name: str) -> None:
    """Delete a preset; videos made with it stay."""
    session.run(lambda api: api.ask("DELETE", preset_address(name)))
    if not session.as_json:
        click.echo(f"Deleted: {name}")


def _list(session: Session) -> None:
    answer = session.run(lambda api: api.ask("GET", "/api/presets"))
    if session.as_json:
        click.echo(answer.raw)
        return
    items = answer.body["items"]
    rows = []
    for item in items:
        held = item.get("request", {name: v for name, v in item.items() if name != "name"})
        rows.append((item["name"], ", ".join(f"{name} {value}" for name, value in _flat(held))))
    print_table(("NAME", "HOLDS"), rows)
    if not items:
        click.echo("No presets.")


def preset_address(name: str) -> str:
    """Where the API has a preset."""
    return f"/api/presets/{quote(name, safe='')}"


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """The fields of nested objects, as paths with dots."""
    if not isinstance(value, dict):
        return [(path, value)]
    inner = (_flat(item, f"{path}.{name}" if path else name) for name, item in value.items())
    return [pair for pairs in inner for pair in pairs]
