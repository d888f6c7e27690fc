"""Preparing the storage as soon as the database is there, which may be later than this process."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.config import Settings
from domain.errors import DomainError, ServiceUnavailable

log = structlog.get_logger("app.preparation")

AGAIN_SECONDS = 2.0
"""after a database that wasn't there"""

UNPREPARED = ServiceUnavailable(
    "The database can't be brought to this release's schema.",
    hint="The log says why. Mend that, and restart the server.",
)


class Preparation:
    """Brings the database to this release's schema. Until then nothing may be asked of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.trouble: DomainError | None = ServiceUnavailable(
            "The database is being brought to this release's schema."
        )
        """why it isn't prepared yet; None once it is"""
        self.tried = asyncio.Event()
        """set once the database has been asked for the first time, whatever came of it"""

    async def run(self, then: Callable[[], Awaitable[None]]) -> None:
        """Prepare, and do what is to be done ``then``, however often it takes.

        Raises:
            DomainError, alembic's CommandError: what waiting doesn't mend.
        """
        from app.storage import prepare_storage  # noqa: PLC0415 - brings the database along

        while True:
            try:
                done = await prepare_storage(self._settings)
                await then()
            except ServiceUnavailable as error:
                if str(error) != str(self.trouble):  # once: it may take all night
                    log.error("the database can't be used yet", why=f"{error} {error.hint_text}")
                self.trouble = error
            except DomainError as error:
                log.error("the database can't be prepared", why=f"{error} {error.hint_text}")
                self.trouble = error
                raise
            except Exception:
                log.exception("the database can't be prepared")
                self.trouble = UNPREPARED
                raise
            else:
                self.trouble = None
                log.info("the database is prepared", what=done)
                return
            finally:
                self.tried.set()
            await asyncio.sleep(AGAIN_SECONDS)
