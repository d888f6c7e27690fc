"""What becomes of another program's request, and small conversions that several need."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
QUIETEST_LU, LOUDEST_LU = -40.0, -6.0
SLOWEST, FASTEST = 0.5, 2.0


class Note(msgspec.Struct, frozen=True):
    """A field that isn't what it was: changed on the way, or not carried over at all."""

    field: str
    reason: str
    is_lost: bool = True


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A request for ``POST /api/generate``, and what isn't in it."""

    request: dict[str, Any]
    notes: list[Note]


class Draft:
    """A request in the making."""

    def __init__(self) -> None:
        self._request: dict[str, Any] = {}
        self._notes: list[Note] = []

    def put(self, *path: str, value: Any) -> None:
        """Set a field, such as ``captions``, ``position``."""
        place = self._request
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value

    def has(self, name: str) -> bool:
        """Whether a field was set."""
        return name in self._request

    def lost(self, field: str, reason: str) -> None:
        """Note a field that isn't carried over."""
        self._notes.append(Note(field, reason))

    def changed(self, field: str, reason: str) -> None:
        """Note a field that is carried over as something else."""
        self._notes.append(Note(field, reason, is_lost=False))

    def finished(self) -> Imported:
        """What has become of it."""
        return Imported(request=self._request, notes=self._notes)


Carry = Callable[[Draft, str, Any], None]
"""Carries over one field: the draft, the field's name, and its value, which isn't null"""


def is_left_out(value: Any) -> bool:
    """Whether a field means the same as if it weren't there."""
    return value is None or value in ("", [])


def as_number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def carry_by(table: Mapping[str, Carry], draft: Draft, fields: Mapping[str, Any], at: str) -> None:
    """Carry over every field that a table knows, in its order, and name those that it doesn't."""
    for name, carry in table.items():
        if not is_left_out(fields.get(name)):
            carry(draft, f"{at}{name}", fields[name])
    for name in fields:
        if name not in table:
            draft.lost(f"{at}{name}", "isn't a field that is known here")


def dropped(reason: str) -> Carry:
    """For a field that has no counterpart."""
    return lambda draft, field, _: draft.lost(field, reason)


def chosen(choices: Mapping[Any, Any], *path: str) -> Carry:
    """For a field whose values have counterparts."""

    def carry(draft: Draft, field: str, value: Any) -> None:
        if isinstance(value, str | bool) and value in choices:
            draft.put(*path, value=choices[value])
        else:
            known = ", ".join(map(str, choices))
            draft.lost(field, f"{_shown(value)} has no counterpart; carried over are {known}")

    return carry


def color(*path: str) -> Carry:
    """For a colour, which here is written #RRGGBB."""

    def carry(draft: Draft, field: str, value: Any) -> None:
        if isinstance(value, str) and HEX_COLOR.fullmatch(value):
            draft.put(*path, value=value)
        else:
            draft.lost(field, f"colours are written #RRGGBB; this is {_shown(value)}")

    return carry


def put_music_level(draft: Draft, field: str, gain: float) -> None:
    """The music's gain, 0 to 1, as loudness under the voice; 0 is no music."""
    if gain <= 0:
        draft.put("music", "mood", value="none")
        return
    level = round(min(max(20 * math.log10(gain), QUIETEST_LU), LOUDEST_LU), 1)
    draft.put("music", "volume_lu", value=level)
    draft.changed(field, f"about {level:g} LU under the voice (`music.volume_lu`)")


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 - a line's worth
