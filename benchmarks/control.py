"""Prints how fast the control plane is: ``python -m benchmarks.control [--rows ...]``."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from benchmarks.accepting import accept_row
from benchmarks.draining import drain_row
from benchmarks.servers import Servers, run_servers

ROWS = ("accept", "drain")
ACCEPT_SHARE = 0.5
DRAINED_EACH_SECOND = 200


def main() -> None:
    """Run what was asked for and print it."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.control", description=__doc__)
    options.add_argument("--rows", nargs="*", default=ROWS, choices=ROWS)
    options.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    options.add_argument("--requests", type=int, default=2000, help="of a round")
    options.add_argument("--jobs", type=int, default=60, help="drained, of 24 units each")
    options.add_argument("--threads", type=int, default=8, help="of a draining worker")
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="faceless-bench-") as name:
        folder = Path(name)
        with run_servers(folder) as servers:
            asyncio.run(_bench(servers, folder, given))


async def _bench(servers: Servers, folder: Path, given: argparse.Namespace) -> None:
    if "accept" in given.rows:
        ratio = await accept_row(servers, folder, given.rounds, given.requests)
        verdict("jobs accepted, share of a bare insert's rate", ratio, at_least=ACCEPT_SHARE)
    if "drain" in given.rows:
        rate = await drain_row(servers, folder, given.jobs, given.threads)
        verdict("no-op units finished each second", rate, at_least=DRAINED_EACH_SECOND)


def verdict(what: str, value: float, *, at_least: float) -> None:
    """Say whether a target was met."""
    print(f"{'MET' if value >= at_least else 'MISSED'}: {what}: {value:.2f}, asked {at_least:g}")


if __name__ == "__main__":
    main()
