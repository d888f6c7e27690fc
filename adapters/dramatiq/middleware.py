"""What a Dramatiq worker needs around its actors: resources on its loop, a modest appetite."""

import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType

from dramatiq.asyncio import EventLoopThread, get_event_loop_thread, set_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.middleware import AsyncIO, Middleware, MiddlewareError
from dramatiq.worker import ConsumerThread, Worker, WorkerThread

from domain.errors import DomainError

log = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]


class WorkerBootFailed(MiddlewareError):
    """A worker's resources can't be made.

    Dramatiq logs any other error of a middleware and carries on with a worker that can do
    nothing; this kind ends the process, so that its supervisor sees it.
    """


class WorkerResources(Middleware):
    """Makes what the actors need in the worker's own event loop, and closes it there.

    ``build`` runs before the first message is taken, after any fork. ``stop`` (if given) runs
    when the worker is asked to end, while actors still work: the place to let go of leases.
    ``close`` runs when the last actor has returned. List it after ``AsyncIO()``, whose loop it
    uses: hooks named before run in the order of the list, those named after in reverse.
    """

    def __init__(self, build: Hook, close: Hook, stop: Hook | None = None) -> None:
        self._build = build
        self._close = close
        self._stop = stop

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Build, or end the process with the reason."""
        try:
            _run(self._build)
        except WorkerBootFailed:
            raise
        except Exception as error:
            # Its thread isn't a daemon: left running, it would keep the process alive.
            if (loop_thread := get_event_loop_thread()) is not None:
                loop_thread.stop()  # type: ignore[no-untyped-call]
                set_event_loop_thread(None)
            if isinstance(error, DomainError):
                log.critical("the worker can't start: %s %s", error, error.hint_text)
                # where words say it all, pages of what led there would only hide them
                error.__cause__ = error.__context__ = error.__traceback__ = None
            raise WorkerBootFailed(f"The worker can't start: {error}") from error

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Tell those who work that the worker ends."""
        if self._stop is not None:
            _run(self._stop)

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Close."""
        _run(self._close)


class PatientAsyncIO(AsyncIO):
    """Waits for its event loop for as long as that takes to begin.

    Dramatiq gives it a second, which a busy machine may take for a thread. Then the worker has no
    loop, and never ends either: the thread goes on, and isn't a daemon.
    """

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin the loop."""
        thread = EventLoopThread(self.logger)
        thread.start()
        set_event_loop_thread(thread)


class OneStopIsEnough(Middleware):
    """Lets a second SIGTERM change nothing.

    A supervisor that tells every process of a group, and the parent that passes it on, make two
    of one. At the second, Dramatiq ends its main thread and leaves the others, which aren't
    daemons: leases are never given back, and the process never ends.
    """

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Stand before Dramatiq's own handler."""
        own = signal.getsignal(signal.SIGTERM)
        if not callable(own) or threading.current_thread() is not threading.main_thread():
            return
        told = False

        def once(number: int, frame: FrameType | None) -> None:
            nonlocal told
            if not told:
                told = True
                own(number, frame)

        signal.signal(signal.SIGTERM, once)


class BegunBeforeEnded(Middleware):
    """Lets a worker's threads all begin before they are told to end.

    A thread of Dramatiq says that it runs once it does. One that is told to end before that
    says so afterwards, and never ends: its worker waits out all the time that it has.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._begun: set[threading.Thread] = set()

    def after_worker_thread_boot(self, broker: Broker, thread: WorkerThread) -> None:  # noqa: ARG002
        """It runs."""
        self._note(thread)

    def after_consumer_thread_boot(self, broker: Broker, thread: ConsumerThread) -> None:  # noqa: ARG002
        """It runs."""
        self._note(thread)

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Wait for those that were started a moment ago."""
        threads = {*worker.workers, *worker.consumers.values()}
        with self._changed:
            self._changed.wait_for(lambda: threads <= self._begun)

    def _note(self, thread: threading.Thread) -> None:
        with self._changed:
            self._begun.add(thread)
            self._changed.notify_all()


LISTEN_AGAIN_MS = 100
"""A worker that is free looks for a bell this often at least. Dramatiq's own second, which it
also waits out while every thread is busy, would be lost after each unit."""


class PrefetchOnePerThread(Middleware):
    """Lets a worker take only as many bells as it can answer at once.

    The default is twice as many: the second half would wait behind long renders while other
    workers are idle. (``dramatiq_queue_prefetch`` is read when Dramatiq is imported, long
    before this project's settings are.) ``max_threads`` limits the threads themselves.
    """

    def __init__(self, max_threads: int | None = None) -> None:
        self._max_threads = max_threads

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Set it before the first consumer is made."""
        if self._max_threads is not None:
            worker.worker_threads = min(worker.worker_threads, self._max_threads)
        worker.queue_prefetch = worker.worker_threads
        worker.worker_timeout = min(worker.worker_timeout, LISTEN_AGAIN_MS)


def _run(hook: Hook) -> None:
    loop_thread = get_event_loop_thread()
    if loop_thread is None:
        raise WorkerBootFailed("WorkerResources has to be listed after AsyncIO().")
    loop_thread.run_coroutine(hook())
