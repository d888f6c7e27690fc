"""Jobs and units under any sequence of moves, held against a plain model of the rules.

The model knows what each unit may do and nothing of SQL. Leases expire when the machine says
so: a "careless" claim is one whose lease has run out as soon as it was given.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from job_traces import Recorder, Step, replay
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, finish_for

from adapters.postgres import SqlJobStore, make_engine
from domain.errors import IllegalMove, LeaseLost
from domain.generation.brief import Brief, PauseAfter
from domain.generation.casting import Recast
from domain.jobs.model import (
    DEPENDANTS,
    FINAL_STATUSES,
    GATED,
    STAGES,
    Approved,
    Claim,
    JobError,
    JobStatus,
    UnitKind,
    UnitState,
    WaitingFor,
)

T = TypeVar("T")

SCENES = 2
REPLAYED = 12
"""traces"""
CRASH_LIMIT = 3
LONG = 3600.0
TROUBLE = JobError("render_failed", "ffmpeg refused the work.")
Key = tuple[UnitKind, int]
RECASTS = [
    Recast(instead_of=one, voice=other, reason="It's gone.")
    for one, other in ("ab", "ac", "bc", "ba")
]
PAUSES = st.sampled_from([None, *get_args(PauseAfter)])


@dataclass
class ModelUnit:
    missing: int
    state: UnitState
    crashes: int = 0
    finished: int = 0
    is_later: bool = False

    def wake(self) -> None:
        self.state = UnitState.BLOCKED if self.missing else UnitState.READY
        self.crashes, self.is_later = 0, False


@dataclass
class ModelJob:
    status: JobStatus = JobStatus.QUEUED
    pause_after: PauseAfter | None = None
    is_approved: bool = False
    is_packaged: bool = False
    """the package was made, so that the job has a result to show"""
    cancel: bool = False
    recasts: list[Recast] = field(default_factory=list)
    progress: float = 0.0
    units: dict[Key, ModelUnit] = field(
        default_factory=lambda: {(UnitKind.SCRIPT, 0): ModelUnit(0, UnitState.READY)}
    )

    @property
    def is_over(self) -> bool:
        return self.cancel or self.status in FINAL_STATUSES

    def any(self, state: UnitState) -> bool:
        return any(unit.state is state for unit in self.units.values())

    def drop_idle(self) -> None:
        for unit in self.units.values():
            if unit.state in {UnitState.READY, UnitState.BLOCKED}:
                unit.state = UnitState.CANCELLED

    def settle(self) -> None:
        if self.status in FINAL_STATUSES:
            return
        ready = [unit for unit in self.units.values() if unit.state is UnitState.READY]
        if self.any(UnitState.LEASED):
            self.status = JobStatus.RUNNING
        elif self.cancel:
            self.status = JobStatus.CANCELLED
        elif not ready:
            self.status = JobStatus.WAITING
        elif self.status is not JobStatus.QUEUED:
            waits = all(unit.is_later for unit in ready)
            self.status = JobStatus.WAITING if waits else JobStatus.RUNNING

    @property
    def is_paused(self) -> bool:
        return self.status is JobStatus.WAITING and not self.any(UnitState.READY)

    def fail(self) -> None:
        self.status = JobStatus.FAILED
        self.drop_idle()

    def give_up_package(self) -> None:
        package = self.units.get((UnitKind.PACKAGE, 0))
        if package is not None and package.state is UnitState.DONE:
            package.state, self.is_packaged = UnitState.CANCELLED, False
            package.finished = 0

    def approve(self, spoken_again: list[int]) -> None:
        self.is_approved = True
        if self.pause_after == "package":
            self.status = JobStatus.SUCCEEDED
            return
        for key in [(UnitKind.NARRATION, n) for n in spoken_again]:
            self.units[key] = ModelUnit(0, UnitState.READY)
        gated = GATED[UnitKind(self.pause_after or "")]
        for (kind, _), unit in self.units.items():
            if kind is gated:
                unit.missing += len(spoken_again) - 1
                unit.state = UnitState.BLOCKED if unit.missing else UnitState.READY
        self.settle()

    def recast(self, key: Key, wanted: Recast) -> bool:
        """Whether that changed the voice, so that all narration is lost or to be done again."""
        own = self.units[key]
        left = {recast.instead_of for recast in self.recasts}
        if self.is_over or {wanted.voice, wanted.instead_of} & left:
            own.state = UnitState.CANCELLED if self.is_over else UnitState.READY
            return False
        self.recasts.append(wanted)
        narrations = [unit for (kind, _), unit in self.units.items() if kind is UnitKind.NARRATION]
        done = [unit for unit in narrations if unit.state is UnitState.DONE]
        self.units[UnitKind.STORYBOARD, 0].missing += len(done)
        for unit in narrations:
            unit.wake()
            unit.finished = 0
        return True

    def finish(self, key: Key, claim: Claim) -> None:
        unit = self.units[key]
        if self.is_over:
            unit.state = UnitState.CANCELLED
            return
        self.status = JobStatus.RUNNING  # if it was retried under this unit
        unit.state = UnitState.DONE
        unit.finished += 1
        for new in finish_for(claim, SCENES).units:
            state = UnitState.BLOCKED if new.missing_inputs else UnitState.READY
            self.units[new.kind, new.ordinal] = ModelUnit(new.missing_inputs, state)
        for (kind, _), other in self.units.items():
            if kind in DEPENDANTS[key[0]]:
                other.missing -= 1
                if other.missing == 0 and other.state is UnitState.BLOCKED:
                    other.state = UnitState.READY
        if key[0] is UnitKind.PACKAGE:
            self.is_packaged = True
            if self.is_approved or self.pause_after != "package":
                self.status = JobStatus.SUCCEEDED


class JobControl(RuleBasedStateMachine):
    """Users, workers, crashes and the reconciler, in any order."""

    template: Path
    traces: ClassVar[list[list[Step]]] = []
    """what was called in every run"""
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="job-control-"))
        shutil.copyfile(self.template, self.folder / "faceless.db")
        self.loop = asyncio.new_event_loop()
        self.engine = make_engine(f"sqlite:///{self.folder / 'faceless.db'}")
        self.trace: list[Step] = []
        self.traces.append(self.trace)
        self.store, self.careless = (
            Recorder(name, store, self.engine, self.trace)
            for name, store in stores_on(self.engine).items()
        )
        self.careless.share_claims(self.store)
        self.jobs: dict[UUID, ModelJob] = {}
        self.leases: dict[UUID, tuple[Claim, bool]] = {}
        """by unit: who holds it, and whether the lease has run out"""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        self.run(self.engine.dispose())
        self.loop.close()
        shutil.rmtree(self.folder)

    def owned(self, claim: Claim) -> tuple[ModelJob, Key] | None:
        """The claim's unit in the model, if the claim still owns it."""
        holder = self.leases.get(claim.unit.id)
        if holder is None or holder[0].unit.fence != claim.unit.fence:
            return None
        return self.jobs[claim.job.id], (claim.unit.kind, claim.unit.ordinal)

    # -- users -----------------------------------------------------------------------------

    @initialize(pause_after=PAUSES)
    def begin(self, pause_after: PauseAfter | None) -> None:
        self.submit_one(pause_after)

    @rule(pause_after=PAUSES)
    @precondition(lambda self: len(self.jobs) < 2)
    def submit(self, pause_after: PauseAfter | None) -> None:
        self.submit_one(pause_after)

    def submit_one(self, pause_after: PauseAfter | None) -> None:
        request = Brief(topic="Octopus", seed=7, pause_after=pause_after)
        job = self.run(add_job(self.store, request=request))
        self.jobs[job.id] = ModelJob(pause_after=pause_after)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[job_id]
        if job.status in FINAL_STATUSES:
            with pytest.raises(IllegalMove):
                self.run(self.store.cancel(ACCOUNT, job_id))
            return
        self.run(self.store.cancel(ACCOUNT, job_id))
        if job.is_paused:
            job.give_up_package()
        job.cancel = True
        job.drop_idle()
        job.settle()

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[job_id]
        if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
            with pytest.raises(IllegalMove):
                self.run(self.store.retry(ACCOUNT, job_id))
            return
        self.run(self.store.retry(ACCOUNT, job_id))
        job.cancel, job.status = False, JobStatus.QUEUED
        for unit in job.units.values():
            if unit.state in {UnitState.FAILED, UnitState.CANCELLED}:
                unit.wake()

        if not job.any(UnitState.LEASED) and not job.any(UnitState.READY):
            job.status = JobStatus.WAITING

    @rule(data=st.data(), speaks_again=st.booleans())
    def approve(self, data: st.DataObject, speaks_again: bool) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[job_id]
        after = UnitKind(job.pause_after or "script")
        again = [1] if speaks_again and after is UnitKind.NARRATION else []
        approving = self.store.approve(ACCOUNT, job_id, Approved(after=after, spoken_again=again))
        if not job.is_paused:
            with pytest.raises(IllegalMove):
                self.run(approving)
            return
        self.run(approving)
        job.approve(again)

    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[job_id]
        rejecting = self.store.reject(ACCOUNT, job_id, JobError("rejected", "It's wrong."))
        if not job.is_paused:
            with pytest.raises(IllegalMove):
                self.run(rejecting)
            return
        self.run(rejecting)
        job.give_up_package()
        job.drop_idle()
        job.status = JobStatus.CANCELLED

    # -- workers ---------------------------------------------------------------------------

    @rule(target=held, is_careless=st.booleans())
    def claim(self, is_careless: bool) -> Any:
        return self.claim_one(is_careless)

    @rule(target=held)
    @precondition(lambda self: any(has_run_out for _, has_run_out in self.leases.values()))
    def overtake(self) -> Any:
        """A worker stops for longer than its lease, and another one is given its unit."""
        self.reconcile_once()
        return self.claim_one(is_careless=False)

    def claim_one(self, is_careless: bool) -> Any:
        store = self.careless if is_careless else self.store
        due = {
            (job_id, key)
            for job_id, job in self.jobs.items()
            for key, unit in job.units.items()
            if unit.state is UnitState.READY and not unit.is_later
        }
        claim = self.run(store.claim("w", STAGES))
        if claim is None:
            assert not due, f"nobody was given {due}"
            return multiple()
        key = (claim.unit.kind, claim.unit.ordinal)
        assert (claim.job.id, key) in due
        assert claim.unit.id not in self.leases, "one unit, two owners"
        job = self.jobs[claim.job.id]
        job.units[key].state = UnitState.LEASED
        job.settle()
        self.leases[claim.unit.id] = (claim, is_careless)
        return claim

    @rule(claim=held, share=st.sampled_from([0.0, 0.3, 1.0]))
    def renew(self, claim: Claim, share: float) -> None:
        if (owned := self.owned(claim)) is None:
            with pytest.raises(LeaseLost):
                self.run(self.store.renew(claim, share))
            return
        assert self.run(self.store.renew(claim, share)) == owned[0].is_over
        self.leases[claim.unit.id] = (claim, False)
        owned[0].settle()

    @rule(claim=consumes(held))
    def finish(self, claim: Claim) -> None:
        self.finish_one(claim)

    def finish_one(self, claim: Claim) -> None:
        if (owned := self.owned(claim)) is None:
            with pytest.raises(LeaseLost):
                self.run(self.store.finish(claim, finish_for(claim, SCENES)))
            return
        before = {k for k, unit in owned[0].units.items() if unit.state is UnitState.READY}
        ready = self.run(self.store.finish(claim, finish_for(claim, SCENES)))
        del self.leases[claim.unit.id]
        job, key = owned
        job.finish(key, claim)
        job.settle()
        after = {k for k, unit in job.units.items() if unit.state is UnitState.READY}
        assert len(ready) == len(set(ready)) == len(after - before)

    @rule(claim=consumes(held), retry_in=st.sampled_from([-LONG, LONG, None]))
    def fail(self, claim: Claim, retry_in: float | None) -> None:
        failing = self.store.fail(claim, TROUBLE, retry_in=retry_in, waiting_for=WaitingFor.RETRY)
        if (owned := self.owned(claim)) is None:
            with pytest.raises(LeaseLost):
                self.run(failing)
            return
        self.run(failing)
        del self.leases[claim.unit.id]
        job, key = owned
        unit = job.units[key]
        if job.is_over:
            unit.state = UnitState.CANCELLED
        elif retry_in is None:
            unit.state = UnitState.FAILED
            job.fail()
        else:
            unit.state, unit.is_later = UnitState.READY, retry_in > 0
        job.settle()

    def narrating(self) -> list[Claim]:
        """Claims that hold a narration."""
        held = [claim for claim, _ in self.leases.values()]
        return [claim for claim in held if claim.unit.kind is UnitKind.NARRATION]

    @rule(data=st.data(), wanted=st.sampled_from(RECASTS))
    @precondition(lambda self: self.narrating())
    def recast(self, data: st.DataObject, wanted: Recast) -> None:
        self.recast_by(data.draw(st.sampled_from(self.narrating())), wanted)

    def recast_by(self, claim: Claim, wanted: Recast) -> None:
        ready = self.run(self.store.recast(claim, wanted))
        job = self.jobs[claim.job.id]
        del self.leases[claim.unit.id]
        if job.recast((claim.unit.kind, claim.unit.ordinal), wanted):
            for other in self.narrating():
                if other.job.id == claim.job.id:
                    del self.leases[other.unit.id]
        job.settle()
        due = [u for u in job.units.values() if u.state is UnitState.READY and not u.is_later]
        assert len(ready) == len(set(ready)) == len(due)
        with pytest.raises(LeaseLost):
            self.run(self.store.recast(claim, wanted))

    @rule(target=held, wanted=st.sampled_from(RECASTS))
    @precondition(lambda self: self.narrating())
    def recast_midway(self, wanted: Recast) -> Any:
        """A voice fails when a part of a job is narrated already."""
        self.finish_one(self.narrating()[0])
        claim = self.claim_one(is_careless=False)
        if self.narrating():
            self.recast_by(self.narrating()[0], wanted)
        return claim

    @rule(claim=consumes(held))
    def give_back(self, claim: Claim) -> None:
        self.run(self.store.release(claim))
        if (owned := self.owned(claim)) is None:
            return
        del self.leases[claim.unit.id]
        job, key = owned
        job.units[key].state = UnitState.CANCELLED if job.is_over else UnitState.READY
        job.settle()

    # -- the reconciler --------------------------------------------------------------------

    @rule()
    def reconcile(self) -> None:
        self.reconcile_once()

    def reconcile_once(self) -> None:
        found = self.run(self.store.reconcile(LONG, CRASH_LIMIT))
        expired = [claim for claim, has_run_out in self.leases.values() if has_run_out]
        assert found.expired == len(expired)
        assert found.overdue == 0
        # one after the other, in the order in which the leases ran out
        for claim in expired:
            del self.leases[claim.unit.id]
            job = self.jobs[claim.job.id]
            unit = job.units[claim.unit.kind, claim.unit.ordinal]
            unit.crashes += 1
            if job.is_over:
                unit.state = UnitState.CANCELLED
            elif unit.crashes >= CRASH_LIMIT:
                unit.state = UnitState.FAILED
                job.fail()
            else:
                unit.state = UnitState.READY
            job.settle()

    # -- what always holds -----------------------------------------------------------------

    @invariant()
    def the_store_agrees_with_the_model(self) -> None:
        for job_id, job in self.jobs.items():
            stored = self.run(self.store.get(ACCOUNT, job_id))
            assert stored.status is job.status
            assert stored.progress >= job.progress, "progress fell"
            job.progress = stored.progress
            assert (stored.finished_at is not None) == (job.status in FINAL_STATUSES)
            assert (stored.result is not None) == job.is_packaged
            assert (stored.approval is not None) == job.is_paused
            assert (stored.approved_at is not None) == job.is_approved
            assert stored.recasts == job.recasts
            if stored.approval is not None:
                assert stored.approval.after == job.pause_after
                assert not job.is_approved, "it waits twice"
            assert (stored.error is not None) >= (job.status is JobStatus.FAILED)
            assert (stored.queue_position is not None) == (job.status is JobStatus.QUEUED)
            assert all(unit.finished <= 1 for unit in job.units.values())

    @invariant()
    def every_unit_is_where_the_model_says(self) -> None:
        async def read() -> set[tuple[str, str, int, str, int]]:
            query = "SELECT job_id, kind, ordinal, state, missing_inputs FROM units"
            async with self.engine.connect() as conn:
                return {tuple(row) for row in await conn.execute(sa.text(query))}

        assert self.run(read()) == {
            (job_id.hex, kind.value, ordinal, unit.state.value, unit.missing)
            for job_id, job in self.jobs.items()
            for (kind, ordinal), unit in job.units.items()
        }


def stores_on(engine: AsyncEngine) -> dict[str, SqlJobStore]:
    """The store, and one whose leases have run out as soon as they're given."""
    return {
        "store": SqlJobStore(engine, lease_seconds=LONG),
        "careless": SqlJobStore(engine, lease_seconds=-1),
    }


def test_job_control_keeps_its_rules_whatever_happens_and_on_postgres_the_same_comes_of_it(
    sqlite_template: Path, postgres_url: str
) -> None:
    JobControl.template = sqlite_template
    JobControl.traces.clear()
    run_state_machine_as_test(
        JobControl,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    longest = sorted(JobControl.traces, key=len)[-REPLAYED:]
    assert len(longest[0]) > SCENES * len(STAGES), "none of these comes far"
    asyncio.run(_replay_on(postgres_url, longest))


async def _replay_on(url: str, traces: list[list[Step]]) -> None:
    engine = make_engine(url)
    for trace in traces:
        async with engine.begin() as conn:
            await conn.execute(sa.text("TRUNCATE jobs, units, events, results, videos CASCADE"))
        await replay(trace, stores_on(engine), engine)
    await engine.dispose()
