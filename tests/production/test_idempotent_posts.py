"""One key and two API processes: thousands of requests, a kill -9 at the worst moment, one job."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from faceless_process import FacelessProcess
from servers import free_port

from app.config import Settings

POSTS = {"postgresql": 10_000, "sqlite": 2_000}
CONNECTIONS = 64
PATIENCE_SECONDS = 60.0

BODY = json.dumps({"script": "Honey never spoils.", "seed": 7}).encode()
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
HEADERS = {"Idempotency-Key": KEY, "Content-Type": "application/json"}

DIES_BETWEEN_COMMIT_AND_ANSWER = """
import os, signal
from adapters.postgres import SqlJobStore
add = SqlJobStore.add
async def add_and_die(*args, **more):
    await add(*args, **more)
    os.kill(os.getpid(), signal.SIGKILL)
SqlJobStore.add = add_and_die
from app.cli import main
main()
"""

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, cache_dir: Path) -> Settings:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(cache_dir)
    return Settings(
        data_dir=tmp_path / "var",
        database_url=database_url,
        embedded_worker=False,
        min_free_bytes=0,
        log_level="warning",
    )


class Server(FacelessProcess):
    """``faceless serve`` on a port of its own."""

    def __init__(self, settings: Settings, log: Path, **more: Any) -> None:
        self.port = free_port()
        super().__init__(msgspec.structs.replace(settings, port=self.port), log, "serve", **more)

    async def answers(self) -> None:
        """Wait until it does."""
        async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{self.port}/api/health")
                except httpx.TransportError:
                    assert self.process.poll() is None, f"it has ended:\n{self.log}"
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def serving(settings: Settings, folder: Path, count: int) -> AsyncIterator[list[Server]]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(Server(settings, folder / f"api{n}.log")) for n in range(count)
        ]
        for server in servers:
            await server.answers()
        yield servers


async def post_on(port: int, left: list[int], told: list[tuple[int, bytes, bool]]) -> None:
    """Post over one connection, read by hand: a client's parser would take most of the time."""
    request = (
        b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Idempotency-Key: %s\r\nContent-Length: %d\r\n\r\n" % (KEY.encode(), len(BODY))
    ) + BODY
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while left:
        left.pop()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        start = head.index(b"content-length:") + len(b"content-length:")
        body = await reader.readexactly(int(head[start : head.index(b"\r", start)]))
        told.append((int(head[9:12]), body, b"idempotency-replayed: true" in head))
    writer.close()


@pytest.mark.timeout(180)
async def test_thousands_of_posts_with_one_key_over_two_processes_make_one_job(
    settings: Settings, tmp_path: Path, rows: Rows, database_url: str
) -> None:
    posts = POSTS[database_url.partition(":")[0]]
    told: list[tuple[int, bytes, bool]] = []
    async with serving(settings, tmp_path, 2) as servers:
        left = list(range(posts))
        await asyncio.gather(
            *(post_on(servers[n % 2].port, left, told) for n in range(CONNECTIONS))
        )

    assert len(told) == posts
    assert Counter((status, is_replay) for status, _, is_replay in told) == {
        (202, False): 1,
        (202, True): posts - 1,
    }
    assert len({body for _, body, _ in told}) == 1
    for table in ("jobs", "units", "events", "idempotency_keys"):
        assert await rows(f"SELECT count(*) AS n FROM {table}") == [{"n": 1}], table


@pytest.mark.timeout(180)
async def test_who_heard_no_answer_because_of_a_kill_gets_the_same_job_by_asking_again(
    settings: Settings, tmp_path: Path, rows: Rows
) -> None:
    dying = ("-c", DIES_BETWEEN_COMMIT_AND_ANSWER)
    with Server(settings, tmp_path / "dying.log", program=dying) as server:
        await server.answers()
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            with pytest.raises(httpx.TransportError):
                await client.post(
                    f"http://127.0.0.1:{server.port}/api/generate", content=BODY, headers=HEADERS
                )
        await server.ended()
    [accepted] = await rows("SELECT job_id FROM idempotency_keys")

    async with (
        serving(settings, tmp_path, 1) as [after],
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client,
    ):
        address = f"http://127.0.0.1:{after.port}"
        again = await client.post(f"{address}/api/generate", content=BODY, headers=HEADERS)
        job = (await client.get(f"{address}{again.headers['location']}")).json()

    assert (again.status_code, again.headers["idempotency-replayed"]) == (202, "true")
    assert again.json()["id"].replace("-", "") == str(accepted["job_id"]).replace("-", "")
    assert again.json() == job, "nobody has worked on it yet"
    assert await rows("SELECT count(*) AS n FROM jobs") == [{"n": 1}]
