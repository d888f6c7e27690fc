"""Secrets in a real process at LOG_LEVEL=debug: through successes and failures, told nowhere."""

import asyncio
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest
from attack import describe, operations
from faceless_process import FacelessProcess, environment_of
from servers import free_port

from app.config import Settings

CANARY = "zanary"
"""every secret's beginning, so that one search finds them all"""


def secret(name: str) -> str:
    return f"{CANARY}{name}7f3a"


def found_in(text: str) -> list[str]:
    return re.findall(rf".{{0,80}}{CANARY}.{{0,40}}", text)


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("database_url", "postgresql://me:{secret}@127.0.0.1:{port}/faceless"),
        ("database_url", "postgresql://me:{secret}%40%2F@127.0.0.1:{port}/faceless"),
        ("mongodb_url", "mongodb://me:{secret}@127.0.0.1:{port}/faceless"),
        ("redis_url", "redis://:{secret}@127.0.0.1:{port}/0"),
        ("redis_url", "redis://me:{secret}@127.0.0.1:{port}/0"),
    ],
)
async def test_a_server_that_cant_be_reached_is_named_without_its_password(
    settings: Settings, tmp_path: Path, setting: str, url: str
) -> None:
    address = url.format(secret=secret("password"), port=free_port())
    changed = msgspec.structs.replace(
        settings, log_level="debug", port=free_port(), **{setting: address}
    )
    for command in (["worker"],):
        log = tmp_path / f"{command[0]}.log"
        with FacelessProcess(changed, log, *command) as process:
            assert await process.ended(90) != 0
        told = log.read_text(errors="replace")
        assert told
        assert found_in(told) == []


async def test_a_process_that_works_and_fails_tells_no_secret(
    settings: Settings, tmp_path: Path, s3_endpoint: str
) -> None:
    changed = msgspec.structs.replace(
        settings,
        log_level="debug",
        port=free_port(),
        embedded_worker=True,
        artifacts_url="s3://artifacts/canaries",
        s3_endpoint_url=s3_endpoint,
        s3_access_key=secret("access"),
        s3_secret_key=secret("s3"),
        s3_signed_urls=True,
    )
    assert CANARY in str(environment_of(changed))
    log = tmp_path / "serve.log"
    answers: list[str] = []
    with FacelessProcess(changed, log, "serve") as serving:
        address = await serving.address()
        async with httpx.AsyncClient(base_url=address, timeout=120) as api:
            made = await api.post("/api/keys", json={"name": "k", "scopes": ["admin"]})
            token = made.json()["token"]  # the one time that it's told
            key_secret = token.rpartition("_")[2]
            forged = token[:-8] + "00000000"
            for number, credentials in enumerate(
                (
                    {"authorization": f"Bearer {token}"},
                    {"authorization": f"Bearer {forged}"},
                    {"authorization": f"Bearer {secret('bearer')}"},
                    {"authorization": f"Basic {secret('basic')}"},
                    {"authorization": f"{secret('scheme')} x"},
                    {"x-api-key": token},
                    {"x-api-key": secret("header")},
                )
            ):
                headers = credentials | {
                    "idempotency-key": secret("once") + str(number % 2),
                    "cookie": f"session={secret('cookie')}",
                    "referer": f"http://127.0.0.1/?token={secret('referer')}",
                    "user-agent": secret("agent"),
                    "x-request-id": f"{secret('id')}<>",
                    "proxy-authorization": secret("proxy"),
                }
                for body in (
                    {"script": f"Bees dance {secret('body')}."},
                    {"script": f"Bees dance {secret('other')}."},
                    {"script": "Bees.", "voice": {"id": secret("voice")}, "seed": -1},
                    {"script": 7, secret("field"): 1},
                ):
                    answer = await api.post("/api/generate", json=body, headers=headers)
                    # what a request says is the caller's own, and may be said again to the caller
                    own = [body, headers["idempotency-key"]]
                    answers.append(str(answer.headers) + _without(answer.text, own))
                for path in ("/api/jobs", "/api/health/ready", "/api/keys", "/api/nothing"):
                    answer = await api.get(
                        path, params={"access_token": secret("query")}, headers=headers
                    )
                    if answer.status_code != 200 or "jobs" not in path:
                        answers.append(str(answer.headers) + answer.text)
            headers = {"authorization": f"Bearer {token}"}
            for route in operations(await describe(api)):
                if route.method == "get" and not route.parameters and "events" not in route.path:
                    answer = await api.get(route.path, headers=headers)
                    if route.path not in ("/api/jobs", "/api/webhooks/secret"):
                        answers.append(str(answer.headers) + answer.text)
            answers.append((await api.get("/metrics", headers=headers)).text)
        await serving.said(r'"kind": "script"|unit (begun|finished|done)|script')
        await serving.stop()
    told = log.read_text(errors="replace")
    assert '"level": "debug"' in told or '"request"' in told
    assert found_in(told) == []
    assert found_in("\n".join(answers)) == []
    assert key_secret not in told + "".join(answers)
    assert key_secret[8:] not in told


async def test_webhooks_and_presets_are_told_nowhere_but_to_their_owner(
    settings: Settings, tmp_path: Path
) -> None:
    """Secrets that sign, addresses with tokens, what presets hold: through deliveries that fail."""
    keys = f"{secret('key')}{'0' * 32},{secret('older')}{'0' * 32}"
    changed = msgspec.structs.replace(
        settings,
        log_level="debug",
        port=free_port(),
        embedded_worker=True,
        secret_key=keys,
        allow_private_urls="127.0.0.1",
    )
    log = tmp_path / "serve.log"
    refused: list[str] = []
    signing: list[str] = []
    with FacelessProcess(changed, log, "serve") as serving:
        address = await serving.address()
        nobody = f"http://127.0.0.1:{free_port()}/hook?token="
        async with httpx.AsyncClient(base_url=address, timeout=120) as api:
            made = await api.post("/api/webhooks", json={"url": nobody + secret("hook")})
            hook = f"/api/webhooks/{made.json()['webhook']['id']}"
            rotated = await api.post(f"{hook}/rotate")
            account = await api.post("/api/webhooks/secret/rotate")
            signing += [answer.json()["secret"] for answer in (made, rotated, account)]
            sent = await api.post(f"{hook}/test")
            assert sent.status_code == 202, sent.text
            kept = {"script": f"Bees {secret('preset')}.", "metadata": {"x": secret("own")}}
            assert (await api.put("/api/presets/mine", json=kept)).status_code == 201
            body = {"preset": "mine", "webhook_url": nobody + secret("request")}
            job = (await api.post("/api/generate", json=body)).json()
            for method, path, wrong in _wrong_requests(hook, job["id"]):
                answer = await api.request(method, path, json=wrong)
                assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.text}"
                refused.append(str(answer.headers) + _without(answer.text, wrong))
            open_to_all = ("/api/capabilities", "/api/health/ready", "/metrics")
            refused += [(await api.get(path)).text for path in open_to_all]
            async with asyncio.timeout(120):
                while not await _tried(api, hook) or not await _tried(api, job_id=job["id"]):
                    await asyncio.sleep(0.2)
        await serving.stop()
    told = log.read_text(errors="replace")
    assert "/api/webhooks" in told, "requests have their lines"
    assert found_in(told) == []
    assert found_in("\n".join(refused)) == []
    assert "whsec_" not in told + "".join(refused)
    for text in signing:
        assert text.removeprefix("whsec_") not in told


async def test_wrong_settings_are_named_without_their_secrets(
    settings: Settings, tmp_path: Path
) -> None:
    changed = msgspec.structs.replace(
        settings,
        database_url=f"mysql://me:{secret('db')}@host/name",
        redis_url=f"http://me:{secret('redis')}@host",
        mongodb_url=f"mongo://me:{secret('mongo')}@host",
        artifacts_url="s3://bucket",
        s3_endpoint_url=f"http://me:{secret('endpoint')}@host",
        s3_secret_key=secret("s3"),
        secret_key=secret("short"),
        allow_private_urls=f"https://me:{secret('allowed')}@host",
    )
    for command in ("serve", "worker", "doctor"):
        log = tmp_path / f"{command}.log"
        with FacelessProcess(changed, log, command) as process:
            assert await process.ended(60) == 2 or command == "doctor"
        told = log.read_text()
        assert "DATABASE_URL" in told
        assert found_in(told) == []


def _wrong_requests(hook: str, job_id: str) -> list[tuple[str, str, dict[str, object]]]:
    return [
        ("POST", "/api/webhooks", {"url": f"https://me:{secret('user')}@example.com/"}),
        ("POST", "/api/webhooks", {"url": f"ftp://example.com/?t={secret('scheme')}"}),
        ("POST", "/api/webhooks", {"url": f"https://10.0.0.1/?t={secret('inside')}"}),
        ("PATCH", hook, {"url": f"https://[::1]/?t={secret('changed')}"}),
        ("PUT", "/api/presets/mine", {"voice": {"id": secret("voice")}, "seed": -1}),
        ("PUT", "/api/presets/mine", {secret("field"): 1}),
        ("POST", f"/api/jobs/{job_id}/approve", {"title": secret("title")}),
        ("POST", f"/api/jobs/{job_id}/reject", {"reason": secret("reason")}),
    ]


async def _tried(
    api: httpx.AsyncClient, hook: str = "/api/webhooks", job_id: str | None = None
) -> bool:
    """Whether a message was sent to where nobody listens."""
    params = {} if job_id is None else {"job_id": job_id}
    page = (await api.get(f"{hook}/deliveries", params=params)).json()
    return any(delivery["attempts"] for delivery in page["items"])


def _without(text: str, body: object) -> str:
    """An answer without what its own request said in its body and its Idempotency-Key."""
    for words in re.findall(rf"{CANARY}\w+", str(body)):
        text = text.replace(words, "").replace(quote(words), "")
    return text
