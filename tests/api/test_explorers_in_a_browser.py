"""The explorers as a person meets them: in a browser, on a machine without internet.

The server demands a key, which is typed into the explorer's own field.
"""

import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from live_server import Backstage
from playwright.async_api import Browser, Page, Request, Response, expect

from adapters.postgres import SqlKeyStore
from app.config import Settings
from domain.access import Keys, Scope

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PATIENCE_MS = 90_000


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(auth="required")


@pytest.fixture
async def key(backstage: Backstage, server: str) -> str:
    """A key that may ask for videos and make webhooks."""
    keys = Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)
    return (await keys.create("local", "a browser", [Scope.JOBS_WRITE, Scope.WEBHOOKS_WRITE])).token


@pytest.fixture(params=SIZES)
async def page(request: pytest.FixtureRequest, browser: Browser, server: str) -> AsyncIterator[Any]:
    """A page that may not complain, and asks nobody but the server for anything."""
    width, height = SIZES[request.param]
    page = await browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    elsewhere: list[str] = []

    def note_request(sent: Request) -> None:
        parts = urlsplit(sent.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(server).netloc:
            elsewhere.append(sent.url)

    page.on("request", note_request)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    yield page
    assert not complaints
    assert not elsewhere


async def wider_than_the_screen(page: Page) -> int:
    """By how many pixels a page is too wide."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wider


async def answer_to(page: Page, path: str, press: Any) -> Response:
    """The server's answer to what a press of a button sends."""
    async with page.expect_response(lambda came: urlsplit(came.url).path == path) as coming:
        await press()
    return await coming.value


async def test_swagger_sends_what_it_shows(page: Page, server: str, key: str) -> None:
    await page.goto(f"{server}/schema")
    await page.get_by_role("button", name="Authorize").first.click()
    await page.locator("#auth-bearer-value").fill(key)
    await page.get_by_role("button", name="Apply credentials").first.click()
    await page.get_by_role("button", name="Close").first.click()

    for operation, path, status, words in (
        ("Webhooks-webhooks_create", "/api/webhooks", 201, '"secret": "whsec_'),
        ("Generate-generate", "/api/generate", 202, '"topic": "Octopus"'),
        ("Jobs-jobs_list", "/api/jobs", 200, '"topic": "Octopus"'),
    ):
        block = page.locator(f"#operations-{operation}")
        await block.locator(".opblock-summary-control").click()
        execute = block.get_by_role("button", name="Execute")
        answer = await answer_to(page, path, execute.click)
        assert answer.status == status
        shown = block.locator(".live-responses-table")
        await expect(shown.locator(".response-col_status").last).to_contain_text(str(status))
        await expect(shown.locator(".response-col_description").last).to_contain_text(words)
        assert await wider_than_the_screen(page) <= 0
    assert [job["request"]["topic"] for job in (await answer.json())["items"]] == ["Octopus"]


@pytest.mark.parametrize(
    ("anchor", "method", "path", "status"),
    [
        ("generate", "post", "/api/generate", 202),
        ("jobs", "get", "/api/jobs", 200),
        ("presets", "get", "/api/presets", 200),
        ("webhooks", "post", "/api/webhooks", 201),
    ],
)
async def test_scalar_sends_what_it_shows(
    page: Page, server: str, key: str, *, anchor: str, method: str, path: str, status: int
) -> None:
    await page.goto(f"{server}/docs#tag/{anchor}/{method.upper()}{path}")
    await page.get_by_placeholder("Token").first.fill(key)
    like_it = path.replace("/", ".")  # the selector's own end of an expression
    named = re.compile(rf"Test Request\s*\({method} {like_it}\)")
    await page.get_by_role("button", name=named).first.click()
    dialog = page.get_by_role("dialog")
    send = dialog.get_by_role("button", name=re.compile(rf"Send {method} request to .*{like_it}"))
    answer = await answer_to(page, path, send.first.click)
    assert answer.status == status, await answer.text()
    await expect(dialog.get_by_text(re.compile(rf"^{status} ")).first).to_be_visible()
    shown = {200: "items", 201: "secret", 202: "queued"}[status]
    await expect(dialog.get_by_text(f'"{shown}"').first).to_be_visible()


@pytest.mark.parametrize("path", ["/docs", "/schema"])
async def test_an_explorer_fits_the_screen(page: Page, server: str, path: str) -> None:
    await page.goto(server + path)
    await page.get_by_text("Turns a topic, an article").first.wait_for()
    assert await wider_than_the_screen(page) <= 0
