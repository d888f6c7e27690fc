"""The folder that one piece of work happens in, beside where its result will lie."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.ffmpeg.process import storage_checked


@asynccontextmanager
async def scratch_beside(out: Path) -> AsyncIterator[Path]:
    """An empty folder on the file system of ``out``, removed at the end."""
    with storage_checked():
        folder = Path(tempfile.mkdtemp(prefix=".render-", dir=out.parent))
    try:
        with storage_checked():
            yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


def publish(made: Path, out: Path) -> None:
    """Give a finished file its final name, in one step."""
    os.replace(made, out)  # noqa: PTH105 - replaces, where Path.rename may refuse


def link_all(files: list[Path], folder: Path, name: str) -> list[str]:
    """Give files of any name safe ones inside ``folder``; answers those names, in order."""
    names = [f"{name}{number:05d}" for number in range(len(files))]
    for link, file in zip(names, files, strict=True):
        (folder / link).symlink_to(file.absolute())
    return names
