"""``faceless webhooks``: addresses that are told what becomes of jobs."""

from typing import Any
from uuid import UUID

import click

from app.cli.api_client import Answer, Api, new_key
from app.cli.endings import EXIT_CODES, WrongInput, fail, note
from app.cli.listing import OPTION_NAMES as LIST_NAMES
from app.cli.listing import read_list, say_more, takes_pages
from app.cli.session import Session, connects
from app.cli.tables import moment, print_facts, print_table

WEBHOOK_ID = click.argument("webhook_id", type=click.UUID)
OPTION_NAMES = {"/url": "URL", "/events": "--event", "/description": "--description"}
CHANGE_NAMES = OPTION_NAMES | {"/url": "--url"}
STATES = ("pending", "delivered", "failed")

EVENT = click.option(
    "--event", "events", multiple=True, help="Told only this, such as job.failed; repeatable."
)
DESCRIPTION = click.option("--description", help="What it's for.")


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@connects
def webhooks(session: Session) -> None:
    """List who is told what happens; or add one, try it, see what came of it."""
    if click.get_current_context().invoked_subcommand is None:
        _list(session)


@webhooks.command("list", epilog=EXIT_CODES)
@connects
def list_webhooks(session: Session) -> None:
    """List webhooks."""
    _list(session)


@webhooks.command(epilog=EXIT_CODES)
@click.argument("url")
@EVENT
@DESCRIPTION
@connects
def add(session: Session, url: str, events: tuple[str, ...], description: str | None) -> None:
    """Have URL told; prints the secret that messages are signed with, this once."""
    body: dict[str, Any] = {"url": url}
    body |= {"events": list(events)} if events else {}
    body |= {} if description is None else {"description": description}
    answer = session.run(
        lambda api: api.ask("POST", "/api/webhooks", json=body, idempotency_key=new_key()),
        options=OPTION_NAMES | _event_names(events),
    )
    _print_secret(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def show(session: Session, webhook_id: UUID) -> None:
    """Show what an address is told, and whether it answers."""
    answer = session.run(lambda api: api.ask("GET", _address(webhook_id)))
    _print_webhook(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@click.option("--url", help="Another address.")
@EVENT
@click.option("--every-event", is_flag=True, help="Told everything.")
@DESCRIPTION
@click.option("--enable/--disable", "enabled", default=None, help="Told again; told nothing.")
@connects
def change(
    session: Session, webhook_id: UUID, events: tuple[str, ...], every_event: bool, **given: Any
) -> None:
    """Change a webhook; --enable lets one go on that was disabled."""
    told = [] if every_event else list(events) or None
    body = {name: value for name, value in (given | {"events": told}).items() if value is not None}
    if not body:
        hint = "Add --url, --event, --every-event, --description, --enable or --disable."
        wrong = WrongInput("change", "nothing is said about what is to change", hint)
        fail(wrong, as_json=session.as_json)
    answer = session.run(
        lambda api: api.ask("PATCH", _address(webhook_id), json=body),
        options=CHANGE_NAMES | _event_names(events),
    )
    _print_webhook(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def delete(session: Session, webhook_id: UUID) -> None:
    """Tell an address nothing any more, what it hasn't got yet included."""
    session.run(lambda api: api.ask("DELETE", _address(webhook_id)))
    if not session.as_json:
        click.echo(f"Deleted: {webhook_id}")


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def rotate(session: Session, webhook_id: UUID) -> None:
    """Make a new secret and print it, this once; the old one signs for 24 hours more."""
    path = f"{_address(webhook_id)}/rotate"
    answer = session.run(lambda api: api.ask("POST", path, idempotency_key=new_key()))
    _print_secret(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@click.option("--rotate", is_flag=True, help="Make a new one; the old one signs for 24 hours more.")
@connects
def secret(session: Session, rotate: bool) -> None:
    """Print the account's secret: it signs what goes to --webhook-url."""
    path = "/api/webhooks/secret"

    async def ask(api: Api) -> Answer:
        if rotate:
            return await api.ask("POST", f"{path}/rotate", idempotency_key=new_key())
        return await api.ask("GET", path)

    answer = session.run(ask)
    click.echo(answer.raw if session.as_json else answer.body["secret"])


@webhooks.command(epilog=EXIT_CODES)
@WEBHOOK_ID
@connects
def test(session: Session, webhook_id: UUID) -> None:
    """Send a message that stands for nothing."""
    path = f"{_address(webhook_id)}/test"
    answer = session.run(lambda api: api.ask("POST", path, idempotency_key=new_key()))
    _print_sent(session, answer)


@webhooks.command(epilog=EXIT_CODES)
@click.argument("webhook_id", type=click.UUID, required=False)
@click.option("--state", type=click.Choice(STATES), help="Only those that stand there.")
@click.option("--job", "job_id", type=click.UUID, help="Only what is about this job.")
@takes_pages
@connects
def deliveries(session: Session, webhook_id: UUID | None, **given: Any) -> None:
    """List what was sent, newest first: to one webhook, or to all and every --webhook-url."""
    if webhook_id is not None and given["job_id"] is not None:
        wrong = WrongInput("--job", "goes without a webhook", "Leave WEBHOOK_ID out.")
        fail(wrong, as_json=session.as_json)
    whose = "/api/webhooks" if webhook_id is None else _address(webhook_id)

    async def read(api: Api) -> Answer:
        return await read_list(api, f"{whose}/deliveries", given)

    page = session.run(read, options=LIST_NAMES)
    if session.as_json:
        click.echo(page.raw)
        return
    items = page.body["items"]
    rows = [
        (item["id"], moment(item["created_at"]), _outcome(item), item["type"]) for item in items
    ]
    print_table(("ID", "MADE", "OUTCOME", "EVENT"), rows)
    if not items:
        click.echo("No deliveries.")
    say_more(page.body)


@webhooks.command(epilog=EXIT_CODES)
@click.argument("delivery_id", type=click.UUID)
@connects
def resend(session: Session, delivery_id: UUID) -> None:
    """Send a message again; `faceless webhooks deliveries` lists their ids."""
    path = f"/api/webhooks/deliveries/{delivery_id}/resend"
    answer = session.run(lambda api: api.ask("POST", path, idempotency_key=new_key()))
    _print_sent(session, answer)


def _list(session: Session) -> None:
    answer = session.run(lambda api: api.ask("GET", "/api/webhooks"))
    if session.as_json:
        click.echo(answer.raw)
        return
    items = answer.body["items"]
    print_table(("ID", "STATE", "URL"), [(i["id"], _state(i), i["url"]) for i in items])
    if not items:
        click.echo("No webhooks.")


def _print_webhook(session: Session, answer: Answer) -> None:
    if session.as_json:
        click.echo(answer.raw)
        return
    hook = answer.body
    old_secret = moment(hook["previous_secret_until"])
    print_facts(
        [
            ("webhook", hook["id"]),
            ("address", hook["url"]),
            ("told", ", ".join(hook["events"]) or "everything"),
            ("for", hook["description"]),
            ("state", _state(hook)),
            ("because", hook["disabled_reason"]),
            ("failing", f"since {moment(hook['failing_since'])}" if hook["failing_since"] else ""),
            ("secrets", f"the old one signs until {old_secret}" if old_secret else ""),
            ("made", moment(hook["created_at"])),
        ]
    )


def _print_secret(session: Session, answer: Answer) -> None:
    if session.as_json:
        click.echo(answer.raw)
        return
    hook = answer.body["webhook"]
    click.echo(answer.body["secret"])
    note(f"The secret isn't shown again. The webhook is {hook['id']};")
    note(f"`faceless webhooks test {hook['id']}` sends it something.")


def _print_sent(session: Session, answer: Answer) -> None:
    """A message is written down; workers send it."""
    if session.as_json:
        click.echo(answer.raw)
        return
    delivery = answer.body
    click.echo(delivery["id"])
    whose = f" {delivery['webhook_id']}" if delivery["webhook_id"] else ""
    if session.server is None:
        note("Written down: `faceless serve` or a worker sends it.")
    note(f"`faceless webhooks deliveries{whose}` tells what came of it.")


def _event_names(events: tuple[str, ...]) -> dict[str, str]:
    """What a list's items are called here."""
    return {f"/events/{n}": f"--event {event}" for n, event in enumerate(events)}


def _state(hook: dict[str, Any]) -> str:
    if not hook["enabled"]:
        return "off"
    return "failing" if hook["failing_since"] else "on"


def _outcome(delivery: dict[str, Any]) -> str:
    """Where a message stands, and what the receiver answered last."""
    last = delivery["attempts"][-1] if delivery["attempts"] else {}
    answered = last.get("status") or ("no answer" if last else "")
    return f"{delivery['state']} ({answered})" if answered else str(delivery["state"])


def _address(webhook_id: UUID) -> str:
    return f"/api/webhooks/{webhook_id}"
