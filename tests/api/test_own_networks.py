"""Own networks: where messages may be sent, and what may be read, are allowed apart."""

from collections.abc import Callable

import httpx
import pytest
from live_server import serve
from webhook_receiver import answering, receiving

from app.config import Settings
from app.container import make_container
from domain.errors import UrlForbidden
from domain.outbound import SourceClient, WebClient

HOOKS, WIKI = "10.1.2.3", "10.2.2.3"


async def test_who_may_be_told_may_not_be_read_and_the_other_way_round(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings(allow_private_urls=HOOKS, allow_private_sources=WIKI)
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as api:

            async def asked(**given: str) -> httpx.Response:
                return await api.post("/api/generate", json=given)

            told = await asked(script="Bees.", webhook_url=f"http://{HOOKS}/")
            read = await asked(source_url=f"http://{WIKI}/")
            assert (told.status_code, read.status_code) == (202, 202), told.text + read.text

            not_told = await asked(script="Bees.", webhook_url=f"https://{WIKI}/")
            not_read = await asked(source_url=f"https://{HOOKS}/")
    for refused, pointer, setting in (
        (not_told, "/webhook_url", "ALLOW_PRIVATE_URLS"),
        (not_read, "/source_url", "ALLOW_PRIVATE_SOURCES"),
    ):
        assert refused.status_code == 422
        problem = refused.json()
        assert problem["type"].endswith("url_forbidden")
        assert problem["errors"][0]["pointer"] == pointer
        assert setting in problem["hint"]


async def test_pages_are_fetched_by_a_client_of_their_own(
    make_settings: Callable[..., Settings],
) -> None:
    container = make_container(make_settings(allow_private_sources="127.0.0.1"))
    try:
        reader, messenger = await container.get(SourceClient), await container.get(WebClient)
        async with receiving(answering(200)) as server:
            await reader.get(server.url, max_bytes=1000)
            with pytest.raises(UrlForbidden) as refused:
                await messenger.get(server.url, max_bytes=1000)
    finally:
        await container.close()
    assert "ALLOW_PRIVATE_URLS" in refused.value.hint_text
