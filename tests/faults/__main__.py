"""Run the scenarios: ``python -m faults``. Exits with 1 when a rule was broken."""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from faults import outages, scenarios  # noqa: F401 - they put themselves into the list
from faults.counts import RESUME_SECONDS, Counts
from faults.ground import Servers, Skipped
from faults.mutants import MUTANTS
from faults.running import SCENARIOS, Size, run_scenario

COLUMNS = (
    "jobs",
    "done",
    "lost",
    "units",
    "twice",
    "kills",
    "in flight",
    "redone",
    "stale",
    "let in",
    "dangling",
    "p50 s",
    "p99 s",
)
NAME_WIDTH = 26


def memory_folder() -> Path | None:
    """Where files cost no disk time, if there is such a place."""
    place = Path("/dev/shm")
    return place if place.is_dir() else None


def row(name: str, counts: Counts) -> str:
    """A line of the table."""
    median, late = counts.resume_within(0.5), counts.resume_within(0.99)
    cells = [
        counts.accepted,
        counts.finished + counts.failed,
        counts.lost,
        counts.units,
        counts.finished_twice,
        counts.kills + counts.stops,
        counts.in_flight + counts.overtaken,
        counts.redone,
        counts.stale_tried,
        counts.stale_accepted,
        counts.dangling,
        "-" if median is None else f"{median:.1f}",
        "-" if late is None else f"{late:.1f}",
    ]
    return _line(name, cells)


def _line(name: str, cells: Sequence[object]) -> str:
    columns = zip(COLUMNS, cells, strict=True)
    return f"{name:{NAME_WIDTH}}" + "".join(
        f"{cell!s:>{max(len(column), 5) + 2}}" for column, cell in columns
    )


async def run(options: argparse.Namespace) -> int:
    """Run what was asked for; answers the exit code."""
    size = Size(
        jobs=options.jobs,
        width=options.width,
        jobs_under_kills=options.jobs_under_kills,
        kills_at_each=options.kills_at_each,
        stops_at_each=options.stops_at_each,
        random_kills=options.random_kills,
        rounds=options.rounds,
    )
    total = Counts()
    print(f"seed {options.seed}, periods x {options.scale:g}, {len(options.scenario)} scenarios")
    print(_line("", COLUMNS), flush=True)
    with tempfile.TemporaryDirectory(prefix="faceless-faults-", dir=memory_folder()) as folder:
        servers = Servers(Path(folder))
        try:
            for name in options.scenario:
                started = time.monotonic()
                try:
                    counts = await run_scenario(
                        name,
                        servers,
                        size,
                        scale=options.scale,
                        seed=options.seed,
                        mutant=options.mutant,
                        keep=options.keep,
                        tell=lambda line: print(line, flush=True),
                    )
                except Skipped as reason:
                    print(f"{name:{NAME_WIDTH}}  skipped: {reason}", flush=True)
                    continue
                except Exception:  # the others are worth running all the same
                    traceback.print_exc()
                    total.notes.append(f"{name} broke off")
                    continue
                print(row(name, counts), f"  {time.monotonic() - started:4.0f} s", flush=True)
                for problem in counts.broken():
                    print(f"    BROKEN: {problem}", flush=True)
                total.add(counts)
        finally:
            servers.stop()
    print(row("in sum", total))
    print(f"at failpoints: {dict(sorted(total.at_point.items()))}")
    print(f"units redone per kill or stop: {total.redone / max(1, total.kills + total.stops):.2f}")
    print(f"processes that ended by themselves: {total.fell_over}")
    broken = total.broken()
    late, limit = total.resume_within(0.99), RESUME_SECONDS * options.scale
    if late is not None:
        print(f"resume time p99 {late:.1f} s; with these periods it should be within {limit:g} s")
        # with shorter periods, what the machine takes for everything else weighs too much
        if options.scale >= 1 and late > limit:
            broken.append("work was resumed too late")
    print("BROKEN" if broken else "every rule held")
    return 1 if broken else 0


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help="default: all")
    parser.add_argument("--jobs", type=int, default=40, help="in each scenario, at least")
    parser.add_argument("--width", type=int, default=12, help="jobs under way at a time")
    parser.add_argument("--jobs-under-kills", type=int, default=600, help="at failpoints")
    parser.add_argument("--kills-at-each", type=int, default=20, help="failpoint")
    parser.add_argument("--stops-at-each", type=int, default=2, help="point to be stopped at")
    parser.add_argument("--random-kills", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="of outages in a scenario")
    parser.add_argument("--scale", type=float, default=0.1, help="of every period's default")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--mutant", choices=MUTANTS, default="", help="take a rule out")
    parser.add_argument("--keep", type=Path, help="folder for ledgers and logs of what broke")
    options = parser.parse_args()
    options.scenario = options.scenario or list(SCENARIOS)
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # servers are stopped, too
    sys.exit(asyncio.run(run(options)))


if __name__ == "__main__":
    main()
