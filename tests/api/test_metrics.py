"""/metrics: what happened in every process, and how things stand, whichever process answers."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from dishka import Provider, Scope
from live_server import serve
from prometheus_client.parser import text_string_to_metric_families
from servers import free_port

from app.config import Settings
from domain.jobs.telemetry import Registrar

ROOT = Path(__file__).parents[2]
START_SECONDS = 180.0
SCRAPE_SECONDS = 20.0
"""two, and what a busy machine adds: less than for ever"""

MakeSettings = Callable[..., Settings]
REQUESTS = "faceless_http_requests_total"


def figures(address: str) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and its labels' values in the order of their names."""
    answer = httpx.get(f"{address}/metrics", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_not_by_path(server: str) -> None:
    for number in range(3):
        httpx.get(f"{server}/api/jobs/{number:032d}", timeout=60)
        httpx.get(f"{server}/nowhere/{number}", timeout=60)
        httpx.delete(f"{server}/api/jobs", timeout=60)

    seen = figures(server)

    assert seen[REQUESTS, "GET", "/api/jobs/{job_id}", "404"] == 3
    assert seen[REQUESTS, "GET", "unmatched", "404"] == 3
    assert seen[REQUESTS, "DELETE", "unmatched", "405"] == 3
    assert seen["faceless_http_request_duration_seconds_count", "GET", "/api/jobs/{job_id}"] == 3
    assert not any("nowhere" in label for sample in seen for label in sample)


def test_jobs_and_the_age_of_the_queue_come_from_the_database(server: str) -> None:
    made = httpx.post(f"{server}/api/generate", json={"script": "Hello there."}, timeout=60)
    assert made.status_code == 202

    seen = figures(server)

    assert seen["faceless_database_up",] == 1
    assert seen["faceless_jobs", "queued"] == 1
    assert seen["faceless_units", "script", "ready"] == 1
    assert seen["faceless_oldest_queued_job_seconds",] > 0
    assert sum(value for key, value in seen.items() if key[0] == "faceless_build_info") == 1


def test_it_is_no_part_of_the_described_api(server: str) -> None:
    document = httpx.get(f"{server}/schema/openapi.json", timeout=60).json()
    assert "/metrics" not in document["paths"]


@pytest.mark.parametrize("fails", ["at once", "never"])
def test_without_the_database_the_rest_is_told_in_time(
    make_settings: MakeSettings, fails: str
) -> None:
    class Gone:
        async def census(self) -> Any:
            if fails == "at once":
                raise ConnectionError("the database is gone")
            await asyncio.Event().wait()

    gone = Provider(scope=Scope.APP)
    gone.provide(Gone, provides=Registrar)
    with serve(make_settings(), gone) as address:
        httpx.get(f"{address}/api/health", timeout=60)
        began = time.monotonic()
        seen = figures(address)
        took = time.monotonic() - began

    assert took < SCRAPE_SECONDS
    assert seen["faceless_database_up",] == 0
    assert seen[REQUESTS, "GET", "/api/health", "200"] == 1
    assert not any(key[0] == "faceless_jobs" for key in seen)


@contextmanager
def two_processes(folder: Path) -> Iterator[str]:
    """``uvicorn app.main:app --workers 2`` in ``folder``; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--workers", "2", "--port"]
    process = subprocess.Popen(
        [*command, str(port)],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MIN_FREE_BYTES": "0",
            "EMBEDDED_WORKER": "false",
        },
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    try:
        while len(list(folder.glob("var/metrics/counter_*.db"))) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while True:
            try:
                httpx.get(f"{address}/api/health", timeout=60)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def test_whichever_process_answers_tells_what_both_have_answered(tmp_path: Path) -> None:
    asked = 40
    with two_processes(tmp_path) as address:
        began = figures(address)[REQUESTS, "GET", "/api/health", "200"]
        for _ in range(asked):
            httpx.get(
                f"{address}/api/health", timeout=60
            )  # a connection each: either process takes it
        answers = [figures(address)[REQUESTS, "GET", "/api/health", "200"] for _ in range(8)]
    assert answers == [began + asked] * 8
    # started again, they go on counting where they stopped
    with two_processes(tmp_path) as address:
        again = figures(address)[REQUESTS, "GET", "/api/health", "200"]
    assert again >= began + asked + 1
