"""The application as people start it, watch it and stop it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from live_server import serve

from app.config import Settings

ROOT = Path(__file__).parent.parent.parent
STOP_SECONDS = 30

NO_SERVICE_NO_FILE = """
import os, sys
def refuse(event, args):
    writing = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    if event == "socket.connect" or writing:
        raise RuntimeError(f"importing does {event} {args}")
sys.addaudithook(refuse)
"""


def environment(**changes: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | changes


@contextmanager
def uvicorn(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`uvicorn app.main:app` as a process of its own; gives it and its address."""
    defaults = {"DATA_DIR": str(folder / "var"), "EMBEDDED_WORKER": "false", "MIN_FREE_BYTES": "0"}
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(**(defaults | settings)),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"running on http://0\.0\.0\.0:(\d+)", line):
                yield process, f"http://127.0.0.1:{found[1]}"
                break
        else:
            pytest.fail("the server doesn't start")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize(
    "statement",
    [
        "from app.main import app",
        "from app.config import *",
        "from adapters.postgres import *",
        "from domain.jobs import *",
        "from domain.generation import *",
    ],
)
def test_importing_needs_no_service_and_no_file(statement: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_SERVICE_NO_FILE + statement],
        cwd=tmp_path,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_starts_on_a_fresh_machine_and_answers(tmp_path: Path) -> None:
    with uvicorn(tmp_path) as (_, address):
        assert httpx.get(f"{address}/api/health", timeout=60).json()["status"] == "ok"
        assert httpx.get(f"{address}/api/health/ready", timeout=60).json()["status"] == "ok"
        assert httpx.get(f"{address}/api/jobs", timeout=60).status_code == 200
        body = {"script": "Hello there."}
        made = httpx.post(f"{address}/api/generate", json=body, timeout=60)
        assert made.status_code == 202
    # killed, started again: the job is still there
    with uvicorn(tmp_path) as (_, address):
        jobs = httpx.get(f"{address}/api/jobs", timeout=60).json()["items"]
        assert [job["id"] for job in jobs] == [made.json()["id"]]


def test_it_stops_while_somebody_follows_a_job(tmp_path: Path) -> None:
    with uvicorn(tmp_path) as (process, address):
        body = {"script": "Hello there."}
        job = httpx.post(f"{address}/api/generate", json=body, timeout=60).json()
        stream = f"{address}/api/jobs/{job['id']}/events"
        with httpx.stream("GET", stream, timeout=STOP_SECONDS) as response:
            lines = response.iter_lines()
            next(lines)
            process.send_signal(signal.SIGTERM)
            assert "event: end" not in list(lines)
        process.wait(STOP_SECONDS)
        # uvicorn passes the signal on once it has shut everything down
        assert process.returncode in (0, -signal.SIGTERM)


def test_a_wrong_setting_stops_it_with_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"],
        cwd=tmp_path,
        env=environment(LOG_LEVEL="loud"),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode != 0
    assert "LOG_LEVEL" in done.stderr


async def test_requests_have_ids(api: httpx.AsyncClient) -> None:
    given = await api.get("/api/health", headers={"x-request-id": "abc-123"})
    assert given.headers["x-request-id"] == "abc-123"
    for odd in ("a b", "x" * 65, "ö", "a\tb"):
        answer = await api.get("/api/health", headers={"x-request-id": odd.encode()})
        assert answer.headers["x-request-id"] != odd
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "x-request-id" in (await api.get("/nowhere")).headers


def test_bodies_and_headers_are_not_logged(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "do-not-tell"
    with serve(make_settings()) as address:
        httpx.post(
            f"{address}/api/generate?token={secret}",
            json={"script": secret, "seed": secret},
            headers={"authorization": f"Bearer {secret}"},
            timeout=60,
        )
    # the server has stopped: every line has been written
    own = [str(vars(record)) for record in caplog.records if record.name.startswith("app.")]
    assert any("/api/generate" in line for line in own)
    assert all(secret not in line for line in own)
