"""The processes that faults happen to: a real worker and a real API around the stand-ins.

Both are forked from a process that has imported this module, which makes a new worker a matter
of milliseconds where its imports take seconds. Apart from what ``Orders`` say they are the
product: ``faceless worker``, and the API under uvicorn.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

import msgspec
import uvicorn
from dishka import Provider

# what these import is what takes the time
import app.container
import app.embedded
import app.storage
import app.worker
from adapters.dramatiq import broker
from adapters.postgres import engine
from app.config import Settings
from app.logging import configure_logging
from app.main import create_app
from faults.clock import shift_clock_on_signals
from faults.failpoints import Arming, Failpoints, Watched
from faults.ledger import Ledger
from faults.mutants import MUTANTS
from faults.standins import StandIns

PR_SET_PDEATHSIG = 1


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """All that a process is told when it starts."""

    settings: Settings
    scale: float
    """of every period that isn't a setting"""
    ledger: Path
    log: Path
    arming: Arming | None = None
    mutant: str = ""
    rings: int = 1
    """how often each bell is rung"""
    paid_url: str = ""
    """where a paid voice is called; see ``paying``"""


def work(orders: Orders) -> None:
    """A worker process, until SIGTERM."""
    app.worker.run(orders.settings, *_begin(orders))


def serve(orders: Orders) -> None:
    """An API process, until SIGTERM."""
    application = create_app(orders.settings, *_begin(orders))
    uvicorn.run(
        application,
        host=orders.settings.host,
        port=orders.settings.port,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


def _begin(orders: Orders) -> list[Provider]:
    """Make this process the one that was ordered; answers the providers that it needs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(orders.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    configure_logging(orders.settings)
    shift_clock_on_signals()
    points = Failpoints(Ledger(orders.ledger), orders.arming)
    _scale_constants(orders.scale)
    if orders.mutant:
        MUTANTS[orders.mutant]()
    return [
        StandIns(points, orders.settings.renew_seconds),
        Watched(points, orders.rings),
    ]


def _scale_constants(scale: float) -> None:
    """Shorten what is no setting as the settings are shortened."""
    broker.HEARTBEAT_TIMEOUT_MS = round(broker.HEARTBEAT_TIMEOUT_MS * scale)  # type: ignore[misc]
    engine.STALLED_TRANSACTION_SECONDS *= scale  # type: ignore[misc]
