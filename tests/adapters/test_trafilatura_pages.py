"""Articles by their address: fetched behind the guard, read, and written from like any text."""

import asyncio

import pytest
from webhook_receiver import Behave, Received, answering, receiving

from adapters.httpcore import GuardedClient, SystemResolver
from adapters.sentencex import SentencexSegmenter
from adapters.sumy import SumyWriter
from adapters.trafilatura import TrafilaturaExtractor
from domain.errors import PageUnreadable, ReaderMissing, UrlForbidden, UrlUnreachable
from domain.generation.brief import MAX_TEXT_CHARS, Brief
from domain.generation.pages import MAX_PAGE_BYTES, PageWriter
from domain.generation.script import Script
from domain.generation.writing import Writers
from domain.outbound import Fetched, UrlRules, read_allowance

FACTS = [
    "The lighthouse was built in 1863 on the rocks of the northern cape.",
    "Its lamp burnt oil until 1921, when it was given electricity from the harbour.",
    "For sixty years one family kept it, and their log books note every ship that passed.",
    "Since 1985 it runs by itself, watched over from a room in the capital.",
    "Visitors may climb its 187 steps from May to September, if the wind allows it.",
    "In winter the spray freezes on the gallery and has to be hacked off with axes.",
]
PAGE = f"""<!doctype html><html lang=en><head><title>The Cape Light — The Daily Coast</title>
<meta name=author content="Ann Lee"><meta property="og:title" content="The Cape Light"></head><body>
<nav><a href=/>Home</a> <a href=/sport>Sport</a> Subscribe to our newsletter now</nav>
<article><h1>The Cape Light</h1>{"".join(f"<p>{fact}</p>" for fact in FACTS)}</article>
<aside>Buy cheap lamps at lamps.example</aside>
<section id=comments><p>First! This lighthouse is fake, says a reader of this page.</p></section>
<footer>Copyright The Daily Coast. Cookie settings. Terms of use.</footer></body></html>"""


def page(body: str | bytes, kind: str = "text/html; charset=utf-8") -> Behave:
    """A server's page."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        content = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)

    return behave


async def written(*answers: Behave, allow: str = "127.0.0.1", duration: int = 20) -> Script:
    segmenter = SentencexSegmenter()
    client = GuardedClient(UrlRules(read_allowance(allow)), SystemResolver())
    writer = PageWriter(SumyWriter(segmenter), client, TrafilaturaExtractor())
    async with receiving(*answers) as receiver:
        brief = Brief(source_url=receiver.url, duration=duration)
        return await Writers({"source_url": writer}).write(brief, 3, 165.0)


async def test_the_offline_writer_condenses_the_article_and_nothing_around_it() -> None:
    script = await written(page(PAGE))
    assert "lighthouse" in script.text
    for around in ("newsletter", "lamps", "fake", "Cookie", "Copyright"):
        assert around not in script.text
    [source] = script.sources
    assert (source.title, source.author) == ("The Cape Light", "Ann Lee")
    assert source.url.startswith("http://127.0.0.1:")
    assert source.is_published


async def test_warnings_are_about_the_address_that_was_sent() -> None:
    script = await written(page(PAGE), duration=900)
    assert {warning.pointer for warning in script.warnings} <= {"/duration", "/source_url"}
    assert "/source_url" in {warning.pointer for warning in script.warnings}


async def test_plain_text_is_an_article_too() -> None:
    script = await written(page(" ".join(FACTS), "text/plain"))
    assert "lighthouse" in script.text
    assert script.sources[0].title == script.sources[0].url


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (page("<html><body><p>Hello.</p></body></html>"), "running text"),
        (page("<html></html>"), "No article"),
        (page(b""), "No article"),
        (page(b"%PDF-1.7", "application/pdf"), "application/pdf"),
        (page(b"\x00\xff" * 500), "No article"),
        (page("<html><body>" + "<div>" * 50_000 + "</body></html>"), "No article"),
    ],
)
async def test_what_is_no_article_is_told(answer: Behave, word: str) -> None:
    with pytest.raises(PageUnreadable, match=word) as caught:
        await written(answer)
    assert caught.value.details["pointer"] == "/source_url"


async def test_the_guard_stands_before_every_address() -> None:
    async with receiving() as trap:
        with pytest.raises(UrlForbidden):
            await written(page(PAGE), allow="")
        inside = trap.url.replace("127.0.0.1", "127.0.0.2")
        with pytest.raises(UrlForbidden):
            await written(answering(302, location=inside))
        assert trap.received == []
    with pytest.raises(UrlUnreachable, match="404"):
        await written(answering(404))
    with pytest.raises(UrlUnreachable, match="larger"):
        await written(page(b"x" * (MAX_PAGE_BYTES + 1)))


async def test_a_book_is_cut_to_what_a_source_may_have() -> None:
    long = "<html><body><article>" + f"<p>{' '.join(FACTS)}</p>" * 400 + "</article></body></html>"
    script = await written(page(long))
    assert script.scenes
    assert len(long) > MAX_TEXT_CHARS


async def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.trafilatura.extractor.find_spec", lambda _: None)
    extractor = TrafilaturaExtractor()
    with pytest.raises(ReaderMissing, match="models"):
        extractor.check()
    with pytest.raises(ReaderMissing):
        await extractor.extract(Fetched("https://a.example/", "text/html", b""))
