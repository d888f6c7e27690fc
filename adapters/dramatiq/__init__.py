"""Dramatiq on Redis: a doorbell. The database decides who works on what.

Importing this package declares no actor and connects to nothing.
"""

from adapters.dramatiq.bell import DramatiqBell
from adapters.dramatiq.broker import ACTOR, NAMESPACE, QUEUE, make_broker
from adapters.dramatiq.middleware import PrefetchOnePerThread, WorkerBootFailed, WorkerResources

__all__ = [
    "ACTOR",
    "NAMESPACE",
    "QUEUE",
    "DramatiqBell",
    "PrefetchOnePerThread",
    "WorkerBootFailed",
    "WorkerResources",
    "make_broker",
]
