"""``faceless events``: whatever happens to the jobs of an account, as it happens."""

import time

import click
import msgspec

from app.cli.api_client import Api
from app.cli.endings import EXIT_CODES
from app.cli.event_stream import ServerEvent, read_events
from app.cli.session import Session, connects
from app.cli.tables import plain, shortened, width


@click.command(epilog=EXIT_CODES)
@click.option("--after", type=click.IntRange(0), help="Also what happened after this event's id.")
@connects
def events(session: Session, after: int | None) -> None:
    """Show what happens to all jobs, until Ctrl-C; with --json, an object on each line."""

    async def listen(api: Api) -> None:
        heard = read_events(api, "/api/events", after=after, is_last=lambda _: False)
        async for event in heard:
            if session.as_json:
                click.echo(msgspec.json.encode(event))
            else:
                click.echo(in_a_line(event))

    session.run(listen, on_interrupt=lambda: None)


def in_a_line(event: ServerEvent) -> str:
    """An event as a line: when it was heard, which job, what."""
    data = event.data if isinstance(event.data, dict) else {}
    job_id = str(data.get("job_id") or data.get("id") or "")
    told = ("status", "waiting_for", "stage")
    facts = [str(data[name]) for name in told if data.get(name)]
    if isinstance(data.get("progress"), int | float):
        facts.append(f"{data['progress']:.0%}")
    if isinstance(data.get("warning"), dict):
        facts.append(str(data["warning"].get("message", "")))
    heard = time.strftime("%H:%M:%S")
    line = plain(f"{heard}  {job_id}  {event.event:<8}  {' '.join(facts)}")
    return shortened(line, width())
