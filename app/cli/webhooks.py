"""``faceless webhooks``: addresses that are told what becomes of jobs."""

from typing import Any
from urllib.parse import quote

import click

from app.cli.api_client import Answer
from app.cli.endings import EXIT_CODES, note
from app.cli.session import Session, connects
from app.cli.tables import moment, print_table

WEBHOOK_ID = click.argument("webhook_id")
OPTION_NAMES = {"/url": "URL", "/events": "--event", "/description": "--description"}


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@connects
def webhooks(session: Session) -> None:
    """List webhooks; or add one, try it, see what was delivered."""
    if click.get_current_context().invoked_subcommand is None:
        _list(session)


@webhooks.command("list", epilog=EXIT_CODES)
@connects
def list_webhooks(session: Session) -> None:
    """List webhooks."""
    _list(session)


@webhooks.command(epilog=EXIT_CODES)
@click.argument("url")
@click.option("--event", "events", multiple=True, help="Only this, such as job.failed; repeatable.")
@click.option("--description", help="What it's for.")
@connects
def add(session: Session, url: str, events: tuple[str, ...], description: str | None) -> None:
    """Have URL told; prints the secret that it's signed with, this once."""
    body: dict[str, Any] = {"url": url}
    body |= {"events": list(events)} if events else {}
    body |= {} if description is None else {"description": description}
    answer = session.run(
        lambda api: api.ask("POST", "/api/webhooks", json=body), options=OPTION_NAMES
    )
    _print_secret(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def remove(session: Session, webhook_id: str) -> None:
    """Tell an address nothing any more."""
    session.run(lambda api: api.ask("DELETE", _address(webhook_id)))
    if not session.as_json:
        click.echo(f"Removed: {webhook_id}")


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def rotate(session: Session, webhook_id: str) -> None:
    """Make a new secret and print it, this once; the old one stays good for a while."""
    answer = session.run(lambda api: api.ask("POST", f"{_address(webhook_id)}/rotate"))
    _print_secret(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def test(session: Session, webhook_id: str) -> None:
    """Send a message that stands for nothing."""
    answer = session.run(lambda api: api.ask("POST", f"{_address(webhook_id)}/test"))
    if session.as_json:
        click.echo(answer.raw)
    else:
        click.echo("Sent.")
        note(f"`faceless webhooks deliveries {webhook_id}` tells what came of it.")


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def deliveries(session: Session, webhook_id: str) -> None:
    """List what was sent to an address, and what it answered."""
    answer = session.run(lambda api: api.ask("GET", f"{_address(webhook_id)}/deliveries"))
    if session.as_json:
        click.echo(answer.raw)
        return
    items = answer.body["items"]
    rows = [
        (str(item["id"]), moment(item.get("created_at")), _outcome(item), _event_of(item))
        for item in items
    ]
    print_table(("ID", "MADE", "OUTCOME", "EVENT"), rows)
    if not items:
        click.echo("No deliveries.")


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@click.argument("delivery_id")
@connects
def resend(session: Session, webhook_id: str, delivery_id: str) -> None:
    """Send a delivery once more."""
    path = f"{_address(webhook_id)}/deliveries/{quote(delivery_id, safe='')}/resend"
    answer = session.run(lambda api: api.ask("POST", path))
    click.echo(answer.raw if session.as_json else f"Sent again: {delivery_id}")


def _list(session: Session) -> None:
    answer = session.run(lambda api: api.ask("GET", "/api/webhooks"))
    if session.as_json:
        click.echo(answer.raw)
        return
    items = answer.body["items"]
    print_table(
        ("ID", "STATE", "URL"),
        [(str(i["id"]), "off" if i.get("disabled_at") else "on", i["url"]) for i in items],
    )
    if not items:
        click.echo("No webhooks.")


def _print_secret(session: Session, answer: Answer) -> None:
    if session.as_json:
        click.echo(answer.raw)
        return
    click.echo(answer.body["secret"])
    note(f"It isn't shown again. The webhook is {_id_of(answer.body)}.")


def _id_of(body: dict[str, Any]) -> str:
    return str(body["webhook"]["id"] if "webhook" in body else body.get("id", ""))


def _outcome(delivery: dict[str, Any]) -> str:
    status = delivery.get("status") or delivery.get("state") or ""
    answered = delivery.get("response_status")
    return f"{status} ({answered})" if answered else str(status)


def _event_of(delivery: dict[str, Any]) -> str:
    return str(delivery.get("event") or delivery.get("type") or "")


def _address(webhook_id: str) -> str:
    return f"/api/webhooks/{quote(webhook_id, safe='')}"
