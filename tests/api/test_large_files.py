"""A large file goes through the server in pieces: its memory doesn't grow with the file."""

import os
import socket
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from faceless_process import FacelessProcess
from finished_video import finish_a_video
from live_server import Backstage

from app.config import Settings

MIB = 1 << 20
FILE_BYTES = 256 * MIB
GROWTH_BYTES = 48 * MIB
"""that a transfer may take, whatever the file's size: buffers at both of its ends"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads peak memory from /proc")


@pytest.fixture(params=["in a folder", "in a bucket"])
def settings(request: pytest.FixtureRequest, make_settings: Callable[..., Settings]) -> Settings:
    bucket = request.getfixturevalue("bucket") if "bucket" in request.param else {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        return make_settings(**bucket, port=free.getsockname()[1])


async def test_memory_stays_while_a_large_video_is_served(
    settings: Settings, backstage: Backstage, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        for _ in range(FILE_BYTES // MIB):
            file.write(os.urandom(MIB))
    artifact = await backstage.artifacts.put_file(large)
    video = await finish_a_video(backstage, {"video.mp4": artifact})
    address = f"/api/videos/{video.id}/file"

    with FacelessProcess(settings, tmp_path / "log", "serve") as server:
        async with httpx.AsyncClient(base_url=await server.address(), timeout=60) as client:
            first = await client.get(address, headers={"range": f"bytes=0-{2 * MIB - 1}"})
            assert len(first.content) == 2 * MIB
            before = server.peak_bytes
            digest = sha256()
            async with client.stream("GET", address) as answer:
                assert answer.headers["content-length"] == str(FILE_BYTES)
                async for piece in answer.aiter_raw():
                    digest.update(piece)
        grown = server.peak_bytes - before

    assert digest.hexdigest() == artifact.sha256
    assert grown < GROWTH_BYTES, f"{grown / MIB:.0f} MiB for {FILE_BYTES / MIB:.0f}"
