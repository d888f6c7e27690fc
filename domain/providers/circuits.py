"""Circuits: who has failed often enough not to be asked for a while.

There is one for each key of a provider, for each port that it serves, in each process: a key that
is out of credit says nothing about the next one, and speech that is down says nothing about text.
"""

from collections.abc import Callable
from threading import Lock

import msgspec

from domain.providers.failures import ProviderFailed, Verdict

FAILURES = 3
"""in a row, after which a circuit opens"""
OPEN_SECONDS = 30.0
"""for the first time; doubles with each time that it opens again"""
LONGEST_SECONDS = 900.0
BLOCKED_SECONDS = 600.0
"""for a key that is of no use: somebody has to do something about it"""
_MOST_DOUBLINGS = 16


class CircuitState(msgspec.Struct, frozen=True):
    """How a provider's key stands, for whoever looks at the server."""

    provider: str
    key: str
    """its last characters, or empty where there is none"""
    is_open: bool
    """it isn't asked at the moment"""
    is_blocked: bool
    """its last failure was one that doesn't pass by itself, as far as anybody said"""
    seconds_left: float
    failures: int
    """in a row"""
    reason: str
    """of the last of them"""
    failed_seconds_ago: float | None
    """the last of them; None for none"""
    answered_seconds_ago: float | None
    """when it last did what it was asked for; None for never"""


class _Circuit(msgspec.Struct, frozen=True):
    failures: int = 0
    failed_at: float | None = None
    openings: int = 0
    open_until: float = 0.0
    is_blocked: bool = False
    reason: str = ""


class Circuits:
    """Those of one port. After its time an open circuit lets calls through; one more failure opens
    it again, for longer, and a success closes it for good.

    They may be read and written in several threads: what is kept is replaced, never changed, and
    by one at a time.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._circuits: dict[tuple[str, str], _Circuit] = {}
        self._answered: dict[tuple[str, str], float] = {}
        """when each key last did"""
        self._lock = Lock()

    def seconds_left(self, provider: str, key: str) -> float:
        """Until the key may be asked again; 0 when it may be asked now."""
        circuit = self._circuits.get((provider, key))
        return 0.0 if circuit is None else max(0.0, circuit.open_until - self._clock())

    def succeeded(self, provider: str, key: str) -> None:
        """A call was answered."""
        with self._lock:
            self._answered[provider, key] = self._clock()
            if (provider, key) in self._circuits:
                self._circuits = {
                    name: kept for name, kept in self._circuits.items() if name != (provider, key)
                }

    def failed(self, provider: str, key: str, failure: ProviderFailed) -> None:
        """A call failed. One that a provider only refused says nothing about the next."""
        if failure.verdict in (Verdict.NEXT, Verdict.GIVE_UP):
            return
        with self._lock:
            before = self._circuits.get((provider, key), _Circuit())
            after = self._after(before, failure)
            self._circuits = {**self._circuits, (provider, key): after}

    def _after(self, before: _Circuit, failure: ProviderFailed) -> _Circuit:
        """What becomes of a circuit by one more failure."""
        now = self._clock()
        is_blocked = failure.verdict is Verdict.BLOCKED
        asked = failure.retry_after_seconds or 0.0
        wait, openings = asked, before.openings
        # calls that were under way when it opened fail too, and are no reason to open it again
        was_open = before.open_until > now
        opens = before.failures + 1 >= FAILURES or before.openings > 0
        if is_blocked:
            wait = asked or BLOCKED_SECONDS
            openings += not was_open
        elif opens and not was_open:
            doublings = min(before.openings, _MOST_DOUBLINGS)
            wait = max(asked, min(LONGEST_SECONDS, OPEN_SECONDS * 2.0**doublings))
            openings += 1
        return _Circuit(
            failures=before.failures + 1,
            failed_at=now,
            openings=openings,
            open_until=max(before.open_until, now + wait) if wait else before.open_until,
            is_blocked=is_blocked and not asked,
            reason=failure.message,
        )

    def state(self, provider: str, key: str) -> CircuitState:
        """How one key stands."""
        circuit = self._circuits.get((provider, key), _Circuit())
        now = self._clock()
        left = max(0.0, circuit.open_until - now)
        answered = self._answered.get((provider, key))
        return CircuitState(
            provider=provider,
            key=key,
            is_open=left > 0,
            is_blocked=circuit.is_blocked,
            seconds_left=left,
            failures=circuit.failures,
            reason=circuit.reason,
            failed_seconds_ago=None if circuit.failed_at is None else now - circuit.failed_at,
            answered_seconds_ago=None if answered is None else now - answered,
        )

    def states(self) -> list[CircuitState]:
        """Every key that has failed since it last succeeded."""
        return [self.state(provider, key) for provider, key in sorted(self._circuits)]


class Switchboard:
    """The circuits of every port of a process.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ports: dict[str, Circuits] = {}

    def of(self, port: str) -> Circuits:
        """Those of one port, the same at every call."""
        return self._ports.setdefault(port, Circuits(self._clock))
