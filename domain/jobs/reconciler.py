"""The reconciler: nothing is lost that a worker, a bell or a process forgot."""

import asyncio
import logging

from domain.errors import DomainError
from domain.jobs.ports import Bell, JobStore, Reconciled
from domain.jobs.telemetry import Silence, Telemetry

log = logging.getLogger(__name__)


class Reconciler:
    """Takes expired leases back, fails overdue jobs, rings again. Any number may run at once."""

    def __init__(
        self,
        store: JobStore,
        bell: Bell,
        *,
        reconcile_seconds: float = 5.0,
        unclaimed_seconds: float = 15.0,
        crash_limit: int = 3,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._store = store
        self._bell = bell
        self._period = reconcile_seconds
        self._unclaimed = unclaimed_seconds
        self._crash_limit = crash_limit
        self._telemetry = telemetry or Silence()

    async def run_once(self) -> Reconciled:
        """One round."""
        found = await self._store.reconcile(self._unclaimed, self._crash_limit)
        self._telemetry.reconciled(found)
        if found.expired or found.overdue:
            log.warning(
                "leases taken back: %d (units quarantined: %d); jobs past their deadline: %d",
                found.expired,
                found.quarantined,
                found.overdue,
            )
        if found.ready:
            await self._bell.ring(found.ready)
        return found

    async def run_forever(self) -> None:
        """A round every period, whatever happens to one of them, until cancelled."""
        while True:
            try:
                await self.run_once()
            except DomainError as error:
                log.warning("reconciling is put off: %s", error.message)
            except Exception:
                log.exception("a reconciler's round failed")
            await asyncio.sleep(self._period)
