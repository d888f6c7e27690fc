"""Jobs: what was asked for, the units it is made in, and who may work on them."""

from domain.jobs.model import (
    Claim,
    Event,
    Job,
    JobError,
    JobResult,
    JobStatus,
    NewUnit,
    Result,
    Revises,
    StageReport,
    Unit,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.ports import Bell, Finish, JobStore, Page, Reconciled, VideoStore

__all__ = [
    "Bell",
    "Claim",
    "Event",
    "Finish",
    "Job",
    "JobError",
    "JobResult",
    "JobStatus",
    "JobStore",
    "NewUnit",
    "Page",
    "Reconciled",
    "Result",
    "Revises",
    "StageReport",
    "Unit",
    "UnitKind",
    "UnitState",
    "VideoStore",
    "WaitingFor",
]
