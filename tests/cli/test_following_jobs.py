"""Following a job over HTTP: over connections that break, and until Ctrl-C."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from faceless_process import environment_of
from live_server import serve

from app.cli.api_client import Api
from app.cli.endings import EXIT_INTERRUPTED
from app.cli.event_stream import ServerEvent, read_events
from app.config import Settings, load_settings

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
FIRST = HEAD + b'retry: 10\nid: 1\nevent: job\ndata: {"n": 1}\n\n: still here\n\nid: 2\nevent: sta'
SECOND = HEAD + b'id: 2\nevent: status\ndata: {"n": 2}\n\nid: 2-end\nevent: end\ndata: {"n": 3}\n\n'


@pytest.fixture
def settings(own_folder: None) -> Settings:
    return msgspec.structs.replace(load_settings(), embedded_worker=False, min_free_bytes=0)


async def test_a_stream_that_breaks_is_asked_for_again_with_what_was_seen_last() -> None:
    asked: list[str] = []
    lost: list[bool] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(FIRST if len(asked) == 1 else SECOND)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, httpx.AsyncClient(base_url=url, timeout=60) as client:
        events = read_events(Api(client, url), "/events", on_lost=lambda: lost.append(True))
        heard = [event async for event in events]
    assert heard == [
        ServerEvent("1", "job", {"n": 1}),
        ServerEvent("2", "status", {"n": 2}),
        ServerEvent("2-end", "end", {"n": 3}),
    ]
    assert "last-event-id" not in asked[0]
    assert "last-event-id: 1\r\n" in asked[1], "an event that came in part wasn't seen"
    assert lost == [True]


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def test_ctrl_c_leaves_the_job_of_a_server_running(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "request.json").write_text(json.dumps({"script": "Bees."}))
    with serve(settings) as url:
        command = [sys.executable, "-m", "app.cli", "generate", "--request", "request.json"]
        with subprocess.Popen(  # noqa: ASYNC220 - nothing else runs in this loop yet
            [*command, "--server", url],
            cwd=tmp_path,
            env=environment_of(settings),
            stderr=subprocess.PIPE,
            text=True,
            # whoever runs the tests in the background ignores Ctrl-C, and children inherit that
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - it only sets a signal's default
        ) as process:
            async with httpx.AsyncClient(base_url=url, timeout=60) as api:
                while not (items := (await api.get("/api/jobs")).json()["items"]):
                    assert process.poll() is None
                    await asyncio.sleep(0.05)
                process.send_signal(signal.SIGINT)
                _, said = await asyncio.to_thread(process.communicate)
                [job] = (await api.get("/api/jobs")).json()["items"]
    assert process.returncode == EXIT_INTERRUPTED
    assert "faceless jobs" in said
    assert "Traceback" not in said
    assert (job["id"], job["status"]) == (items[0]["id"], "queued")
