"""Pages: an article that the caller named by its address is fetched, and goes the way of a text
that was sent.

What a page says of itself (its title, its author) is shown to viewers: it's kept short, and
without links. The address that is shown is the caller's own, wherever it led.
"""

from typing import Protocol

import msgspec

from domain.errors import InvalidRequest, PageUnreadable
from domain.generation.brief import MAX_TEXT_CHARS, MIN_ARTICLE_WORDS, Brief
from domain.generation.limits import cut_to_chars, plain_text
from domain.generation.links import find_links, without_invisible
from domain.generation.ports import ScriptWriter
from domain.generation.script import (
    ProductionWarning,
    Script,
    Source,
    TopicMatch,
    count_words,
    shorten_title,
)
from domain.outbound import Fetched, WebClient
from domain.providers.errand import UNPAID, Errand

MAX_PAGE_BYTES = 3_000_000
MAX_AUTHOR_CHARS = 80
_PARAGRAPH = "\n\n"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read on a page: its main text, a paragraph a block."""

    title: str = ""
    author: str = ""
    text: str


class PageExtractor(Protocol):
    """Finds the main text of a page among its menus, adverts and comments."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def check(self) -> None:
        """Raise ReaderMissing where nothing is installed that reads pages."""
        ...

    async def extract(self, fetched: Fetched) -> Page:
        """The page's text.

        Raises:
            ReaderMissing: nothing is installed that reads pages.
            PageUnreadable: it's no page, or has no main text.
        """
        ...


class PageWriter:
    """Has another writer write from the page at ``brief.source_url``."""

    def __init__(self, writer: ScriptWriter, client: WebClient, extractor: PageExtractor) -> None:
        """``writer`` writes from a ``source_text``."""
        self._writer = writer
        self._client = client
        self._extractor = extractor

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        return f"page-1/{self._extractor.identity}/{self._writer.identity}"

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """Ask the writer."""
        return self._writer.match_topic(topic, language)

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        """Fetch the page and have its text written from.

        Raises:
            UrlForbidden, UrlUnreachable: the page can't be fetched.
            ReaderMissing, PageUnreadable: it can't be read.
            ProviderFailed and whatever else the writer raises.
        """
        url = brief.source_url or ""
        page = await self._extractor.extract(await self._client.get(url, max_bytes=MAX_PAGE_BYTES))
        text = _fitting(page.text)
        words = count_words(text)
        if words < MIN_ARTICLE_WORDS:
            raise PageUnreadable(
                f"The page at {url} has {words} words of running text; at least "
                f"{MIN_ARTICLE_WORDS} are needed.",
                pointer="/source_url",
            )
        with_text = msgspec.structs.replace(brief, source_text=text)
        try:
            script = await self._writer.write(with_text, seed, words_per_minute, errand)
        except InvalidRequest as error:  # about a text that the caller hasn't sent
            raise PageUnreadable(
                f"The page at {url} can't be made a script of: {error.message}",
                pointer="/source_url",
            ) from error
        source = Source(title=_told(page.title) or url, url=url, author=_author(page.author))
        return msgspec.structs.replace(
            script,
            sources=[source, *script.sources[1:]],
            warnings=[_about_the_page(warning) for warning in script.warnings],
        )


def _fitting(text: str) -> str:
    """As many paragraphs as a source may have characters."""
    visible = without_invisible(text).strip()
    if len(visible) <= MAX_TEXT_CHARS:
        return visible
    head = visible[:MAX_TEXT_CHARS]
    return head[: max(head.rfind(_PARAGRAPH), head.rfind(". ") + 1)].strip() or head


def _told(text: str) -> str:
    """A page's own words about itself, fit to be shown; empty when they lead elsewhere."""
    line = plain_text(without_invisible(text).replace("\n", " "))
    return "" if find_links(line) else shorten_title(line)


def _author(text: str) -> str:
    return cut_to_chars(_told(text), MAX_AUTHOR_CHARS)


def _about_the_page(warning: ProductionWarning) -> ProductionWarning:
    if warning.pointer != "/source_text":
        return warning
    return msgspec.structs.replace(warning, pointer="/source_url")
