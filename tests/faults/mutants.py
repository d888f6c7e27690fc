"""The product with one of its rules taken out, to see that the faults program would notice.

Each is put into a process by its orders, and is gone with it.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from adapters.directory import DirectoryArtifactStore
from adapters.dramatiq import PrefetchOnePerThread
from adapters.postgres import SqlJobStore, work
from adapters.postgres.clock import bound
from adapters.postgres.tables import units
from domain.generation.stores import Artifact
from domain.jobs.model import UnitKind
from faults.failpoints import current_claim


def write_without_fence() -> None:
    """A worker writes to its unit whoever holds it by now."""

    def anybody() -> sa.ColumnElement[bool]:
        # the token stays a parameter of the statements, and decides nothing
        return (units.c.id == bound("own", units.c.id)) & (bound("own", units.c.fence) >= 0)

    _replace(work, "owned", anybody)


def acknowledge_before_claim() -> None:
    """A message leaves the queue when a worker takes it, before a unit is claimed for it."""

    def acknowledge(_self: Any, broker: Any, message: Any) -> None:
        broker.do_ack(message.queue_name, message.options["redis_message_id"])

    _replace(PrefetchOnePerThread, "before_process_message", acknowledge)


def store_bytes_after_row() -> None:
    """A voice's bytes are stored after the row that names them: before the next claim."""
    put_bytes = DirectoryArtifactStore.put_bytes
    claim = SqlJobStore.claim
    owed: list[Callable[[], Awaitable[Artifact]]] = []

    async def put_bytes_later(self: Any, data: bytes) -> Artifact:
        current = current_claim.get()
        if current is None or current.unit.kind is not UnitKind.NARRATION:
            return await put_bytes(self, data)
        owed.append(lambda: put_bytes(self, data))
        return Artifact(sha256(data).hexdigest(), len(data))

    async def pay_and_claim(self: Any, *args: Any) -> Any:
        while owed:
            await owed.pop()()
        return await claim(self, *args)

    _replace(DirectoryArtifactStore, "put_bytes", put_bytes_later)
    _replace(SqlJobStore, "claim", pay_and_claim)


MUTANTS: dict[str, Callable[[], None]] = {
    "no_fence": write_without_fence,
    "early_ack": acknowledge_before_claim,
    "row_first": store_bytes_after_row,
}


def _replace(owner: Any, name: str, by: Any) -> None:
    """Put ``by`` in a thing's place; a mutant of what isn't there any more would prove nothing."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner} has no {name}: this mutant has to follow the product")
    setattr(owner, name, by)
