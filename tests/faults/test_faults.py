"""A short selection of the faults program; ``make faults`` runs all of it, long."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from servers import ServerUnavailable, unavailable

from faults.__main__ import memory_folder
from faults.running import Size, run_scenario
from faults.site import Servers

pytestmark = pytest.mark.timeout(280)

SEED = 7
SCALE = 0.1


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with TemporaryDirectory(prefix="faceless-faults-", dir=memory_folder()) as folder:
        try:
            servers = Servers(Path(folder))
        except ServerUnavailable as error:
            unavailable(str(error))
        yield servers
        servers.stop()


@pytest.mark.parametrize("name", ["killed_at_failpoints", "killed_at_random"])
async def test_no_rule_is_broken_when(servers: Servers, name: str) -> None:
    counts = await run_scenario(name, servers, Size(), scale=SCALE, seed=SEED)

    assert counts.broken() == []
    assert counts.accepted == counts.finished > 0
