"""Space on the store's file system: how much is kept free, and what is said when none is left."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Space:
    """The file system of ``root``, of which ``min_free_bytes`` are kept free. Blocks."""

    def __init__(self, root: Path, min_free_bytes: int) -> None:
        self._root = root
        self._min_free_bytes = min_free_bytes

    def free_bytes(self) -> int:
        """What is left to this process; makes ``root`` where it's missing."""
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def check(self, wanted_bytes: int) -> None:
        """Raise StorageFull if ``wanted_bytes`` more would go below what is kept free."""
        free = self.free_bytes()
        if self._min_free_bytes and free - wanted_bytes < self._min_free_bytes:
            raise StorageFull(
                f"{free:,} bytes are free under {self._root}; {wanted_bytes:,} are needed and "
                f"{self._min_free_bytes:,} are kept free (MIN_FREE_BYTES).",
                free_bytes=free,
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say StorageFull where the system says that no space is left."""
        try:
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise StorageFull(f"No space is left under {self._root}.") from error
