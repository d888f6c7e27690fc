"""A short selection of the faults program; ``make faults`` runs all of it, long."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from servers import ServerUnavailable, unavailable

from faults import outages, scenarios  # noqa: F401 - they put themselves into the list
from faults.__main__ import memory_folder
from faults.ground import Servers, Skipped
from faults.mutants import MUTANTS
from faults.running import Size, run_scenario

pytestmark = pytest.mark.timeout(280)

SEED = 7
SCALE = 0.1

SHORT = [
    "killed_at_failpoints",
    "api_killed",
    "storm",
    "disk_full",
]

FOUND_OUT = [
    ("no_fence", "stopped_before_finish", "stale writes were accepted"),
    ("early_ack", "redelivered_alone", "the bell is gone"),
    ("row_first", "killed_after_row", "rows name bytes"),
]
"""mutants, the scenario that is meant to notice each, and what it says then"""


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with TemporaryDirectory(prefix="faceless-faults-", dir=memory_folder()) as folder:
        try:
            servers = Servers(Path(folder))
        except ServerUnavailable as error:
            unavailable(str(error))
        yield servers
        servers.stop()


@pytest.mark.parametrize("name", SHORT)
async def test_no_rule_is_broken_when(servers: Servers, name: str) -> None:
    try:
        counts = await run_scenario(name, servers, Size(), scale=SCALE, seed=SEED)
    except Skipped as reason:
        unavailable(str(reason))

    assert counts.broken() == []
    assert counts.accepted == counts.finished + counts.failed > 0


@pytest.mark.parametrize(("mutant", "name", "finding"), FOUND_OUT)
async def test_a_product_without_one_of_its_rules_is_found_out(
    servers: Servers, mutant: str, name: str, finding: str
) -> None:
    sound = await run_scenario(name, servers, Size(), scale=SCALE, seed=SEED)
    mutilated = await run_scenario(name, servers, Size(), scale=SCALE, seed=SEED, mutant=mutant)

    assert sound.broken() == []
    assert any(finding in problem for problem in mutilated.broken()), mutilated.broken()


def test_every_mutant_is_tried() -> None:
    assert [mutant for mutant, _, _ in FOUND_OUT] == list(MUTANTS)
