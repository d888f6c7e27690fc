"""What Litestar finds wrong with path, query and header parameters, as fields that are wrong."""

import difflib
import re
from collections.abc import Iterable
from typing import get_args

from litestar.exceptions import ValidationException

from app.field_errors import at
from domain.errors import FieldError
from domain.generation.brief import AspectRatio
from domain.jobs.listing import Sort
from domain.jobs.model import JobStatus
from domain.webhooks import DeliveryState

TIME_HINT = "Write it like 2026-11-22T10:00:00Z; in a query, the + of a time zone is %2B."
ID_HINT = "Write it like 0198c2f4-8d5e-7c1a-9b43-2f1d6a7e0c55."
ANY_HINT = "`/docs` says how it's written."

CHOICES: dict[str, tuple[str, ...]] = {
    "state": tuple(DeliveryState),
    "status": tuple(JobStatus),
    "sort": tuple(Sort),
    "aspect_ratio": get_args(AspectRatio),
}
"""what parameters may be that can't be just anything"""

PARAMETER_NAMES = {"wanted_state": "state"}
"""of arguments that Litestar doesn't let be called as their parameters are"""

KINDS: dict[str, tuple[str, str]] = {
    "int": ("must be a whole number", "Write it in digits, such as 20."),
    "bool": ("must be true or false", "Take true or false, or leave it out."),
    "datetime": ("is no date and time", TIME_HINT),
    "uuid": ("is no id", ID_HINT),
}
"""what a parameter of a type has to be, and how it's written"""

OF_LIMITS = re.compile(r"Expected `(int|str)(?: \| null)?` (of length )?(>=|<=) (\d+)")
OF_KINDS = re.compile(r"Expected `(\w+)(?: \| null)?`|Invalid (?:RFC3339 encoded )?(\w+)")
OF_CHOICES = re.compile(r"Invalid enum value '?(.*?)'?$", re.DOTALL)
"""how msgspec says what is wrong"""


def parameter_errors(error: ValidationException) -> list[FieldError]:
    """Its findings, those on an absent body among them."""
    found: list[FieldError] = []
    for entry in error.extra if isinstance(error.extra, list) else []:
        key = str(entry.get("key", ""))
        key = PARAMETER_NAMES.get(key, key)
        if key == "data":
            found.append(
                FieldError(
                    "",
                    "the request has no body",
                    "missing",
                    "Send a JSON object; `/docs` has an example to paste.",
                )
            )
        else:
            found.append(wrong_parameter(key, str(entry.get("message", "is wrong"))))
    return found or [FieldError("", error.detail, "invalid")]


def unknown_parameter(name: str, known: Iterable[str]) -> FieldError:
    """A parameter that a route hasn't, beside those that it has."""
    listed = sorted(known)
    near = difflib.get_close_matches(name, listed, n=1) or [
        one for one in listed if one.replace("_", "") == name.replace("-", "").lower()
    ]
    if near:
        hint = f"Did you mean `{near[0]}`?"
    elif listed:
        hint = f"Known here: {', '.join(listed)}."
    else:
        hint = "Leave it out: this address takes no query parameters."
    return FieldError(at("", name), "is not a known query parameter", "unknown_parameter", hint)


def wrong_parameter(name: str, message: str) -> FieldError:
    """A parameter that msgspec refused, in words."""
    pointer = f"/{name}"
    if (choice := OF_CHOICES.match(message)) and name in CHOICES:
        return _not_a_choice(name, choice[1])
    if limits := OF_LIMITS.match(message):
        return _beyond(pointer, limits[3], int(limits[4]), of_length=limits[2] is not None)
    if (kind := OF_KINDS.match(message)) and (kind[1] or kind[2]).lower() in KINDS:
        said, hint = KINDS[(kind[1] or kind[2]).lower()]
        return FieldError(pointer, said, "wrong_type", hint)
    return FieldError(pointer, message, "invalid", ANY_HINT)


def _not_a_choice(name: str, value: str) -> FieldError:
    choices = CHOICES[name]
    near = difflib.get_close_matches(value.lower(), choices, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "Take one of them, or leave it out."
    message = f"{value!r} isn't known; known are {', '.join(choices)}"
    return FieldError(f"/{name}", message, "not_a_choice", hint)


def _beyond(pointer: str, sign: str, limit: int, *, of_length: bool) -> FieldError:
    side = "at least" if sign == ">=" else "at most"
    if not of_length:
        code = "too_small" if sign == ">=" else "too_large"
        hint = f"Take {limit:,} or {'more' if sign == '>=' else 'less'}, or leave it out."
        return FieldError(pointer, f"must be {side} {limit:,}", code, hint)
    code = "too_short" if sign == ">=" else "too_long"
    hint = "Send some words, or leave it out." if sign == ">=" else "Shorten it."
    counted = "one character" if limit == 1 else f"{limit:,} characters"
    return FieldError(pointer, f"must have {side} {counted}", code, hint)
