"""How a job's state follows from its units: status, stage, progress, time left. Pure rules."""

from collections.abc import Iterable, Mapping

import msgspec

from domain.jobs.model import FINAL_STATUSES, STAGES, JobStatus, StageReport, UnitKind

STAGE_WEIGHTS: dict[UnitKind, float] = {
    UnitKind.SCRIPT: 0.03,
    UnitKind.NARRATION: 0.20,
    UnitKind.STORYBOARD: 0.04,
    UnitKind.SEGMENT: 0.55,
    UnitKind.MIX: 0.08,
    UnitKind.PACKAGE: 0.10,
}
"""Each stage's share of a job's progress, near its share of the work; they add up to 1."""

MIN_PROGRESS_FOR_ETA = 0.01
"""below this an extrapolation says nothing"""


class StageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The units of one stage, counted by state; the rest of ``total`` is blocked."""

    kind: UnitKind
    total: int = 0
    done: int = 0
    leased: int = 0
    due: int = 0
    """ready, and their time has come"""
    later: int = 0
    """ready, to be tried again at a later time"""
    failed: int = 0
    cancelled: int = 0
    progress: float = 0.0
    """sum of the units' progress; a unit that is done counts 1"""
    seconds: float = 0.0
    """of work so far, all units and attempts together"""


def derive_status(
    status: JobStatus, facts: Iterable[StageFacts], *, cancel_requested: bool
) -> JobStatus:
    """The status that the units put a job into.

    Success and failure aren't derived: they're said by the unit that brings them.
    """
    if status in FINAL_STATUSES:
        return status
    facts = list(facts)
    if any(stage.leased for stage in facts):
        return JobStatus.RUNNING
    if cancel_requested:
        return JobStatus.CANCELLED
    if is_paused(facts):
        return JobStatus.WAITING
    if status is JobStatus.QUEUED:
        return JobStatus.QUEUED
    waits = any(stage.later for stage in facts) and not any(stage.due for stage in facts)
    return JobStatus.WAITING if waits else JobStatus.RUNNING


def is_paused(facts: Iterable[StageFacts]) -> bool:
    """Whether nobody works on an unfinished job or could: an approval is all that it misses."""
    return not any(stage.leased or stage.due or stage.later for stage in facts)


def overall_progress(facts: Iterable[StageFacts]) -> float:
    """Weighted by stage, 0 to 1; a stage's share is the mean of its units' progress."""
    return sum(
        STAGE_WEIGHTS[stage.kind] * stage.progress / stage.total for stage in facts if stage.total
    )


def current_stage(facts: Iterable[StageFacts]) -> UnitKind | None:
    """The stage that failed, else the first with unfinished units; None when all are done."""
    by_kind = {stage.kind: stage for stage in facts}
    ordered = [by_kind[kind] for kind in STAGES if kind in by_kind]
    for stage in ordered:
        if stage.failed:
            return stage.kind
    for stage in ordered:
        if stage.done < stage.total:
            return stage.kind
    return None


def stage_reports(facts: Iterable[StageFacts]) -> list[StageReport]:
    """All stages in order, also those whose units aren't known yet."""
    by_kind: Mapping[UnitKind, StageFacts] = {stage.kind: stage for stage in facts}
    return [_report(by_kind.get(kind) or StageFacts(kind=kind)) for kind in STAGES]


def _report(stage: StageFacts) -> StageReport:
    if stage.failed:
        status = "failed"
    elif stage.leased:
        status = "running"
    elif stage.cancelled:
        status = "cancelled"
    elif stage.total and stage.done == stage.total:
        status = "done"
    elif stage.done or stage.later:
        status = "running"
    else:
        status = "pending"
    return StageReport(
        name=stage.kind,
        status=status,
        seconds=round(stage.seconds, 3),
        units=stage.total,
        units_done=stage.done,
        progress=round(stage.progress / stage.total, 4) if stage.total else 0.0,
    )


def seconds_left(elapsed: float, progress: float, progress_at_start: float) -> float | None:
    """Extrapolate from ``elapsed`` seconds, in which progress rose from ``progress_at_start``."""
    gained = progress - progress_at_start
    if gained < MIN_PROGRESS_FOR_ETA:
        return None
    return round(max(0.0, elapsed * (1 - progress) / gained), 1)
