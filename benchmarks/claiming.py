"""What a claim takes when a great many units are ready, against when few are."""

import statistics
import time

import asyncpg

from adapters.postgres import SqlJobStore, make_engine
from benchmarks.draining import accept_jobs
from benchmarks.servers import Servers
from domain.jobs.model import STAGES

FEW, MANY = 100, 100_000
WARM_UP = 20

FILL = """
    INSERT INTO units (id, job_id, account_id, revision, kind, ordinal, missing_inputs, state,
                       priority, attempt, crashes, run_at, fence, progress, seconds)
    SELECT gen_random_uuid(), job_id, account_id, revision, 'segment', n, 0, 'ready',
           n % 3, 0, 0, run_at + n * interval '1 microsecond', 0, 0, 0
    FROM units, generate_series(1, $1) AS n
"""


class _Crowd:
    """A database with so many ready units, of one job that runs."""

    def __init__(self, url: str, units: int) -> None:
        self._url = url
        self._units = units
        self._engine = make_engine(url)
        self._store = SqlJobStore(self._engine)
        self.milliseconds: list[float] = []

    async def open(self) -> None:
        await accept_jobs(self._store, 1)
        self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(FILL, self._units - 1)
        await self._connection.execute("UPDATE jobs SET status = 'running', started_at = now()")
        await self._connection.execute("ANALYZE")

    async def claim(self) -> None:
        """Claim one unit and time it; then it's ready again, so that there are as many."""
        began = time.perf_counter()
        claim = await self._store.claim("benchmark", STAGES)
        self.milliseconds.append(1000 * (time.perf_counter() - began))
        assert claim is not None
        await self._connection.execute(
            "UPDATE units SET state = 'ready', lease_until = NULL WHERE id = $1", claim.unit.id
        )

    async def close(self) -> None:
        await self._connection.close()
        await self._engine.dispose()


async def claim_row(servers: Servers, claims: int) -> float:
    """Claim from both in turns; prints the medians and answers their ratio."""
    crowds = {
        count: _Crowd(await servers.fresh_database(f"claiming_{count}"), count)
        for count in (FEW, MANY)
    }
    for crowd in crowds.values():
        await crowd.open()
    for _ in range(WARM_UP + claims):
        for crowd in crowds.values():
            await crowd.claim()
    medians = {}
    for count, crowd in crowds.items():
        medians[count] = statistics.median(crowd.milliseconds[WARM_UP:])
        print(f"\na claim with {count:,} ready units: p50 {medians[count]:.2f} ms", end="")
        await crowd.close()
    print()
    return medians[MANY] / medians[FEW]
