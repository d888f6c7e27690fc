"""kill -9 at any moment: the job goes on from its last finished unit, and nothing is made twice."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from counted import Factory
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.tables import results
from domain.generation.brief import SceneInput
from domain.jobs.model import FINAL_STATUSES, JobStatus

PROGRAM = Path(__file__).with_name("counted.py")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(280)

SCENES = [
    SceneInput(text="Honey never spoils. It was found in tombs."),
    SceneInput(text="Bees visit many flowers. They dance to tell the way."),
    SceneInput(text="A spoonful lasts."),
    SceneInput(text="So thank a bee."),
]
SENTENCES = 6

QUICK = {
    "LEASE_SECONDS": "4",
    "RENEW_SECONDS": "0.5",
    "GIVE_UP_SECONDS": "3",
    "RECONCILE_SECONDS": "0.3",
    "POLL_SECONDS": "0.2",
    "UNCLAIMED_SECONDS": "0.5",
    "MIN_FREE_BYTES": "0",
    "CRASH_LIMIT": "20",
}
"""every period far below its default, so that takeovers don't take the test's time"""

MOMENTS = [
    ("start", "sentence", 2),
    ("end", "sentence", 5),
    ("start", "segment", 1),
    ("end", "segment", 2),
    ("start", "mix", 1),
    ("start", "assembly", 1),
]
"""kill when the ledger has so many of these lines"""


async def test_killed_again_and_again_a_job_finishes_and_nothing_finished_is_made_twice(
    factory: Factory,
) -> None:
    job = await factory.submit(scenes=SCENES, aspect_ratio="1:1")
    ledger = factory.ledger
    kills: list[tuple[int, set[str]]] = []
    """by kill: length of the ledger, and the keys of all results that the store had"""

    for moment, what, count in MOMENTS:
        with _worker(factory):
            await _until(lambda m=moment, w=what, c=count: len(ledger.keys(m, w)) >= c)
        await _until(lambda: not _orphans(factory))
        kills.append((len(ledger.entries()), await _kept(factory)))

    jobs = await factory.jobs()
    with _worker(factory):
        async with asyncio.timeout(120):
            while (job := await jobs.get(job.account_id, job.id)).status not in FINAL_STATUSES:
                await asyncio.sleep(0.1)

    assert job.status == JobStatus.SUCCEEDED, job.error
    for length, kept in kills:
        later = {entry.key for entry in ledger.entries()[length:] if entry.moment == "start"}
        assert not kept & later, "something finished was made again"
    starts = [entry for entry in ledger.entries() if entry.moment == "start"]
    distinct = {(entry.what, entry.key) for entry in starts}
    assert len([key for key in distinct if key[0] == "sentence"]) == SENTENCES
    assert len([key for key in distinct if key[0] == "segment"]) == len(SCENES)
    assert len(starts) - len(distinct) <= len(kills) * factory.settings.slots


async def _kept(factory: Factory) -> set[str]:
    """Keys of what was made and whose result the store has."""
    engine = await factory.container.get(AsyncEngine)
    async with engine.connect() as connection:
        contents = set((await connection.execute(sa.select(results.c.content))).scalars())
    return {entry.key for entry in factory.ledger.entries() if entry.content in contents}


@contextmanager
def _worker(factory: Factory) -> Iterator[None]:
    """A worker process for the time of the block, at whose end it is killed."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(factory.ledger.path)],
        env={
            **os.environ,
            **QUICK,
            "DATA_DIR": str(factory.settings.data_dir),
            "PYTHONPATH": str(ROOT),
        },
        cwd=factory.settings.data_dir,
    )
    try:
        yield
        assert process.poll() is None, "the worker ended by itself"
    finally:
        process.kill()
        process.wait()


async def _until(happened: Callable[[], bool]) -> None:
    """Wait for something outside this process; fail when it doesn't happen."""
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.02)


def _orphans(factory: Factory) -> list[int]:
    """Media processes that still work in the store's folder."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                folder.name.isdigit()
                and "ffmpeg" in (folder / "cmdline").read_text()
                and (folder / "cwd").readlink().is_relative_to(factory.settings.data_dir)
            ):
                found.append(int(folder.name))
    return found
