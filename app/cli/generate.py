"""``faceless generate``: one video, made here and now, or by a server."""

import asyncio
from pathlib import Path
from typing import Any

import click

from app.cli.api_client import Answer, Api, new_key
from app.cli.endings import EXIT_CODES, Refused, fail, note, spoken
from app.cli.following import watch
from app.cli.outcome import (
    ALL_FILES,
    describe,
    end_accepted,
    end_with,
    fetch_files,
    say_interrupted,
)
from app.cli.request_options import (
    FIELDS,
    FIELDS_OF_ONE,
    OPTION_NAMES,
    body_of,
    names_in,
    takes_fields,
    takes_sources,
)
from app.cli.scenes import print_scenes
from app.cli.session import Session, connects
from app.cli.tables import in_words, print_facts

NAMED_JOBS = 5
"""unfinished jobs of earlier runs that are named"""

UNFINISHED = ("queued", "running", "waiting")


@click.command(epilog=EXIT_CODES)
@takes_sources
@takes_fields(*FIELDS, *FIELDS_OF_ONE)
@click.option("--dry-run", is_flag=True, help="Only tell what it would become; makes nothing.")
@click.option("--wait/--no-wait", default=True, help="Follow it to its end; done by default.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Download the files into FOLDER.",
)
@click.option("--idempotency-key", help="Asking again under the same makes no second video.")
@connects
def generate(
    session: Session,
    *,
    dry_run: bool,
    wait: bool,
    output: Path | None,
    idempotency_key: str | None,
    **given: Any,
) -> None:
    """Make one video on TOPIC, from a script, an article or scenes, and print where it is."""
    try:
        body = body_of(given, *FIELDS, *FIELDS_OF_ONE)
    except Refused as error:
        fail(error, as_json=session.as_json, options=OPTION_NAMES)
    options = names_in(given)
    if dry_run:
        _rehearse(session, body, options)
        return
    order = _Order(session, body, idempotency_key or new_key(), output)
    if not wait:
        answer = session.run(order.place, options=options, on_interrupt=order.say_interrupted)
        end_accepted(answer, as_json=session.as_json, is_remote=session.server is not None)
        return
    answer = session.run(
        order.carry_out, works=True, options=options, on_interrupt=order.say_interrupted
    )
    end_with(session.server, answer, output, as_json=session.as_json)


class _Order:
    """One video that was asked for, and how far that has come."""

    def __init__(
        self, session: Session, body: dict[str, Any], key: str, output: Path | None
    ) -> None:
        self._session = session
        self._quiet = session.as_json
        self._body = body
        self._key = key
        self._output = output
        self._job_id: str | None = None

    async def place(self, api: Api) -> Answer:
        """Ask for the video; however often an answer gets lost, for one."""
        answer = await api.ask("POST", "/api/generate", json=self._body, idempotency_key=self._key)
        job = answer.body
        self._job_id = job["id"]
        if job["topic_match"] is not None and not self._quiet:
            say_topic(job["request"]["topic"] or "", job["topic_match"])
        return answer

    async def carry_out(self, api: Api) -> Answer:
        """Ask for the video, follow it to its end, and fetch its files if that was asked for."""
        unfinished = [] if api.server is not None or self._quiet else await _unfinished(api)
        placed = await self.place(api)
        _say_unfinished([job for job in unfinished if job["id"] != self._job_id])
        answer = await watch(api, placed.body["id"], quiet=self._quiet)
        if self._output is not None and answer.body["status"] == "succeeded":
            video_id = answer.body["result"]["video_id"]
            await fetch_files(api, video_id, self._output, ALL_FILES, quiet=self._quiet)
        return answer

    def say_interrupted(self) -> None:
        """Say what Ctrl-C leaves behind."""
        say_interrupted(self._session.server, self._job_id)
        if self._session.server is not None and self._job_id is None:
            note(f"With --idempotency-key {self._key} the same command makes no second one.")


def say_topic(topic: str, match: dict[str, Any]) -> None:
    """Say which article a topic was taken to mean, where it could have meant another."""
    alternatives = match.get("alternatives") or []
    if not alternatives and match.get("matched_by") != "search":
        return
    also = f" Also: {', '.join(alternatives)}." if alternatives else ""
    note(f"Taking {topic!r} as {match['title']}.{also}")


async def _unfinished(api: Api) -> list[dict[str, Any]]:
    """The jobs of earlier runs that are still to be done; of very many, the newest."""
    pages = await asyncio.gather(
        *(api.ask("GET", "/api/jobs", params={"status": status}) for status in UNFINISHED)
    )
    return [job for page in pages for job in page.body["items"]]


def _say_unfinished(unfinished: list[dict[str, Any]]) -> None:
    if not unfinished:
        return
    note(
        f"Unfinished from before: {len(unfinished)}. Worked on where this video leaves room; "
        "`faceless serve` finishes them, `faceless cancel JOB_ID` drops one:"
    )
    for job in unfinished[:NAMED_JOBS]:
        note(f"  {describe(job)}")
    if len(unfinished) > NAMED_JOBS:
        note("  ... `faceless jobs` lists them all")


def _rehearse(session: Session, body: dict[str, Any], options: dict[str, str]) -> None:
    answer = session.run(
        lambda api: api.ask("POST", "/api/generate", params={"dry_run": "true"}, json=body),
        options=options,
    )
    if session.as_json:
        click.echo(answer.raw)
        return
    plan = answer.body
    if plan["topic_match"] is not None:
        say_topic(plan["request"]["topic"] or "", plan["topic_match"])
    for warning in plan["warnings"]:
        note(f"warning: {warning['message']} {spoken(warning.get('hint', ''))}".rstrip())
    estimated = plan["estimated"]
    known = estimated["based_on"]
    source = f"by the latest {known} made here" if known else "a guess: none was made here yet"
    print_facts(
        [
            ("title", plan["script"]["title"]),
            ("length", f"about {in_words(estimated['duration'])}"),
            ("takes", f"about {in_words(estimated['seconds'])} to make ({source})"),
            ("seed", plan["request"]["seed"]),
        ]
    )
    print_scenes(plan["script"], plan["storyboard"])
    note(f"Nothing was made. The same with --seed {plan['request']['seed']} becomes this.")
