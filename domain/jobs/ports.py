"""What job control needs from outside: a store that decides, and a bell that wakes workers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.generation.casting import Recast
from domain.generation.packaging import Video
from domain.generation.script import ProductionWarning, SceneEdit
from domain.generation.stores import ClipUse
from domain.jobs.listing import ALL_JOBS, ALL_VIDEOS, JobSelection, VideoSelection
from domain.jobs.model import (
    Approved,
    Claim,
    Event,
    Idempotency,
    Job,
    JobError,
    JobResult,
    NewJob,
    NewUnit,
    Result,
    UnitKind,
    WaitingFor,
)

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A slice of a list, and the cursors of the pages beside it."""

    items: list[T]
    next: str | None = None
    """of the page after it; that one is empty if what was there has gone meanwhile"""
    previous: str | None = None
    """of the page before it, where this one was come to by a cursor; its rows are the nearest, so
    that walking back shows the pages of the way there, whatever has been made meanwhile"""


class Finish(msgspec.Struct, frozen=True, kw_only=True):
    """What is written when a unit is done, in one transaction under its fence."""

    result: Result
    units: list[NewUnit] = []
    """the units that this one makes possible to name (the script's)"""
    warnings: list[ProductionWarning] = []
    video: Video | None = None
    shows: ClipUse | None = None
    """the clips that the video shows"""
    job_result: JobResult | None = None
    """given by the last unit; the job has succeeded"""
    needs_approval: bool = False
    """of the last unit: the job succeeds only when it's approved, if it wasn't yet"""
    is_reused: bool = False
    """whether the result had been made before, by whichever job"""


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What a reconciler's round found."""

    ready: list[UUID]
    """units that have been claimable for a while and that nobody took, and those that have come
    due once more: ring"""
    expired: int = 0
    """leases taken back from workers that stopped renewing: each counts as a crash"""
    quarantined: int = 0
    """units put aside after as many crashes as are borne with, and their jobs with them"""
    overdue: int = 0
    """jobs failed past their deadline"""


class PaceOfWork(msgspec.Struct, frozen=True):
    """How long an account's latest videos took to be made."""

    videos: int = 0
    """that it was taken from"""
    seconds_per_second: float | None = None
    """of work, by the clock, for each second of video: the median; None without videos"""


class JobStore(Protocol):
    """The truth about jobs and units. All its times are the database's own clock.

    A read or write for an object of another account raises the same error as for one that
    doesn't exist.
    """

    async def add(
        self, job: NewJob, units: Sequence[NewUnit], *, max_queued: int | None = None
    ) -> Job:
        """Accept a job with its first units, durably.

        One that comes under a key that was used already is not accepted again, whoever else
        sends it at the same time: the answer is what ``first_answer`` gives.

        Raises:
            QueueFull: ``max_queued`` jobs, of all accounts, wait for their first claim already.
            IdempotencyKeyReused
        """
        ...

    async def first_answer(self, account_id: str, asked: Idempotency) -> Job | None:
        """The job that was accepted under this key in the last ``IDEMPOTENCY_SECONDS``, as it
        was then.

        Raises:
            IdempotencyKeyReused: it was another request.
        """
        ...

    async def get(self, account_id: str, job_id: UUID) -> Job:
        """The job with stages, eta and queue position.

        Raises:
            JobNotFound
        """
        ...

    async def page(
        self,
        account_id: str,
        selection: JobSelection = ALL_JOBS,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Job]:
        """A page of those selected, that after ``cursor``'s. What is inserted meanwhile makes
        none come twice, and leaves none out.

        Raises:
            InvalidRequest: at ``/cursor``, if that can't be read or is another selection's.
        """
        ...

    async def cancel(self, account_id: str, job_id: UUID) -> Job:
        """Cancel: at once where nothing runs, else as soon as the workers notice.

        A video that waits for approval is removed, as by ``reject``.

        Raises:
            JobNotFound, IllegalMove
        """
        ...

    async def retry(
        self, account_id: str, job_id: UUID, max_cost: float | UnsetType | None = UNSET
    ) -> Job:
        """Queue a failed or cancelled job again; what was done stays done. One that was waiting
        for approval waits for it again.

        Args:
            max_cost: takes the place of the request's: US dollars, or None for no cap of its own.

        Raises:
            JobNotFound
            IllegalMove: it is neither, or revises a video that was deleted.
        """
        ...

    async def approve(self, account_id: str, job_id: UUID, approved: Approved) -> Job:
        """Let a job that waits for approval go on with the corrections, or succeed if nothing is
        left to be done. Of several at once, one is the first.

        Its deadline counts anew from here.

        Raises:
            JobNotFound
            IllegalMove: it doesn't wait for approval.
        """
        ...

    async def reject(self, account_id: str, job_id: UUID, error: JobError) -> Job:
        """End a job that waits for approval as cancelled, with ``error``; a video that it has
        made already is removed. A retry brings it back to where it waited.

        Raises:
            JobNotFound
            IllegalMove: it doesn't wait for approval.
        """
        ...

    async def results(self, account_id: str, job_id: UUID) -> dict[tuple[UnitKind, int], Result]:
        """What the job's units have made so far, by kind and ordinal.

        Raises:
            JobNotFound
        """
        ...

    async def pace(self, account_id: str) -> PaceOfWork:
        """Of the latest videos that were made from the beginning and in one go."""
        ...

    async def events(self, account_id: str, job_id: UUID, after: int, limit: int) -> list[Event]:
        """Events with an id above ``after``, in order."""
        ...

    async def queued(self) -> int:
        """Jobs of all accounts that wait for their first claim."""
        ...

    async def ready_units(self, account_id: str, job_id: UUID) -> list[UUID]:
        """The job's units that can be claimed now, to ring for."""
        ...

    # -- work ------------------------------------------------------------------------------

    async def claim(self, worker: str, kinds: Sequence[UnitKind]) -> Claim | None:
        """Lease the unit that is due: by priority, then ``run_at``, then age."""
        ...

    async def renew(self, claim: Claim, progress: float) -> bool:
        """Extend the lease and note progress; True when the job is to be cancelled.

        Raises:
            LeaseLost
        """
        ...

    async def inputs(self, claim: Claim) -> dict[tuple[UnitKind, int], Result]:
        """Results of the job's finished units of this revision, by kind and ordinal."""
        ...

    async def result(self, account_id: str, fingerprint: str) -> Result | None:
        """A result made before, by any job of the account; notes that it is used again."""
        ...

    async def put_result(self, claim: Claim, result: Result) -> Result:
        """Keep a partial result (a sentence) under the fence; answers the one that won.

        Raises:
            LeaseLost
        """
        ...

    async def finish(self, claim: Claim, finish: Finish) -> list[UUID]:
        """Complete a unit; answers the units that became ready, to ring for.

        A unit of a job that is over, or whose video was deleted, ends as cancelled. Narration in
        a voice that its job has left meanwhile doesn't count: the unit is ready again.

        Raises:
            LeaseLost
        """
        ...

    async def fail(
        self, claim: Claim, error: JobError, *, retry_in: float | None, waiting_for: WaitingFor
    ) -> None:
        """Record a failure: retried after ``retry_in`` seconds, or for good when None.

        Raises:
            LeaseLost
        """
        ...

    async def recast(self, claim: Claim, recast: Recast) -> list[UUID]:
        """Put another voice in the place of one that has failed; answers the units that became
        ready, to ring for.

        Everything that the job has narrated or is narrating is narrated again: finished units
        are ready once more, and workers that hold one lose it, as this claim does. Where the
        job has left the voice already, or the one that is to speak instead, another worker was
        faster: then only this unit is given back, for whoever claims it next to look again.
        Of a job that is over, nothing but the unit changes.

        Raises:
            LeaseLost
        """
        ...

    async def release(self, claim: Claim) -> None:
        """Give a unit back unharmed, whose work has stopped: to be claimed again, or cancelled
        where its job is over. No error when it is lost already."""
        ...

    async def reconcile(self, unclaimed_for: float, crash_limit: int) -> Reconciled:
        """Take expired leases back (quarantine at ``crash_limit``), fail overdue jobs, and
        name ready units that nobody has claimed for ``unclaimed_for`` seconds, or that were
        claimed before (given back, taken back, or to be tried again) and are due."""
        ...

    async def now(self) -> datetime:
        """The store's clock."""
        ...


class VideoStore(Protocol):
    """Finished videos."""

    async def get(self, account_id: str, video_id: UUID) -> Video:
        """Raises VideoNotFound."""
        ...

    async def page(
        self,
        account_id: str,
        selection: VideoSelection = ALL_VIDEOS,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Video]:
        """A page of those selected, as ``JobStore.page`` does it."""
        ...

    async def edits(self, account_id: str, video_id: UUID) -> dict[int, SceneEdit]:
        """Corrections noted since the current revision, by scene number."""
        ...

    async def note_edit(
        self, account_id: str, video_id: UUID, scene: int, edit: SceneEdit
    ) -> dict[int, SceneEdit]:
        """Merge a correction into the noted ones; answers them all."""
        ...

    async def take_edits(
        self,
        account_id: str,
        video_id: UUID,
        job: NewJob,
        units: Sequence[NewUnit],
        noted: Mapping[int, SceneEdit] | None = None,
    ) -> Job:
        """Accept a revision job and clear the noted corrections, in one transaction.

        ``noted`` are those that the job was put together from; by default, all of its edits.
        Under a key that was used already nothing is accepted and nothing cleared, as in
        ``JobStore.add``.
        """
        ...

    async def delete(self, account_id: str, video_id: UUID) -> Video:
        """Remove the row and cancel the revision that is being made of it, if any.

        A revision that finishes all the same doesn't bring the video back: its job ends as
        cancelled. Its jobs stay, without their results. Answers the row, so that its export
        folder can go too.

        Raises:
            VideoNotFound
        """
        ...


class Bell(Protocol):
    """Wakes workers. It may lose, repeat and reorder: the store decides, this only rings."""

    async def ring(self, units: Sequence[UUID]) -> None:
        """Say that these units are ready, one message each; a job's id stands for its first unit.

        Never raises: the reconciler rings again.
        """
        ...


class Production(Protocol):
    """Does the work of a unit."""

    async def run(
        self,
        claim: Claim,
        inputs: dict[tuple[UnitKind, int], Result],
        progress: Callable[[float], None],
    ) -> Finish | Recast:
        """Make what the unit is for; ``progress`` takes the finished share, 0 to 1.

        A recast in place of what was to be made says that it can be made, but in another voice,
        and so can the rest of the job. Cancelling it ends every child process before it returns.

        Raises:
            DomainError: a ``transient`` one is tried again, any other fails the job.
        """
        ...


class Listener(Protocol):
    """A worker's ear for the bell."""

    async def wait(self, timeout_seconds: float) -> bool:
        """Wait for a ring since the last wait; False when none came in time."""
        ...
