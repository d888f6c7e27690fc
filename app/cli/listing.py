"""Lists that come in pages: their options, and reading one page or all of them."""

from collections.abc import Callable, Mapping
from typing import Any

import click
import msgspec

from app.cli.api_client import Answer, Api
from app.cli.endings import note
from app.cli.request_options import SHAPES

PAGE = 200
"""entries asked for at a time where all are wanted"""

PARAMETERS = (
    "status",
    "title",
    "aspect_ratio",
    "created_after",
    "created_before",
    "state",
    "job_id",
    "sort",
)

OPTION_NAMES = {
    "/status": "--status",
    "/title": "--title",
    "/aspect_ratio": "--aspect",
    "/created_after": "--created-after",
    "/created_before": "--created-before",
    "/state": "--state",
    "/job_id": "--job",
    "/sort": "--sort",
    "/cursor": "--cursor",
    "/limit": "--limit",
}


def takes_a_selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that narrow down, sort and page a list."""
    options = (
        click.option("--aspect", "aspect_ratio", type=click.Choice(SHAPES), help="This shape."),
        click.option("--created-after", metavar="TIME", help="Such as 2026-11-22T10:00:00Z."),
        click.option("--created-before", metavar="TIME", help="The same, the other way."),
    )
    command = takes_pages(command)
    for option in reversed(options):
        command = option(command)
    return command


def takes_pages(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that sort and page a list."""
    options = (
        click.option("--sort", type=click.Choice(("newest", "oldest")), help="Which first."),
        click.option("--limit", type=click.IntRange(1, PAGE), help="How many at most: 50."),
        click.option("--cursor", help="Go on behind an earlier page."),
        click.option("--all", "everything", is_flag=True, help="Every page."),
    )
    for option in reversed(options):
        command = option(command)
    return command


async def read_list(api: Api, path: str, given: Mapping[str, Any]) -> Answer:
    """One page of a list, or with ``everything`` all of it in the shape of a page.

    Raises:
        Refused
    """
    params = {name: given.get(name) for name in PARAMETERS}
    limit, cursor = given.get("limit"), given.get("cursor")
    if not given.get("everything"):
        return await api.ask("GET", path, params=params | {"limit": limit, "cursor": cursor})
    items: list[Any] = []
    while True:
        page = await api.ask(
            "GET", path, params=params | {"limit": limit or PAGE, "cursor": cursor}
        )
        items += page.body["items"]
        if (cursor := page.body["next"]) is None:
            raw = msgspec.json.encode({"items": items, "next": None})
            return Answer(page.status, raw, page.headers)


def say_more(page: dict[str, Any]) -> None:
    """Say how to see what a page leaves out."""
    if page["next"] is not None:
        note(f"There are more: --all, or --cursor {page['next']}")
