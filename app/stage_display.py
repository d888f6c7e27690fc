"""How far a job has come, in the terminal: a bar for each stage, or lines where none can move."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from domain.jobs.model import Job, StageReport, UnitKind

STAGE_TITLES: dict[UnitKind, str] = {
    UnitKind.SCRIPT: "Writing the script",
    UnitKind.NARRATION: "Speaking",
    UnitKind.STORYBOARD: "Planning shots",
    UnitKind.SEGMENT: "Rendering",
    UnitKind.MIX: "Mixing sound",
    UnitKind.PACKAGE: "Packaging",
}

TITLE_COLUMNS = max(map(len, STAGE_TITLES.values())) + 2
WIDEST_BAR = 32
BESIDE_THE_BAR = TITLE_COLUMNS + len(" 100 % 0:00:00") + 2
"""columns of everything else in a line"""


class StageDisplay:
    """Bars on a terminal; on anything else a line when a stage begins and one when it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn(f"{{task.description:<{TITLE_COLUMNS}}}"),
            BarColumn(bar_width=max(4, min(WIDEST_BAR, console.width - BESIDE_THE_BAR))),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._shown: dict[UnitKind, TaskID] = {}
        self._begun: dict[UnitKind, float] = {}
        self._ended: set[UnitKind] = set()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def show(self, job: Job) -> None:
        """Bring what is shown up to date."""
        for stage in job.stages:
            if stage.status in ("pending", "cancelled") and stage.name not in self._begun:
                continue
            if self._console.is_terminal:
                self._move_bar(stage)
            else:
                self._write_lines(stage)

    def _move_bar(self, stage: StageReport) -> None:
        if stage.name not in self._shown:
            self._begun[stage.name] = time.monotonic()
            self._shown[stage.name] = self._bars.add_task(STAGE_TITLES[stage.name], total=1.0)
        self._bars.update(self._shown[stage.name], completed=stage.progress)

    def _write_lines(self, stage: StageReport) -> None:
        title = STAGE_TITLES[stage.name]
        if stage.name not in self._begun:
            self._begun[stage.name] = time.monotonic()
            self._console.print(f"{title} ...")
        if stage.status == "done" and stage.name not in self._ended:
            self._ended.add(stage.name)
            seconds = time.monotonic() - self._begun[stage.name]
            self._console.print(f"{title}: done in {seconds:.1f} s")
