"""The client: asks for videos over HTTP, and keeps its own account of what was accepted."""

import asyncio
import random
from contextlib import suppress
from typing import Any

import httpx

from faults.ledger import Ledger

POST_SECONDS = 20.0
START_SECONDS = 60.0
PAUSE_SECONDS = 0.05
"""after a request that wasn't answered"""

WORDS = (
    "honey bees dance while quiet rivers carry small bright stones past old wooden mills".split()
)


class Client:
    """Asks for videos over HTTP, and remembers which were accepted."""

    def __init__(self, port: int, ledger: Ledger, draw: random.Random) -> None:
        self._ledger = ledger
        self._draw = draw
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=POST_SECONDS)

    async def post(self, text: str = "") -> str | None:
        """Ask for a video (with these words in its first scene, if any); the job's id when it
        was accepted."""
        try:
            answer = await self._http.post("/api/generate", json=self._brief(text))
        except httpx.HTTPError as error:
            self._ledger.write("unanswered", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
            return None
        if answer.status_code != 202:
            self._ledger.write("unaccepted", str(answer.status_code), detail=answer.text[:300])
            await asyncio.sleep(PAUSE_SECONDS)
            return None
        job = str(answer.json()["id"])
        self._ledger.write("posted", job=job)
        return job

    async def until_it_answers(self) -> None:
        """Wait for the API to come up."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                with suppress(httpx.HTTPError):
                    await self._http.get("/api/health")
                    return
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._http.aclose()

    def _brief(self, text: str) -> dict[str, Any]:
        draw = self._draw
        scenes = draw.choice((1, 1, 1, 2, 3))
        return {
            "scenes": [
                {"text": (text or " ".join(draw.choices(WORDS, k=3)).capitalize()) + "."}
                for _ in range(scenes)
            ],
            "aspect_ratio": "1:1",
            # few seeds and words: now and then two jobs share their sentences
            "seed": draw.randrange(20),
        }
