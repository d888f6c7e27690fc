"""How much a key may ask for: a rate, so many at once, and bodies that come in time."""

import asyncio
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
import redis
from dishka import Provider
from dishka import Scope as DiScope
from live_server import Backstage, serve
from servers import free_port
from test_event_stream import EventReader

from adapters.limits import RedisCounters
from adapters.postgres import SqlKeyStore
from app.config import Settings
from app.limiting import site_of
from app.observation import Body, RequestTooLarge
from domain.access import Keys, MadeKey, Scope
from domain.access.limits import Counters

JSON = {"content-type": "application/json"}
QUOTA = 40
ALL_AT_ONCE = 200


@pytest.fixture
def limits() -> dict[str, Any]:
    return {"rate_limit": QUOTA, "concurrent_limit": 0, "failure_limit": 5}


@pytest.fixture
def settings(make_settings: Any, limits: dict[str, Any]) -> Settings:
    settings: Settings = make_settings(**limits)
    return settings


@pytest.fixture
def keys(backstage: Backstage) -> Keys:
    return Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)


async def made_key(keys: Keys, *scopes: Scope) -> MadeKey:
    return await keys.create("local", "a test", scopes or [Scope.JOBS_READ, Scope.JOBS_WRITE])


def bearer(made: MadeKey) -> dict[str, str]:
    return {"authorization": f"Bearer {made.token}"}


@pytest.fixture(autouse=True)
def redis_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine's Redis is there, too, if late: else requests would be served uncounted."""
    for patience in ("ANSWER_SECONDS", "WAIT_SECONDS"):
        monkeypatch.setattr(f"adapters.limits.shared.{patience}", 60.0)


def sharing_redis(redis_url: str, prefix: str) -> Provider:
    provider = Provider(scope=DiScope.APP)
    provider.provide(lambda: RedisCounters(redis_url, prefix), provides=Counters)
    return provider


@pytest.fixture(params=["memory", "redis"])
def limited(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """The address of a server that counts in memory, and of one that counts in Redis."""
    overrides = []
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        overrides = [sharing_redis(url, f"limits-{uuid4().hex}")]
    with serve(settings, *overrides) as address:
        yield address


def quota_of(response: httpx.Response) -> tuple[int, int, int]:
    """The quota, what remains of it, and the seconds until it begins anew."""
    policy = re.fullmatch(r'"requests";q=(\d+);w=60', response.headers["ratelimit-policy"])
    left = re.fullmatch(r'"requests";r=(\d+);t=(\d+)', response.headers["ratelimit"])
    assert policy, response.headers
    assert left, response.headers
    return int(policy[1]), int(left[1]), int(left[2])


def assert_limited(response: httpx.Response, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (429, code), body
    assert response.headers["content-type"] == "application/problem+json"
    assert body["hint"]
    assert 1 <= int(response.headers["retry-after"]) <= 60
    return body


async def ask_all(addresses: list[str], headers: dict[str, str]) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=ALL_AT_ONCE)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        asked = (
            client.get(f"{addresses[n % len(addresses)]}/api/jobs?limit=1", headers=headers)
            for n in range(ALL_AT_ONCE)
        )
        return await asyncio.gather(*asked)


# -- the rate ------------------------------------------------------------------------------------


async def test_of_two_hundred_requests_at_once_exactly_the_quota_is_served(
    limited: str, keys: Keys
) -> None:
    answers = await ask_all([limited], bearer(await made_key(keys)))

    served = [answer for answer in answers if answer.status_code == 200]
    assert len(served) == QUOTA
    assert sorted(quota_of(answer)[1] for answer in served) == list(range(QUOTA))
    for answer in answers:
        if answer not in served:
            assert_limited(answer, "rate_limited")
            limit, remaining, seconds = quota_of(answer)
            assert (limit, remaining) == (QUOTA, 0)
            assert int(answer.headers["retry-after"]) == seconds


async def test_each_key_has_a_quota_of_its_own(limited: str, keys: Keys) -> None:
    one, two = await made_key(keys), await made_key(keys)
    async with httpx.AsyncClient(base_url=limited, timeout=60) as api:
        for remaining in (39, 38):
            answer = await api.get("/api/jobs", headers=bearer(one))
            assert quota_of(answer)[:2] == (QUOTA, remaining)
        assert quota_of(await api.get("/api/jobs", headers=bearer(two)))[1] == 39


async def test_what_is_refused_counts_too(limited: str, keys: Keys) -> None:
    made = await made_key(keys, Scope.VIDEOS_READ)
    async with httpx.AsyncClient(base_url=limited, timeout=60) as api:
        for _ in range(QUOTA):
            refused = await api.get("/api/jobs", headers=bearer(made))
            assert refused.status_code == 403
        assert quota_of(refused)[1] == 0
        assert_limited(await api.get("/api/jobs", headers=bearer(made)), "rate_limited")


async def test_two_processes_share_the_count_through_redis(
    settings: Settings, redis_url: str, keys: Keys
) -> None:
    prefix = f"limits-{uuid4().hex}"
    with ExitStack() as stack:
        addresses = [
            stack.enter_context(serve(settings, sharing_redis(redis_url, prefix))) for _ in range(2)
        ]
        answers = await ask_all(addresses, bearer(await made_key(keys)))
    assert sum(answer.status_code == 200 for answer in answers) == QUOTA


async def test_when_the_window_is_over_the_key_is_served_again(
    settings: Settings, redis_url: str, keys: Keys
) -> None:
    prefix = f"limits-{uuid4().hex}"
    headers = bearer(await made_key(keys))
    with serve(settings, sharing_redis(redis_url, prefix)) as address:
        await ask_all([address], headers)
        async with httpx.AsyncClient(base_url=address, timeout=60) as api:
            refused = await api.get("/api/jobs", headers=headers)
            waited = int(assert_limited(refused, "rate_limited") and quota_of(refused)[2])
            with redis.Redis.from_url(redis_url) as client:
                # as if so much time had passed as the client was told to wait
                [name] = client.keys(f"{prefix}:key/*")
                left = client.pttl(name)
                assert left <= waited * 1000
                client.pexpire(name, max(1, left - waited * 1000 + 1))
                while client.exists(name):
                    await asyncio.sleep(0)
            assert quota_of(await api.get("/api/jobs", headers=headers))[1] == QUOTA - 1


async def test_without_a_key_this_machine_isn_t_limited(limited: str) -> None:
    for answer in await ask_all([limited], {}):
        assert answer.status_code == 200
        assert "ratelimit" not in answer.headers


async def test_with_redis_away_requests_are_served(
    settings: Settings, keys: Keys, capfd: pytest.CaptureFixture[str]
) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    with serve(settings, sharing_redis(nobody, "limits")) as address:
        headers = bearer(await made_key(keys, Scope.ADMIN))
        answers = await ask_all([address], headers)
        assert {answer.status_code for answer in answers} == {200}
        async with httpx.AsyncClient(base_url=address, timeout=60) as api:
            figures = (await api.get("/metrics", headers=headers)).text
    assert capfd.readouterr().err.count("served uncounted") == 1
    [count] = re.findall(r"^faceless_requests_uncounted_total (\S+)$", figures, re.MULTILINE)
    assert float(count) == ALL_AT_ONCE + 1


# -- wrong keys ----------------------------------------------------------------------------------


async def test_guessing_keys_is_slowed_down_and_locks_nobody_out(limited: str, keys: Keys) -> None:
    good = bearer(await made_key(keys))
    wrong = {"authorization": f"Bearer fk_{'0' * 16}_{'0' * 64}"}
    async with httpx.AsyncClient(base_url=limited, timeout=60) as api:
        statuses = [(await api.get("/api/jobs", headers=wrong)).status_code for _ in range(8)]
        assert statuses == [401] * 5 + [429] * 3
        assert_limited(await api.get("/api/jobs", headers=wrong), "too_many_failures")
        assert (await api.get("/api/jobs", headers=good)).status_code == 200


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_with_those_of_the_same_customer(address: str, site: str) -> None:
    assert site_of(address) == site


# -- at once -------------------------------------------------------------------------------------


class TestAtOnce:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"rate_limit": 0, "concurrent_limit": 2, "event_heartbeat_seconds": 0.05}

    async def test_open_streams_count_until_they_end(self, limited: str, keys: Keys) -> None:
        headers = bearer(await made_key(keys))
        async with httpx.AsyncClient(base_url=limited, timeout=60) as api:
            async with (
                api.stream("GET", "/api/events", headers=headers) as one,
                api.stream("GET", "/api/events", headers=headers) as two,
            ):
                # kept: a reader that is dropped closes its response
                readers = [EventReader(response) for response in (one, two)]
                for response, reader in zip((one, two), readers, strict=True):
                    assert response.status_code == 200
                    assert await reader.next_event()
                refused = await api.get("/api/jobs", headers=headers)
                assert_limited(refused, "too_many_at_once")
                assert "ratelimit" not in refused.headers
                other = bearer(await made_key(keys))
                assert (await api.get("/api/jobs", headers=other)).status_code == 200
            async with asyncio.timeout(60):
                while (await api.get("/api/jobs", headers=headers)).status_code == 429:
                    pass

    async def test_a_request_that_has_ended_counts_no_longer(
        self, limited: str, keys: Keys
    ) -> None:
        headers = bearer(await made_key(keys))
        async with httpx.AsyncClient(base_url=limited, timeout=60) as api:
            for path in ("/api/jobs", f"/api/jobs/{uuid4()}", "/api/nothing", "/api/keys"):
                for _ in range(3):
                    answer = await api.get(path, headers=headers)
                    assert answer.status_code in (200, 403, 404), answer.text


# -- bodies --------------------------------------------------------------------------------------


async def answer_to(address: str, head: bytes, *pieces: bytes) -> bytes:
    """What is answered to a request that stays open after its last piece."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(60):
            writer.write(head)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    finally:
        writer.close()


class TestBodies:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"max_body_seconds": 0.5, "max_body_bytes": 2_000}

    async def test_a_body_that_doesn_t_come_is_not_waited_for(self, server: str) -> None:
        head = (
            b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
        )
        answer = await answer_to(server, head, b'{"script": ')
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request_timeout"' in answer
        assert b"MAX_BODY_SECONDS" in answer
        assert b"connection: close" in answer.lower()

    async def test_a_body_that_drips_is_cut_off_as_well(self, server: str) -> None:
        head = (
            b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        host, port = server.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        answered = asyncio.create_task(reader.readline())
        async with asyncio.timeout(60):
            while not answered.done():  # a byte at a time: each is news, none is the last
                writer.write(b"1\r\n \r\n")
                await asyncio.wait({answered}, timeout=0.05)
        writer.close()
        assert b" 408 " in answered.result()

    async def test_a_chunked_body_without_an_end_is_cut_off_at_the_limit(self, server: str) -> None:
        head = (
            b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        # no more than it takes: what nobody reads any more resets the connection
        answer = await answer_to(server, head, *[b"400\r\n" + b" " * 1024 + b"\r\n"] * 2)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"MAX_BODY_BYTES" in answer

    async def test_behind_a_body_that_has_come_in_whole_nothing_is_waited_for(self) -> None:
        asked = 0

        async def receive() -> Any:
            nonlocal asked
            asked += 1
            return {"type": "http.request", "body": b" " * 3_000, "more_body": False}

        body = Body(receive, {}, Settings(max_body_bytes=2_000))
        with pytest.raises(RequestTooLarge):
            await body.receive()
        await body.discard()
        assert asked == 1

    async def test_a_body_in_time_is_taken(self, server: str) -> None:
        async with httpx.AsyncClient(base_url=server, timeout=60) as api:
            made = await api.post("/api/generate", json={"script": "Two hearts."}, headers=JSON)
        assert made.status_code == 202
