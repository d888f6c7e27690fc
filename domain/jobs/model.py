"""What a job is, and what its units are.

A job is what the user asked for; a unit is what a worker claims. The job's state is derived
from its units in the transaction that moves one of them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from domain.generation.brief import Brief, PauseAfter
from domain.generation.casting import Recast
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.generation.wording import Wording

LOCAL_ACCOUNT = "local"
"""The account of an installation without keys."""


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    """accepted; no unit has been claimed yet"""
    RUNNING = "running"
    """at least one unit was claimed and work goes on"""
    WAITING = "waiting"
    """nothing can be claimed now; ``waiting_for`` says what it waits for"""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """``error`` says why; can be retried"""
    CANCELLED = "cancelled"


class WaitingFor(StrEnum):
    """What a waiting job waits for."""

    RETRY = "retry"
    """a failed unit will be tried again at its time"""
    APPROVAL = "approval"
    """somebody has to say that it may go on, or that it may not; no deadline ends that"""
    QUOTA = "quota"
    OPERATOR = "operator"
    """somebody has to mend the server, such as free some space"""


class UnitKind(StrEnum):
    """The stages of a production; ``domain.generation.pipeline`` says what each does."""

    SCRIPT = "script"
    NARRATION = "narration"
    """one scene's speech"""
    STORYBOARD = "storyboard"
    SEGMENT = "segment"
    """one scene's picture"""
    MIX = "mix"
    PACKAGE = "package"


STAGES: tuple[UnitKind, ...] = tuple(UnitKind)
"""Every stage, in the order of work."""

DEPENDANTS: dict[UnitKind, tuple[UnitKind, ...]] = {
    UnitKind.SCRIPT: (),  # names the other units when it's done; none of them waits for it
    UnitKind.NARRATION: (UnitKind.STORYBOARD,),
    UnitKind.STORYBOARD: (UnitKind.SEGMENT, UnitKind.MIX),
    UnitKind.SEGMENT: (UnitKind.PACKAGE,),
    UnitKind.MIX: (UnitKind.PACKAGE,),
    UnitKind.PACKAGE: (),
}
"""By kind of unit, the kinds that miss one input less once it is done.

``NewUnit.missing_inputs`` counts the same edges: a storyboard misses each narration, the
package each segment and the mix.
"""


GATED: dict[UnitKind, UnitKind] = {
    UnitKind.SCRIPT: UnitKind.NARRATION,
    UnitKind.NARRATION: UnitKind.STORYBOARD,
}
"""By the stage that a job pauses after, the kind of the units that can't begin until it's approved.

To such a unit the approval is an input like any other: it misses one more, so it's blocked, and
nobody can claim it. After the package nothing is left to begin; it's the success that waits.
"""


class UnitState(StrEnum):
    """Where a unit stands."""

    BLOCKED = "blocked"
    """waits for the results of other units"""
    READY = "ready"
    """can be claimed from ``run_at`` on"""
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_STATUSES = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})


class JobError(msgspec.Struct, frozen=True):
    """Why a job failed, or what it waits out."""

    code: str
    message: str
    hint: str = ""


class Approval(msgspec.Struct, frozen=True):
    """What is to be looked at before the job goes on."""

    after: PauseAfter
    """the stage that is done: ``script``, ``narration`` or ``package``"""


class JobResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a job made. URLs are paths on this server."""

    video_id: str
    url: str
    thumbnail_url: str
    captions: dict[str, str]
    """``srt`` and ``vtt``, as URLs"""
    duration: float
    """seconds"""
    width: int
    height: int
    path: str | None
    """the folder with the files, when they're kept in a directory on the server"""


class StageReport(msgspec.Struct, frozen=True):
    """One stage of a job: seconds of work so far, over all of its units."""

    name: UnitKind
    status: str
    """``pending``, ``running``, ``done``, ``failed`` or ``cancelled``"""
    seconds: float
    units: int = 0
    units_done: int = 0
    progress: float = 0.0
    """finished share of the stage, 0 to 1"""


class Revises(msgspec.Struct, frozen=True):
    """The base of a revision: the script that is edited, and the edits by scene number."""

    script: str
    """fingerprint of the script document"""
    edits: dict[int, SceneEdit]
    folder: str | None = None
    """name of the folder that the video's files lie in, to be kept"""


def merge_edits(noted: SceneEdit, edit: SceneEdit) -> SceneEdit:
    """A later correction laid over an earlier one: what it leaves out stays."""
    pronunciations = noted.pronunciations
    if edit.pronunciations is not None:
        pronunciations = {**(noted.pronunciations or {}), **edit.pronunciations}
    return SceneEdit(
        text=noted.text if edit.text is None else edit.text,
        heading=noted.heading if edit.heading is None else edit.heading,
        kind=noted.kind if edit.kind is None else edit.kind,
        media=noted.media if edit.media is None else edit.media,
        pronunciations=pronunciations,
    )


class Idempotency(msgspec.Struct, frozen=True):
    """What a request that may come twice is recognised by."""

    key: str
    """the caller's own; one account's keys are nothing to another's"""
    route: str
    """method and path"""
    body: str
    """SHA-256 of what was asked, in hex"""


IDEMPOTENCY_SECONDS = 86_400.0
"""for which a key stands for the job that was accepted under it"""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a user asked for, and how far it has come."""

    id: UUID
    account_id: str
    video_id: UUID
    revision: int
    status: JobStatus
    waiting_for: WaitingFor | None = None
    stage: UnitKind | None = None
    progress: float = 0.0
    """0 to 1, never falls"""
    eta_seconds: float | None = None
    queue_position: int | None = None
    """1 for the job that is claimed next; None once it runs"""
    stages: list[StageReport] = []
    request: Brief
    """every default filled in, the seed among them"""
    revises: Revises | None = None
    topic_match: TopicMatch | None = None
    warnings: list[ProductionWarning] = []
    error: JobError | None = None
    result: JobResult | None = None
    priority: int = 0
    cancel_requested: bool = False
    approved_at: datetime | None = None
    wording: Wording | None = None
    """what the caller put in place of the title, description and tags"""
    recasts: list[Recast] = []
    """voices that failed and those that took their place, in order"""
    deadline_at: datetime
    """doesn't count while the job waits for approval; set anew by it"""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    is_replay: bool = False
    """whether this is what an earlier request with the same key was answered, once more"""

    @property
    def approval(self) -> Approval | None:
        """What is to be approved, while the job waits for it."""
        after = self.request.pause_after
        if self.waiting_for is not WaitingFor.APPROVAL or after is None:
            return None
        return Approval(after)


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job to be accepted; the store adds what only it knows."""

    id: UUID
    account_id: str
    video_id: UUID
    revision: int = 1
    request: Brief
    revises: Revises | None = None
    topic_match: TopicMatch | None = None
    warnings: list[ProductionWarning] = []
    priority: int = 0
    wording: Wording | None = None
    """of a revision: what was said instead of the title, description and tags before"""
    deadline_seconds: float
    """from its acceptance on"""
    created_at: datetime | None = None
    """by the store's clock when absent"""
    idempotency: Idempotency | None = None
    """under which it's accepted once only"""


class NewUnit(msgspec.Struct, frozen=True):
    """A unit to be added: ready when it misses no input, else blocked."""

    kind: UnitKind
    ordinal: int = 0
    missing_inputs: int = 0


FIRST_UNITS = (NewUnit(UnitKind.SCRIPT),)
"""every job begins with its script, which names the rest"""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work, as a row."""

    id: UUID
    job_id: UUID
    account_id: str
    revision: int
    kind: UnitKind
    ordinal: int
    missing_inputs: int
    state: UnitState
    attempt: int
    """claims that ended in a failure"""
    crashes: int
    """leases that expired under a worker"""
    run_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    fence: int = 0
    """fencing token: grows with every claim; a worker's writes are refused once it's outdated"""
    progress: float = 0.0
    result: str | None = None
    """fingerprint of the result"""


class Claim(msgspec.Struct, frozen=True):
    """A unit under lease and the job it belongs to; ``unit.fence`` is the token.

    The job comes without its stages and its place in the queue: who works doesn't ask for them.
    """

    unit: Unit
    job: Job


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of work gave: stored once per (account, fingerprint), the first one wins."""

    fingerprint: str
    kind: str
    """a unit kind, or ``sentence``"""
    content: str
    """SHA-256 over what was made; the input of what depends on it"""
    artifacts: dict[str, str] = {}
    """name -> SHA-256 in the artifact store"""
    data: dict[str, Any] = {}
    """small JSON facts"""


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """That a job may go on, and with which corrections."""

    after: UnitKind
    """the stage that it paused after"""
    wording: Wording | None = None
    script: Result | None = None
    """takes the place of the script that was looked at"""
    spoken_again: list[int] = []
    """scenes whose narration is made anew"""
    outdated: list[ProductionWarning] = []
    """warnings about the script that was looked at"""
    warnings: list[ProductionWarning] = []
    """about the one that takes its place"""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a job; ids ascend within an installation."""

    id: int
    job_id: UUID
    type: str
    """``status``, ``progress``, ``stage``, ``warning``"""
    data: dict[str, Any]
    created_at: datetime
