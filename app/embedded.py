"""The embedded worker: a thread with an event loop, a container and an engine of its own."""

import asyncio
import contextlib
import logging
import threading

from adapters.threads import ThreadBell
from app.config import Settings
from app.container import make_container
from app.workshop import Workshop
from domain.errors import ServiceUnavailable
from domain.jobs.telemetry import Telemetry
from domain.providers.circuits import Switchboard

log = logging.getLogger(__name__)

BEGIN_AGAIN_SECONDS = 2.0
"""after a service that it needs wasn't there, or its own failure"""

STOP_SECONDS = 20.0
"""what children and leases get to end; a lease that isn't given back expires by itself"""


class EmbeddedWorker:
    """Runs a workshop in a thread, so that blocking work never holds up the API."""

    def __init__(
        self,
        settings: Settings,
        bell: ThreadBell,
        telemetry: Telemetry | None = None,
        switchboard: Switchboard | None = None,
    ) -> None:
        self._settings = settings
        self._bell = bell
        self._telemetry = telemetry
        self._switchboard = switchboard
        self._thread = threading.Thread(target=self._main, name="faceless-worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False
        self.error: BaseException | None = None
        """why it has ended by itself, or can't begin yet; None while it works or was stopped"""

    def start(self) -> None:
        """Start working; returns at once."""
        self._thread.start()

    def stop(self) -> bool:
        """Give every lease back, end every child process, and wait for the thread.

        Answers whether it has ended in time.
        """
        self._is_stopped = True  # for a thread that hasn't come as far as its task yet
        if not self._thread.is_alive():
            return True
        if self._loop is not None and self._task is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed just now
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(STOP_SECONDS)
        return not self._thread.is_alive()

    def _main(self) -> None:
        try:
            asyncio.run(self._work())
        except asyncio.CancelledError:
            log.info("worker stopped")
        except Exception as error:
            log.exception("the embedded worker has ended")
            self.error = error

    async def _work(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        while not self._is_stopped:
            container = make_container(
                self._settings,
                thread_bell=self._bell,
                telemetry=self._telemetry,
                switchboard=self._switchboard,
            )
            try:
                workshop = await container.get(Workshop)
                self.error = None
                await workshop.work()
            except ServiceUnavailable as error:  # one that comes later than this process
                log.warning("the embedded worker can't begin yet: %s", error.message)
                self.error = error
            except ExceptionGroup as error:  # out of what is to go on whatever happens
                log.critical("the embedded worker has failed, and begins again", exc_info=error)
                self.error = error
            finally:
                await container.close()
            await asyncio.sleep(BEGIN_AGAIN_SECONDS)
