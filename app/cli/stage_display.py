"""How far a job has come, in the terminal: a bar for each stage, or lines where none can move."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

STAGE_TITLES: dict[str, str] = {
    "script": "Writing the script",
    "narration": "Speaking",
    "storyboard": "Planning shots",
    "segment": "Rendering",
    "mix": "Mixing sound",
    "package": "Packaging",
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
        self._shown: dict[str, TaskID] = {}
        self._begun: dict[str, float] = {}
        self._ended: set[str] = set()
        self._reason = ""

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

    def show(self, job: Mapping[str, Any]) -> None:
        """Bring what is shown up to date; ``job`` as the API shows it."""
        for stage in job["stages"]:
            if stage["status"] in ("pending", "cancelled") and stage["name"] not in self._begun:
                continue
            if self._console.is_terminal:
                self._move_bar(stage)
            else:
                self._write_lines(stage)
        self._say_what_it_waits_for(job)

    def _move_bar(self, stage: Mapping[str, Any]) -> None:
        name = stage["name"]
        if name not in self._shown:
            self._begun[name] = time.monotonic()
            self._shown[name] = self._bars.add_task(title_of(name), total=1.0)
        self._bars.update(self._shown[name], completed=stage["progress"])

    def _write_lines(self, stage: Mapping[str, Any]) -> None:
        name, title = stage["name"], title_of(stage["name"])
        if name not in self._begun:
            self._begun[name] = time.monotonic()
            self._console.print(f"{title} ...")
        if stage["status"] == "done" and name not in self._ended:
            self._ended.add(name)
            seconds = time.monotonic() - self._begun[name]
            self._console.print(f"{title}: done in {seconds:.1f} s")

    def _say_what_it_waits_for(self, job: Mapping[str, Any]) -> None:
        waits, error = job["status"] == "waiting", job.get("error") or {}
        reason = f"{error['message']} {error.get('hint', '')}".strip() if waits and error else ""
        if reason and reason != self._reason:
            self._console.print(f"Waiting: {reason}", markup=False, soft_wrap=True)
        self._reason = reason


def title_of(stage: str) -> str:
    """What a stage is called; its own name if this release doesn't know it."""
    return STAGE_TITLES.get(stage, stage)
