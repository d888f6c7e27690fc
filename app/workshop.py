"""A worker process's insides: runners on every slot, and the housekeeping beside them."""

import asyncio
import logging
import os
import random
import shutil
import socket
from contextlib import AbstractContextManager

import structlog

from adapters.threads import ThreadBell
from app.config import Settings
from domain.generation.pipeline import Pipeline
from domain.generation.stores import ArtifactStore
from domain.jobs.model import Claim
from domain.jobs.ports import Bell, JobStore
from domain.jobs.reconciler import Reconciler
from domain.jobs.runner import Runner, RunnerPeriods
from domain.jobs.telemetry import Telemetry
from domain.webhooks import Courier

log = logging.getLogger(__name__)

CLEARING_SECONDS = 3_600.0
"""between two looks for folders of processes that died"""

LOCK_SECONDS = 60.0
"""ample time for a process between making a folder's lock and holding it"""


class Workshop:
    """Works until it's cancelled; then every lease has been given back."""

    def __init__(
        self,
        settings: Settings,
        store: JobStore,
        bell: Bell,
        pipeline: Pipeline,
        *,
        thread_bell: ThreadBell,
        artifacts: ArtifactStore,
        telemetry: Telemetry,
        courier: Courier,
    ) -> None:
        self._settings = settings
        self._store = store
        self._bell = bell
        self._pipeline = pipeline
        self._thread_bell = thread_bell
        self._artifacts = artifacts
        self._telemetry = telemetry
        self._courier = courier

    async def work(self) -> None:
        """Run every slot and the housekeeping until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.keep_house())
            for slot in range(self._settings.slots):
                group.create_task(self._work_slot(self.runner(slot)))

    async def _work_slot(self, runner: Runner) -> None:
        with self._thread_bell.listen() as listener:
            await runner.run_forever(listener, self._settings.poll_seconds)

    def runner(self, slot: int) -> Runner:
        """One slot of this process."""
        settings = self._settings
        return Runner(
            self._store,
            self._bell,
            self._pipeline,
            f"{socket.gethostname()}:{os.getpid()}:{slot}",
            random=random.random,
            periods=RunnerPeriods(renew=settings.renew_seconds, give_up=settings.give_up_seconds),
            unit_attempts=settings.unit_attempts,
            free_bytes=lambda: shutil.disk_usage(settings.data_dir).free,
            min_free_bytes=settings.min_free_bytes,
            telemetry=self._telemetry,
            about=ids_in_the_log,
        )

    async def keep_house(self) -> None:
        """Put right what processes that died have left behind, and deliver webhooks' messages,
        until cancelled: whatever happens to one round of it, the next one comes."""
        settings = self._settings
        reconciler = Reconciler(
            self._store,
            self._bell,
            reconcile_seconds=settings.reconcile_seconds,
            unclaimed_seconds=settings.unclaimed_seconds,
            crash_limit=settings.crash_limit,
            telemetry=self._telemetry,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(reconciler.run_forever())
            group.create_task(self._clear_leftovers())
            group.create_task(self._courier.run_forever(settings.poll_seconds))

    async def _clear_leftovers(self) -> None:
        # Locks tell whose process is gone, but only on one machine. Workers on several share a
        # database server: there, only what is older than any work on it is taken for left over.
        settings = self._settings
        age = 2 * settings.job_deadline_seconds if settings.database_url else LOCK_SECONDS
        while True:
            try:
                if cleared := await self._artifacts.clear_scratch(age):
                    log.info("removed %d folders that dead processes had left", cleared)
            except OSError as error:
                log.warning("leftovers of dead processes can't be removed: %s", error)
            except Exception:
                log.exception("a look for leftovers of dead processes failed")
            await asyncio.sleep(CLEARING_SECONDS)


def ids_in_the_log(claim: Claim) -> AbstractContextManager[object]:
    """Whatever is logged meanwhile, by whichever module, says which unit it was for."""
    unit = claim.unit
    return structlog.contextvars.bound_contextvars(
        job_id=str(unit.job_id),
        unit_id=str(unit.id),
        kind=unit.kind.value,
        ordinal=unit.ordinal,
        account_id=unit.account_id,
        fence=unit.fence,
    )
