"""kill -9 around a payment: only what died between the call and its kept answer is paid twice."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from faults.failpoints import Arming
from faults.ledger import Ledger
from faults.paying import providers, work_and_pay
from faults.processes import Member, import_everything
from faults.worker import Orders
from loopback import running_aside
from paid_shop import PaidShop
from servers import in_own_loop

from app.config import Settings
from app.container import make_container
from domain.generation.brief import Brief, SceneInput
from domain.generation.packaging import Manifest
from domain.generation.stores import ArtifactStore
from domain.jobs.model import FINAL_STATUSES, LOCAL_ACCOUNT, Job, JobStatus
from domain.jobs.ports import VideoStore
from domain.jobs.service import Jobs

pytestmark = pytest.mark.timeout(120)

SENTENCES = ("Honey never spoils.", "It was found in tombs.")
CALLS_AND_UNCERTAIN = {
    "intent.before": (1, 0),
    "intent.after": (1, 1),
    "answer.arrived": (2, 1),
    "announced": (2, 1),
    "kept": (1, 0),
    "settled": (1, 0),
}
"""by the point at which the worker is killed during the first sentence: how often that one is
called for in all, and how many calls count as uncertain"""
PRICES = "shop\t*\tcharacters\t1\t1000\n"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a job whose worker was killed."""

    status: JobStatus
    requests: list[Any]
    manifest: Manifest
    killed: int


@pytest.fixture(scope="module")
def outcomes(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All of them at once: most of the time is spent waiting for leases to run out."""
    import_everything()

    async def run_all() -> dict[str, Outcome]:
        found = await asyncio.gather(
            *(
                outcome_of(point, tmp_path_factory.mktemp("paying"), sqlite_template)
                for point in CALLS_AND_UNCERTAIN
            )
        )
        return dict(zip(CALLS_AND_UNCERTAIN, found, strict=True))

    return in_own_loop(run_all())


async def outcome_of(point: str, folder: Path, template: Path) -> Outcome:
    """Have a worker killed at a point, and another go on."""
    shutil.copyfile(template, folder / "faceless.db")
    (folder / "prices.tsv").write_text(PRICES)
    with running_aside(PaidShop()) as shop:
        orders = Orders(
            settings=Settings(
                data_dir=folder,
                prices_file=folder / "prices.tsv",
                worker_slots=1,
                lease_seconds=3.0,
                give_up_seconds=2.5,
                renew_seconds=0.3,
                reconcile_seconds=0.2,
                poll_seconds=0.1,
                unclaimed_seconds=0.5,
                min_free_bytes=0,
            ),
            scale=1.0,
            ledger=folder / "ledger",
            log=folder / "log",
            paid_url=shop.url,
        )
        return await _killed_and_continued(orders, point, shop)


async def _killed_and_continued(orders: Orders, point: str, shop: PaidShop) -> Outcome:
    container = make_container(orders.settings, *providers(orders, orders.paid_url))
    jobs = await container.get(Jobs)
    scenes = [SceneInput(text=" ".join(SENTENCES))]
    job = await jobs.submit(LOCAL_ACCOUNT, Brief(scenes=scenes, seed=7, max_cost=5.0))
    doomed = msgspec.structs.replace(orders, arming=Arming(point))
    with _worker(doomed) as first:
        await asyncio.wait_for(asyncio.shield(first.ended), 60)
    with _worker(orders):
        async with asyncio.timeout(60):
            while (job := await jobs.get(LOCAL_ACCOUNT, job.id)).status not in FINAL_STATUSES:
                await asyncio.sleep(0.05)
    manifest = await _manifest(container, job)
    await container.close()
    killed = [line for line in Ledger(orders.ledger).lines() if line.what == "killed"]
    return Outcome(job.status, list(shop.requests), manifest, len(killed))


@contextmanager
def _worker(orders: Orders) -> Iterator[Member]:
    member = Member(work_and_pay, orders, Ledger(orders.ledger.with_name("ends")))
    try:
        yield member
    finally:
        member.kill()


async def _manifest(container: Any, job: Job) -> Manifest:
    video = await (await container.get(VideoStore)).get(LOCAL_ACCOUNT, job.video_id)
    artifacts = await container.get(ArtifactStore)
    body = [part async for part in artifacts.read(video.files["manifest.json"])]
    return msgspec.json.decode(b"".join(body), type=Manifest)


@pytest.mark.parametrize("point", CALLS_AND_UNCERTAIN)
def test_a_worker_killed_at(outcomes: dict[str, Outcome], point: str) -> None:
    outcome = outcomes[point]
    calls, uncertain = CALLS_AND_UNCERTAIN[point]

    assert (outcome.status, outcome.killed) == (JobStatus.SUCCEEDED, 1)
    first, second = ([r for r in outcome.requests if r.text == text] for text in SENTENCES)
    assert (len(first), len(second)) == (calls, 1)
    assert len({request.key for request in first}) == 1, "a repetition has the same key"
    states = [call.state.value for call in outcome.manifest.calls]
    assert sorted(states) == ["settled"] * 2 + ["uncertain"] * uncertain
    assert not any(call.cached for call in outcome.manifest.calls)


def test_what_is_uncertain_is_counted_in_full(outcomes: dict[str, Outcome]) -> None:
    settled = sum(map(len, SENTENCES)) / 1_000
    known = len(SENTENCES[0]) / 1_000

    costs = {point: round(outcome.manifest.cost_usd, 6) for point, outcome in outcomes.items()}

    assert costs == {
        "intent.before": settled,
        "intent.after": 1.0 + settled,
        "answer.arrived": 1.0 + settled,
        "announced": round(known + settled, 6),
        "kept": settled,
        "settled": settled,
    }
