"""Following a job to its end, or to where it waits for somebody."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from rich.console import Console

from app.cli.api_client import Answer, Api
from app.cli.endings import Refused, err, local_problem
from app.cli.event_stream import read_events
from app.cli.stage_display import StageDisplay

FINAL = frozenset({"succeeded", "failed", "cancelled"})
LOOK_SECONDS = 0.3
"""between two looks at a job that moves fast"""
WORKER_SECONDS = 2.0
"""between two looks at this process's own worker"""


async def watch(api: Api, job_id: str, *, quiet: bool) -> Answer:
    """Show how a job comes along until it's over or waits for approval; answers how it stands.

    Raises:
        Refused
    """
    with StageDisplay(Console(quiet=True) if quiet else err) as display:
        following = asyncio.create_task(follow(api, job_id, display.show))
        watched = {following}
        if api.server is None:
            watched.add(asyncio.create_task(_mind_the_worker(api)))
        try:
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                for task in watched - {following}:
                    task.result()
            return await following
        finally:
            for task in watched:
                task.cancel()
            await asyncio.gather(*watched, return_exceptions=True)


async def follow(api: Api, job_id: str, show: Callable[[dict[str, Any]], None]) -> Answer:
    """Hand a job on whenever something happened to it; answers it as it stands at the end.

    Raises:
        Refused
    """
    path = f"/api/jobs/{job_id}"
    loop = asyncio.get_running_loop()
    looked = loop.time() - LOOK_SECONDS
    async with aclosing(read_events(api, f"{path}/events")) as events:
        async for event in events:
            if event.event in ("job", "end"):
                job = event.data
            elif event.event == "status" or loop.time() - looked >= LOOK_SECONDS:
                job = (await api.ask("GET", path)).body
                looked = loop.time()
            else:
                continue
            show(job)
            if waits_for_approval(job):
                break
    return await api.ask("GET", path)


def is_over(job: dict[str, Any]) -> bool:
    """Whether nothing more becomes of a job by itself."""
    return job["status"] in FINAL


def waits_for_approval(job: dict[str, Any]) -> bool:
    """Whether somebody has to look before it goes on."""
    return job["status"] == "waiting" and job.get("waiting_for") == "approval"


async def _mind_the_worker(api: Api) -> Answer:
    """Watch the worker of this process, without which the job would never end.

    Raises:
        Refused: it doesn't work.
    """
    while True:
        await asyncio.sleep(WORKER_SECONDS)
        try:
            checks = (await api.ask("GET", "/api/health/ready")).body["checks"]
        except Refused as error:
            checks = error.problem.get("checks", {})
        worker = checks.get("worker", {"ok": True})
        if not worker["ok"]:
            raise Refused(
                local_problem("worker_stopped", worker["message"], "The lines above say why.")
            )
