"""The display of stages: bars that fit the terminal, lines elsewhere."""

import io
from uuid import uuid4

import msgspec
import pytest
from rich.console import Console

from app.stage_display import STAGE_TITLES, StageDisplay
from domain.generation.brief import Brief
from domain.jobs.model import Job, StageReport, UnitKind


def job_at(**progress: float) -> Job:
    """A job whose named stages have come so far; the others haven't begun."""
    return msgspec.convert(
        {
            "id": str(uuid4()),
            "account_id": "local",
            "video_id": str(uuid4()),
            "revision": 1,
            "status": "running",
            "request": msgspec.to_builtins(Brief(topic="Octopus")),
            "deadline_at": "2030-01-01T00:00:00Z",
            "created_at": "2030-01-01T00:00:00Z",
            "stages": [msgspec.to_builtins(_report(kind, progress.get(kind))) for kind in UnitKind],
        },
        Job,
    )


def _report(kind: UnitKind, progress: float | None) -> StageReport:
    if progress is None:
        return StageReport(kind, "pending", seconds=0.0)
    status = "done" if progress == 1 else "running"
    return StageReport(kind, status, seconds=1.0, progress=progress)


def shown(console: Console, *jobs: Job) -> str:
    assert isinstance(console.file, io.StringIO)
    with StageDisplay(console) as display:
        for job in jobs:
            display.show(job)
    return console.file.getvalue()


def test_every_stage_has_a_title() -> None:
    assert set(STAGE_TITLES) == set(UnitKind)


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
