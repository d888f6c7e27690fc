"""Scenes as people read them: what is said in each, and what is seen."""

from typing import Any

import click

from app.cli.tables import plain, width, wrapped

INDENT = 5
"""columns that a scene's number and the gap behind it take"""


def print_scenes(script: dict[str, Any], storyboard: dict[str, Any] | None = None) -> None:
    """A script's scenes by their numbers, from 0, each with its shots where they are planned."""
    boards = {} if storyboard is None else {b["scene"]: b for b in storyboard["scenes"]}
    for number, scene in enumerate(script["scenes"]):
        said = " ".join(sentence["text"] for sentence in scene["sentences"])
        _print_wrapped(str(number), said)
        if number in boards:
            assert storyboard is not None
            _print_wrapped("", f"[{_shots(boards[number], storyboard['fps'])}]")


def _print_wrapped(mark: str, text: str) -> None:
    for n, line in enumerate(wrapped(plain(text), width() - INDENT)):
        click.echo(f"{'' if n else mark:>3}  {line}")


def _shots(board: dict[str, Any], fps: int) -> str:
    """Shots in their order: how each is drawn, or the file that it shows, and for how long."""
    told = []
    for shot in board["shots"]:
        content, backdrop = shot.get("content") or {}, shot["backdrop"]
        what = [content.get("kind"), backdrop.get("name")]
        length = (shot["end"] - shot["start"]) / fps
        told.append(f"{' on '.join(filter(None, what)) or 'picture'} {length:.1f} s")
    return ", ".join(told)
