"""``python -m fuzz [--examples N] [--seed N]``: try every operation, and say what came of it."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from fuzz.running import fuzz


def main() -> None:
    """Run and print; ends with 1 if anything failed."""
    options = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    options.add_argument("--examples", type=int, default=1000, help="for each operation")
    options.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="faceless-fuzz-") as folder:
        outcome = fuzz(Path(folder), given.examples, given.seed)
        log = Path(folder, "server.log").read_text()
    print(outcome.summary if outcome.passed else outcome.report)
    if not outcome.passed:
        print(outcome.summary, log[-4000:], sep="\n\n", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
