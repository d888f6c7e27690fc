"""What one process counts: requests, and what happens to units (port ``Telemetry``).

A process makes one ``Meters``; the threads in it share it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import Counter, Histogram, values

from adapters.prometheus.slots import take_slot
from domain.generation.narration import FRAME_RATE
from domain.jobs.model import Claim, UnitKind
from domain.jobs.ports import Finish, Reconciled
from domain.providers.prices import usd_of
from domain.providers.takings import Outcome

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""anything else is counted as OTHER: callers make methods up"""

UNMATCHED = "unmatched"
"""the route of requests that no route takes: a path of the caller's would be a label too many"""

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UNIT_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 150.0, 300.0, 900.0)
RENDER_SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 20.0, 50.0)


class Meters:
    """Counts into the files of a slot in ``folder``, for whichever process is scraped.

    Raises:
        OSError: the folder can't be written, or no space is left.
    """

    def __init__(self, folder: Path, sellers: Iterable[str] = ()) -> None:
        """``sellers``: providers that may be paid, by name."""
        self.folder = folder
        self._slot = take_slot(folder)
        # As the library wants it: where its files are, and whose. Both are the process's own.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        name = self._slot.name
        self._values = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]
        values.ValueClass = self._values

        self._requests = _counter(
            "http_requests", "Requests answered.", "method", "route", "status"
        )
        self._request_seconds = _histogram(
            "http_request_duration_seconds",
            "From a request's first byte to the last of its response.",
            REQUEST_SECONDS,
            "method",
            "route",
        )
        self._claimed = _counter("units_claimed", "Units leased.", "kind")
        self._finished = _counter("units_finished", "Units done.", "kind")
        self._reused = _counter(
            "units_reused", "Units done without work: their result had been made before.", "kind"
        )
        self._unit_seconds = _histogram(
            "unit_duration_seconds",
            "Work on a unit that was done, without those whose result had been made before.",
            UNIT_SECONDS,
            "kind",
        )
        self._failures = _counter(
            "unit_failures", "Attempts that ended in an error.", "kind", "code"
        )
        self._retries = _counter("unit_retries", "Failed attempts with another to come.", "kind")
        self._lost = _counter("leases_lost", "Units that a worker lost while it worked.", "kind")
        self._released = _counter(
            "units_released", "Units given back unharmed by a worker that was to stop.", "kind"
        )
        self._expired = _counter(
            "leases_expired",
            "Leases taken back from workers that had gone; each is a crash of its unit.",
        )
        self._quarantined = _counter("units_quarantined", "Units put aside after too many crashes.")
        self._overdue = _counter("jobs_overdue", "Jobs that failed at their deadline.")
        self._rendered = _counter("rendered_video_seconds", "Seconds of video rendered.")
        self._rendering = _counter("render_work_seconds", "Seconds of work on rendered scenes.")
        self._speed = _histogram(
            "render_speed",
            "Seconds of video rendered in a second of work, by scene.",
            RENDER_SPEEDS,
        )
        self._limited = _counter(
            "requests_limited", "Requests refused for being over a limit.", "limit"
        )
        self._uncounted = _counter(
            "requests_uncounted", "Requests with a key served while nothing could count them."
        )
        self._bells = _counter("bells", "Bells rung over Redis.", "outcome")
        self._paid_calls = _counter(
            "paid_calls", "Calls to paid providers that ended.", "provider", "outcome"
        )
        self._paid_usd = _counter(
            "paid_calls_cost_usd",
            "What they count with, in US dollars by the table of prices.",
            "provider",
            "outcome",
        )
        self._reused_answers = _counter(
            "paid_answers_reused",
            "Answers that were paid before and given again, for nothing.",
            "provider",
        )
        self._begin_at_nought(sellers)

    def close(self) -> None:
        """Leave the slot to the next process; nothing may be counted afterwards."""
        self._values.close_all_files()
        self._slot.close()

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request was answered; ``route`` is its path with parameters by name."""
        method = method if method in METHODS else "OTHER"
        route = route or UNMATCHED
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def limited(self, limit: str) -> None:
        """A request was refused: ``rate``, ``at_once`` or ``failures``."""
        self._limited.labels(limit).inc()

    def uncounted(self) -> None:
        """A request with a key was served without being counted."""
        self._uncounted.inc()

    def _begin_at_nought(self, sellers: Iterable[str]) -> None:
        """What never happened is 0 and not absent: the first time must be seen as a rise."""
        by_kind = (
            self._claimed,
            self._finished,
            self._reused,
            self._retries,
            self._lost,
            self._released,
        )
        for counter in by_kind:
            for kind in UnitKind:
                counter.labels(kind.value)
        for outcome in ("rung", "failed"):
            self._bells.labels(outcome)
        for limit in ("rate", "at_once", "failures"):
            self._limited.labels(limit)
        for seller in sellers:
            self._reused_answers.labels(seller)
            for ending in Outcome:
                self._paid_calls.labels(seller, ending.value)
                self._paid_usd.labels(seller, ending.value)

    # -- Telemetry -----------------------------------------------------------------------------

    def claimed(self, claim: Claim) -> None:
        self._claimed.labels(claim.unit.kind.value).inc()

    def finished(self, claim: Claim, finish: Finish, seconds: float) -> None:
        kind = claim.unit.kind
        self._finished.labels(kind.value).inc()
        if finish.is_reused:
            self._reused.labels(kind.value).inc()
            return
        self._unit_seconds.labels(kind.value).observe(seconds)
        frames = finish.result.data.get("frames")
        if kind is UnitKind.SEGMENT and isinstance(frames, int) and seconds > 0:
            self._rendered.inc(frames / FRAME_RATE)
            self._rendering.inc(seconds)
            self._speed.observe(frames / FRAME_RATE / seconds)

    def failed(self, claim: Claim, code: str, *, is_retried: bool) -> None:
        self._failures.labels(claim.unit.kind.value, code).inc()
        if is_retried:
            self._retries.labels(claim.unit.kind.value).inc()

    def lost(self, claim: Claim) -> None:
        self._lost.labels(claim.unit.kind.value).inc()

    def released(self, claim: Claim) -> None:
        self._released.labels(claim.unit.kind.value).inc()

    def reconciled(self, found: Reconciled) -> None:
        self._expired.inc(found.expired)
        self._quarantined.inc(found.quarantined)
        self._overdue.inc(found.overdue)

    def rang(self, bells: int) -> None:
        self._bells.labels("rung").inc(bells)

    def could_not_ring(self, bells: int) -> None:
        self._bells.labels("failed").inc(bells)

    def paid(self, provider: str, outcome: Outcome, micros: int) -> None:
        self._paid_calls.labels(provider, outcome.value).inc()
        self._paid_usd.labels(provider, outcome.value).inc(usd_of(micros))

    def reused(self, provider: str) -> None:
        self._reused_answers.labels(provider).inc()


def _counter(name: str, says: str, *labels: str) -> Counter:
    # In no registry: what is exposed are the files, with those of other processes.
    return Counter(f"faceless_{name}", says, labels, registry=None)


def _histogram(name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"faceless_{name}", says, labels, buckets=buckets, registry=None)
