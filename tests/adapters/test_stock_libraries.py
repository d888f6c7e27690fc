"""Pexels and Pixabay, asked as their documentation says: parameters, answers, limits, errors."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pexels_server
import pixabay_server
import pytest
from loopback import cut_at, failing, held_at, running, saying, with_headers
from pexels_server import PexelsServer
from pixabay_server import PixabayServer
from stock_room import clip_bytes, downloads_in, still_bytes

from adapters.directory import DirectoryAnswers
from adapters.directory.answers import DAY_SECONDS
from adapters.httpx import HttpxExchange
from adapters.pexels import PexelsLibrary
from adapters.pixabay import PixabayLibrary
from domain.generation.ports import VisualRequest
from domain.generation.stock_source import Library, StockFootage
from domain.providers.failures import ProviderFailed, Verdict

WIDE = [(3840, 2160), (1920, 1080), (1280, 720), (640, 360)]


class Case(NamedTuple):
    """A library of octopuses: a server, what asks it, and where its answers are kept."""

    server: Any
    library: Library
    answers: Path
    downloads: Path
    key: str
    searches: tuple[str, str]
    """paths for clips and for stills"""

    def source(self) -> StockFootage:
        """Another process's, with the same caches."""
        return StockFootage(self.library, downloads_in(self.downloads))

    def again(self, key: str = "", seconds: float = 20.0) -> StockFootage:
        """A source of another key, or with other limits."""
        library = type(self.library)(  # type: ignore[call-arg]
            key or self.key,
            HttpxExchange(seconds=seconds, max_bytes=4_000_000),
            DirectoryAnswers(self.answers),
            base_url=self.server.origin,
        )
        return StockFootage(library, downloads_in(self.downloads))

    def forget(self) -> None:
        """All that was kept of answers."""
        for path in self.answers.iterdir():
            path.unlink()


@pytest.fixture
async def pexels(tmp_path: Path) -> AsyncIterator[Case]:
    async with running(PexelsServer()) as server:
        server.add("octopus reef", clip_bytes(), *WIDE)
        server.add("octopus", still_bytes(), (5000, 4000), is_clip=False)
        answers = tmp_path / "answers"
        library = PexelsLibrary(
            pexels_server.KEY, HttpxExchange(), DirectoryAnswers(answers), base_url=server.origin
        )
        yield Case(
            server,
            library,
            answers,
            tmp_path / "downloads",
            pexels_server.KEY,
            ("/videos/search", "/v1/search"),
        )


@pytest.fixture
async def pixabay(tmp_path: Path) -> AsyncIterator[Case]:
    async with running(PixabayServer()) as server:
        server.add("octopus, reef", clip_bytes(), *WIDE)
        server.add("octopus", still_bytes(), (5000, 4000), is_clip=False)
        answers = tmp_path / "answers"
        library = PixabayLibrary(
            pixabay_server.KEY, HttpxExchange(), DirectoryAnswers(answers), base_url=server.origin
        )
        yield Case(
            server,
            library,
            answers,
            tmp_path / "downloads",
            pixabay_server.KEY,
            ("/api/videos/", "/api/"),
        )


@pytest.fixture(params=["pexels", "pixabay"])
def case(request: pytest.FixtureRequest, pexels: Case, pixabay: Case) -> Case:
    return pexels if request.param == "pexels" else pixabay


def ask(*terms: str, width: int = 1920, height: int = 1080) -> VisualRequest:
    return VisualRequest(
        terms=list(terms or ("octopus",)),
        media=None,
        milliseconds=3_000,
        width=width,
        height=height,
    )


# -- what is asked ---------------------------------------------------------------------------------


async def test_pexels_is_asked_as_documented(pexels: Case) -> None:
    await pexels.source().search(ask("octopus reef", width=1080, height=1920))

    [clips, *_] = pexels.server.to("/videos/search")
    [stills, *_] = pexels.server.to("/v1/search")
    assert clips.headers["authorization"] == pexels_server.KEY
    assert clips.query == {
        "query": "octopus reef",
        "per_page": "15",
        "size": "medium",
        "orientation": "portrait",
        "locale": "en-US",
    }
    assert stills.query == clips.query | {"size": "small"}


async def test_pixabay_is_asked_as_documented(pixabay: Case) -> None:
    await pixabay.source().search(ask("octopus reef", width=1080, height=1920))

    clips = pixabay.server.to("/api/videos/")[0]
    stills = next(asked for asked in pixabay.server.asked if asked.path == "/api/")
    shared = {
        "key": pixabay_server.KEY,
        "q": "octopus reef",
        "safesearch": "true",
        "per_page": "15",
        "lang": "en",
    }
    assert clips.query == shared | {"video_type": "film"}
    assert stills.query == shared | {"image_type": "photo", "orientation": "vertical"}


async def test_a_square_frame_takes_any_orientation_and_other_languages_are_named(
    pexels: Case, pixabay: Case
) -> None:
    square = ask("octopus", width=720, height=720)
    await pexels.source().search(msgspec.structs.replace(square, language="de-AT"))
    await pixabay.source().search(msgspec.structs.replace(square, language="xx"))

    asked = pexels.server.asked[0].query
    assert "orientation" not in asked
    assert (asked["locale"], asked["size"]) == ("de-DE", "small")
    stills = next(asked for asked in pixabay.server.asked if asked.path == "/api/")
    assert stills.query["orientation"] == "all"
    assert "lang" not in stills.query


async def test_more_general_queries_follow_only_where_little_was_found(case: Case) -> None:
    await case.source().search(ask("octopus reef"))
    few = len(case.server.asked)
    case.server.asked.clear()
    for number in range(8):
        case.server.add(f"whale {number}", clip_bytes(), *WIDE)
    await case.source().search(ask("whale song"))

    assert few == 4
    assert len(case.server.asked) == 2


async def test_searches_that_are_given_are_made_as_they_stand(case: Case) -> None:
    request = msgspec.structs.replace(ask("reef"), queries=["octopus reef", "x" * 300])
    await case.source().search(request)

    asked = {asked.query.get("query") or asked.query.get("q") for asked in case.server.asked}
    assert asked == {"octopus reef", "x" * 100}


# -- what is offered -------------------------------------------------------------------------------


async def test_pexels_hits_say_whose_they_are_and_what_is_on_them(pexels: Case) -> None:
    clip, still = await pexels.source().search(ask("octopus reef"))

    assert (clip.id, clip.label, clip.duration_ms) == ("pexels-video-1000", "octopus reef", 1000)
    assert clip.credit.author == "Joey Farina"
    assert clip.credit.url == "https://www.pexels.com/video/octopus-reef-1000/"
    assert clip.credit.license == "Pexels License"
    assert "https://www.pexels.com/api/documentation/" in clip.credit.proof
    assert clip.credit.attribution_required
    assert (still.id, still.label) == ("pexels-photo-1001", "octopus")
    assert still.credit.author == "Ana Pereira"


async def test_pixabay_hits_say_whose_they_are_and_what_is_on_them(pixabay: Case) -> None:
    clip, still = await pixabay.source().search(ask("octopus reef"))

    assert (clip.id, clip.label) == ("pixabay-video-2000", "octopus, reef")
    assert clip.credit.author == "Coverr-Free-Footage"
    assert clip.credit.url == "https://pixabay.com/videos/id-2000/"
    assert clip.credit.license == "Pixabay Content License"
    assert "https://pixabay.com/service/license-summary/" in clip.credit.proof
    assert not clip.credit.attribution_required
    assert (still.id, still.width, still.height) == ("pixabay-image-2001", 1280, 1024)


@pytest.mark.parametrize(
    ("frame", "clip"),
    [
        ((1920, 1080), (1920, 1080)),
        ((1080, 1920), (3840, 2160)),
        ((720, 720), (1280, 720)),
    ],
)
async def test_the_smallest_rendition_that_covers_the_frame_is_fetched(
    case: Case, tmp_path: Path, frame: tuple[int, int], clip: tuple[int, int]
) -> None:
    source = case.source()
    [offered, *_] = await source.search(ask("octopus", width=frame[0], height=frame[1]))
    await source.fetch(offered, tmp_path)

    assert (offered.width, offered.height) == clip
    [asked] = case.server.to("/files/")
    place = WIDE.index(clip)
    names = ["large", "medium", "small", "tiny"]
    assert asked.path.endswith((f"{clip[0]}_{clip[1]}.mp4", f"{names[place]}.mp4"))


async def test_photos_of_pexels_are_taken_large_or_whole(pexels: Case) -> None:
    small = await pexels.source().search(ask("octopus", width=1080, height=1080))
    large = await pexels.source().search(ask("octopus", width=1920, height=1080))

    assert (small[-1].width, small[-1].height) == (1625, 1300)
    assert (large[-1].width, large[-1].height) == (5000, 4000)


async def test_what_a_model_made_is_told(pixabay: Case) -> None:
    pixabay.server.bad_rows.append(
        pixabay.server.row(pixabay.server.items[0]) | {"id": 9, "isAiGenerated": True}
    )
    found = await pixabay.source().search(ask("octopus"))
    assert [c.credit.machine_made for c in found if c.id == "pixabay-video-9"] == [True]


async def test_a_clip_of_another_process_s_search_is_asked_for_by_its_number(
    case: Case, tmp_path: Path
) -> None:
    for offered in await case.source().search(ask("octopus")):
        case.server.asked.clear()
        assert (await case.source().fetch(offered, tmp_path)).stat().st_size > 0
        assert len(case.server.asked) == 2


async def test_what_is_gone_meanwhile_is_somebody_else_s_to_offer(
    case: Case, tmp_path: Path
) -> None:
    [offered, *_] = await case.source().search(ask("octopus"))
    case.server.items.clear()

    for name in (offered.id, "octopus.mp4"):
        other = msgspec.structs.replace(offered, id=name)
        with pytest.raises(ProviderFailed) as failed:
            await case.source().fetch(other, tmp_path)
        assert failed.value.verdict is Verdict.NEXT


# -- answers are kept ------------------------------------------------------------------------------


async def test_a_search_that_was_made_before_costs_no_request(case: Case) -> None:
    first = await case.source().search(ask("octopus"))
    asked = len(case.server.asked)

    assert await case.again().search(ask("octopus")) == first
    assert len(case.server.asked) == asked


async def test_after_a_day_it_s_made_again(case: Case) -> None:
    await case.source().search(ask("octopus"))
    asked = len(case.server.asked)
    yesterday = time.time() - DAY_SECONDS - 1
    for path in case.answers.iterdir():
        os.utime(path, (yesterday, yesterday))

    await case.source().search(ask("octopus"))
    assert len(case.server.asked) == 2 * asked


async def test_no_key_is_written_down(case: Case) -> None:
    await case.source().search(ask("octopus"))

    for path in case.answers.iterdir():
        assert case.key.encode() not in path.name.encode() + path.read_bytes()
    assert case.key not in repr(case.library) + case.library.identity


# -- limits and errors -----------------------------------------------------------------------------


async def test_when_nothing_is_left_nothing_is_sent_until_the_period_is_over(case: Case) -> None:
    reset = "30" if case.library.name == "pixabay" else str(int(time.time()) + 30)
    spent = with_headers(x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    case.server.plan(case.searches[0], spent)
    last = await case.library.find("octopus", "clip", ask())
    assert len(last.hits) == 1

    with pytest.raises(ProviderFailed) as failed:
        await case.library.find("reef", "clip", ask())
    assert failed.value.verdict is Verdict.RETRY
    assert failed.value.retry_after_seconds is not None
    assert 10 < failed.value.retry_after_seconds <= 31, "what has passed since is a busy machine's"
    assert len(case.server.asked) == 1
    assert await case.library.find("octopus", "clip", ask()) == last  # it was kept


async def test_a_limit_without_retry_after_is_told_by_the_other_headers(case: Case) -> None:
    reset = "40" if case.library.name == "pixabay" else str(int(time.time()) + 40)
    limits = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": reset}
    case.server.plan(case.searches[0], failing(429, **limits))

    with pytest.raises(ProviderFailed) as failed:
        await case.library.find("octopus", "clip", ask())
    assert failed.value.verdict is Verdict.RETRY
    assert failed.value.retry_after_seconds is not None
    assert 20 < failed.value.retry_after_seconds <= 41


@pytest.mark.parametrize(
    ("spoil", "verdict", "wait"),
    [
        (failing(429, retry_after="17"), Verdict.RETRY, 17.0),
        (failing(500), Verdict.RETRY, None),
        (failing(503, retry_after="3"), Verdict.RETRY, 3.0),
        (failing(403), Verdict.BLOCKED, None),
        (failing(422), Verdict.NEXT, None),
        (cut_at(40), Verdict.RETRY, None),
        (held_at(40), Verdict.RETRY, None),
        (saying(b"<html>maintenance</html>", "text/html"), Verdict.NEXT, None),
        (saying(b'{"videos": 3, "photos": 3, "hits": 3}', "application/json"), Verdict.NEXT, None),
        (saying(b'{"page": 1', "application/json"), Verdict.NEXT, None),
        (saying(b"\xff\xfe", "application/json"), Verdict.NEXT, None),
        (saying(b" " * 4_100_000, "application/json"), Verdict.NEXT, None),
    ],
)
async def test_every_failure_says_what_it_means(
    case: Case, spoil: Any, verdict: Verdict, wait: float | None
) -> None:
    source = case.again(seconds=1.0)
    case.server.plan(case.searches[0], spoil)

    with pytest.raises(ProviderFailed) as failed:
        await source.search(ask("octopus"))
    assert (failed.value.verdict, failed.value.retry_after_seconds) == (verdict, wait)
    assert case.library.name in failed.value.message
    assert case.key not in str(failed.value) + failed.value.hint_text


async def test_an_answer_that_was_damaged_on_disk_is_asked_for_again(case: Case) -> None:
    await case.source().search(ask("octopus"))
    for path in case.answers.iterdir():
        path.write_bytes(b'{"videos": [')

    assert len(await case.source().search(ask("octopus"))) == 2


async def test_an_answer_that_can_t_be_read_isn_t_kept(case: Case) -> None:
    case.server.plan(case.searches[0], saying(b"<html>maintenance</html>", "text/html"))
    with pytest.raises(ProviderFailed):
        await case.source().search(ask("octopus"))

    assert len(await case.source().search(ask("octopus"))) == 2


async def test_a_wrong_key_is_blocked_and_the_setting_is_named(case: Case) -> None:
    with pytest.raises(ProviderFailed) as failed:
        await case.again(key="stolen").search(ask("octopus"))
    assert failed.value.verdict is Verdict.BLOCKED
    assert f"{case.library.name.upper()}_API_KEY" in failed.value.hint_text
    assert "stolen" not in str(failed.value)


async def test_nobody_at_the_address_is_worth_another_try(case: Case) -> None:
    await case.server.stop()
    with pytest.raises(ProviderFailed) as failed:
        await case.source().search(ask("octopus"))
    assert failed.value.verdict is Verdict.RETRY


async def test_rows_that_can_t_be_used_spoil_no_other(case: Case) -> None:
    good = case.server.row(case.server.items[0])
    case.server.bad_rows += [
        None,
        [],
        7,
        {},
        good | {"id": "seven"},
        good | {"id": 90, "duration": 0},
        good | {"id": 91, "video_files": [], "videos": {}},
        good | {"id": 92, "video_files": None, "videos": None},
        good | {"id": 93, "video_files": [{"link": 3}], "videos": {"large": {"url": 3}}},
    ]
    source = case.source()

    clip, still = await source.search(ask("octopus"))
    assert (clip.type, still.type) == ("clip", "still")
    assert all(case.library.name in name and reason for name, reason in source.problems())
    assert source.problems()


async def test_searches_at_the_same_time_do_each_other_no_harm(case: Case) -> None:
    source = case.source()
    found = await asyncio.gather(*(source.search(ask("octopus")) for _ in range(5)))
    assert all(offers == found[0] for offers in found)


# -- the shelf -------------------------------------------------------------------------------------


async def test_the_oldest_answers_give_way(tmp_path: Path) -> None:
    shelf = DirectoryAnswers(tmp_path / "shelf", max_bytes=250)
    for number in range(4):
        tag = f"{number:064x}"
        await shelf.put(tag, b"x" * 100)
        os.utime(tmp_path / "shelf" / f"{tag}.json", (0, time.time() - 100 + number))

    kept = [await shelf.get(f"{number:064x}") for number in range(4)]
    assert kept == [None, None, b"x" * 100, b"x" * 100]


async def test_a_shelf_that_can_t_be_written_is_no_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "shelf").write_text("a file")
    shelf = DirectoryAnswers(tmp_path / "shelf")
    await shelf.put("a" * 64, b"{}")

    assert await shelf.get("a" * 64) is None
    assert "can't be kept" in caplog.text
    with pytest.raises(ValueError, match="no SHA-256"):
        await shelf.get("../../etc/passwd")
