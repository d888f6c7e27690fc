"""Circuits: who has failed often enough not to be asked for a while.

There is one for each key of a provider, in each process: a key that is out of credit says nothing
about the next one.
"""

from collections.abc import Callable

import msgspec

from domain.providers.failures import ProviderFailed, Verdict

FAILURES = 3
"""in a row, after which a circuit opens"""
OPEN_SECONDS = 30.0
"""for the first time; doubles with each time that it opens again"""
LONGEST_SECONDS = 900.0
BLOCKED_SECONDS = 600.0
"""for a key that is of no use: somebody has to do something about it"""


class CircuitState(msgspec.Struct, frozen=True):
    """How a provider's key stands, for whoever looks at the server."""

    provider: str
    key: str
    """its last characters, or empty where there is none"""
    is_open: bool
    """it isn't asked at the moment"""
    seconds_left: float
    failures: int
    """in a row"""
    reason: str
    """of the last of them"""


class _Circuit:
    def __init__(self) -> None:
        self.failures = 0
        self.openings = 0
        self.open_until = 0.0
        self.reason = ""


class Circuits:
    """All of them. After its time an open circuit lets calls through; one more failure opens it
    again, for longer, and a success closes it for good.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._circuits: dict[tuple[str, str], _Circuit] = {}

    def seconds_left(self, provider: str, key: str) -> float:
        """Until the key may be asked again; 0 when it may be asked now."""
        circuit = self._circuits.get((provider, key))
        return 0.0 if circuit is None else max(0.0, circuit.open_until - self._clock())

    def succeeded(self, provider: str, key: str) -> None:
        """A call was answered."""
        self._circuits.pop((provider, key), None)

    def failed(self, provider: str, key: str, failure: ProviderFailed) -> None:
        """A call failed. One that a provider only refused says nothing about the next."""
        if failure.verdict in (Verdict.NEXT, Verdict.GIVE_UP):
            return
        circuit = self._circuits.setdefault((provider, key), _Circuit())
        circuit.failures += 1
        circuit.reason = failure.message
        asked = failure.retry_after_seconds or 0.0
        if failure.verdict is Verdict.BLOCKED:
            self._open(circuit, max(asked, BLOCKED_SECONDS))
        elif circuit.failures >= FAILURES or circuit.openings:
            self._open(circuit, max(asked, min(LONGEST_SECONDS, self._wait(circuit))))
        elif asked:
            circuit.open_until = self._clock() + asked

    def states(self) -> list[CircuitState]:
        """Every key that has failed since it last succeeded."""
        return [
            CircuitState(
                provider=provider,
                key=key,
                is_open=circuit.open_until > self._clock(),
                seconds_left=max(0.0, circuit.open_until - self._clock()),
                failures=circuit.failures,
                reason=circuit.reason,
            )
            for (provider, key), circuit in sorted(self._circuits.items())
        ]

    def _wait(self, circuit: _Circuit) -> float:
        doublings = min(circuit.openings, 16)
        return float(OPEN_SECONDS * 2**doublings)

    def _open(self, circuit: _Circuit, seconds: float) -> None:
        circuit.openings += 1
        circuit.open_until = self._clock() + seconds
