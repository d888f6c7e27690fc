"""A fleet: an API and two workers that share servers, and nothing else.

Each has a DATA_DIR of its own, as on machines of their own. One worker is killed half-way.
"""

import asyncio
import hashlib
import io
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import httpx
import pytest
from faceless_process import FacelessProcess
from servers import free_port

from app.config import Settings

PATIENCE_SECONDS = 200.0
CACHES = ("fonts", "voices", "wikipedia")
TEXT = "The quick brown fox jumps over the lazy dog near the river."

pytestmark = pytest.mark.timeout(300)

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def shared(redis_url: str, database_url: str, mongodb_url: str, s3_endpoint: str) -> dict[str, Any]:
    """Settings of all that the fleet shares."""
    return {
        "database_url": database_url,
        "mongodb_url": mongodb_url,
        "redis_url": redis_url.removesuffix("/0") + "/3",  # other tests ring in the others
        "artifacts_url": f"s3://artifacts/{uuid4().hex}",
        "s3_endpoint_url": s3_endpoint,
        "s3_access_key": "key",
        "s3_secret_key": "s3cret",
    }


@pytest.fixture
def make_settings(
    shared: dict[str, Any], tmp_path: Path, cache_dir: Path
) -> Callable[[str], Settings]:
    """Settings of one machine of the fleet; what can be made again is made only once."""
    port = free_port()

    def make(machine: str) -> Settings:
        cache = tmp_path / machine / "cache"
        cache.mkdir(parents=True)
        for name in CACHES:
            (cache_dir / name).mkdir(exist_ok=True)
            (cache / name).symlink_to(cache_dir / name)
        return Settings(
            data_dir=tmp_path / machine,
            **shared,
            port=port,
            embedded_worker=False,
            worker_slots=1,
            min_free_bytes=0,
            renew_seconds=0.5,
            give_up_seconds=4,
            lease_seconds=6,
            reconcile_seconds=0.5,
            unclaimed_seconds=1.5,
        )

    return make


class Fleet:
    """The processes, and the API's address."""

    def __init__(
        self, server: FacelessProcess, workers: dict[str, FacelessProcess], machines: list[Path]
    ) -> None:
        self.server = server
        self.workers = workers
        self.machines = machines

    def log(self) -> str:
        processes = [self.server, *self.workers.values()]
        return "\n\n".join(process.log[-3000:] for process in processes)


@pytest.fixture
def fleet(make_settings: Callable[[str], Settings], tmp_path: Path) -> Iterator[Fleet]:
    machines = {name: make_settings(name) for name in ("api", "one", "other")}
    with ExitStack() as stack:

        def start(name: str, command: str) -> FacelessProcess:
            process = FacelessProcess(machines[name], tmp_path / f"{name}.log", command)
            return stack.enter_context(process)

        server = start("api", "serve")
        workers = {name: start(name, "worker") for name in ("one", "other")}
        yield Fleet(server, workers, [settings.data_dir for settings in machines.values()])


async def test_a_job_survives_one_of_its_two_workers_and_comes_out_of_a_third_process(
    fleet: Fleet, rows: Rows
) -> None:
    for worker in fleet.workers.values():
        await worker.said("the worker is ready")
    async with httpx.AsyncClient(base_url=await fleet.server.address(), timeout=60) as client:
        scenes = [{"text": TEXT, "heading": f"Scene {n}"} for n in range(3)]
        brief = {"scenes": scenes, "aspect_ratio": "1:1"}
        accepted = await client.post("/api/generate", json=brief)
        assert accepted.status_code == 202, accepted.text
        job = f"/api/jobs/{accepted.json()['id']}"

        victim = await _both_at_work(rows, fleet)
        victim.process.send_signal(signal.SIGKILL)

        async def is_over() -> dict[str, Any] | None:
            found = (await client.get(job)).json()
            return found if found["status"] in ("succeeded", "failed") else None

        finished = await _eventually(is_over, fleet)
        assert finished["status"] == "succeeded", finished
        result = finished["result"]
        assert result["path"] is None, "a folder on a worker's disk is no place for people"
        video = await client.get(result["url"])
        whole = hashlib.sha256(video.content).hexdigest()
        assert video.headers["etag"] == f'"{whole}"'
        part = await client.get(result["url"], headers={"range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, video.content[1000:2000])
        with av.open(io.BytesIO(video.content)) as film:
            assert film.duration is not None
            assert abs(film.duration / av.time_base - result["duration"]) < 0.1
        assert (await client.get(result["url"].replace("file", "storyboard"))).status_code == 200
        assert (await client.delete(f"/api/videos/{result['video_id']}")).status_code == 204

    crashes = [row["crashes"] for row in await rows("SELECT crashes FROM units")]
    assert sorted(crashes)[-2:] == [0, 1], "one unit, the one that the killed worker had"
    for machine in fleet.machines:
        assert not (machine / "artifacts").exists()
        assert not (machine / "videos").exists()
    kept = [set(_cached(machine)) for machine in fleet.machines]
    assert not kept[0], "the API passes on what it serves"
    assert kept[1] or kept[2]


async def _both_at_work(rows: Rows, fleet: Fleet) -> FacelessProcess:
    """Wait until each worker has a unit of rendering; answers one of them."""

    async def owners() -> set[str] | None:
        query = "SELECT lease_owner FROM units WHERE state = 'leased' AND kind = 'segment'"
        found = {row["lease_owner"] for row in await rows(query)}
        return found if len(found) == len(fleet.workers) else None

    owner = min(await _eventually(owners, fleet))
    [victim] = [w for w in fleet.workers.values() if f":{w.process.pid}:" in owner]
    return victim


async def _eventually(ask: Callable[[], Awaitable[Any]], fleet: Fleet) -> Any:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (answer := await ask()):
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(fleet.log())
    return answer


def _cached(machine: Path) -> list[str]:
    return [path.name for path in (machine / "cache" / "artifacts").glob("??/*")]
