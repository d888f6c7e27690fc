"""A wall clock that jumps: SIGUSR1 sets it an hour on, SIGUSR2 an hour back.

What jumps is ``time.time`` and ``datetime.now`` in the product's and its libraries' modules; the
monotonic clock doesn't, as it doesn't when an administrator sets the time.
"""

import datetime
import signal
import sys
import time
from typing import Any

HOUR = 3_600.0

_wall_seconds = time.time
_wall_nanoseconds = time.time_ns
_offset = 0.0


class _Shifted(datetime.datetime):
    """``datetime`` with a clock that is set wrong."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return datetime.datetime.fromtimestamp(time.time(), tz)


def shift_clock_on_signals() -> None:
    """Listen to the signals; nothing changes before the first."""
    signal.signal(signal.SIGUSR1, lambda *_: _jump(HOUR))
    signal.signal(signal.SIGUSR2, lambda *_: _jump(-HOUR))


def _jump(seconds: float) -> None:
    global _offset  # noqa: PLW0603 - a process has one clock
    _offset += seconds
    time.time = lambda: _wall_seconds() + _offset
    time.time_ns = lambda: _wall_nanoseconds() + round(_offset * 1e9)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"app", "adapters", "domain"}:
            _replace(module)


def _replace(module: Any) -> None:
    if getattr(module, "datetime", None) is datetime.datetime:
        module.datetime = _Shifted
