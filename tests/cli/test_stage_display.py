"""The display of stages: bars that fit the terminal, lines elsewhere."""

import io
from typing import Any

import pytest
from rich.console import Console

from app.cli.stage_display import STAGE_TITLES, StageDisplay
from domain.jobs.model import UnitKind


def job_at(**progress: float) -> dict[str, Any]:
    """A job, as the API shows it, whose named stages have come so far; the others haven't begun."""
    stages = [_report(name, progress.get(name)) for name in STAGE_TITLES]
    return {"status": "running", "error": None, "stages": stages}


def _report(name: str, progress: float | None) -> dict[str, Any]:
    if progress is None:
        return {"name": name, "status": "pending", "progress": 0.0}
    return {"name": name, "status": "done" if progress == 1 else "running", "progress": progress}


def shown(console: Console, *jobs: dict[str, Any]) -> str:
    assert isinstance(console.file, io.StringIO)
    with StageDisplay(console) as display:
        for job in jobs:
            display.show(job)
    return console.file.getvalue()


def test_every_stage_has_a_title() -> None:
    assert set(STAGE_TITLES) == set(map(str, UnitKind))


def test_a_stage_is_a_line_when_it_begins_and_one_when_it_ends() -> None:
    said = shown(
        Console(file=io.StringIO()),
        job_at(script=0.5),
        job_at(script=0.9),
        job_at(script=1.0, narration=0.1),
        job_at(script=1.0, narration=0.2),
    ).splitlines()
    assert said[0] == "Writing the script ..."
    assert said[1].startswith("Writing the script: done in ")
    assert said[2:] == ["Speaking ..."]


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_bars_fit_the_terminal(columns: int) -> None:
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        width=columns,
        color_system=None,
        legacy_windows=False,
    )
    said = shown(console, job_at(script=1.0, narration=0.5, segment=0.25))
    for title in ("Writing the script", "Speaking", "Rendering"):
        assert title in said
    assert "Packaging" not in said
    assert all(share in said for share in ("100 %", "50 %", "25 %"))


def test_nothing_is_said_on_a_quiet_console() -> None:
    assert shown(Console(file=io.StringIO(), quiet=True), job_at(script=1.0)) == ""


def test_what_a_job_waits_for_is_said_once() -> None:
    error = {"message": "The disk is full.", "hint": "Free some space."}
    waiting = job_at(script=0.5) | {"status": "waiting", "error": error}
    said = shown(Console(file=io.StringIO()), waiting, waiting)
    assert said.count("Waiting: The disk is full. Free some space.") == 1


def test_a_stage_of_a_newer_server_is_shown_by_its_own_name() -> None:
    job = {"status": "running", "stages": [_report("polish", 0.5)]}
    assert shown(Console(file=io.StringIO()), job) == "polish ...\n"
