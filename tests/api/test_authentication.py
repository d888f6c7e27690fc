"""Who is served: whoever has a key, and, unless keys are required, this machine itself."""

import asyncio
import re
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from faceless_process import FacelessProcess
from finished_video import finish_a_video
from litestar import Litestar, put
from litestar.params import RawBody
from litestar.routes import HTTPRoute
from live_server import Backstage, serve
from servers import free_port

from adapters.postgres import SqlKeyStore, make_engine
from app.admission import admit
from app.authentication import FORWARDING_HEADERS, host_name, is_loopback
from app.config import Settings
from app.main import create_app
from domain.access import Keys, Scope
from domain.access.model import granted

MakeSettings = Callable[..., Settings]

ELSEWHERE = "203.0.113.9"
"""an address that is nobody's (RFC 5737)"""
SCRIPT = {"script": "Hello there."}


def keys_on(store: SqlKeyStore) -> Keys:
    """Keys as the command line makes them, past the server."""
    return Keys(store, draw=secrets.token_hex, clock=time.monotonic)


@pytest.fixture
def keys(backstage: Backstage) -> Keys:
    return keys_on(SqlKeyStore(backstage.engine))


async def bearer(keys: Keys, *scopes: Scope, account: str = "local", **options: Any) -> Any:
    made = await keys.create(account, "a test", scopes, **options)
    return {"authorization": f"Bearer {made.token}"}


@asynccontextmanager
async def from_peer(settings: Settings, peer: str, host: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests come from ``peer`` as far as the application is told."""
    app: Litestar = create_app(settings)
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000))  # type: ignore[arg-type]
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url=f"http://{host}", timeout=60) as client,
    ):
        yield client


def assert_refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"].startswith('Bearer realm="faceless"')
    assert body["hint"]
    return body


# -- without a key, AUTH=local -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("127.0.0.1", "localhost"),
        ("127.8.9.1", "LOCALHOST:8000"),
        ("::1", "[::1]:8000"),
        ("::1", "[::1]"),
        ("::ffff:127.0.0.1", "localhost:8000"),
    ],
)
async def test_this_machine_is_served_without_a_key(
    settings: Settings, peer: str, host: str
) -> None:
    async with from_peer(settings, peer, host) as api:
        assert (await api.get("/api/jobs")).status_code == 200
        assert (await api.post("/api/generate", json=SCRIPT)).status_code == 202
        assert (await api.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    "peer", [ELSEWHERE, "192.168.1.7", "172.17.0.1", "::ffff:10.0.0.7", "fe80::1"]
)
async def test_another_machine_needs_a_key(settings: Settings, keys: Keys, peer: str) -> None:
    key = await bearer(keys, Scope.JOBS_READ)
    async with from_peer(settings, peer, "127.0.0.1:8000") as api:
        body = assert_refused(await api.get("/api/jobs"), 401, "key_missing")
        assert "from" in body["detail"]
        assert "keys create" in body["hint"]
        assert (await api.get("/api/jobs", headers=key)).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.7:8000",
        "0.0.0.0:8000",
    ],
)
async def test_a_name_that_was_rebound_to_this_machine_is_refused(
    api: httpx.AsyncClient, host: str
) -> None:
    response = await api.get("/api/jobs", headers={"host": host})
    body = assert_refused(response, 401, "key_missing")
    assert "Host" in body["detail"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example#@127.0.0.1",
        "127.0.0.1@evil.example",
        "127.0.0.1:80:80",
        "127.0.0.1:evil",
        "[::1]evil.example",
        "[::1",
        "",
    ],
)
async def test_what_is_no_host_at_all_is_refused(api: httpx.AsyncClient, host: str) -> None:
    assert not is_loopback(host_name(host))
    response = await api.get("/api/jobs", headers={"host": host})
    assert response.status_code in (400, 401)  # Litestar looks at some of them first


async def test_what_came_through_a_proxy_is_refused(api: httpx.AsyncClient) -> None:
    named = ["Forwarded", "Via", "X-Real-IP", *(name.decode() for name in FORWARDING_HEADERS)]
    others = [f"X-Forwarded-{name}" for name in ("For", "Host", "Proto", "Port", "Anything")]
    for header in [*named, *others]:
        for value in ("127.0.0.1", ""):
            response = await api.get("/api/jobs", headers={header: value})
            body = assert_refused(response, 401, "key_missing")
            assert header.title() in body["detail"]


async def test_two_hosts_are_as_good_as_none(server: str) -> None:
    address = server.removeprefix("http://")
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET /api/jobs HTTP/1.1\r\nHost: evil.example\r\nHost: {address}\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    status = (await reader.read()).split(b" ")[1]
    writer.close()
    assert status in (b"400", b"401")


# -- without a key, AUTH=required ----------------------------------------------------------------

JOB, VIDEO = "/api/jobs/{job_id}", "/api/videos/{video_id}"
WEBHOOK, DELIVERY = "/api/webhooks/{webhook_id}", "deliveries/{delivery_id}"

ROUTES: list[tuple[str, str, Scope]] = [
    ("POST", "/api/generate", Scope.JOBS_WRITE),
    ("GET", "/api/events", Scope.JOBS_READ),
    ("GET", "/api/jobs", Scope.JOBS_READ),
    ("GET", JOB, Scope.JOBS_READ),
    ("GET", f"{JOB}/events", Scope.JOBS_READ),
    ("POST", f"{JOB}/cancel", Scope.JOBS_WRITE),
    ("POST", f"{JOB}/retry", Scope.JOBS_WRITE),
    ("POST", f"{JOB}/approve", Scope.JOBS_WRITE),
    ("POST", f"{JOB}/reject", Scope.JOBS_WRITE),
    ("GET", f"{JOB}/script", Scope.JOBS_READ),
    ("GET", f"{JOB}/storyboard", Scope.JOBS_READ),
    ("GET", f"{JOB}/scenes/{{number}}/narration", Scope.JOBS_READ),
    ("GET", "/api/videos", Scope.VIDEOS_READ),
    ("GET", VIDEO, Scope.VIDEOS_READ),
    ("DELETE", VIDEO, Scope.VIDEOS_WRITE),
    ("PATCH", VIDEO + "/scenes/{number}", Scope.VIDEOS_WRITE),
    ("POST", f"{VIDEO}/revisions", Scope.VIDEOS_WRITE),
    *[
        ("GET", f"{VIDEO}/{part}", Scope.VIDEOS_READ)
        for part in ("file", "thumbnail", "captions.srt", "captions.vtt")
    ],
    *[
        ("GET", f"{VIDEO}/{part}", Scope.VIDEOS_READ)
        for part in ("metadata", "manifest", "rights", "script", "storyboard")
    ],
    ("GET", VIDEO + "/scenes/{number}/preview.jpg", Scope.VIDEOS_READ),
    ("GET", "/api/costs", Scope.JOBS_READ),
    ("GET", "/api/presets", Scope.JOBS_READ),
    ("GET", "/api/presets/{name}", Scope.JOBS_READ),
    ("PUT", "/api/presets/{name}", Scope.JOBS_WRITE),
    ("DELETE", "/api/presets/{name}", Scope.JOBS_WRITE),
    ("GET", "/api/capabilities", Scope.JOBS_READ),
    ("GET", "/api/voices", Scope.JOBS_READ),
    ("GET", "/api/voices/{voice_id}/sample", Scope.JOBS_READ),
    ("GET", "/api/music", Scope.JOBS_READ),
    ("GET", "/api/palettes", Scope.JOBS_READ),
    ("GET", "/api/keys", Scope.ADMIN),
    ("POST", "/api/keys", Scope.ADMIN),
    ("DELETE", "/api/keys/{key_id}", Scope.ADMIN),
    ("GET", "/api/webhooks", Scope.WEBHOOKS_READ),
    ("POST", "/api/webhooks", Scope.WEBHOOKS_WRITE),
    ("GET", "/api/webhooks/secret", Scope.WEBHOOKS_WRITE),
    ("POST", "/api/webhooks/secret/rotate", Scope.WEBHOOKS_WRITE),
    ("GET", "/api/webhooks/deliveries", Scope.WEBHOOKS_READ),
    ("POST", f"/api/webhooks/{DELIVERY}/resend", Scope.WEBHOOKS_WRITE),
    ("GET", WEBHOOK, Scope.WEBHOOKS_READ),
    ("PATCH", WEBHOOK, Scope.WEBHOOKS_WRITE),
    ("DELETE", WEBHOOK, Scope.WEBHOOKS_WRITE),
    ("POST", f"{WEBHOOK}/rotate", Scope.WEBHOOKS_WRITE),
    ("POST", f"{WEBHOOK}/test", Scope.WEBHOOKS_WRITE),
    ("GET", f"{WEBHOOK}/deliveries", Scope.WEBHOOKS_READ),
    ("POST", f"{WEBHOOK}/{DELIVERY}/resend", Scope.WEBHOOKS_WRITE),
    ("GET", "/metrics", Scope.ADMIN),
]
STREAMS = ("/api/events", f"{JOB}/events")
ROUTES += [
    ("HEAD", path, scope)
    for method, path, scope in ROUTES
    if method == "GET" and path not in STREAMS
]


def address_of(path: str) -> str:
    """An address of something that isn't there."""
    ids = {f"{what}_id": uuid4() for what in ("job", "video", "webhook", "delivery")}
    names = {"name": "nothing", "voice_id": "nobody", "key_id": "0" * 16}
    return path.format(**ids, **names, number=0)


OPEN = [
    "/",
    "/docs",
    "/schema",
    "/schema/openapi.json",
    "/schema/assets/scalar.js",
    "/api/health",
    "/api/health/ready",
]


@pytest.fixture
def required(make_settings: MakeSettings) -> Settings:
    return make_settings(auth="required")


@pytest.fixture
async def strict(required: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that serves nobody without a key; its settings are ``required``."""
    with serve(required) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            yield client


@pytest.fixture
async def strict_keys(required: Settings) -> AsyncIterator[Keys]:
    engine = make_engine(required.sql_url)
    yield keys_on(SqlKeyStore(engine))
    await engine.dispose()


def test_every_route_says_what_it_needs_or_that_it_is_open() -> None:
    needed, is_open = set(), set()
    for route in create_app(Settings()).routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                if handler.opt.get("open"):
                    is_open.add(str(route.path_format))
                else:
                    needed.add((str(method), str(route.path_format), handler.opt["scope"]))
    assert needed == set(ROUTES)
    explorer = {"/docs", "/schema", "/schema/openapi.json", "/schema/assets/{name}"}
    explorer.add("/schema/{path}")  # what isn't there
    page = {"/", "/page/{name}"}
    assert is_open == explorer | page | {"/api/health", "/api/health/ready"}


async def test_no_route_that_needs_a_key_answers_without_one(strict: httpx.AsyncClient) -> None:
    for method, path, _ in ROUTES:
        address = address_of(path)
        response = await strict.request(method, address, json={})
        if method == "HEAD":
            assert response.status_code == 401
            continue
        body = assert_refused(response, 401, "key_missing")
        assert "AUTH=required" in body["detail"], path


@pytest.mark.parametrize("path", OPEN)
async def test_health_and_the_explorer_are_open(strict: httpx.AsyncClient, path: str) -> None:
    response = await strict.get(path, headers={"x-forwarded-for": ELSEWHERE})
    assert response.status_code in (200, 307)


async def test_every_route_takes_its_scope_and_no_other(
    strict: httpx.AsyncClient, strict_keys: Keys
) -> None:
    by_scope = {scope: await bearer(strict_keys, scope) for scope in Scope}
    for method, path, needed in ROUTES:
        address = address_of(path)
        # of HEAD, which is GET's own handler, two are enough: one that may and one that mayn't
        other = next(scope for scope in Scope if needed not in granted([scope]))
        for scope in by_scope if method != "HEAD" else (needed, other):
            header = by_scope[scope]
            # an event stream has no end to be read to
            async with strict.stream(method, address, json={}, headers=header) as response:
                if not response.is_success:
                    await response.aread()
            if needed in granted([scope]):
                assert response.status_code not in (401, 403), (path, scope)
            elif method == "HEAD":
                assert response.status_code == 403, (path, scope)
            else:
                body = assert_refused(response, 403, "scope_missing")
                challenge = response.headers["www-authenticate"]
                assert challenge.endswith(f'error="insufficient_scope", scope="{needed}"')
                assert f"--scope {needed}" in body["hint"]


# -- with a key ----------------------------------------------------------------------------------


async def test_a_key_comes_as_a_bearer_or_in_a_header_of_its_own(
    strict: httpx.AsyncClient, strict_keys: Keys
) -> None:
    token = (await bearer(strict_keys, Scope.JOBS_READ))["authorization"].split()[1]
    for headers in (
        {"authorization": f"Bearer {token}"},
        {"authorization": f"bearer  {token}"},
        {"x-api-key": token},
        {"x-api-key": token, "authorization": "Basic Zm9vOmJhcg=="},
        {"x-api-key": token, "authorization": f"Bearer {token}"},
    ):
        assert (await strict.get("/api/jobs", headers=headers)).status_code == 200, headers


async def test_another_scheme_is_no_key(strict: httpx.AsyncClient) -> None:
    headers = {"authorization": "Basic Zm9vOmJhcg=="}
    assert_refused(await strict.get("/api/jobs", headers=headers), 401, "key_missing")


async def test_two_different_keys_are_none(strict: httpx.AsyncClient, strict_keys: Keys) -> None:
    one, other = [await bearer(strict_keys, Scope.ADMIN) for _ in range(2)]
    headers = one | {"x-api-key": other["authorization"].split()[1]}
    assert_refused(await strict.get("/api/jobs", headers=headers), 401, "key_invalid")


@pytest.mark.parametrize("spoil", ["secret", "id", "form", "nothing"])
async def test_a_wrong_key_is_refused_even_where_none_is_needed(
    api: httpx.AsyncClient, keys: Keys, spoil: str
) -> None:
    _, key_id, secret = (await bearer(keys, Scope.ADMIN))["authorization"].split("_")
    token = {
        "secret": f"fk_{key_id}_{secret[::-1]}",
        "id": f"fk_{key_id[::-1]}_{secret}",
        "form": f"{key_id}{secret}",
        "nothing": "",
    }[spoil]
    response = await api.get("/api/jobs", headers={"x-api-key": token})
    assert_refused(response, 401, "key_invalid")
    assert response.headers["www-authenticate"].endswith('error="invalid_token"')
    assert secret not in response.text


async def test_a_revoked_key_is_refused(strict: httpx.AsyncClient, strict_keys: Keys) -> None:
    made = await strict_keys.create("local", "a test", [Scope.ADMIN])
    await strict_keys.revoke(made.key.id)
    response = await strict.get("/api/jobs", headers={"x-api-key": made.token})
    body = assert_refused(response, 401, "key_invalid")
    assert "revoked" in body["detail"]


async def test_an_expired_key_is_refused(strict: httpx.AsyncClient, strict_keys: Keys) -> None:
    header = await bearer(strict_keys, Scope.ADMIN, lifetime_seconds=0.001)
    await asyncio.sleep(0.01)  # a key of no life at all can't be made
    body = assert_refused(await strict.get("/api/jobs", headers=header), 401, "key_invalid")
    assert "expired" in body["detail"]


async def test_a_use_is_noted(strict: httpx.AsyncClient, strict_keys: Keys) -> None:
    header = await bearer(strict_keys, Scope.JOBS_READ)
    assert (await strict.get("/api/jobs", headers=header)).status_code == 200
    used = {key.name: key.last_used_at for key in await strict_keys.listing()}
    assert used["a test"] is not None
    assert used["bootstrap"] is None


async def test_a_page_with_a_key_is_no_forgery(
    strict: httpx.AsyncClient, strict_keys: Keys
) -> None:
    """Behind a proxy Host is often another than the explorer's own."""
    header = await bearer(strict_keys, Scope.JOBS_WRITE)
    headers = header | {"origin": "https://videos.example", "x-forwarded-for": ELSEWHERE}
    response = await strict.post("/api/generate", json=SCRIPT, headers=headers)
    assert response.status_code == 202


# -- accounts ------------------------------------------------------------------------------------


async def test_another_accounts_job_and_video_are_not_there(
    backstage: Backstage, api: httpx.AsyncClient, keys: Keys
) -> None:
    video = await finish_a_video(backstage)
    stranger = await bearer(keys, Scope.ADMIN, account="studio")
    owner = await bearer(keys, Scope.ADMIN)
    for method, path, _ in ROUTES:
        if "{job_id}" not in path and "{video_id}" not in path:
            continue
        address = path.format(job_id=video.job_id, video_id=video.id, number=0)
        body: dict[str, Any] = {"text": "Mine now."} if method == "PATCH" else {}
        response = await api.request(method, address, json=body, headers=stranger)
        assert response.status_code == 404, (method, path)
        if method != "HEAD":
            code = "job_not_found" if "{job_id}" in path else "video_not_found"
            assert response.json()["code"] == code
    for path in ("/api/jobs", "/api/videos"):
        assert (await api.get(path, headers=stranger)).json()["items"] == []
        assert len((await api.get(path, headers=owner)).json()["items"]) == 1
    assert (await api.get(f"/api/videos/{video.id}/file", headers=owner)).status_code == 200


async def test_another_accounts_keys_are_not_there(api: httpx.AsyncClient, keys: Keys) -> None:
    own = await keys.create("local", "a test", [Scope.ADMIN])
    stranger = await bearer(keys, Scope.ADMIN, account="studio")
    response = await api.delete(f"/api/keys/{own.key.id}", headers=stranger)
    assert (response.status_code, response.json()["code"]) == (404, "key_not_found")
    listed = (await api.get("/api/keys", headers=stranger)).json()["items"]
    assert [key["account_id"] for key in listed] == ["studio"]
    made = await api.post(
        "/api/keys", json={"name": "more", "scopes": ["publish"]}, headers=stranger
    )
    assert made.json()["key"]["account_id"] == "studio"


async def test_what_a_key_asks_for_is_its_accounts(api: httpx.AsyncClient, keys: Keys) -> None:
    studio = await bearer(keys, Scope.JOBS_WRITE, account="studio")
    made = await api.post("/api/generate", json=SCRIPT, headers=studio)
    assert made.status_code == 202
    address = made.headers["location"]
    assert (await api.get(address)).status_code == 404
    assert (await api.get(address, headers=studio)).status_code == 200
    assert (await api.post(f"{address}/cancel", headers=studio)).status_code == 200


# -- what a page could send unasked ---------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
async def test_what_changes_something_takes_no_undeclared_body(
    api: httpx.AsyncClient, content_type: str
) -> None:
    made = await api.post("/api/generate", json=SCRIPT)
    requests = [
        ("POST", "/api/generate", b'{"script": "Hello."}'),
        ("POST", made.headers["location"] + "/cancel", b"{}"),
        ("POST", made.headers["location"] + "/cancel", b""),
        ("DELETE", f"/api/videos/{uuid4()}", b"{}"),
    ]
    for method, address, body in requests:
        headers = {"content-type": content_type}
        response = await api.request(method, address, content=body, headers=headers)
        assert response.status_code == 415, (address, body)
        assert response.json()["code"] == "unsupported_media_type"
    assert (await api.get(made.headers["location"])).json()["status"] == "queued"


async def test_a_body_without_a_type_is_not_taken(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate", content=b'{"script": "Hello."}')
    assert response.status_code == 415


async def test_a_body_in_pieces_without_a_type_is_not_taken(api: httpx.AsyncClient) -> None:
    made = await api.post("/api/generate", json=SCRIPT)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"{}"

    response = await api.post(made.headers["location"] + "/cancel", content=pieces())
    assert response.status_code == 415


async def test_what_needs_no_body_needs_no_type(api: httpx.AsyncClient) -> None:
    made = await api.post("/api/generate", json=SCRIPT)
    assert (await api.post(made.headers["location"] + "/cancel")).status_code == 200


async def test_an_upload_is_taken_where_a_route_declares_its_type() -> None:
    @put("/clip", opt={"open": True, "uploads": ("video/mp4",)}, status_code=204)
    async def clip(body: RawBody) -> None:
        assert body == b"moving pictures"

    app = Litestar([clip], before_request=admit, openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", timeout=60
    ) as client:
        for content_type, status in [("video/mp4; codecs=x", 204), ("video/webm", 415)]:
            headers = {"content-type": content_type}
            response = await client.put("/clip", content=b"moving pictures", headers=headers)
            assert response.status_code == status


# -- what is told --------------------------------------------------------------------------------


async def test_a_key_is_never_logged_but_its_id_is(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(auth="required", log_level="debug")
    command = ("serve", "--port", str(free_port()))
    with FacelessProcess(settings, tmp_path / "log", *command) as process:
        address = await process.address()
        token = (await process.said(r"fk_[0-9a-f]{16}_[0-9a-f]{64}"))[0]
        _, key_id, secret = token.split("_")
        wrong = token[:-4] + "beef"
        for path in ("/api/jobs", f"/{token}", f"/api/jobs/{token}", f"/api/jobs?key={token}"):
            for given in (token, wrong):
                headers = {"authorization": f"Bearer {given}", "x-request-id": "asked"}
                await asyncio.to_thread(httpx.get, address + path, headers=headers)
        assert await process.stop() in (0, -signal.SIGTERM)
    said = [line for line in process.log.splitlines() if line.startswith("{")]
    assert any('"asked"' in line and f'"key_id": "{key_id}"' in line for line in said)
    assert not any(secret[:-4] in line for line in said)
    assert process.log.count(secret[:-4]) == 1, "shown once"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_the_first_key_is_shown_once_also_when_three_start_together(
    make_settings: MakeSettings, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    settings = make_settings(auth="required", database_url=url)

    @contextmanager
    def three(run: int) -> Iterator[list[FacelessProcess]]:
        with ExitStack() as stack:
            yield [
                stack.enter_context(
                    FacelessProcess(
                        settings, tmp_path / f"log-{run}-{n}", "serve", "--port", str(free_port())
                    )
                )
                for n in range(3)
            ]

    async def shown(processes: list[FacelessProcess]) -> list[str]:
        for process in processes:
            await process.said("the database is prepared")
        logs = [process.log for process in processes]
        return [token for log in logs for token in re.findall(r"fk_[0-9a-f]+_[0-9a-f]+", log)]

    with three(1) as processes:
        [token] = await shown(processes)
        for process in processes:
            address = await process.address()
            headers = {"authorization": f"Bearer {token}"}
            answer = await asyncio.to_thread(httpx.get, f"{address}/metrics", headers=headers)
            assert answer.status_code == 200, "it is for everything, on each of them"
    with three(2) as processes:
        assert await shown(processes) == []


async def test_where_keys_are_not_required_none_is_made(api: httpx.AsyncClient, keys: Keys) -> None:
    assert (await api.get("/api/jobs")).status_code == 200
    assert await keys.listing() == []
