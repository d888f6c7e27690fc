"""Telling an observer what happens to jobs and units, and counting them where they're kept."""

from typing import Protocol

import msgspec

from domain.jobs.model import Claim, JobStatus, UnitKind, UnitState
from domain.jobs.ports import Finish, Reconciled
from domain.providers.takings import Takings, Untold


class Telemetry(Takings, Protocol):
    """Is told of what happens as it happens. Never raises, and never waits for anything."""

    def claimed(self, claim: Claim) -> None:
        """A unit was leased."""
        ...

    def finished(self, claim: Claim, finish: Finish, seconds: float) -> None:
        """A unit is done and written down, after ``seconds`` of work."""
        ...

    def failed(self, claim: Claim, code: str, *, is_retried: bool) -> None:
        """An attempt ended with the error ``code``; the unit is tried again, or has failed."""
        ...

    def lost(self, claim: Claim) -> None:
        """A unit's lease was lost: whatever this worker made of it is discarded."""
        ...

    def released(self, claim: Claim) -> None:
        """A unit was given back unharmed: by a worker that was asked to stop, or to be done in
        another voice."""
        ...

    def reconciled(self, found: Reconciled) -> None:
        """The reconciler has put something right."""
        ...

    def rang(self, bells: int) -> None:
        """Workers of other processes were woken."""
        ...

    def could_not_ring(self, bells: int) -> None:
        """The bell is out of order; the reconciler will ring again."""
        ...


class Silence(Untold):
    """Tells nobody."""

    def claimed(self, claim: Claim) -> None: ...

    def finished(self, claim: Claim, finish: Finish, seconds: float) -> None: ...

    def failed(self, claim: Claim, code: str, *, is_retried: bool) -> None: ...

    def lost(self, claim: Claim) -> None: ...

    def released(self, claim: Claim) -> None: ...

    def reconciled(self, found: Reconciled) -> None: ...

    def rang(self, bells: int) -> None: ...

    def could_not_ring(self, bells: int) -> None: ...


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """How many there are of what, at one moment, over all accounts."""

    jobs: dict[JobStatus, int]
    units: dict[tuple[UnitKind, UnitState], int]
    """of jobs that haven't ended"""
    oldest_ready_unit_seconds: float = 0.0
    """since the unit that waits longest could be claimed; 0 when none can"""
    oldest_queued_job_seconds: float = 0.0
    """since the job that waits longest for its first claim was queued; 0 when none does"""


class Registrar(Protocol):
    """Takes the census."""

    async def census(self) -> Census:
        """Count.

        Raises:
            ServiceUnavailable: the store doesn't answer.
        """
        ...
