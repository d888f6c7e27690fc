"""Following what happens to the jobs of everybody, for those who listen live (port ``EventLog``).

Events are numbered when they are written and seen when their transaction ends, which is another
order: whoever has read 14 may still have 13 to come. So a position isn't the highest id that was
read but one up to which nothing is to come any more. Within one job ids ascend as they are seen.
"""

from typing import Protocol

import msgspec

from domain.jobs.model import Event


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and whose it is."""

    event: Event
    account_id: str
    position: int
    """from which to go on after this one: whatever is numbered up to here has been told. Below
    the event's own id while one that is numbered before it is still to come"""


class EventPage(msgspec.Struct, frozen=True):
    """Some of an account's events, in the order of their ids."""

    events: list[Event]
    reached: int | None
    """up to which id there are none left to read; None: there are no more at the moment"""


class Correspondent(Protocol):
    """Tells every event of every job once, from the moment when it begins."""

    @property
    def position(self) -> int:
        """Up to which id everything has been told, or had happened before it began."""
        ...

    async def begin(self) -> None:
        """Take up the position at which things are now.

        Raises:
            ServiceUnavailable
        """
        ...

    async def tell(self, limit: int) -> list[Told]:
        """What is new; about ``limit`` events at most. After an error, ask again: none is lost.

        Raises:
            ServiceUnavailable
        """
        ...


class EventLog(Protocol):
    """The events of all jobs."""

    def correspondent(self) -> Correspondent:
        """One that has not begun yet."""
        ...

    async def of_account(self, account_id: str, after: int, limit: int) -> EventPage:
        """An account's events among the next ``limit`` of everybody's above ``after``.

        A page costs an index range of ``limit`` entries, however many accounts there are.
        """
        ...

    async def is_whole_after(self, event_id: int, kept_seconds: float) -> bool:
        """Whether nothing above ``event_id`` can have been removed, if events are kept for
        ``kept_seconds``: that one, or the last before it, isn't older. False in case of doubt.
        """
        ...
