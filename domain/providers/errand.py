"""What whoever works for a job is given along."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain.providers.chain import Attempt
from domain.providers.spending import NO_PURSE, Purse


def _tell_nobody(share: float) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True)
class Errand:
    """How a piece of work is paid, who follows it, and what is noted on the way.

    What needs no server, no key and no money may ignore it.
    """

    purse: Purse = NO_PURSE
    progress: Callable[[float], None] = _tell_nobody
    """told the finished share, 0 to 1; cheap, may be called often"""
    attempts: list[Attempt] = field(default_factory=list)
    """of providers, in order: chains add to it, and it ends up in the manifest"""

    def note(self, attempts: Sequence[Attempt]) -> None:
        """Keep what a chain has tried."""
        self.attempts.extend(attempts)


UNPAID = Errand()
"""for calls outside any job: nothing can be bought, and nobody reads the notes"""
