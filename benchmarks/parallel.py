"""How much faster two workers finish one job than one: ``python -m benchmarks.parallel``.

A drawn video of ten scenes is made from its words on, in a store of its own each time: spoken,
laid out, rendered, mixed, packaged. Each worker works on one unit at a time. Pinned, a worker
and its children have one core to themselves.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec

from app.config import Settings
from app.container import make_container
from benchmarks.accepting import environment
from benchmarks.draining import all_finished, worker_processes
from benchmarks.processes import cpu_seconds
from benchmarks.servers import Servers, run_servers
from benchmarks.verdicts import Check, verdict
from domain.generation.brief import Brief, SceneInput
from domain.jobs.model import LOCAL_ACCOUNT
from domain.jobs.service import Jobs

ASKED = 1.7
READY = "the worker is ready"
SCENES = [
    "Honey never spoils. Archaeologists have found pots of it in ancient tombs, still good to eat.",
    "Bees make it from nectar, and fan the water out of it with their wings.",
    "One bee makes a twelfth of a teaspoon in her whole life, which lasts six weeks in summer.",
    "A hive of sixty thousand bees flies three times around the world for a single pot.",
    "A bee that has found flowers dances for her sisters, and its angle shows the way.",
    "The queen lays two thousand eggs on a day in May, more than her own weight.",
    "In winter the bees form a ball around her and shiver to keep it at thirty five degrees.",
    "Wax comes from glands on their bellies; eight pounds of honey give one pound of wax.",
    "The cells have six sides because no other shape holds so much with so little wax.",
    "A third of all that we eat depends on bees, and they have done it for thirty million years.",
]
WARM_UP = "Bees need flowers."
PATIENCE_SECONDS = 600.0


class Made(msgspec.Struct):
    """One run: seconds on the clock, of the processors, and of work in each stage."""

    wall: float
    cpu: float
    stages: dict[str, float]


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.parallel", description=__doc__)
    options.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    options.add_argument("--skip-unpinned", action="store_true")
    given = options.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("This needs two cores.")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with (
        tempfile.TemporaryDirectory(prefix="faceless-bench-") as name,
        run_servers(Path(name)) as servers,
    ):
        asyncio.run(_bench(servers, Path(name), given, cores))


async def _bench(
    servers: Servers, folder: Path, given: argparse.Namespace, cores: Sequence[int]
) -> None:
    every = set(cores)
    plans: dict[str, list[set[int]]] = {
        "pinned, one worker": [{cores[0]}],
        "pinned, two workers": [{core} for core in cores],
    }
    if not given.skip_unpinned:
        plans |= {"unpinned, one worker": [every], "unpinned, two workers": [every, every]}
    (folder / "cache").mkdir()
    made: dict[str, list[Made]] = defaultdict(list)
    for number in range(given.rounds):
        for turn, (name, pins) in enumerate(plans.items()):
            made[name].append(await _make(servers, folder, f"run{number}_{turn}", pins))
            print(f"  round {number + 1}, {name}: {made[name][-1].wall:.1f} s", flush=True)
    print("\n| ten scenes | seconds | CPU seconds | seconds of work by stage |")
    print("| --- | --- | --- | --- |")
    for name, found in made.items():
        middle = sorted(found, key=lambda run: run.wall)[len(found) // 2]
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in middle.stages.items())
        print(f"| {name} | {middle.wall:.1f} | {middle.cpu:.1f} | {stages} |")
    for how in dict.fromkeys(name.partition(",")[0] for name in plans):
        gain = statistics.median(
            one.wall / two.wall
            for one, two in zip(
                made[f"{how}, one worker"], made[f"{how}, two workers"], strict=True
            )
        )
        if how == "pinned":
            faster = Check("times as fast as one", gain, ASKED, at_least=True)
            print(verdict("two pinned workers", faster))
        else:
            print(f"two unpinned workers are {gain:.2f} times as fast")


async def _make(servers: Servers, folder: Path, run: str, pins: Sequence[set[int]]) -> Made:
    """Start a worker for each of ``pins``, warm them up, have the job made."""
    database = await servers.fresh_database(run)
    store = folder / run
    store.mkdir()
    (store / "cache").symlink_to(folder / "cache")
    environ = environment(servers, database, store, WORKER_SLOTS="1")
    settings = Settings(
        data_dir=store,
        database_url=database,
        mongodb_url=servers.mongodb,
        redis_url=servers.redis,
        embedded_worker=False,
    )
    container = make_container(settings)
    jobs = await container.get(Jobs)
    with _pinned_workers(environ, store, pins) as pids:
        for seed in range(2 * len(pins)):
            warm_up = [SceneInput(text=WARM_UP)] * len(pins)
            await jobs.submit(LOCAL_ACCOUNT, Brief(scenes=warm_up, aspect_ratio="1:1", seed=seed))
        await all_finished(database, PATIENCE_SECONDS)
        before = sum(cpu_seconds(pid) for pid in pids)
        job = await jobs.submit(
            LOCAL_ACCOUNT,
            Brief(scenes=[SceneInput(text=text) for text in SCENES], aspect_ratio="9:16", seed=7),
        )
        await all_finished(database, PATIENCE_SECONDS)
        spent = sum(cpu_seconds(pid) for pid in pids) - before
    await container.close()
    connection = await asyncpg.connect(database)
    wall = await connection.fetchval(
        "SELECT extract(epoch FROM finished_at - created_at)::float8 FROM jobs WHERE id = $1",
        job.id,
    )
    rows = await connection.fetch(
        "SELECT kind, sum(seconds) AS seconds FROM units WHERE job_id = $1 GROUP BY kind", job.id
    )
    await connection.close()
    return Made(wall=wall, cpu=spent, stages={row["kind"]: row["seconds"] for row in rows})


@contextmanager
def _pinned_workers(
    environ: dict[str, str], folder: Path, pins: Sequence[set[int]]
) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "app.cli", "worker"]
    with worker_processes(command, READY, environ, folder, pins) as pids:
        yield pids


if __name__ == "__main__":
    main()
