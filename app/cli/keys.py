"""``faceless keys``: who may ask for what, and no longer.

Without a server they are made in the stores themselves: somebody has to make the first one, and
those of other accounts. With one, a key that has the scope ``admin`` makes others of its account.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

import click
import msgspec

from app.cli.api_client import new_key
from app.cli.endings import EXIT_CODES, WrongInput, fail, note, settings_or_leave
from app.cli.session import Session, connects
from app.cli.tables import moment, print_table
from domain.access import Keys, Scope, key_id_in
from domain.errors import DomainError
from domain.jobs.model import LOCAL_ACCOUNT

T = TypeVar("T")

SECONDS_PER_DAY = 86_400

OPTION_NAMES = {
    "/name": "--name",
    "/scopes": "--scope",
    "/account": "--account",
    "/expires_days": "--expires-days",
}
ACCOUNT_HINT = "Leave --account out, or run this on the server itself, without --server."


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
@click.option("--account", help="Whose jobs and videos it sees, and no others; local by default.")
@click.option("--expires-days", type=float, help="Days from now; never by default.")
@connects
def create(
    session: Session,
    *,
    name: str,
    scopes: tuple[str, ...],
    account: str | None,
    expires_days: float | None,
) -> None:
    """Make a key and print it: this once, for only its hash is kept."""
    if session.server is not None:
        _refuse_account(session, account)
        body = {"name": name, "scopes": list(scopes), "expires_days": expires_days}
        answer = session.run(
            lambda api: api.ask("POST", "/api/keys", json=body, idempotency_key=new_key()),
            options=OPTION_NAMES,
        )
        raw, made = answer.raw, answer.body
    else:
        lifetime = None if expires_days is None else expires_days * SECONDS_PER_DAY
        owner = LOCAL_ACCOUNT if account is None else account
        created = _in_stores(
            session,
            lambda service: service.create(
                owner, name, [Scope(scope) for scope in scopes], lifetime_seconds=lifetime
            ),
        )
        raw = msgspec.json.encode({"token": created.token, "key": created.key})
        made = msgspec.json.decode(raw)
    if session.as_json:
        click.echo(raw)
        return
    click.echo(made["token"])
    note(f"It isn't shown again. `faceless keys revoke {made['key']['id']}` ends it.")


@keys.command("list", epilog=EXIT_CODES)
@click.option("--account", help="Only of this account.")
@connects
def list_keys(session: Session, account: str | None) -> None:
    """List keys, newest first; without their secrets, which nobody has."""
    if session.server is not None:
        _refuse_account(session, account)
        raw = session.run(lambda api: api.ask("GET", "/api/keys")).raw
    else:
        found = _in_stores(session, lambda service: service.listing(account))
        raw = msgspec.json.encode({"items": found})
    if session.as_json:
        click.echo(raw)
        return
    items = msgspec.json.decode(raw)["items"]
    print_table(
        ("ID", "ACCOUNT", "NAME", "STATE", "SCOPES"),
        [(k["id"], k["account_id"], k["name"], _state(k), ",".join(k["scopes"])) for k in items],
    )
    if not items:
        click.echo("No keys.")


@keys.command(epilog=EXIT_CODES)
@click.argument("key_id")
@connects
def revoke(session: Session, key_id: str) -> None:
    """Make a key useless, within a second and for ever; `faceless keys list` tells the ids."""
    key_id = key_id_in(key_id)  # a whole key has no business in an address
    if session.server is not None:
        path = f"/api/keys/{quote(key_id, safe='')}"
        raw = session.run(lambda api: api.ask("DELETE", path)).raw
    else:
        raw = msgspec.json.encode(_in_stores(session, lambda service: service.revoke(key_id)))
    if session.as_json:
        click.echo(raw)
        return
    key = msgspec.json.decode(raw)
    click.echo(f"Revoked: {key['id']}  {key['account_id']}  {key['name']}")


def _state(key: dict[str, Any]) -> str:
    """The one fact that counts most."""
    for name, word in (
        ("revoked_at", "revoked"),
        ("expires_at", "until"),
        ("last_used_at", "used"),
    ):
        if key[name] is not None:
            return f"{word} {moment(key[name])[:10]}"
    return f"made {moment(key['created_at'])[:10]}"


def _refuse_account(session: Session, account: str | None) -> None:
    if account is not None:
        message = "a server knows only the account of the key that asks"
        wrong = WrongInput("/account", message, ACCOUNT_HINT)
        fail(wrong, as_json=session.as_json, options=OPTION_NAMES)


def _in_stores(session: Session, ask: Callable[[Keys], Awaitable[T]]) -> T:
    """What the keys' use cases answer; an error ends the command."""
    settings = settings_or_leave(as_json=session.as_json)

    async def work() -> T:
        from app.container import make_container  # noqa: PLC0415 - loads every adapter
        from app.storage import prepare_storage  # noqa: PLC0415 - loads the database's drivers

        await prepare_storage(settings)
        container = make_container(settings)
        try:
            return await ask(await container.get(Keys))
        finally:
            await container.close()

    try:
        return asyncio.run(work())
    except DomainError as error:
        fail(error, as_json=session.as_json, options=OPTION_NAMES)
