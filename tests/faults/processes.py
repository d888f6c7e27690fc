"""Workers and APIs as processes that can be killed, stopped and replaced."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from faults.ledger import Ledger
from faults.worker import Orders, serve, work

BEGIN_AGAIN_SECONDS = 0.2
"""a supervisor's pause before it replaces a process that ended"""

STOP_SECONDS = 30.0

EXPECTED_ENDS = (0, -signal.SIGKILL, -signal.SIGTERM)
"""of processes that are killed and stopped"""

ROOT = Path(__file__).parents[2]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["faults.worker"])


def import_everything() -> None:
    """Start the process that all others are forked from, unless it runs already.

    It imports what they need, which it finds by its environment alone: older Pythons don't hand
    their path on to it.
    """
    before = os.environ.get("PYTHONPATH")
    places = [str(ROOT / "tests"), str(ROOT), *([before] if before else [])]
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


class Member:
    """One process."""

    def __init__(self, role: Callable[[Orders], None], orders: Orders, ledger: Ledger) -> None:
        self.orders = orders
        self._ledger = ledger
        self._process: ForkServerProcess = _context.Process(target=role, args=(orders,))
        self._process.start()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._on_end)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    @property
    def is_alive(self) -> bool:
        return not self.ended.done()

    def kill(self) -> None:
        """kill -9, at whatever moment this is."""
        if self.is_alive:
            self.signal(signal.SIGKILL)
            self._ledger.write("killed", "random", pid=self.pid)

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def stop(self) -> int:
        """SIGTERM; answers the exit code. One that doesn't end in time is killed."""
        self.signal(signal.SIGTERM)
        await asyncio.wait({self.ended}, timeout=STOP_SECONDS)
        if self.is_alive:
            self.signal(signal.SIGKILL)
            await self.ended
        return self.exit_code or 0

    def _on_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.ended.set_result(None)


class Crew:
    """Places for processes; whoever ends is replaced, until the crew is dismissed."""

    def __init__(
        self, role: Callable[[Orders], None], ledger: Ledger, orders: Callable[[], Orders]
    ) -> None:
        """``orders`` is asked for each new process."""
        self._role = role
        self._ledger = ledger
        self._orders = orders
        self._places: list[asyncio.Task[None]] = []
        self.members: list[Member] = []
        self.hiring = asyncio.Event()
        """whoever ends isn't replaced while this isn't set"""
        self.hiring.set()
        self.fell_over = 0
        """processes that ended by themselves, such as for want of a database"""

    def grow(self, places: int) -> None:
        """Have so many more processes."""
        self._places += [asyncio.create_task(self._keep_one()) for _ in range(places)]

    async def dismiss(self) -> list[int]:
        """Stop everybody, as at the end of a day; answers their exit codes."""
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)
        self._places.clear()
        codes = await asyncio.gather(*(member.stop() for member in self.members))
        self.members.clear()
        return codes

    async def _keep_one(self) -> None:
        while await self.hiring.wait():
            member = Member(self._role, self._orders(), self._ledger)
            self.members.append(member)
            await asyncio.shield(member.ended)
            self.members.remove(member)
            if member.exit_code not in EXPECTED_ENDS:
                self.fell_over += 1
                await asyncio.sleep(BEGIN_AGAIN_SECONDS)


def workers(ledger: Ledger, orders: Callable[[], Orders]) -> Crew:
    """A crew of worker processes."""
    return Crew(work, ledger, orders)


def apis(ledger: Ledger, orders: Callable[[], Orders]) -> Crew:
    """A crew of API processes."""
    return Crew(serve, ledger, orders)
