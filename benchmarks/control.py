"""Prints how fast the control plane is: ``python -m benchmarks.control [--rows ...]``."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from benchmarks.accepting import accept_row
from benchmarks.claiming import claim_row
from benchmarks.draining import drain_row
from benchmarks.growing import memory_row
from benchmarks.servers import Servers, run_servers
from benchmarks.verdicts import Check, verdict

ROWS = ("accept", "drain", "claim", "memory")
ACCEPT_SHARE = 0.5
DRAINED_EACH_SECOND = 200
CLAIM_RATIO = 1.5
GROWTH = 0.05
"""from the thousandth job to the five thousandth"""


def main() -> None:
    """Run what was asked for and print it."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.control", description=__doc__)
    options.add_argument("--rows", nargs="*", default=ROWS, choices=ROWS)
    options.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    options.add_argument("--requests", type=int, default=2000, help="of a round")
    options.add_argument("--jobs", type=int, default=60, help="drained, of 24 units each")
    options.add_argument("--threads", type=int, default=8, help="of a draining worker")
    options.add_argument("--claims", type=int, default=300, help="of each database")
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="faceless-bench-") as name:
        folder = Path(name)
        with run_servers(folder) as servers:
            asyncio.run(_bench(servers, folder, given))


async def _bench(servers: Servers, folder: Path, given: argparse.Namespace) -> None:
    if "accept" in given.rows:
        ratio = await accept_row(servers, folder, given.rounds, given.requests)
        share = Check("share of a bare insert's rate", ratio, ACCEPT_SHARE, at_least=True)
        print(verdict("accept", share), flush=True)
    if "drain" in given.rows:
        rate = await drain_row(servers, folder, given.jobs, given.threads)
        drained = Check("no-op units each second", rate, DRAINED_EACH_SECOND, at_least=True)
        print(verdict("drain", drained), flush=True)
    if "claim" in given.rows:
        ratio = await claim_row(servers, given.claims)
        slower = Check("a claim's p50 among 100,000, over that among 100", ratio, CLAIM_RATIO)
        print(verdict("claim", slower), flush=True)
    if "memory" in given.rows:
        growth = await memory_row(servers, folder)
        grown = Check("growth from 1,000 jobs to 5,000", growth, GROWTH)
        print(verdict("memory", grown), flush=True)


if __name__ == "__main__":
    main()
