"""The first key of an installation that serves nobody without one."""

import sys

from app.config import Settings
from domain.access import Keys, Scope
from domain.jobs.model import LOCAL_ACCOUNT

NAME = "bootstrap"


async def bootstrap(settings: Settings, keys: Keys) -> None:
    """Make a key for everything and print it, if keys are required and there has never been one.

    On standard output: log lines go elsewhere, and never hold a key.

    Raises:
        ServiceUnavailable, StorageFull
    """
    if settings.auth != "required":
        return
    made = await keys.create_first(LOCAL_ACCOUNT, NAME, [Scope.ADMIN])
    if made is not None:
        sys.stdout.write(
            f"The first key, for everything. It is shown only now:\n\n    {made.token}\n\n"
            "`faceless keys create` makes others, for less; "
            f"`faceless keys revoke {made.key.id}` ends this one.\n"
        )
        sys.stdout.flush()
