"""Traces of calls to a job store, to be played again on another.

Jobs keep their ids, since callers give them; units have ids of the store's own, so a claim is
named by the number of the call that gave it, and a unit by its job, kind and ordinal.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.tables import events, jobs, units
from domain.errors import DomainError
from domain.jobs.model import Claim, Job
from domain.jobs.ports import JobStore, Reconciled

RECORDED = frozenset(
    {
        "add",
        "cancel",
        "retry",
        "approve",
        "reject",
        "claim",
        "renew",
        "finish",
        "fail",
        "recast",
        "release",
        "reconcile",
    }
)
"""calls that change something"""


class ClaimNumber(int):
    """Stands for the claim that the so-manieth step gave."""


class Step(NamedTuple):
    """A call, and what came of it."""

    store: str
    """which of the trace's stores"""
    method: str
    args: tuple[Any, ...]
    named: dict[str, Any]
    outcome: Any
    """the answer, or the name of the error"""
    left: dict[str, Any]
    """jobs, units and events afterwards"""


class Recorder:
    """A ``JobStore`` that appends every call that changes something to a trace."""

    def __init__(self, name: str, store: JobStore, engine: AsyncEngine, trace: list[Step]) -> None:
        self._name = name
        self._store = store
        self._engine = engine
        self._trace = trace
        self._claims: dict[tuple[UUID, int], ClaimNumber] = {}

    def share_claims(self, other: "Recorder") -> None:
        """Know the claims that the trace's other store gives."""
        self._claims = other._claims

    def __getattr__(self, method: str) -> Any:
        call: Callable[..., Any] = getattr(self._store, method)
        if method not in RECORDED:
            return call

        async def recorded(*args: Any, **named: Any) -> Any:
            numbered = tuple(self._numbered(arg) for arg in args)
            answer, error = await _attempt(call, args, named)
            if isinstance(answer, Claim):
                self._claims[answer.unit.id, answer.unit.fence] = ClaimNumber(len(self._trace))
            outcome, left = await look(self._engine, answer, error)
            self._trace.append(Step(self._name, method, numbered, named, outcome, left))
            if error is not None:
                raise error
            return answer

        return recorded

    def _numbered(self, arg: Any) -> Any:
        return self._claims[arg.unit.id, arg.unit.fence] if isinstance(arg, Claim) else arg


async def replay(trace: list[Step], stores: dict[str, JobStore], engine: AsyncEngine) -> None:
    """Play a trace on an empty database; after every step all is as it was recorded."""
    claims: dict[int, Claim] = {}
    for number, step in enumerate(trace):
        args = [claims[arg] if isinstance(arg, ClaimNumber) else arg for arg in step.args]
        call = getattr(stores[step.store], step.method)
        answer, error = await _attempt(call, args, step.named)
        if isinstance(answer, Claim):
            claims[number] = answer
        outcome, left = await look(engine, answer, error)
        told = f"step {number}, {step.method}, after {[s.method for s in trace[:number]]}"
        assert outcome == step.outcome, told
        assert left == step.left, told


async def _attempt(call: Callable[..., Any], args: Any, named: Any) -> tuple[Any, Exception | None]:
    try:
        return await call(*args, **named), None
    except DomainError as error:
        return None, error


async def look(
    engine: AsyncEngine, answer: Any, error: Exception | None
) -> tuple[Any, dict[str, Any]]:
    """An answer without what differs from store to store, and everything that is there."""
    async with engine.connect() as conn:
        stored_units = (await conn.execute(sa.select(units))).all()
        stored_jobs = (await conn.execute(sa.select(jobs))).all()
        told = (await conn.execute(sa.select(events).order_by(events.c.id))).all()
    names = {unit.id: (str(unit.job_id), unit.kind, unit.ordinal) for unit in stored_units}
    left = {
        "units": {
            names[unit.id]: (
                *(unit.state, unit.missing_inputs, unit.fence, unit.attempt, unit.crashes),
                *(unit.lease_owner, unit.progress, unit.result, unit.waiting_for, unit.error),
            )
            for unit in stored_units
        },
        "jobs": {
            str(job.id): (
                *(job.status, job.waiting_for, job.stage, job.progress, job.cancel_requested),
                *(job.error, job.result, job.finished_at is not None, job.recasts),
            )
            for job in stored_jobs
        },
        "events": {
            str(job.id): [(event.type, event.data) for event in told if event.job_id == job.id]
            for job in stored_jobs
        },
    }
    return type(error).__name__ if error is not None else _answer(answer, names), left


def _answer(answer: Any, names: dict[UUID, Any]) -> Any:
    if isinstance(answer, Claim):
        unit = answer.unit
        return names[unit.id], unit.fence, unit.attempt, unit.crashes, _answer(answer.job, names)
    if isinstance(answer, Job):
        return str(answer.id), answer.status, answer.progress, answer.error, answer.queue_position
    if isinstance(answer, Reconciled):
        ready = [names[unit] for unit in answer.ready]
        return ready, answer.expired, answer.quarantined, answer.overdue
    if isinstance(answer, list):
        return sorted(names[unit] for unit in answer)
    return answer
