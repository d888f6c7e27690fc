"""What becomes of paid calls, told to whoever counts it."""

from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """How a call ended that was sent, or may have been."""

    SETTLED = "settled"
    """paid, and its answer kept"""
    UNCERTAIN = "uncertain"
    """nobody knows whether it was paid; it costs as much as it can"""
    CHARGED = "charged"
    """paid for nothing"""
    NOT_CHARGED = "not_charged"
    """failed, and isn't billed"""


class Takings(Protocol):
    """Is told of each call once, as it ends. Never raises, and never waits for anything."""

    def paid(self, provider: str, outcome: Outcome, micros: int) -> None:
        """A call ended, and counts with so many micro-dollars."""
        ...

    def reused(self, provider: str) -> None:
        """An answer that was paid before was given again, for nothing."""
        ...


class Untold:
    """Tells nobody."""

    def paid(self, provider: str, outcome: Outcome, micros: int) -> None: ...

    def reused(self, provider: str) -> None: ...
