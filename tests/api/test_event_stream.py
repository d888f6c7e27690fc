"""GET /api/jobs/{id}/events: a job as it happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from live_server import Backstage
from test_jobs_resource import submit
from tiny_production import work_off

from app.config import Settings

Event = tuple[str, str, Any]
"""id, name, data"""

PATIENCE_SECONDS = 60.0


class EventReader:
    """Reads server-sent events off a response, as a browser would."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next_comment(self) -> str:
        """The next comment, which nothing may come before."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await anext(self._lines)
        assert line.startswith(":"), line
        return line.removeprefix(":").strip()

    async def next_event(self) -> Event | None:
        """The next event, or None at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    return fields["id"], fields["event"], msgspec.json.decode(fields["data"])
        return None

    async def rest(self) -> list[Event]:
        events = []
        while (event := await self.next_event()) is not None:
            events.append(event)
        return events


@asynccontextmanager
async def following(
    api: httpx.AsyncClient, job: dict[str, Any], last_seen: str = "", query: str = ""
) -> AsyncIterator[EventReader]:
    headers = {"last-event-id": last_seen} if last_seen else {}
    async with api.stream("GET", f"/api/jobs/{job['id']}/events{query}", headers=headers) as r:
        assert r.status_code == 200
        assert r.headers["content-type"].startswith("text/event-stream")
        assert r.headers["cache-control"] == "no-store"
        yield EventReader(r)


async def test_the_stream_begins_with_the_job_and_ends_with_it(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job = await submit(api)
    async with following(api, job) as stream:
        first = await stream.next_event()
        assert first is not None
        assert first[1] == "job"
        assert first[2] == job
        await work_off(backstage.jobs)
        events = await stream.rest()
    names = [name for _, name, _ in events]
    assert names[-1] == "end"
    assert names.count("end") == 1
    assert {"status", "stage", "progress"} <= set(names)
    assert events[-1][2]["status"] == "succeeded"
    assert events[-1][2]["result"]["video_id"] == job["video_id"]
    progress = [data["progress"] for _, name, data in events if name == "progress"]
    assert progress == sorted(progress)


async def test_ids_ascend(api: httpx.AsyncClient, backstage: Backstage) -> None:
    job = await submit(api)
    await work_off(backstage.jobs)
    async with following(api, job, query="?after=0") as stream:
        ids = [int(id_.removesuffix("-end")) for id_, _, _ in await stream.rest()]
    assert ids == sorted(ids)
    assert len(ids) > 5


async def test_a_broken_stream_resumes_without_loss(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job = await submit(api)
    await work_off(backstage.jobs)
    async with following(api, job, query="?after=0") as stream:
        whole = (await stream.rest())[1:]
    for cut in range(len(whole) - 1):
        async with following(api, job, last_seen=whole[cut][0]) as stream:
            resumed = await stream.rest()
        assert resumed[0][1] == "job"
        assert resumed[1:] == whole[cut + 1 :]


async def test_a_client_that_has_seen_the_end_is_told_to_stay_away(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job = await submit(api)
    await work_off(backstage.jobs)
    async with following(api, job) as stream:
        last = (await stream.rest())[-1]
    address = f"/api/jobs/{job['id']}/events"
    response = await api.get(address, headers={"last-event-id": last[0]})
    assert response.status_code == 204


async def test_a_final_job_ends_the_stream_at_once(api: httpx.AsyncClient) -> None:
    job = await submit(api)
    await api.post(f"/api/jobs/{job['id']}/cancel")
    async with following(api, job) as stream:
        names = [name for _, name, _ in await stream.rest()]
    assert names == ["job", "end"]


async def test_many_listeners_hear_the_same(api: httpx.AsyncClient, backstage: Backstage) -> None:
    job = await submit(api)

    async def listen(begun: asyncio.Event) -> list[Event]:
        async with following(api, job, query="?after=0") as stream:
            await stream.next_event()
            begun.set()
            return await stream.rest()

    begun = [asyncio.Event() for _ in range(5)]
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(listen(event)) for event in begun]
        for event in begun:
            await event.wait()
        await work_off(backstage.jobs)
    heard = [task.result() for task in listeners]
    assert all(events == heard[0] for events in heard)


async def test_one_listener_that_leaves_takes_nothing_from_the_others(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job = await submit(api)
    async with following(api, job) as staying:
        await staying.next_event()
        async with following(api, job) as leaving:
            await leaving.next_event()
        await work_off(backstage.jobs)
        assert (await staying.rest())[-1][1] == "end"


@pytest.mark.parametrize("last_seen", ["nonsense", "-5", "9" * 40, "12-end"])
async def test_a_strange_position_is_no_error(api: httpx.AsyncClient, last_seen: str) -> None:
    job = await submit(api)
    async with following(api, job, last_seen=last_seen) as stream:
        first = await stream.next_event()
    assert first is not None
    assert first[1] == "job"


class TestQuietStreams:
    @pytest.fixture
    def settings(self, make_settings: Any) -> Settings:
        settings: Settings = make_settings(event_heartbeat_seconds=0.05)
        return settings

    async def test_a_quiet_stream_says_that_it_lives(self, api: httpx.AsyncClient) -> None:
        job = await submit(api)
        async with following(api, job) as stream:
            await stream.next_event()
            assert await stream.next_comment()
            await api.post(f"/api/jobs/{job['id']}/cancel")
            assert (await stream.rest())[-1][1] == "end"
