"""What a preset is, and how a request is laid over one."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.errors import FieldError
from domain.generation.brief import PRESET_NAME, SOURCE_FIELDS, Brief, check_brief

NAME = re.compile(PRESET_NAME)


class PartialBrief(Brief, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some fields of a request; what is absent is left to the requests that name the preset."""

    preset: None = None
    """a preset builds upon no other"""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A named partial request."""

    name: str
    request: dict[str, Any]
    """the fields as they were given, and no others"""
    digest: str
    """SHA-256 of the fields: another one is another preset (the ETag)"""
    created_at: datetime
    updated_at: datetime


def is_name(text: object) -> bool:
    """Whether something can be the name of a preset."""
    return isinstance(text, str) and NAME.fullmatch(text) is not None


def check_partial(given: Mapping[str, Any], brief: Brief) -> list[FieldError]:
    """Find what is wrong between the fields of a preset.

    Args:
        given: the fields as they were given.
        brief: the same with every default; a rule that only a default would break isn't broken.
    """

    def holds_anyway(error: FieldError) -> bool:
        if error.code == "exactly_one_source":
            return not any(given.get(name) is not None for name in SOURCE_FIELDS)
        return error.code == "too_long_for_short" and "aspect_ratio" not in given

    return [error for error in check_brief(brief) if not holds_anyway(error)]


def laid_over(preset: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A request's own fields over those of a preset, as RFC 7396 merges: objects field by field,
    everything else, lists too, as a whole; null takes away what the preset has. A source of its
    own takes the place of the preset's, whichever that is.
    """
    below = dict(preset)
    if any(own.get(name) is not None for name in SOURCE_FIELDS):
        below = {name: value for name, value in below.items() if name not in SOURCE_FIELDS}
    return _merged(below, own)


def is_of_preset(pointer: str, preset: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether the value that ``pointer`` (RFC 6901) leads to came from the preset."""
    above: Any = own
    below: Any = preset
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(above, Mapping):
            return False
        if key not in above:
            return isinstance(below, Mapping) and key in below
        above = above[key]
        below = below.get(key) if isinstance(below, Mapping) else None
    return False


def leads_somewhere(pointer: str, value: Any) -> bool:
    """Whether a JSON value has something at ``pointer`` that isn't null."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value is not None


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        there = merged.get(name)
        if value is None and name in merged:
            del merged[name]
        elif isinstance(value, Mapping) and isinstance(there, Mapping):
            merged[name] = _merged(there, value)
        else:
            merged[name] = value
    return merged
