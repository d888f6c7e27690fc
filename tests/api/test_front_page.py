"""The page's files as they are served; what they do is in test_page_in_a_browser.py."""

import re
from pathlib import Path

import httpx
import pytest

from app.front_page import FOLDER, page_files

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


async def test_the_address_of_the_server_is_a_page_that_leads_to_the_explorer(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.get("/", follow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/docs"' in answer.text
    described = (await api.get("/schema/openapi.json")).json()
    assert not {"/", "/page/{name}"} & set(described["paths"])


async def test_every_file_of_the_page_is_served_and_may_run_nothing_else(
    api: httpx.AsyncClient,
) -> None:
    assert sorted(page_files()) == sorted(path.name for path in FOLDER.iterdir())
    for name in page_files():
        answer = await api.get(f"/page/{name}")
        assert answer.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


async def test_a_file_that_is_known_is_not_sent_again(api: httpx.AsyncClient) -> None:
    first = await api.get("/page/main.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await api.get("/page/main.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await api.get("/page/main.js", headers={"if-none-match": '"another"'})
    assert other.content == first.content


async def test_head_answers_as_get_does(api: httpx.AsyncClient) -> None:
    for path in ("/", "/page/main.js"):
        head, get = await api.head(path), await api.get(path)
        assert head.status_code == 200
        assert head.headers["etag"] == get.headers["etag"]
        assert head.content == b""


@pytest.mark.parametrize("name", ["nothing.js", "..%2ffront_page.py", "%2e%2e%2fmain.py", "a%00b"])
async def test_only_the_pages_files_are_served(api: httpx.AsyncClient, name: str) -> None:
    assert (await api.get(f"/page/{name}")).status_code == 404


def test_nothing_in_the_page_is_from_elsewhere() -> None:
    for path in FOLDER.iterdir():
        found = re.findall(r"(?:https?:)//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", path.read_text())
        assert [address for address in found if "www.w3.org" not in address] == [], path.name
        assert "innerHTML" not in path.read_text()


def test_modules_import_only_files_that_are_there() -> None:
    for path in FOLDER.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', path.read_text()):
            assert (FOLDER / name).is_file(), f"{path.name} imports {name}"
