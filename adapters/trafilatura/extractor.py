"""The main text of web pages, found by trafilatura (extra ``models``)."""

import asyncio
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from domain.errors import PageUnreadable, ReaderMissing
from domain.generation.pages import Page
from domain.outbound import Fetched

VERSION = 1
SECONDS = 30.0
"""a page of a few megabytes takes less than one"""
HTML_TYPES = ("text/html", "application/xhtml+xml")


class TrafilaturaExtractor:
    """Reads pages (port ``PageExtractor``); the library is loaded by the first of them."""

    def __init__(self) -> None:
        self._is_installed = find_spec("trafilatura") is not None

    @property
    def identity(self) -> str:
        """The library's version; that it's missing is one too."""
        try:
            return f"trafilatura-{version('trafilatura')}-{VERSION}"
        except PackageNotFoundError:
            return "trafilatura-none"

    def check(self) -> None:
        if not self._is_installed:
            raise ReaderMissing

    async def extract(self, fetched: Fetched) -> Page:
        self.check()
        kind = fetched.content_type.partition(";")[0].strip().lower()
        if kind == "text/plain":
            return Page(text=fetched.body.decode("utf-8", errors="replace"))
        if kind and kind not in HTML_TYPES:
            raise PageUnreadable(
                f"{fetched.url} is no web page, but {kind}.", pointer="/source_url"
            )
        try:
            async with asyncio.timeout(SECONDS):
                page = await asyncio.to_thread(_extracted, fetched)
        except (TimeoutError, RecursionError) as error:
            raise PageUnreadable(
                f"The page at {fetched.url} is built too oddly to be read.",
                pointer="/source_url",
            ) from error
        if page is None:
            raise PageUnreadable(
                f"No article was found on the page at {fetched.url}.", pointer="/source_url"
            )
        return page


def _extracted(fetched: Fetched) -> Page | None:
    import trafilatura  # noqa: PLC0415 - half a second, and not in every installation

    document = trafilatura.bare_extraction(
        fetched.body,
        url=fetched.url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False},
    )
    if document is None or isinstance(document, dict) or not document.text:
        return None
    paragraphs = (line.strip() for line in document.text.split("\n"))
    return Page(
        title=document.title or "",
        author=document.author or "",
        text="\n\n".join(filter(None, paragraphs)),
    )
