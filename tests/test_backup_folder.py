"""The folder that backups are written into, when it can't take them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.postgres import Row
from app.upkeep.folder import BackupFolder
from domain.errors import BackupUnusable

MIB = 1 << 20


async def test_a_disk_that_runs_full_under_a_backup_is_said_so_with_the_folder(
    tiny_disk: Path,
) -> None:
    folder = BackupFolder(tiny_disk / "backup")
    folder.begin()

    async def batches() -> AsyncIterator[list[Row]]:
        yield [{"request": "x" * (4 * MIB)}]

    with pytest.raises(BackupUnusable, match=r"backup.*No space left"):
        await folder.write_rows("jobs", batches())
    with pytest.raises(BackupUnusable, match="no finished backup"):
        folder.manifest()
