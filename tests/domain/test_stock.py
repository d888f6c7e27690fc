"""What stock libraries are asked, which file of a hit is taken, and what their answers say."""

import asyncio

import pytest

from domain.generation.parallel import in_parallel
from domain.generation.stock import (
    MAX_QUERY_CHARS,
    Rendition,
    best_rendition,
    orientation_of,
    queries_from,
    same_rendition,
    words_of_page,
)
from domain.providers.answers import RateWindow
from domain.providers.failures import ProviderFailed, Verdict

WEDNESDAY = 1_445_412_480.0
"""Wed, 21 Oct 2015 07:28:00 GMT"""


@pytest.mark.parametrize(
    ("terms", "queries"),
    [
        (["octopus reef"], ["octopus reef", "octopus"]),
        (["octopus", "reef"], ["octopus reef", "octopus"]),
        (["reef", "Reef"], ["reef"]),
        (["coral", "an octopus hides"], ["coral an octopus hides", "coral"]),
        (["海底のタコ"], ["海底のタコ"]),
        ([], []),
        (["the", "of"], []),
        (["", "🐙"], []),
    ],
)
def test_queries_go_from_specific_to_general(terms: list[str], queries: list[str]) -> None:
    assert queries_from(terms) == queries


def test_running_text_is_reduced_to_its_key_words() -> None:
    said = "An octopus has three hearts, and two of them stop beating while it swims."
    first, *_ = queries_from([said])

    assert "octopus" in first.lower()
    assert len(first.split()) <= 4


def test_a_query_is_never_longer_than_libraries_take() -> None:
    assert all(len(query) <= MAX_QUERY_CHARS for query in queries_from(["x" * 300, "y" * 90]))


SIZES = [Rendition(f"{w}x{h}", w, h) for w, h in [(640, 360), (3840, 2160), (1920, 1080)]]


@pytest.mark.parametrize(
    ("width", "height", "taken"),
    [
        (1920, 1080, "1920x1080"),
        (1080, 1080, "1920x1080"),
        (1080, 1920, "3840x2160"),
        (320, 240, "640x360"),
        (7680, 4320, "3840x2160"),
    ],
)
def test_the_smallest_file_that_covers_the_frame_is_taken(
    width: int, height: int, taken: str
) -> None:
    assert best_rendition(SIZES, width, height).url == taken


def test_a_candidate_gets_the_very_file_that_it_was_offered_as() -> None:
    assert same_rendition(SIZES, 640, 360).url == "640x360"
    assert same_rendition(SIZES, 641, 360).url == "1920x1080"


@pytest.mark.parametrize(
    ("size", "asked"), [((1, 2), "portrait"), ((2, 1), "landscape"), ((1, 1), "any")]
)
def test_a_square_may_be_cut_out_of_anything(size: tuple[int, int], asked: str) -> None:
    assert orientation_of(*size) == asked


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://www.pexels.com/video/an-octopus-in-the-sea-8856785/", "an octopus in the sea"),
        ("https://www.pexels.com/video/8856785/", ""),
        ("https://www.pexels.com/video/caf%C3%A9-12", "café"),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_page_s_address_describes_what_is_on_it(url: str, words: str) -> None:
    assert words_of_page(url) == words


# -- answers -------------------------------------------------------------------------------------


def test_a_key_without_requests_left_isn_t_asked_until_its_period_is_over() -> None:
    now = 100.0
    window = RateWindow("pexels", lambda: now)
    window.told("5", 30.0)
    window.told("", None)
    window.told("²", None)
    window.told("9" * 5_000, None)
    window.check()

    window.told("0", 30.0)
    with pytest.raises(ProviderFailed) as failed:
        window.check()
    assert failed.value.verdict is Verdict.RETRY
    assert failed.value.retry_after_seconds == 30.0

    now = 130.0
    window.check()


# -- several at a time ---------------------------------------------------------------------------


async def test_work_is_done_in_parallel_within_the_limit_and_answered_in_order() -> None:
    running, most = 0, 0
    both = asyncio.Barrier(2)

    async def double(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await both.wait()  # nobody passes alone
        running -= 1
        return number * 2

    async with asyncio.timeout(60):
        assert await in_parallel(double, [3, 1, 2, 4], 2) == [6, 2, 4, 8]
    assert most == 2


async def test_the_first_error_stops_all_others_and_is_raised_as_it_is() -> None:
    stopped = []

    async def work(number: int) -> None:
        if number == 1:
            raise ProviderFailed("no", Verdict.NEXT)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(number)

    with pytest.raises(ProviderFailed, match="no"):
        await in_parallel(work, [0, 1, 2], 3)
    assert stopped == [0, 2]
