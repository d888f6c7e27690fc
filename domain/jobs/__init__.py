"""Jobs: what was asked for, the units it is made in, and who may work on them."""

from domain.jobs.model import (
    Claim,
    Event,
    Idempotency,
    Job,
    JobError,
    JobResult,
    JobStatus,
    NewJob,
    NewUnit,
    Result,
    Revises,
    StageReport,
    Unit,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.ports import (
    Bell,
    Finish,
    JobStore,
    Listener,
    Page,
    Production,
    Reconciled,
    VideoStore,
)
from domain.jobs.reconciler import Reconciler
from domain.jobs.runner import Runner, RunnerPeriods
from domain.jobs.service import Jobs
from domain.jobs.telemetry import Census, Registrar, Silence, Telemetry

__all__ = [
    "Bell",
    "Census",
    "Claim",
    "Event",
    "Finish",
    "Idempotency",
    "Job",
    "JobError",
    "JobResult",
    "JobStatus",
    "JobStore",
    "Jobs",
    "Listener",
    "NewJob",
    "NewUnit",
    "Page",
    "Production",
    "Reconciled",
    "Reconciler",
    "Registrar",
    "Result",
    "Revises",
    "Runner",
    "RunnerPeriods",
    "Silence",
    "StageReport",
    "Telemetry",
    "Unit",
    "UnitKind",
    "UnitState",
    "VideoStore",
    "WaitingFor",
]
