"""What people read: tables that fit the terminal, in plain text where there is none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from app.cli.endings import out

COLUMNS = 80
"""of anything that is no terminal"""
GAP = 2
LEAST = 8
"""columns that the last cell of a row gets in any case"""


def width() -> int:
    """Columns that a line may have."""
    return out.width if out.is_terminal else COLUMNS


def print_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; on a terminal the last one is cut off where the line ends.

    The heading is for people: a program that reads the lines gets none, and every cell whole.
    """
    if not rows:
        return
    cells = [[plain(cell) for cell in row] for row in rows]
    shown = [list(heading), *cells] if out.is_terminal else cells
    widths = [max(cell_len(row[n]) for row in shown) for n in range(len(heading) - 1)]
    rest = max(cell_len(row[-1]) for row in shown)
    if out.is_terminal:
        room = width() - GAP * len(widths)
        while len(widths) > 1 and sum(widths) + LEAST > room and max(widths[1:]) > LEAST:
            widths[1 + widths[1:].index(max(widths[1:]))] -= 1  # ids stay whole: they are copied
        rest = max(LEAST, room - sum(widths))
    for row in shown:
        fitted = [
            set_cell_size(shortened(cell, size), size + GAP)
            for cell, size in zip(row, widths, strict=False)
        ]
        click.echo(("".join(fitted) + shortened(row[-1], rest)).rstrip())


def print_facts(facts: Sequence[tuple[str, Any]]) -> None:
    """Print names and values, one a line; those without a value are left out."""
    known = [(name, plain(str(value))) for name, value in facts if value not in (None, "", [])]
    size = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        for number, line in enumerate(wrapped(value, max(LEAST, width() - size - GAP))):
            click.echo(f"{'' if number else name:<{size}}  {line}")


def wrapped(text: str, columns: int) -> list[str]:
    """Text in lines of at most so many columns, broken at spaces; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def shortened(text: str, columns: int) -> str:
    """Text of at most so many columns, with dots where something was left out."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 3).rstrip() + "..."


def moment(text: str | None) -> str:
    """A time of the API, to the minute, in this machine's time zone."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def seconds(value: float) -> str:
    """A length, such as 1:05."""
    whole = round(value)
    return f"{whole // 60}:{whole % 60:02d}"


def in_words(value: float) -> str:
    """A length, such as 45 seconds or 2 minutes 5 seconds."""
    minutes, rest = divmod(round(value), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    told = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(told) or "0 seconds"


def size(count: int) -> str:
    """A number of bytes."""
    return f"{count / 1e6:,.1f} MB"


def plain(text: str) -> str:
    """One line, and nothing that steers a terminal: titles are other people's."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
