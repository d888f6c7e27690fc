"""A runner keeps its lease while it works, and ends every unit the way it ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import (
    ACCOUNT,
    RecordingBell,
    TinyProduction,
    add_job,
    claim_unit,
    eventually,
    finish_for,
    result_for,
)

from adapters.postgres import SqlJobStore
from adapters.threads import ThreadBell
from domain.errors import (
    NarrationFailed,
    RenderInterrupted,
    ServiceUnavailable,
    StorageFull,
)
from domain.generation.casting import Recast
from domain.jobs import Reconciler, Runner, RunnerPeriods
from domain.jobs.model import STAGES, Claim, Job, JobStatus, UnitKind, WaitingFor
from domain.jobs.ports import Finish
from domain.jobs.telemetry import Silence

BRISK = RunnerPeriods(renew=0.01, backoff=0.0, backoff_cap=0.0)
SLOW_BACKOFF = RunnerPeriods(renew=0.01, backoff=40.0, backoff_cap=60.0)
IMPATIENT = RunnerPeriods(renew=0.01, give_up=0.1)
PATIENCE_SECONDS = 60.0


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def store(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine, lease_seconds=60)


@pytest.fixture
def careless(engine: AsyncEngine) -> SqlJobStore:
    """The same store, whose leases have run out as soon as they are given."""
    return SqlJobStore(engine, lease_seconds=-1)


class RecordingTelemetry(Silence):
    """Keeps what it was told; the rest of the port stays silent."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def claimed(self, claim: Claim) -> None:
        self.told.append(("claimed", claim.unit.kind))

    def finished(self, claim: Claim, finish: Finish, seconds: float) -> None:
        assert finish.result.kind == claim.unit.kind
        assert seconds >= 0
        self.told.append(("finished", claim.unit.kind))

    def failed(self, claim: Claim, code: str, *, is_retried: bool) -> None:
        self.told.append(("failed", claim.unit.kind, code, is_retried))

    def lost(self, claim: Claim) -> None:
        self.told.append(("lost", claim.unit.kind))


class Stalled:
    """Work that never ends by itself, and says when it was begun and when it was stopped."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.stopped = asyncio.Event()

    async def __call__(self, _claim: Claim) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


def runner(
    store: Any, act: Callable[[Claim], Awaitable[None]] | None = None, **options: Any
) -> Runner:
    options = {"periods": BRISK, "worker": "w1", "bell": RecordingBell()} | options
    options.setdefault("production", TinyProduction(act=act))
    return Runner(store, random=lambda: 0.5, **options)


async def run_beside(act: Runner) -> asyncio.Task[bool]:
    return asyncio.create_task(act.run_next())


def raising(*errors: BaseException) -> Callable[[Claim], Awaitable[None]]:
    """Fails with each of the errors in turn, then works."""
    left = list(errors)

    async def act(claim: Claim) -> None:
        if left:
            raise left.pop(0)

    return act


async def job_of(store: SqlJobStore, job: Job) -> Job:
    return await store.get(ACCOUNT, job.id)


async def test_a_runner_works_a_job_off_and_rings_for_what_others_can_do_meanwhile(
    store: SqlJobStore,
) -> None:
    job = await add_job(store)
    bell, production = RecordingBell(), TinyProduction(scenes=2)
    slot = runner(store, bell=bell, production=production)

    while await slot.run_next():
        pass

    assert (await job_of(store, job)).status is JobStatus.SUCCEEDED
    assert [kind for kind, _ in production.ran[:1]] == [UnitKind.SCRIPT]
    assert len(production.ran) == len(set(production.ran)) == 8
    # one narration, and of two segments and the mix two: what is left the runner takes itself
    assert len(bell.rung) == len(set(bell.rung)) == 3


async def test_a_runner_that_takes_only_some_kinds_rings_for_all_that_becomes_ready(
    store: SqlJobStore,
) -> None:
    await add_job(store)
    bell = RecordingBell()
    slot = runner(store, bell=bell, production=TinyProduction(scenes=2), kinds=(UnitKind.SCRIPT,))

    assert await slot.run_next()

    assert not await slot.run_next()
    assert len(bell.rung) == 2  # both narrations


async def test_there_is_nothing_to_do_in_an_empty_store(store: SqlJobStore) -> None:
    assert not await runner(store).run_next()


async def test_progress_is_told_while_the_work_goes_on(store: SqlJobStore) -> None:
    job = await add_job(store)
    stalled = Stalled()
    task = await run_beside(runner(store, stalled))
    await stalled.begun.wait()

    async def is_told() -> bool:
        return (await job_of(store, job)).progress > 0

    await eventually(is_told)
    assert (await job_of(store, job)).progress == pytest.approx(0.015)
    task.cancel()
    await asyncio.wait({task})


async def test_cancelling_a_job_stops_its_work(store: SqlJobStore) -> None:
    job = await add_job(store)
    stalled = Stalled()
    task = await run_beside(runner(store, stalled))
    await stalled.begun.wait()

    await store.cancel(ACCOUNT, job.id)

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await task
    assert stalled.stopped.is_set()
    assert (await job_of(store, job)).status is JobStatus.CANCELLED


async def test_work_whose_lease_was_taken_stops_and_writes_nothing(
    store: SqlJobStore, careless: SqlJobStore
) -> None:
    await add_job(store)
    stalled = Stalled()
    # renewing is left to the test: this runner's own lease has run out already
    task = await run_beside(
        runner(careless, stalled, periods=RunnerPeriods(renew=0.2, give_up=5.0))
    )
    await stalled.begun.wait()

    await store.reconcile(3600, crash_limit=3)
    taken = await claim_unit(store, "w2")

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await task
    assert stalled.stopped.is_set()
    assert not await store.renew(taken, 0.5), "the new owner has it undisturbed"
    await store.finish(taken, finish_for(taken, 2))


async def test_another_worker_takes_over_after_a_crash(
    store: SqlJobStore, careless: SqlJobStore
) -> None:
    job = await add_job(store)
    await claim_unit(careless, "a worker that was killed")
    bell = RecordingBell()

    found = await Reconciler(store, bell, unclaimed_seconds=3600).run_once()

    assert (found.expired, bell.rung) == (1, found.ready)
    slot = runner(store)
    while await slot.run_next():
        pass
    assert (await job_of(store, job)).status is JobStatus.SUCCEEDED


async def test_a_graceful_stop_gives_the_unit_back_unharmed(store: SqlJobStore) -> None:
    await add_job(store)
    stalled = Stalled()
    task = await run_beside(runner(store, stalled))
    await stalled.begun.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert stalled.stopped.is_set()
    again = await claim_unit(store, "w2")
    assert (again.unit.attempt, again.unit.crashes, again.unit.fence) == (0, 0, 2)


async def test_a_stop_in_the_middle_of_a_claim_gives_the_unit_back(store: SqlJobStore) -> None:
    await add_job(store)
    for turns in range(30):  # at whatever point of the claim
        task = await run_beside(runner(store, Stalled()))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    again = await store.claim("w2", STAGES)

    assert again is not None
    assert again.unit.crashes == 0


async def test_a_stop_while_the_end_is_written_does_not_undo_it(store: SqlJobStore) -> None:
    job = await add_job(store)
    finishing = asyncio.Event()
    may_finish = asyncio.Event()

    class Slow(FlakyStore):
        async def finish(self, claim: Claim, finish: Finish) -> list[UUID]:
            finishing.set()
            await may_finish.wait()
            return await store.finish(claim, finish)

    task = await run_beside(runner(Slow(store)))
    await finishing.wait()
    task.cancel()
    may_finish.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await job_of(store, job)).stage is UnitKind.NARRATION


async def test_a_passing_failure_is_tried_again(store: SqlJobStore) -> None:
    job = await add_job(store)
    slot = runner(store, raising(RenderInterrupted(), ServiceUnavailable(), OSError("odd")))

    for _ in range(4):
        assert await slot.run_next()

    assert (await job_of(store, job)).stage is UnitKind.NARRATION


async def test_the_back_off_grows_and_the_job_waits_it_out(store: SqlJobStore) -> None:
    job = await add_job(store)

    await runner(store, raising(RenderInterrupted()), periods=SLOW_BACKOFF).run_next()

    waiting = await job_of(store, job)
    assert (waiting.status, waiting.waiting_for) == (JobStatus.WAITING, WaitingFor.RETRY)
    assert waiting.error is not None
    assert waiting.error.code == "render_interrupted"
    assert await store.claim("w2", STAGES) is None


def test_the_back_off_doubles_to_its_cap() -> None:
    slot = runner(None, periods=RunnerPeriods(backoff=1.0, backoff_cap=60.0))

    error = RenderInterrupted()
    waits = [slot._backoff(n, error) for n in range(8)]
    assert waits == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 45.0, 45.0]
    assert slot._backoff(5_000, error) == 45.0


def test_nothing_is_tried_again_before_the_time_that_was_asked_for() -> None:
    slot = runner(None, periods=RunnerPeriods(backoff=1.0, backoff_cap=60.0))

    assert slot._backoff(0, RenderInterrupted(retry_after_seconds=17)) == 17
    assert slot._backoff(6, RenderInterrupted(retry_after_seconds=17)) == 45.0


async def test_an_outage_of_a_server_of_ours_is_waited_out_however_often_it_takes(
    store: SqlJobStore,
) -> None:
    job = await add_job(store)
    gone = ServiceUnavailable("MongoDB doesn't answer.", service="mongodb")
    slot = runner(store, raising(*[gone] * 9), unit_attempts=2)

    for _ in range(9):
        assert await slot.run_next()
        assert (await job_of(store, job)).status in (JobStatus.RUNNING, JobStatus.WAITING)
    assert await slot.run_next()

    assert (await job_of(store, job)).stage is UnitKind.NARRATION


def test_work_goes_on_soon_after_an_outage() -> None:
    slot = runner(None, periods=RunnerPeriods(backoff=1.0, backoff_cap=60.0, outage_cap=10.0))

    assert slot._backoff(50, ServiceUnavailable(service="mongodb")) == 7.5


async def test_an_observer_is_told_of_claims_ends_and_losses(
    store: SqlJobStore, careless: SqlJobStore
) -> None:
    observer = RecordingTelemetry()
    await add_job(store)
    await runner(store, raising(RenderInterrupted()), telemetry=observer).run_next()
    await runner(store, telemetry=observer).run_next()
    await runner(careless, telemetry=observer).run_next()

    async def lose_it(claim: Claim) -> None:
        await store.reconcile(3600, crash_limit=9)
        await store.put_result(claim, result_for(claim))

    await runner(
        careless, lose_it, telemetry=observer, periods=RunnerPeriods(renew=30.0)
    ).run_next()

    assert observer.told == [
        ("claimed", "script"),
        ("failed", "script", "render_interrupted", True),
        ("claimed", "script"),
        ("finished", "script"),
        ("claimed", "narration"),
        ("finished", "narration"),
        ("claimed", "narration"),
        ("lost", "narration"),
    ]


async def test_all_that_is_logged_for_a_unit_is_logged_inside_its_surroundings(
    store: SqlJobStore, caplog: pytest.LogCaptureFixture
) -> None:
    within: ContextVar[str] = ContextVar("within", default="nothing")

    @contextmanager
    def about(claim: Claim) -> Iterator[None]:
        token = within.set(str(claim.unit.kind))
        yield
        within.reset(token)

    seen = []

    def note(_record: logging.LogRecord) -> bool:
        seen.append(within.get())
        return True

    caplog.handler.addFilter(note)
    await add_job(store)
    unhurried = RunnerPeriods(renew=30.0, backoff=0.0, backoff_cap=0.0)
    with caplog.at_level(logging.INFO):
        for act in (raising(RenderInterrupted()), None):
            await runner(store, act, about=about, periods=unhurried).run_next()

    assert seen == ["script"] * 4  # begun and failed, begun and finished
    assert within.get() == "nothing"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RenderInterrupted(), "render_interrupted"),
        (KeyError("secret"), "internal_error"),
        (asyncio.CancelledError("secret"), "internal_error"),  # by nobody here: it leaked
    ],
)
async def test_attempts_are_limited(
    store: SqlJobStore, error: BaseException, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    job = await add_job(store)
    slot = runner(store, raising(*[error] * 9), unit_attempts=3)

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await slot.run_next()

    failed = await job_of(store, job)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (JobStatus.FAILED, code)
    assert "secret" not in failed.error.message
    assert not await slot.run_next()
    tracebacks = [record for record in caplog.records if record.exc_info]
    assert len(tracebacks) == (3 if code == "internal_error" else 0)


async def test_what_cannot_pass_fails_at_once_with_its_own_words(store: SqlJobStore) -> None:
    job = await add_job(store)

    await runner(
        store, raising(NarrationFailed("No sound for 'x'.", hint="Rephrase it."))
    ).run_next()

    failed = await job_of(store, job)
    assert failed.status is JobStatus.FAILED
    assert failed.error is not None
    assert (failed.error.code, failed.error.message, failed.error.hint) == (
        "narration_failed",
        "No sound for 'x'.",
        "Rephrase it.",
    )


async def test_a_full_disk_waits_for_the_operator_as_long_as_it_takes(
    store: SqlJobStore,
) -> None:
    job = await add_job(store)
    await runner(store, raising(StorageFull()), periods=SLOW_BACKOFF, unit_attempts=1).run_next()

    waiting = await job_of(store, job)

    assert (waiting.status, waiting.waiting_for) == (JobStatus.WAITING, WaitingFor.OPERATOR)


async def test_nothing_is_claimed_below_the_floor_of_free_space(store: SqlJobStore) -> None:
    await add_job(store)
    free = iter([999, 1000])
    slot = runner(store, free_bytes=lambda: next(free), min_free_bytes=1000)

    assert not await slot.run_next()
    assert await slot.run_next()


class FlakyStore:
    """A store whose named calls fail as often as they are told to; the rest goes through."""

    def __init__(self, store: SqlJobStore, **outages: int) -> None:
        self._store = store
        self.outages = outages
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        async def maybe(*args: Any, **kw: Any) -> Any:
            self.asked.append(name)
            if self.outages.get(name, 0) > 0:
                self.outages[name] -= 1
                raise ServiceUnavailable("The database doesn't answer.")
            return await call(*args, **kw)

        return maybe


async def test_a_finished_unit_outlasts_an_outage_of_the_store(store: SqlJobStore) -> None:
    job = await add_job(store)
    flaky = FlakyStore(store, finish=3)

    assert await runner(flaky, periods=BRISK).run_next()

    assert flaky.asked.count("finish") == 4
    assert (await job_of(store, job)).stage is UnitKind.NARRATION


async def test_work_stops_when_its_lease_could_not_be_renewed_for_long(
    store: SqlJobStore,
) -> None:
    await add_job(store)
    stalled = Stalled()
    flaky = FlakyStore(store, renew=10_000)

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await runner(flaky, stalled, periods=IMPATIENT).run_next()

    assert stalled.stopped.is_set()
    assert "fail" not in flaky.asked
    assert "finish" not in flaky.asked


async def test_a_short_outage_does_not_disturb_the_work(store: SqlJobStore) -> None:
    job = await add_job(store)
    flaky = FlakyStore(store, renew=3)

    async def until_renewed(claim: Claim) -> None:
        async def is_renewed() -> bool:
            return not flaky.outages["renew"] and (await job_of(store, job)).progress > 0

        await eventually(is_renewed)

    slot = runner(flaky, until_renewed, periods=BRISK)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await slot.run_next()

    assert (await job_of(store, job)).stage is UnitKind.NARRATION


class HangingStore(FlakyStore):
    """A store whose first renewal is on a connection that was cut without a word."""

    def __init__(self, store: SqlJobStore, *, answers_at: int | None = None) -> None:
        """``answers_at``: of all renewals only the first answers, when so many were asked for."""
        super().__init__(store)
        self._answers_at = answers_at
        self._renewals = 0
        self._answers = asyncio.Event()
        self.has_answered = asyncio.Event()

    async def renew(self, claim: Claim, progress: float) -> bool:
        self._renewals += 1
        if self._renewals == self._answers_at:
            self._answers.set()
        if self._renewals == 1 or self._answers_at is not None:
            await (self._answers if self._renewals == 1 else asyncio.Event()).wait()
        is_over = await self._store.renew(claim, progress)
        self.has_answered.set()
        return is_over


@pytest.mark.parametrize("answers_at", [None, 3], ids=["another answers", "it answers late"])
async def test_a_renewal_that_hangs_is_asked_for_once_more(
    store: SqlJobStore, answers_at: int | None
) -> None:
    job = await add_job(store)

    async def until_renewed(_claim: Claim) -> None:
        # not until the job shows progress: the first renewal may have been asked for before any
        await hanging.has_answered.wait()

    periods = RunnerPeriods(renew=0.01, give_up=PATIENCE_SECONDS)
    hanging = HangingStore(store, answers_at=answers_at)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await runner(hanging, until_renewed, periods=periods).run_next()

    assert (await job_of(store, job)).stage is UnitKind.NARRATION, "the lease was given up"


async def test_run_forever_survives_an_outage_and_wakes_at_the_bell(store: SqlJobStore) -> None:
    flaky, bell, production = FlakyStore(store, claim=1), ThreadBell(), TinyProduction()
    with bell.listen() as listener:
        slot = runner(flaky, production=production, bell=bell)
        task = asyncio.create_task(slot.run_forever(listener, poll_seconds=3600))

        async def has_asked() -> bool:
            return "claim" in flaky.asked

        async def is_done() -> bool:
            return (await job_of(store, job)).status is JobStatus.SUCCEEDED

        await eventually(has_asked)
        job = await add_job(store)
        await bell.ring([job.id])
        await eventually(is_done)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert len(production.ran) == 8


async def test_a_partial_result_written_after_the_loss_ends_the_work_quietly(
    store: SqlJobStore, careless: SqlJobStore
) -> None:
    job = await add_job(store)

    async def lose_it_then_write(claim: Claim) -> None:
        await store.reconcile(3600, crash_limit=3)
        await store.put_result(claim, result_for(claim))

    await runner(careless, lose_it_then_write, periods=RunnerPeriods(renew=30.0)).run_next()

    running = await job_of(store, job)
    assert (running.status, running.error) == (JobStatus.RUNNING, None)
    assert (await claim_unit(store)).unit.crashes == 1


async def test_a_reconciler_goes_on_after_a_failing_round(store: SqlJobStore) -> None:
    await add_job(store)
    flaky, bell = FlakyStore(store, reconcile=2), RecordingBell()
    task = asyncio.create_task(
        Reconciler(flaky, bell, reconcile_seconds=0.001, unclaimed_seconds=0.0).run_forever()
    )

    async def has_rung() -> bool:
        return bool(bell.rung)

    await eventually(has_rung)
    assert flaky.asked.count("reconcile") >= 3
    task.cancel()
    await asyncio.wait({task})


# -- another voice -------------------------------------------------------------------------------


class Recasting(TinyProduction):
    """Finds the voice gone in the first narration, and has another one speak from then on."""

    async def run(self, claim: Claim, *given: Any) -> Finish | Recast:
        finish = await super().run(claim, *given)
        if claim.unit.kind is UnitKind.NARRATION and not claim.job.recasts:
            return Recast(instead_of="a", voice="b", reason="It's gone.")
        return finish


async def test_a_unit_whose_voice_failed_is_given_back_and_done_in_another_voice(
    store: SqlJobStore,
) -> None:
    job = await add_job(store)
    production = Recasting()
    bell = RecordingBell()
    telemetry = RecordingTelemetry()
    runner = Runner(
        store, bell, production, "w1", random=lambda: 0.5, periods=BRISK, telemetry=telemetry
    )

    while await runner.run_next():
        pass

    job = await store.get(ACCOUNT, job.id)
    assert (job.status, job.error) == (JobStatus.SUCCEEDED, None)
    assert [recast.voice for recast in job.recasts] == ["b"]
    assert [kind for kind, _ in production.ran].count(UnitKind.NARRATION) == 3
    assert [told[0] for told in telemetry.told].count("failed") == 0
    assert len(bell.rung) == len(set(bell.rung)) + 1, "one of the two scenes is rung for once more"
