"""Several bells as one."""

from collections.abc import Sequence
from uuid import UUID

from domain.jobs.ports import Bell


class Bells:
    """Rings every bell: an embedded worker has another ear than those that listen to Redis."""

    def __init__(self, *bells: Bell) -> None:
        self._bells = bells

    async def ring(self, units: Sequence[UUID]) -> None:
        """Ring each in turn; none of them raises, as the port says."""
        for bell in self._bells:
            await bell.ring(units)
