"""What every ``VisualSource`` does, on a source that holds a clip and a still of an octopus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pexels_server
import pixabay_server
import pytest
from loopback import running
from pexels_server import PexelsServer
from pixabay_server import PixabayServer
from stock_room import clip_bytes, downloads_in, still_bytes, write_clip
from word_embedder import WordEmbedder

from adapters.directory import DirectoryAnswers
from adapters.httpx import HttpxExchange
from adapters.media_folder import MediaFolder
from adapters.pexels import PexelsLibrary
from adapters.pixabay import PixabayLibrary
from domain.errors import MediaNotFound, MediaUnreadable
from domain.generation.ports import VisualRequest, VisualSource
from domain.generation.relevance import Judge, label_of
from domain.generation.stock_source import StockFootage

REEF = "octopus reef"


def media_folder(folder: Path, *, by_meaning: bool = False) -> MediaFolder:
    """Files, of which one is damaged."""
    write_clip(folder / "octopus-reef.mp4")
    (folder / "octopus.jpg").write_bytes(still_bytes())
    (folder / "steam_engine.png").write_bytes(still_bytes(form="PNG"))
    (folder / "octopus-torn.mp4").write_bytes(b"not a film at all" * 100)
    return MediaFolder(folder, judge=Judge(WordEmbedder() if by_meaning else None))


@asynccontextmanager
async def pexels(tmp_path: Path) -> AsyncIterator[StockFootage]:
    """Pexels, with a row that nobody can read."""
    async with running(PexelsServer()) as server:
        server.add(REEF, clip_bytes(), (320, 240))
        server.add("octopus", still_bytes(), (640, 480), is_clip=False)
        server.add("steam engine", still_bytes(), (640, 480), is_clip=False)
        server.bad_rows.append({"id": "torn"})
        library = PexelsLibrary(
            pexels_server.KEY,
            HttpxExchange(),
            DirectoryAnswers(tmp_path / "answers"),
            base_url=server.origin,
        )
        yield StockFootage(library, downloads_in(tmp_path / "downloads"))


@asynccontextmanager
async def pixabay(tmp_path: Path) -> AsyncIterator[StockFootage]:
    """Pixabay, with a row that nobody can read."""
    async with running(PixabayServer()) as server:
        server.add("octopus, reef", clip_bytes(), (320, 240))
        server.add("octopus", still_bytes(), (640, 480), is_clip=False)
        server.add("steam, engine", still_bytes(), (640, 480), is_clip=False)
        server.bad_rows.append({"id": "torn"})
        library = PixabayLibrary(
            pixabay_server.KEY,
            HttpxExchange(),
            DirectoryAnswers(tmp_path / "answers"),
            base_url=server.origin,
        )
        yield StockFootage(library, downloads_in(tmp_path / "downloads"))


LIBRARIES = {"pexels": pexels, "pixabay": pixabay}


@pytest.fixture(params=["media_folder", "media_folder by meaning", *LIBRARIES])
async def source(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VisualSource]:
    if request.param.startswith("media_folder"):
        yield media_folder(tmp_path / "media", by_meaning="by meaning" in request.param)
    else:
        async with LIBRARIES[request.param](tmp_path) as found:
            yield found


@pytest.fixture(params=LIBRARIES)
async def library(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VisualSource]:
    """Sources whose files nobody can name."""
    async with LIBRARIES[request.param](tmp_path) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    """The only source whose files a user can name."""
    return media_folder(tmp_path / "media")


def ask(*terms: str, media: str | None = None) -> VisualRequest:
    return VisualRequest(
        terms=list(terms),
        media=media,
        milliseconds=3_000,
        width=1080,
        height=1920,
        sentence=" ".join(terms),
    )


async def test_what_fits_is_offered_best_first(source: VisualSource) -> None:
    found = await source.search(ask("octopus", "reef"))

    assert [candidate.type for candidate in found] == ["clip", "still"]
    assert "reef" in found[0].name + found[0].label
    assert len({candidate.id for candidate in found}) == len(found)
    assert 1 >= found[0].score > found[1].score > 0


async def test_candidates_say_what_they_are(source: VisualSource) -> None:
    clip, still = await source.search(ask("octopus", "reef"))

    assert (clip.type, clip.width, clip.height, clip.duration_ms) == ("clip", 320, 240, 1000)
    assert (still.type, still.width, still.height, still.duration_ms) == ("still", 640, 480, 0)
    assert (clip.credit.what, still.credit.what) == ("clip", "still")


async def test_candidates_say_where_they_are_from_and_what_can_be_seen(
    source: VisualSource,
) -> None:
    for candidate in await source.search(ask("octopus", "reef")):
        assert candidate.source
        assert "octopus" in label_of(candidate)


async def test_the_same_request_gets_the_same_answer(source: VisualSource) -> None:
    assert await source.search(ask("octopus")) == await source.search(ask("octopus"))


@pytest.mark.parametrize("terms", [(), ("volcano",), ("",), ("the", "of"), ("🐙",)])
async def test_nothing_is_offered_where_nothing_fits(
    source: VisualSource, terms: tuple[str, ...]
) -> None:
    assert await source.search(ask(*terms)) == []


async def test_a_named_file_is_the_answer_whatever_the_terms_say(folder: MediaFolder) -> None:
    [candidate] = await folder.search(ask("octopus", media="steam_engine.png"))

    assert (candidate.name, candidate.score) == ("steam_engine.png", 1.0)


async def test_an_unknown_name_is_not_found(folder: MediaFolder) -> None:
    with pytest.raises(MediaNotFound, match=r"octopus-reff\.mp4"):
        await folder.search(ask(media="octopus-reff.mp4"))


async def test_a_source_without_files_that_users_name_offers_nothing_in_their_place(
    library: VisualSource,
) -> None:
    assert await library.search(ask("octopus", media="octopus-reef.mp4")) == []


async def test_what_is_damaged_is_passed_over_and_told(source: VisualSource) -> None:
    found = await source.search(ask("octopus", "torn"))

    assert len(found) == 2
    assert all("torn" not in candidate.name + candidate.label for candidate in found)
    assert all(name and reason for name, reason in source.problems())
    assert source.problems()


async def test_a_damaged_file_that_is_named_is_an_error(folder: MediaFolder) -> None:
    with pytest.raises(MediaUnreadable, match=r"octopus-torn\.mp4"):
        await folder.search(ask(media="octopus-torn.mp4"))


async def test_every_candidate_can_be_fetched_and_fetched_again(
    source: VisualSource, tmp_path: Path
) -> None:
    target = tmp_path / "fetched"
    target.mkdir()
    for candidate in await source.search(ask("octopus")):
        path = await source.fetch(candidate, target)
        assert path.suffix == (".mp4" if candidate.type == "clip" else ".jpg")
        content = path.read_bytes()
        path.unlink()

        again = await source.fetch(candidate, target)
        assert again.parent == target
        assert again.read_bytes() == content


async def test_a_source_has_an_identity(source: VisualSource) -> None:
    assert source.identity
