"""Pictures that were found and can't be fetched: the next best is shown, or the scene is drawn."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from counted import Factory, open_factory
from dishka import Provider, Scope, decorate
from services import Broken, Services
from visual_shelves import Shelf

from app.container import make_container
from domain.generation.brief import SceneInput
from domain.generation.ports import VisualCandidate, VisualSource
from domain.generation.stages.storyboard import MOST_LOST, PARALLEL_FETCHES
from domain.jobs.model import Job, Result, UnitKind
from domain.jobs.ports import JobStore
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

SCENES = [SceneInput(text="Honey bees never sleep."), SceneInput(text="Honey keeps in a jar.")]


class Depot(Shelf):
    """A source whose files may be gone."""

    def __init__(self, *labels: str) -> None:
        super().__init__(*labels)
        self.gone: set[str] = set()
        self.fetched: list[str] = []

    def stock(self, *labels: str) -> None:
        """Offer these."""
        self._labels = labels

    async def fetch(
        self,
        candidate: VisualCandidate,
        folder: Path,
        errand: Errand = UNPAID,  # noqa: ARG002 - it's free
    ) -> Path:
        self.fetched.append(candidate.id)
        if candidate.id in self.gone:
            raise ProviderFailed("404: it's gone.", Verdict.NEXT)
        path = folder / "clip.mp4"
        path.write_text(candidate.id)
        return path


class Stocked(Provider):
    """Puts a depot in the place of all sources."""

    scope = Scope.APP

    def __init__(self, depot: Depot) -> None:
        super().__init__()
        self._depot = depot

    @decorate
    def visuals(self, inner: VisualSource) -> VisualSource:  # noqa: ARG002 - it stands in for it
        return self._depot


@pytest.fixture
def depot() -> Depot:
    return Depot("honey bees", "honey jar", "honey")


@pytest.fixture
async def factory(tmp_path: Path, cache_dir: Path, depot: Depot) -> AsyncIterator[Factory]:
    factory = await open_factory(tmp_path / "store", cache_dir)
    await factory.container.close()
    factory.container = make_container(factory.settings, Broken(Services()), Stocked(depot))
    yield factory
    await factory.container.close()


async def storyboard(factory: Factory, **fields: Any) -> tuple[Job, Result]:
    """A job up to its storyboard; it's cancelled then."""
    job = await factory.submit(**({"scenes": SCENES, "seed": 7, "aspect_ratio": "1:1"} | fields))
    await factory.work_until(job, is_planned)
    jobs = await factory.jobs()
    job = await jobs.get(job.account_id, job.id)
    made = await (await factory.container.get(JobStore)).results(job.account_id, job.id)
    await jobs.cancel(job.account_id, job.id)
    return job, made[UnitKind.STORYBOARD, 0]


def is_planned(job: Job) -> bool:
    done = [stage.units_done for stage in job.stages if stage.name is UnitKind.STORYBOARD]
    return done == [1]


def shown(board: Result) -> set[str]:
    return {clip["id"] for clip in board.data["clips"]}


def warned_of(job: Job) -> list[str]:
    return [one.message for one in job.warnings if one.code == "visuals_unavailable"]


async def test_the_next_best_is_shown_in_the_place_of_what_cant_be_fetched(
    factory: Factory, depot: Depot
) -> None:
    depot.gone = {"honey bees"}

    job, board = await storyboard(factory)

    assert shown(board) == {"honey jar", "honey"}
    assert depot.fetched.count("honey bees") == 1, "it isn't picked again"
    [told] = warned_of(job)
    assert "honey bees.mp4" in told
    assert "404" in told


async def test_the_same_is_picked_when_the_work_is_done_again(
    factory: Factory, depot: Depot
) -> None:
    depot.gone = {"honey"}

    _, first = await storyboard(factory)
    depot.fetched.clear()
    _, again = await storyboard(factory)

    assert depot.fetched, "it was looked for again"
    assert (again.fingerprint, again.content) == (first.fingerprint, first.content)


async def test_scenes_are_drawn_where_nothing_can_be_fetched(
    factory: Factory, depot: Depot
) -> None:
    depot.gone = {"honey bees", "honey jar", "honey"}

    job, board = await storyboard(factory)

    assert shown(board) == set()
    assert board.data["media"] == []
    assert len(warned_of(job)) == 3


async def test_a_named_file_is_shown_though_it_would_not_be_picked(
    factory: Factory, depot: Depot
) -> None:
    depot.gone = {"honey bees", "honey"}
    scenes = [SceneInput(text="Nothing of the kind.", media="honey jar")]

    job, board = await storyboard(factory, scenes=scenes)

    assert (shown(board), warned_of(job)) == ({"honey jar"}, [])


async def test_a_source_that_loses_file_after_file_is_given_up(
    factory: Factory, depot: Depot
) -> None:
    many = [f"honey {number}" for number in range(20)]
    depot.stock(*many)
    depot.gone = {*many}

    job, board = await storyboard(factory)

    assert shown(board) == set()
    assert MOST_LOST <= len(depot.fetched) < MOST_LOST + PARALLEL_FETCHES
    assert len(warned_of(job)) == len(depot.fetched)
