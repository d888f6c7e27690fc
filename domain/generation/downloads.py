"""Clips and stills that are fetched from elsewhere: what is wanted, and who brings it."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a provider offers."""

    url: str
    type: Literal["clip", "still"]
    provider: str
    """as the settings call it; for messages"""
    base_url: str = ""
    """the provider's own address, as the operator set it: a file there may be fetched wherever
    that is, also from this machine"""


class Measured(msgspec.Struct, frozen=True):
    """A clip or still that could be decoded, as it is shown."""

    width: int
    height: int
    duration_ms: int
    """0 for stills"""


Measure = Callable[[Path, bool], Measured]
"""Decodes a file (and whether it's a still), blocking; raises ``LookFailed`` with the reason."""


class Downloads(Protocol):
    """Brings files, each once, however many jobs want it."""

    async def fetch(self, wanted: Wanted, folder: Path) -> Path:
        """A copy in ``folder`` of what is at a URL, which has been decoded; the caller's to move.

        Raises:
            ProviderFailed: it isn't there, isn't what it should be, or can't be had at the moment.
            StorageFull
        """
        ...

    async def admit(
        self, data: bytes, media_type: Literal["clip", "still"], provider: str, folder: Path
    ) -> Path:
        """A file in ``folder`` of bytes that came in another way, once they have been decoded.

        Raises:
            ProviderFailed: they aren't what they should be.
            StorageFull
        """
        ...
