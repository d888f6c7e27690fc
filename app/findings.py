"""What the doctor finds: one thing that was looked at, in words."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec

from app.dependencies import without_secrets
from domain.errors import DomainError


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    hint: str = ""


class Sound(NamedTuple):
    """What was found well, with advice all the same."""

    message: str
    hint: str = ""


Check = Callable[[], Awaitable[str | Sound]]
"""answers what it found in words, or raises what is wrong"""


async def look(name: str, check: Check) -> Finding:
    """Make one check; whatever it raises is the finding."""
    try:
        found = await check()
    except DomainError as error:
        return Finding(name, ok=False, message=error.message, hint=error.hint_text)
    except Exception as error:
        said = without_secrets(f"{type(error).__name__}: {error}")
        return Finding(name, ok=False, message=said)
    message, hint = (found, "") if isinstance(found, str) else found
    return Finding(name, ok=True, message=message, hint=hint)
