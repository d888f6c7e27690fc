"""Whether the API and the workers hold more memory the more jobs they have seen."""

import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.accepting import BODY, api, environment, put_load
from benchmarks.draining import READY, all_finished, worker_processes
from benchmarks.processes import held_bytes
from benchmarks.servers import Servers

JOBS = 5_000
WARM_UP = 1_000
BATCH = 500
WORKERS = 2
THREADS = 8
MEGABYTE = 1e6


async def memory_row(servers: Servers, folder: Path) -> float:
    """Accept and work off no-op jobs of one scene; prints what is held as they go, and answers
    the largest share by which a process grew from the thousandth to the last."""
    database = await servers.fresh_database("growing")
    environ = environment(
        servers, database, folder, WORKER_SLOTS=str(THREADS), IDLE_SCENES="1", LOG_LEVEL="info"
    )
    body = folder / "body.json"
    body.write_bytes(BODY)
    command = [sys.executable, "-m", "dramatiq", "benchmarks.idle_worker:boot", "-p", "1"]
    command += ["-t", str(THREADS)]
    held: dict[str, list[int]] = {}
    with ExitStack() as stack:
        port, pid = stack.enter_context(api("app.main:app", environ, folder / "growing.log"))
        pids = stack.enter_context(
            worker_processes(command, READY, environ, folder, [None] * WORKERS)
        )
        watched = {"API": pid, **{f"worker {n + 1}": worker for n, worker in enumerate(pids)}}
        for _ in range(0, JOBS, BATCH):
            await put_load(port, pid, BATCH, body)
            await all_finished(database, patience=300)
            for name, process in watched.items():
                held.setdefault(name, []).append(held_bytes(process))
    print(f"\n| memory held, MB | {' | '.join(str(n) for n in range(BATCH, JOBS + 1, BATCH))} |")
    print("| --- |" + " --- |" * (JOBS // BATCH))
    growth = 0.0
    for name, sizes in held.items():
        print(f"| {name} | {' | '.join(f'{size / MEGABYTE:.0f}' for size in sizes)} |")
        first, last = sizes[WARM_UP // BATCH - 1], sizes[-1]
        print(f"|  | {(last - first) / (JOBS - WARM_UP):,.0f} bytes a job |")
        growth = max(growth, last / first - 1)
    return growth
