"""A worker process's insides: runners on every slot, and a reconciler beside them."""

import asyncio
import os
import random
import shutil
import socket

from adapters.threads import ThreadBell
from app.config import Settings
from domain.generation.pipeline import Pipeline
from domain.jobs.ports import Bell, JobStore
from domain.jobs.reconciler import Reconciler
from domain.jobs.runner import Runner, RunnerPeriods


class Workshop:
    """Works until it's cancelled; then every lease has been given back."""

    def __init__(
        self,
        settings: Settings,
        store: JobStore,
        bell: Bell,
        pipeline: Pipeline,
        thread_bell: ThreadBell,
    ) -> None:
        self._settings = settings
        self._store = store
        self._bell = bell
        self._pipeline = pipeline
        self._thread_bell = thread_bell

    async def work(self) -> None:
        """Run every slot and the reconciler until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.reconciler().run_forever())
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
        )

    def reconciler(self) -> Reconciler:
        """This process's reconciler."""
        settings = self._settings
        return Reconciler(
            self._store,
            self._bell,
            reconcile_seconds=settings.reconcile_seconds,
            unclaimed_seconds=settings.unclaimed_seconds,
            crash_limit=settings.crash_limit,
        )
