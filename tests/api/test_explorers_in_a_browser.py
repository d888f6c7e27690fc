"""The explorers as a person meets them: in a browser, on a machine without internet."""

import pytest
from playwright.async_api import Browser


@pytest.mark.parametrize("path", ["/docs", "/schema"])
async def test_an_explorer_shows_the_api(browser: Browser, server: str, path: str) -> None:
    page = await browser.new_page()
    await page.goto(server + path)
    await page.get_by_text("Make a video").first.wait_for()
