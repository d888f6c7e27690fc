"""What Litestar finds wrong with path, query and header parameters, as fields that are wrong."""

from typing import get_args

from litestar.exceptions import ValidationException

from domain.errors import FieldError
from domain.generation.brief import AspectRatio
from domain.jobs.listing import Sort
from domain.jobs.model import JobStatus
from domain.webhooks import DeliveryState

TIME_HINT = "Write it like 2026-11-22T10:00:00Z; in a query, the + of a time zone is %2B."

PARAMETER_HINTS: dict[str, str] = {
    "state": f"Take one of {', '.join(DeliveryState)}.",
    "status": f"Take one of {', '.join(JobStatus)}.",
    "sort": f"Take one of {', '.join(Sort)}.",
    "aspect_ratio": f"Take one of {', '.join(get_args(AspectRatio))}.",
    "dry_run": "Take true or false.",
    "created_after": TIME_HINT,
    "created_before": TIME_HINT,
}
"""what to do about a query parameter that is wrong"""

PARAMETER_NAMES = {"wanted_state": "state"}
"""of arguments that Litestar doesn't let be called as their parameters are"""


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
            hint = PARAMETER_HINTS.get(key, "")
            message = str(entry.get("message", "is wrong"))
            found.append(FieldError(f"/{key}", message, "invalid", hint))
    return found or [FieldError("", error.detail, "invalid")]
