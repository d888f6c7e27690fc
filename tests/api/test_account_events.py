"""GET /api/events: all of an account as it happens; and what ends a stream."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from dishka import Provider
from dishka import Scope as DiScope
from live_server import Backstage, serve
from test_event_stream import Event, EventReader, following
from test_jobs_resource import submit
from tiny_production import add_job, work_off

from adapters.postgres import SqlEventLog, SqlKeyStore
from app.config import Settings
from domain.access import Keys, MadeKey, Scope
from domain.errors import ServiceUnavailable
from domain.jobs.news import Correspondent, EventLog, Told

OTHER = "studio"
FAR = "9" * 40


@pytest.fixture
def keys(backstage: Backstage) -> Keys:
    return Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)


def bearer(made: MadeKey) -> dict[str, str]:
    return {"authorization": f"Bearer {made.token}"}


@asynccontextmanager
async def listening(
    api: httpx.AsyncClient, last_seen: str = "", query: str = "", **headers: str
) -> AsyncIterator[EventReader]:
    if last_seen:
        headers["last-event-id"] = last_seen
    async with api.stream("GET", f"/api/events{query}", headers=headers) as r:
        assert r.status_code == 200, await r.aread()
        assert r.headers["content-type"].startswith("text/event-stream")
        assert r.headers["cache-control"] == "no-store"
        yield EventReader(r)


async def next_of(stream: EventReader, count: int) -> list[Event]:
    events = []
    for _ in range(count):
        event = await stream.next_event()
        assert event is not None, "the stream has ended"
        events.append(event)
    return events


async def begun(stream: EventReader) -> Event:
    [hello] = await next_of(stream, 1)
    assert hello[1] == "hello"
    return hello


async def ended_with(stream: EventReader, job_id: str) -> list[Event]:
    """Events up to the one that tells of a job's success."""
    events: list[Event] = []
    while not events or (events[-1][2]["job_id"], events[-1][2].get("status")) != (
        job_id,
        "succeeded",
    ):
        events += await next_of(stream, 1)
    return events


async def test_it_tells_of_every_job_of_the_account_with_its_id(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    before = await submit(api)
    async with listening(api) as stream:
        await begun(stream)
        job = await submit(api)
        await work_off(backstage.jobs)
        events = await ended_with(stream, job["id"])
    assert {data["job_id"] for _, _, data in events} == {before["id"], job["id"]}
    assert {name for _, name, _ in events} >= {"status", "stage", "progress"}
    assert [data["event_id"] for _, _, data in events] == [int(id_) for id_, _, _ in events]
    [queued] = [data for _, _, data in events if data.get("status") == "queued"]
    assert queued["job_id"] == job["id"]


async def test_it_tells_nobody_of_another_account_s_jobs(
    api: httpx.AsyncClient, backstage: Backstage, keys: Keys
) -> None:
    theirs = await keys.create(OTHER, "a test", [Scope.JOBS_READ])
    async with listening(api) as mine, listening(api, **bearer(theirs)) as others:
        await begun(mine)
        await begun(others)
        their_job = await add_job(backstage.jobs, account_id=OTHER)
        my_job = await add_job(backstage.jobs)
        [(_, _, heard_by_me)] = await next_of(mine, 1)
        [(_, _, heard_by_them)] = await next_of(others, 1)
    assert heard_by_me["job_id"] == str(my_job.id)
    assert heard_by_them["job_id"] == str(their_job.id)


async def test_a_key_without_the_scope_is_refused(api: httpx.AsyncClient, keys: Keys) -> None:
    made = await keys.create("local", "a test", [Scope.VIDEOS_READ])
    assert (await api.get("/api/events", headers=bearer(made))).status_code == 403
    assert (await api.get("/api/events", headers={"x-api-key": "fk_0"})).status_code == 401


async def test_a_broken_stream_resumes_at_every_point_without_loss(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    await add_job(backstage.jobs, account_id=OTHER)
    job = await submit(api)
    await work_off(backstage.jobs)
    async with listening(api, query="?after=0") as stream:
        await begun(stream)
        whole = await ended_with(stream, job["id"])
    assert len(whole) > 5
    for cut in range(len(whole) - 1):
        async with listening(api, last_seen=whole[cut][0]) as stream:
            await begun(stream)
            assert await next_of(stream, len(whole) - cut - 1) == whole[cut + 1 :]


async def test_what_is_caught_up_with_passes_into_what_happens(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    first = await submit(api)
    await work_off(backstage.jobs)
    async with listening(api, query="?after=0") as stream:
        await begun(stream)
        missed = await ended_with(stream, first["id"])
        second = await submit(api)
        await work_off(backstage.jobs)
        live = await ended_with(stream, second["id"])
    ids = [data["event_id"] for _, _, data in missed + live]
    assert ids == sorted(set(ids))
    assert {data["job_id"] for _, _, data in live} == {second["id"]}


async def test_many_catch_up_in_pages_while_work_goes_on(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    for _ in range(60):
        await add_job(backstage.jobs)
    await work_off(backstage.jobs)

    async def listen() -> list[int]:
        async with listening(api, query="?after=0") as stream:
            await begun(stream)
            return [data["event_id"] for _, _, data in await ended_with(stream, last)]

    last = str((await add_job(backstage.jobs)).id)
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(listen()) for _ in range(4)]
        await work_off(backstage.jobs)
    heard = [task.result() for task in listeners]
    assert heard[0] == sorted(set(heard[0]))
    assert len(heard[0]) > 500, "more than a page"
    assert all(ids == heard[0] for ids in heard)


async def test_a_position_that_may_be_too_old_is_told(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    old, job = await submit(api), await submit(api)
    async with listening(api, query="?after=0") as stream:
        await begun(stream)
        first, second = await next_of(stream, 2)
    async with backstage.engine.begin() as conn:
        await conn.execute(sa.text("DELETE FROM events WHERE id <= :id"), {"id": int(first[0])})
    async with listening(api, last_seen=first[0]) as stream:
        await begun(stream)
        reset, following_it = await next_of(stream, 2)
    assert (reset[1], reset[0]) == ("reset", first[0])
    assert "lists" in reset[2]["message"]
    assert following_it == second
    assert old["id"] != job["id"]


@pytest.mark.parametrize("last_seen", [FAR, "9000000"])
async def test_a_position_of_another_server_begins_now_and_says_so(
    api: httpx.AsyncClient, last_seen: str
) -> None:
    await submit(api)
    async with listening(api, last_seen=last_seen) as stream:
        await begun(stream)
        [reset] = await next_of(stream, 1)
        assert reset[1] == "reset"
        job = await submit(api)
        [event] = await next_of(stream, 1)
    assert event[2]["job_id"] == job["id"]


@pytest.mark.parametrize("last_seen", ["nonsense", "-5", "12abc"])
async def test_a_strange_position_means_from_now_on(api: httpx.AsyncClient, last_seen: str) -> None:
    await submit(api)
    async with listening(api, last_seen=last_seen) as stream:
        await begun(stream)
        job = await submit(api)
        [event] = await next_of(stream, 1)
    assert event[2]["job_id"] == job["id"]


async def test_a_job_s_stream_hears_on_from_another_job_s_position(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job, other = await submit(api), await submit(api)
    async with following(api, job, last_seen=FAR) as stream:
        await stream.next_event()
        await api.post(f"/api/jobs/{job['id']}/cancel")
        assert (await stream.rest())[-1][1] == "end"
    assert (await backstage.jobs.queued(), other["status"]) == (1, "queued")


class AwayCorrespondent:
    position = 0

    async def begin(self) -> None:
        raise ServiceUnavailable("The database doesn't answer.", service="database")

    async def tell(self, limit: int) -> list[Told]:
        raise NotImplementedError


class AwayLog(SqlEventLog):
    """The events of a database that doesn't answer."""

    def correspondent(self) -> Correspondent:
        return AwayCorrespondent()


async def test_with_the_database_away_a_stream_is_refused_as_any_request(
    settings: Settings,
) -> None:
    away = Provider(scope=DiScope.APP)
    away.provide(AwayLog, provides=EventLog)
    with serve(settings, away) as address:
        async with httpx.AsyncClient(base_url=address, timeout=20) as api:
            refused = await api.get("/api/events")
    assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
    assert refused.headers["retry-after"]


class TestQuietStreams:
    @pytest.fixture
    def settings(self, make_settings: Any) -> Settings:
        settings: Settings = make_settings(event_heartbeat_seconds=0.05)
        return settings

    async def test_a_quiet_stream_says_that_it_lives(self, api: httpx.AsyncClient) -> None:
        async with listening(api) as stream:
            await begun(stream)
            assert await stream.next_comment()

    async def test_what_others_do_moves_the_position_of_a_quiet_stream(
        self, api: httpx.AsyncClient, backstage: Backstage
    ) -> None:
        async with api.stream("GET", "/api/events") as response:
            lines = response.aiter_lines()
            await anext(lines)
            others = await add_job(backstage.jobs, account_id=OTHER)
            [event] = await backstage.jobs.events(OTHER, others.id, 0, 10)
            async with asyncio.timeout(60):
                while await anext(lines) != f"id: {event.id}":
                    pass

    @pytest.mark.parametrize("path", ["/api/events", "/api/jobs/{}/events"])
    async def test_a_key_that_is_revoked_ends_its_streams(
        self, api: httpx.AsyncClient, backstage: Backstage, keys: Keys, path: str
    ) -> None:
        job = await add_job(backstage.jobs)
        made = await keys.create("local", "a test", [Scope.JOBS_READ])
        staying = await keys.create("local", "another", [Scope.JOBS_READ])
        address = path.format(job.id)
        async with (
            api.stream("GET", address, headers=bearer(made)) as response,
            api.stream("GET", address, headers=bearer(staying)) as other,
        ):
            stream, untouched = EventReader(response), EventReader(other)
            assert await stream.next_event()
            assert await untouched.next_event()
            await keys.revoke(made.key.id)
            assert await stream.next_event() is None
            await api.post(f"/api/jobs/{job.id}/cancel")
            assert await untouched.next_event()
        assert (await api.get(address, headers=bearer(made))).status_code == 401

    async def test_a_key_that_expires_ends_its_streams(
        self, api: httpx.AsyncClient, keys: Keys
    ) -> None:
        made = await keys.create("local", "a test", [Scope.JOBS_READ], lifetime_seconds=1.0)
        async with listening(api, **bearer(made)) as stream:
            await begun(stream)
            assert await stream.next_event() is None
