"""``faceless keys``: who may ask this installation for what, and no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import msgspec

from app.cli_endings import EXIT_CODES, err, fail, out, settings_or_leave
from app.config import Settings
from domain.access import Key, Keys, Scope, key_id_in
from domain.errors import DomainError
from domain.jobs.model import LOCAL_ACCOUNT

T = TypeVar("T")

SECONDS_PER_DAY = 86_400

JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer, or the error.")


@click.group(epilog=EXIT_CODES)
def keys() -> None:
    """Make, list and revoke keys; a request sends one as `Authorization: Bearer fk_...`."""


@keys.command(epilog=EXIT_CODES)
@click.option("--name", required=True, help="What uses the key, such as laptop.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([*map(str, Scope)]),
    help="What it's for; may be given several times. Writing includes reading, admin all.",
)
@click.option(
    "--account",
    default=LOCAL_ACCOUNT,
    show_default=True,
    help="Whose jobs and videos it sees, and no others.",
)
@click.option("--expires-days", type=float, help="Days from now; never by default.")
@JSON
def create(
    name: str, scopes: tuple[str, ...], account: str, expires_days: float | None, as_json: bool
) -> None:
    """Make a key and print it: this once, for only its hash is kept."""
    lifetime = None if expires_days is None else expires_days * SECONDS_PER_DAY
    made = _run(
        lambda service: service.create(
            account, name, [Scope(scope) for scope in scopes], lifetime_seconds=lifetime
        ),
        as_json=as_json,
    )
    if as_json:
        click.echo(msgspec.json.encode({"token": made.token, "key": made.key}))
        return
    click.echo(made.token)
    err.print(
        f"It isn't shown again. `faceless keys revoke {made.key.id}` ends it.",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


@keys.command("list", epilog=EXIT_CODES)
@click.option("--account", help="Only of this account.")
@JSON
def list_keys(account: str | None, as_json: bool) -> None:
    """List keys, newest first; without their secrets, which nobody has."""
    found = _run(lambda service: service.listing(account), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for key in found:
        click.echo(describe(key))
    if not found:
        out.print("No keys.")


@keys.command(epilog=EXIT_CODES)
@click.argument("key_id")
@JSON
def revoke(key_id: str, as_json: bool) -> None:
    """Make a key useless, within a second and for ever; `faceless keys list` tells the ids."""
    key = _run(lambda service: service.revoke(key_id_in(key_id)), as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(key))
        return
    out.print(f"Revoked: {describe(key)}", soft_wrap=True, highlight=False, markup=False)


def describe(key: Key) -> str:
    """A key in one line: id, account, what it's called and for, and how it stands."""
    facts = [f"made {key.created_at:%Y-%m-%d}"]
    if key.last_used_at is not None:
        facts.append(f"used {key.last_used_at:%Y-%m-%d %H:%M}")
    if key.expires_at is not None:
        facts.append(f"until {key.expires_at:%Y-%m-%d %H:%M}")
    if key.revoked_at is not None:
        facts.append(f"revoked {key.revoked_at:%Y-%m-%d %H:%M}")
    scopes = ",".join(key.scopes)
    return f"{key.id}  {key.account_id}  {key.name}  {scopes}  {', '.join(facts)}"


def _run(ask: Callable[[Keys], Awaitable[T]], *, as_json: bool) -> T:
    """What the keys' use cases answer; an error ends the command."""
    settings = settings_or_leave()
    try:
        return asyncio.run(_ask(settings, ask))
    except DomainError as error:
        fail(error, as_json=as_json)


async def _ask(settings: Settings, ask: Callable[[Keys], Awaitable[T]]) -> T:
    from app.container import make_container  # noqa: PLC0415 - loads every adapter
    from app.storage import prepare_storage  # noqa: PLC0415 - loads the database's drivers

    await prepare_storage(settings)
    container = make_container(settings)
    try:
        return await ask(await container.get(Keys))
    finally:
        await container.close()
