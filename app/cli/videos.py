"""``faceless videos``: finished videos, their files, and mending a mistake in one."""

import re
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec

from app.cli.api_client import Api, new_key
from app.cli.endings import EXIT_CODES, Refused, WrongInput, err, fail, note
from app.cli.following import watch
from app.cli.listing import OPTION_NAMES, read_list, say_more, takes_a_selection
from app.cli.outcome import ALL_FILES, end_accepted, end_with, fetch_files, say_interrupted
from app.cli.scene_edits import edits_of, names_of, takes_edits
from app.cli.scenes import print_scenes
from app.cli.session import Session, connects
from app.cli.tables import moment, print_facts, print_table, seconds, size

VIDEO_ID = click.argument("video_id", type=click.UUID)
SLUG_CHARACTERS = 60


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@click.option("--title", help="Only those whose titles begin so, in the order of titles.")
@takes_a_selection
@connects
def videos(session: Session, **given: Any) -> None:
    """List videos, newest first; or look at one, fetch it, correct it, delete it."""
    if click.get_current_context().invoked_subcommand is None:
        _list(session, given)


@videos.command("list", epilog=EXIT_CODES)
@click.option("--title", help="Only those whose titles begin so, in the order of titles.")
@takes_a_selection
@connects
def list_videos(session: Session, **given: Any) -> None:
    """List videos, newest first."""
    _list(session, given)


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@connects
def show(session: Session, video_id: UUID) -> None:
    """Show what a video is, and what is said in its scenes."""
    answer = session.run(lambda api: api.ask("GET", f"/api/videos/{video_id}"))
    if session.as_json:
        click.echo(answer.raw)
        return
    video = answer.body
    print_facts(
        [
            ("video", video["id"]),
            ("title", video["title"]),
            ("revision", video["revision"]),
            ("length", seconds(video["duration"])),
            ("shape", f"{video['aspect_ratio']}, {video['width']} x {video['height']}"),
            ("size", size(video["size"])),
            ("made", moment(video["created_at"])),
            ("draft", "too close to its sources to be published" if video["draft"] else None),
            ("job", video["job_id"]),
            ("folder", video["path"]),
            ("address", None if session.server is None else session.server + video["urls"]["file"]),
        ]
    )


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@connects
def script(session: Session, video_id: UUID) -> None:
    """Show what is said in a video, by the numbers of its scenes."""
    answer = session.run(lambda api: api.ask("GET", f"/api/videos/{video_id}/script"))
    if session.as_json:
        click.echo(answer.raw)
    else:
        print_scenes(answer.body)


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@connects
def rights(session: Session, video_id: UUID) -> None:
    """Show whose everything in a video is, and what to see to before it's published."""
    answer = session.run(lambda api: api.ask("GET", f"/api/videos/{video_id}/rights"))
    if session.as_json:
        click.echo(answer.raw)
        return
    print_table(
        ("WHAT", "CREDIT", "TITLE", "LICENCE"),
        [
            (item["what"], _credited(item), item["title"], _licence(item))
            for item in answer.body["items"]
        ],
    )
    if answer.body["contains_synthetic_media"]:
        click.echo("Has to be declared to YouTube: it contains synthetic media.")
    for warning in answer.body["warnings"]:
        note(f"{warning['message']} {warning['hint']}")


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@click.option(
    "--what", type=click.Choice(ALL_FILES), multiple=True, help="Only these files; else all."
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where to; else a new folder here, named after the video.",
)
@connects
def download(session: Session, video_id: UUID, what: tuple[str, ...], output: Path | None) -> None:
    """Fetch a video's files, checked by their hashes; what broke off goes on."""
    wanted = list(what) or ALL_FILES

    async def fetch(api: Api) -> list[Path]:
        folder = output or Path(folder_of((await api.ask("GET", f"/api/videos/{video_id}")).body))
        return await fetch_files(api, str(video_id), folder, wanted, quiet=session.as_json)

    def say_stopped() -> None:
        note("Stopped. The same command goes on where this one was.")

    paths = session.run(fetch, on_interrupt=say_stopped)
    if session.as_json:
        click.echo(msgspec.json.encode({"files": [str(path) for path in paths]}))
    else:
        for path in paths:
            click.echo(path)


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@takes_edits
@click.option("--wait/--no-wait", default=True, help="Follow it to its end; done by default.")
@click.option("--idempotency-key", help="Asking again under the same makes no second revision.")
@connects
def revise(
    session: Session, video_id: UUID, *, wait: bool, idempotency_key: str | None, **given: Any
) -> None:
    """Make a video again with corrected scenes; only what changed is spoken and rendered."""
    job_id: str | None = None
    try:
        edits = edits_of(given)
    except Refused as error:
        fail(error, as_json=session.as_json)
    key = idempotency_key or new_key()

    async def carry_out(api: Api) -> Any:
        nonlocal job_id
        path = f"/api/videos/{video_id}/revisions"
        answer = await api.ask("POST", path, json={"scenes": edits}, idempotency_key=key)
        job_id = answer.body["id"]
        return await watch(api, answer.body["id"], quiet=session.as_json) if wait else answer

    answer = session.run(
        carry_out,
        works=wait,
        options=names_of(edits),
        on_interrupt=lambda: say_interrupted(session.server, job_id),
    )
    if wait:
        end_with(session.server, answer, None, as_json=session.as_json)
    end_accepted(answer, as_json=session.as_json, is_remote=session.server is not None)


@videos.command(epilog=EXIT_CODES)
@VIDEO_ID
@click.option("--yes", is_flag=True, help="Don't ask.")
@connects
def delete(session: Session, video_id: UUID, yes: bool) -> None:
    """Delete a video, with its folder."""
    if not yes:
        _confirm(session, video_id)
    session.run(lambda api: api.ask("DELETE", f"/api/videos/{video_id}"))
    if not session.as_json:
        click.echo(f"Deleted: {video_id}")


def folder_of(video: dict[str, Any]) -> str:
    """A folder's name for a video: day, title, the end of its id; nothing that leads elsewhere."""
    slug = re.sub(r"[^a-z0-9]+", "-", video["title"].lower())[:SLUG_CHARACTERS].strip("-")
    day = str(video["created_at"] or "")[:10]
    parts = (re.sub(r"[^0-9-]", "", day), slug, re.sub(r"[^0-9a-f]", "", video["id"])[-4:])
    return "-".join(filter(None, parts))


def _credited(item: dict[str, Any]) -> str:
    if item["in_description"]:
        return "in description"
    return "missing" if item["attribution_required"] else "not needed"


def _licence(item: dict[str, Any]) -> str:
    return item["license"] or ("unknown" if "license" in item["unknown"] else "")


def _confirm(session: Session, video_id: UUID) -> None:
    if not sys.stdin.isatty():
        wrong = WrongInput("--yes", "is needed where nobody can be asked")
        fail(wrong, as_json=session.as_json)
    answer = session.run(lambda api: api.ask("GET", f"/api/videos/{video_id}"))
    err.print(f"{answer.body['title']}", markup=False, highlight=False)
    click.confirm("Delete it for good?", abort=True, err=True)


def _list(session: Session, given: dict[str, Any]) -> None:
    page = session.run(lambda api: read_list(api, "/api/videos", given), options=OPTION_NAMES)
    if session.as_json:
        click.echo(page.raw)
        return
    print_table(
        ("ID", "MADE", "LENGTH", "TITLE"),
        [
            (video["id"], moment(video["created_at"]), seconds(video["duration"]), video["title"])
            for video in page.body["items"]
        ],
    )
    if not page.body["items"]:
        click.echo("No videos.")
    say_more(page.body)
