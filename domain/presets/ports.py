"""What presets need from outside: a store."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.presets.model import Preset


class PresetStore(Protocol):
    """Keeps presets, of each account its own. Times are the store's clock's."""

    async def put(
        self,
        account_id: str,
        name: str,
        request: Mapping[str, Any],
        digest: str,
        *,
        expected: str | None = None,
        most: int,
    ) -> tuple[Preset, bool]:
        """Keep a preset, in the place of the one of this name; whether there was none.

        Args:
            account_id: whose it is.
            name: within the account.
            request: its fields.
            digest: of its fields.
            expected: the digest of the one that is to be replaced, "*" for any; None: nothing is
                expected.
            most: presets an account may have.

        Raises:
            PresetChanged: another one is there than was expected, or none.
            TooManyPresets: it would be one more than ``most``.
        """
        ...

    async def get(self, account_id: str, name: str) -> Preset:
        """Raises PresetNotFound."""
        ...

    async def listing(self, account_id: str) -> list[Preset]:
        """All presets of an account, by name."""
        ...

    async def remove(self, account_id: str, name: str) -> None:
        """Raises PresetNotFound."""
        ...
