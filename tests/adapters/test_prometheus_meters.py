"""Figures of several processes: added up, kept when one is killed, never in the work's way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.prometheus import CONTENT_TYPE, Meters, MetricsListener, expose
from domain.jobs.model import JobStatus, UnitKind, UnitState
from domain.jobs.ports import Reconciled
from domain.jobs.telemetry import Census
from domain.providers.takings import Outcome

ROOT = Path(__file__).parents[2]

COUNT_AND_STAY = """
import pathlib, sys
from adapters.prometheus import Meters
from domain.providers.takings import Outcome
meters = Meters(pathlib.Path(sys.argv[1]), ["openai"])
meters.answered("GET", "/api/jobs", 200, 0.02)
meters.paid("openai", Outcome.SETTLED, 30_000)
print("counted", flush=True)
sys.stdin.read()
"""

Start = Callable[[], subprocess.Popen[str]]


def figures(text: bytes) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and its labels' values in the order of their names."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that count one request and then wait."""
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", COUNT_AND_STAY, str(tmp_path)],
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def meters(tmp_path: Path) -> Iterator[Meters]:
    meters = Meters(tmp_path)
    yield meters
    meters.close()


REQUESTS = ("faceless_http_requests_total", "GET", "/api/jobs", "200")
DURATION = "faceless_http_request_duration_seconds"


def test_processes_are_added_up_and_what_the_killed_have_counted_stays(
    start: Start, tmp_path: Path
) -> None:
    first, _second = start(), start()
    assert figures(expose(tmp_path, "1"))[REQUESTS] == 2

    first.send_signal(signal.SIGKILL)
    first.wait()

    assert figures(expose(tmp_path, "1"))[REQUESTS] == 2
    start()
    text = figures(expose(tmp_path, "1"))
    assert text[REQUESTS] == 3
    assert text[(f"{DURATION}_count", "GET", "/api/jobs")] == 3
    assert text[(f"{DURATION}_bucket", "0.025", "GET", "/api/jobs")] == 3
    assert text[(f"{DURATION}_bucket", "0.01", "GET", "/api/jobs")] == 0


def test_dead_processes_leave_no_files_behind_that_the_living_do_not_use(
    start: Start, tmp_path: Path
) -> None:
    for _ in range(4):
        process = start()
        process.kill()
        process.wait()

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "000.lock",
        "counter_000.db",
        "histogram_000.db",
    ]
    assert figures(expose(tmp_path, "1"))[REQUESTS] == 4


def test_a_disk_that_fills_up_later_cannot_take_the_process_down(
    meters: Meters, tmp_path: Path
) -> None:
    """Memory that stands for a hole in a file has no error but a signal."""
    for file in tmp_path.glob("*.db"):
        assert file.stat().st_blocks * 512 >= file.stat().st_size


def test_a_file_that_a_power_cut_has_broken_hides_no_other(meters: Meters, tmp_path: Path) -> None:
    meters.answered("GET", "/api/jobs", 200, 0.02)
    (tmp_path / "counter_007.db").write_bytes(b"\xff\x00\x00\x00" * 300)

    assert figures(expose(tmp_path, "1"))[REQUESTS] == 1


def test_a_broken_file_is_begun_anew_by_the_process_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "counter_000.db").write_bytes(b"\xff\x00\x00\x00" * 300)

    meters = Meters(tmp_path)

    meters.answered("GET", "/api/jobs", 200, 0.02)
    meters.close()
    assert figures(expose(tmp_path, "1"))[REQUESTS] == 1


def test_callers_cannot_make_figures_up(meters: Meters, tmp_path: Path) -> None:
    for number in range(20):
        meters.answered(f"METHOD{number}", None, 405, 0.01)

    text = figures(expose(tmp_path, "1"))
    assert text[("faceless_http_requests_total", "OTHER", "unmatched", "405")] == 20


def test_what_never_happened_is_nought_and_not_absent(meters: Meters, tmp_path: Path) -> None:
    text = figures(expose(tmp_path, "1"))
    assert text[("faceless_units_claimed_total", "segment")] == 0
    assert text[("faceless_leases_lost_total", "mix")] == 0
    assert text[("faceless_bells_total", "failed")] == 0
    assert text[("faceless_units_quarantined_total",)] == 0


def test_what_the_reconciler_and_the_bell_did_is_told(meters: Meters, tmp_path: Path) -> None:
    meters.reconciled(Reconciled(ready=[], expired=3, quarantined=1, overdue=2))
    meters.rang(5)
    meters.could_not_ring(4)

    text = figures(expose(tmp_path, "1"))
    assert text[("faceless_leases_expired_total",)] == 3
    assert text[("faceless_units_quarantined_total",)] == 1
    assert text[("faceless_jobs_overdue_total",)] == 2
    assert text[("faceless_bells_total", "rung")] == 5
    assert text[("faceless_bells_total", "failed")] == 4


def test_the_census_is_told_with_every_status_and_state(tmp_path: Path) -> None:
    census = Census(
        jobs={JobStatus.RUNNING: 2},
        units={(UnitKind.SEGMENT, UnitState.READY): 7},
        oldest_ready_unit_seconds=12.5,
    )

    text = figures(expose(tmp_path, "0.9", census, is_database_up=True))

    assert text[("faceless_build_info", "0.9")] == 1
    assert text[("faceless_database_up",)] == 1
    assert text[("faceless_jobs", "running")] == 2
    assert text[("faceless_jobs", "failed")] == 0
    assert text[("faceless_units", "segment", "ready")] == 7
    assert text[("faceless_units", "mix", "blocked")] == 0
    assert text[("faceless_oldest_ready_unit_seconds",)] == 12.5


def test_workers_of_a_machine_share_a_port_and_each_knows_the_figures_of_all(
    start: Start, tmp_path: Path
) -> None:
    start()
    first = MetricsListener("127.0.0.1", 0, lambda: expose(tmp_path, "1"))
    second = MetricsListener("127.0.0.1", first.port, lambda: expose(tmp_path, "1"))
    try:
        for _ in range(10):
            answer = httpx.get(f"http://127.0.0.1:{first.port}/metrics", timeout=60)
            assert answer.headers["content-type"] == CONTENT_TYPE
            assert figures(answer.content)[REQUESTS] == 1
        assert httpx.get(f"http://127.0.0.1:{first.port}/etc/passwd", timeout=60).status_code == 404
        first.close()
        assert httpx.get(f"http://127.0.0.1:{second.port}/metrics", timeout=60).status_code == 200
    finally:
        second.close()


def test_paid_calls_of_all_processes_are_added_up_and_reused_answers_apart(
    tmp_path: Path, start: Start
) -> None:
    start()
    meters = Meters(tmp_path, ["openai"])
    began = figures(expose(tmp_path, "1.2.3"))
    meters.paid("openai", Outcome.SETTLED, 12_000)
    meters.paid("openai", Outcome.UNCERTAIN, 500_000)
    meters.paid("of a package", Outcome.NOT_CHARGED, 0)
    meters.reused("openai")
    meters.close()

    seen = figures(expose(tmp_path, "1.2.3"))

    calls, usd = "faceless_paid_calls_total", "faceless_paid_calls_cost_usd_total"
    for outcome in Outcome:
        assert (calls, outcome.value, "openai") in began, "what never happened is 0"
    assert seen[calls, "settled", "openai"] == 2
    assert seen[usd, "settled", "openai"] == pytest.approx(0.042)
    assert (seen[calls, "uncertain", "openai"], seen[usd, "uncertain", "openai"]) == (1, 0.5)
    assert seen[calls, "not_charged", "of a package"] == 1
    assert seen[usd, "not_charged", "of a package"] == 0
    assert seen["faceless_paid_answers_reused_total", "openai"] == 1
