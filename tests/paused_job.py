"""A job that waits for approval, as the tests of the API want one."""

import httpx
from finished_video import work_until_it_waits
from live_server import Backstage


async def paused(api: httpx.AsyncClient, backstage: Backstage, pause_after: str) -> str:
    """The address of a job that waits, with a script of two scenes."""
    asked = {"script": "Hello there.", "pause_after": pause_after}
    response = await api.post("/api/generate", json=asked)
    assert response.status_code == 202, response.text
    await work_until_it_waits(backstage)
    address = f"/api/jobs/{response.json()['id']}"
    waiting = (await api.get(address)).json()
    assert (waiting["status"], waiting["waiting_for"]) == ("waiting", "approval"), waiting
    return address
