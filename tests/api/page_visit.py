"""Somebody at the page: a browser's tab that notes whatever it shouldn't do."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from finished_video import FILES, hash_of
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, expect

PATIENCE_MS = 60_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
expect.set_options(timeout=PATIENCE_MS)  # its own five seconds are few on a busy machine
REFUSED = "Failed to load resource"
"""what a browser says of each 4xx, which the page is there to explain"""


class Visit:
    """One tab on the page of one server, and what went wrong in it."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"an error: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    async def go(self, address: str = "#/") -> Page:
        await self.page.goto(f"{self.server}/{address}")
        return self.page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and REFUSED not in message.text:
            self.faults.append(f"on the console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.server, f"blob:{self.server}")):
            self.faults.append(f"a request to elsewhere: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} for {response.url}")

    async def becomes(self, what: str) -> Any:
        """Wait until a JavaScript expression is true; Playwright's own way needs eval."""
        return await until(lambda: self.page.evaluate(what))


@asynccontextmanager
async def visiting(browser: Browser, server: str, **options: Any) -> AsyncIterator[Visit]:
    """A visit, at whose end there must have been no fault; a server stops only after its end."""
    context = await browser.new_context(**options)
    try:
        visit = Visit(await context.new_page(), server)
        yield visit
        assert visit.faults == [], visit.faults
    finally:
        await context.close()


async def until(ask: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not (answer := await ask()):
            await asyncio.sleep(0.02)
        return answer


async def is_wider_than_its_window(page: Page) -> bool:
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(await page.evaluate(wider))


NAMED_ROLES = {
    "button",
    "checkbox",
    "combobox",
    "dialog",
    "image",
    "link",
    "listbox",
    "meter",
    "progressbar",
    "radio",
    "tab",
    "textbox",
    "Video",
}


async def nameless_controls(page: Page) -> list[str]:
    """Controls that a screen reader would announce without saying what they are."""
    tree = await (await page.context.new_cdp_session(page)).send("Accessibility.getFullAXTree")
    nodes = [node for node in tree["nodes"] if not node.get("ignored")]
    controls = [node for node in nodes if node.get("role", {}).get("value") in NAMED_ROLES]
    assert controls, "the tree of the page is empty"
    return [
        str(node["role"]["value"])
        for node in controls
        if not node.get("name", {}).get("value", "").strip()
    ]


def small_film(folder: Path) -> bytes:
    """Two seconds that a browser can play."""
    path = folder / "film.mp4"
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=108x192:r=10:d=2"]
    command += ["-f", "lavfi", "-i", "sine=d=2", "-pix_fmt", "yuv420p", "-c:v", "libx264"]
    subprocess.run([*command, "-movflags", "+faststart", path], check=True, timeout=60)
    return path.read_bytes()


def small_picture(folder: Path) -> bytes:
    path = folder / "picture.jpg"
    Image.new("RGB", (128, 72), "teal").save(path)
    return path.read_bytes()


def manifest_of(video_id: str = "", **changes: Any) -> dict[str, Any]:
    """A manifest with one of everything that the page shows."""
    credit = {
        "what": "pictogram",
        "title": "Octopus icon",
        "author": "Icon people",
        "license": "CC BY 4.0",
        "url": "https://example.org/icon",
        "proof": "It says so.",
        "machine_made": False,
        "attribution_required": True,
    }
    source = {
        "title": "Octopus",
        "url": "https://en.wikipedia.org/wiki/Octopus",
        "author": "Wikipedia contributors",
        "license": "CC BY-SA 4.0",
        "license_url": "https://creativecommons.org/licenses/by-sa/4.0/",
        "changed": True,
    }
    warning = {
        "code": "close_to_source",
        "message": "41 % of the words are the source's own.",
        "pointer": "",
        "hint": "Rewrite it.",
    }
    return (
        msgspec.json.decode(FILES["manifest.json"], type=dict[str, Any])
        | {
            "video_id": video_id,
            "revision": 1,
            "sources": [source],
            "credits": [credit],
            "verbatim_share": 0.41,
            "draft": True,
            "fingerprints": {"segment/0": hash_of("video.mp4"), "segment/1": hash_of("video.mp4")},
            "warnings": [warning],
        }
        | changes
    )
