"""Starting while what a process needs is down: it's named soon, and nothing hangs on it.

Real processes; what is down is a port that nobody listens on, or a socket that takes connections
and never says a word, as behind a firewall.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from faceless_process import environment_of
from servers import free_port

from app.config import Settings

REPORT_SECONDS = 20.0
"""five, and what a busy machine adds; a driver of its own would wait for 30 and more"""
PATIENCE_SECONDS = 90.0
SECRET = "s3cr3t-w0rd"
SETTINGS = {"database": "DATABASE_URL", "mongodb": "MONGODB_URL", "redis": "REDIS_URL"}

MakeSettings = Callable[..., Settings]

pytestmark = pytest.mark.timeout(200)


@pytest.fixture(params=["refused", "silent"])
def nobody(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that is down, in either way."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen(64)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def down(nobody: str) -> dict[str, str]:
    """Settings of three servers that are down, each with a password."""
    return {
        "database_url": f"postgresql://faceless:{SECRET}1@{nobody}/faceless",
        "mongodb_url": f"mongodb://faceless:{SECRET}2@{nobody}/",
        "redis_url": f"redis://:{SECRET}3@{nobody}/0",
    }


class Started:
    """A process, and what it has written."""

    def __init__(self, settings: Settings, *command: str) -> None:
        self.log_file = settings.data_dir.parent / f"log-{command[0]}-{time.monotonic_ns()}"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.data_dir.parent,
                env=environment_of(settings) | {"LOG_LEVEL": "debug", "MIN_FREE_BYTES": "0"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def said(self, pattern: str, *, may_have_ended: bool = False) -> dict[str, Any]:
        """The first line that fits, waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            for line in self.lines():
                if re.search(pattern, json.dumps(line)):
                    return line
            assert may_have_ended or self.process.poll() is None, f"it has ended:\n{self.log}"
            assert time.monotonic() < deadline, f"nothing like {pattern!r} in:\n{self.log}"
            time.sleep(0.05)

    def seconds_to(self, line: dict[str, Any]) -> float:
        """From when it began to look around to a line, by their own times.

        What a busy machine takes to load the program isn't what is measured.
        """
        first = self.said('"event": "starting"', may_have_ended=True)
        return (_when(line) - _when(first)).total_seconds()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _when(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    running: list[Started] = []

    def begin(settings: Settings, *command: str) -> Started:
        running.append(Started(settings, *command))
        return running[-1]

    yield begin
    for started in running:
        started.kill()


@pytest.mark.parametrize("server", ["uvicorn", "faceless serve"])
def test_the_api_starts_names_what_is_down_and_tells_no_password(
    make_settings: MakeSettings, start: Callable[..., Started], nobody: str, server: str
) -> None:
    port = str(free_port())
    settings = make_settings(**down(nobody), embedded_worker=True)
    command = {
        "uvicorn": ("uvicorn", "app.main:app", "--port", port),
        "faceless serve": ("app.cli", "serve", "--port", port),
    }[server]
    api = start(settings, *command)

    named = api.said("not everything works")
    assert api.seconds_to(named) < REPORT_SECONDS
    for service, setting in SETTINGS.items():
        assert setting in named[service], named

    api.said("Application startup complete")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        assert client.get("/api/health").status_code == 200
        began = time.monotonic()
        ready = client.get("/api/health/ready")
        assert time.monotonic() - began < REPORT_SECONDS
        assert ready.status_code == 503
        for service, setting in SETTINGS.items():
            check = ready.json()["checks"][service]
            assert not check["ok"]
            assert check["milliseconds"] >= 0
            assert setting in check["hint"], check
        assert not ready.json()["checks"]["worker"]["ok"]
        assert "faceless_database_up 0" in client.get("/metrics").text
        refused = client.post("/api/generate", json={"script": "Hello there."})
        assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")

    api.process.send_signal(signal.SIGTERM)
    api.process.wait(30)
    assert SECRET not in api.log + ready.text + refused.text


@pytest.mark.parametrize("service", ["mongodb", "redis"])
def test_a_queue_worker_starts_and_names_what_is_down(
    make_settings: MakeSettings,
    start: Callable[..., Started],
    nobody: str,
    redis_url: str,
    service: str,
) -> None:
    urls = {"redis_url": redis_url} | {f"{service}_url": down(nobody)[f"{service}_url"]}
    worker = start(make_settings(**urls), "dramatiq", "app.worker:boot", "-p", "1", "-t", "1")

    named = worker.said("not everything works")

    assert worker.seconds_to(named) < REPORT_SECONDS
    assert SETTINGS[service] in named[service]
    # told twice, as by a supervisor that tells the whole group, it still ends in order
    for _ in range(2):
        os.killpg(worker.process.pid, signal.SIGTERM)
        time.sleep(0.1)
    assert worker.process.wait(60) == 0
    assert SECRET not in worker.log


def test_a_queue_worker_without_its_database_ends_with_words(
    make_settings: MakeSettings, start: Callable[..., Started], nobody: str, redis_url: str
) -> None:
    settings = make_settings(database_url=down(nobody)["database_url"], redis_url=redis_url)
    worker = start(settings, "dramatiq", "app.worker:boot", "-p", "1", "-t", "1")

    assert worker.process.wait(PATIENCE_SECONDS) != 0

    named = worker.said("the worker can't start", may_have_ended=True)
    assert worker.seconds_to(named) < REPORT_SECONDS
    assert "DATABASE_URL" in named["event"]
    assert SECRET not in worker.log


def test_a_database_that_comes_later_is_prepared_then_and_worked_on(
    make_settings: MakeSettings, start: Callable[..., Started], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "volume"
    in_the_way.write_text("not mounted yet")
    port = free_port()
    settings = make_settings(database_url=f"sqlite:///{in_the_way / 'x.db'}", embedded_worker=True)
    api = start(settings, "uvicorn", "app.main:app", "--port", str(port))
    api.said("the database can't be used yet")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        api.said("Application startup complete")
        assert client.get("/api/health/ready").status_code == 503

        in_the_way.unlink()
        in_the_way.mkdir()
        api.said("the database is prepared")

        assert client.get("/api/health/ready").json()["status"] == "ok"
        made = client.post("/api/generate", json={"script": "Hello there."})
        assert made.status_code == 202
        api.said('unit finished: script 0"')
        # the request's id is on the job's first line, the job's on the request's
        accepted = api.said("job accepted")
        assert accepted["request_id"] == made.headers["x-request-id"]
        assert accepted["job_id"] == made.json()["id"]


@pytest.mark.parametrize(
    "setting",
    [
        {"database_url": f"postgresql://u:{SECRET}@localhost:{SECRET}/x"},
        {"mongodb_url": f"mongodb://u:{SECRET}@/@localhost"},
        {"mongodb_url": f"localhost:27017/{SECRET}"},
        {"redis_url": f"localhost:6379/{SECRET}"},
        {"redis_url": f"redis://:{SECRET}@localhost:{SECRET}/0"},
    ],
    ids=str,
)
def test_an_address_that_cannot_be_read_ends_it_with_the_setting_and_no_password(
    make_settings: MakeSettings, start: Callable[..., Started], setting: dict[str, str]
) -> None:
    api = start(make_settings(**setting), "uvicorn", "app.main:app", "--port", str(free_port()))

    assert api.process.wait(PATIENCE_SECONDS) != 0

    [name] = setting
    assert name.upper() in api.log
    assert SECRET not in api.log
