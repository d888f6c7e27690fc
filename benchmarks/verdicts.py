"""What each row of the table has to reach, and whether it did."""

from typing import NamedTuple

STOCK_WALL = 1.10
"""a stock job's time over that of the bare encode of its finished frames"""
STOCK_BYTES = 1.15
"""and its picture's bytes over that encode's, at a VMAF that is not below"""
DRAWN_WALL = 0.8
"""a drawn job's time over the same encode's"""
SHORT_SHARE = 1.0
"""the whole product's time over the Short's own duration"""
MEMORY_GROWTH = 1.1
"""peak memory of the longest video over the shortest's: the same but for the sampling"""


class Check(NamedTuple):
    """A measured value beside its bound."""

    what: str
    value: float
    bound: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Within the bound, both to the two decimals that are printed."""
        value, bound = round(self.value, 2), round(self.bound, 2)
        return value >= bound if self.at_least else value <= bound

    def __str__(self) -> str:
        asked = "at least" if self.at_least else "at most"
        return f"{self.what} {self.value:.2f} ({asked} {self.bound:.2f})"


def verdict(row: str, *checks: Check) -> str:
    """One word for the row, and the values that it rests on, the missed ones first."""
    ordered = sorted(checks, key=lambda check: check.met)
    word = "MET" if all(check.met for check in checks) else "MISSED"
    return f"{word}: {row}: " + ", ".join(str(check) for check in ordered)
