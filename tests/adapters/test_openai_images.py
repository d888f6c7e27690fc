"""Pictures made to order: what is asked, what is paid, and every way in which it fails."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from image_server import KEY, ImageServer, complaining
from loopback import cut_at, failing, held_at, leading_to, running, saying
from open_purse import OpenPurse
from stock_room import downloads_in, still_bytes

from adapters.httpx import HttpxExchange
from adapters.openai import OpenAIImages
from adapters.openai.images import MAX_SUBJECT_CHARS
from domain.errors import DomainError
from domain.generation.ports import VisualRequest
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict

PICTURE = still_bytes(form="PNG")
DRAWING = "/v1/images/generations"


@pytest.fixture(params=["base64", "address"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ImageServer]:
    async with running(ImageServer(PICTURE, by_address=request.param == "address")) as server:
        yield server


@pytest.fixture
async def plain_server() -> AsyncIterator[ImageServer]:
    async with running(ImageServer(PICTURE)) as server:
        yield server


def source_of(
    server: ImageServer, folder: Path, *, model: str = "gpt-image-1", **fields: Any
) -> OpenAIImages:
    values = {
        "key": KEY,
        "exchange": HttpxExchange(),
        "downloads": downloads_in(folder / "downloads"),
    } | fields
    return OpenAIImages(server.base_url, model=model, **values)


def ask(
    *terms: str, width: int = 1920, height: int = 1080, media: str | None = None
) -> VisualRequest:
    return VisualRequest(
        terms=list(terms), media=media, milliseconds=3_000, width=width, height=height
    )


async def test_one_picture_is_offered_and_nothing_is_sent(
    plain_server: ImageServer, tmp_path: Path
) -> None:
    source = source_of(plain_server, tmp_path)

    [offered] = await source.search(ask("Hearts", "An octopus has three hearts."))

    assert (offered.type, offered.label) == ("still", "Hearts; An octopus has three hearts.")
    assert (offered.width, offered.height) == (1536, 1024)
    assert offered.credit.machine_made
    assert offered.credit.title == "picture by the model gpt-image-1"
    assert offered.credit.license
    assert not plain_server.asked
    assert await source.search(ask("Hearts", "An octopus has three hearts.")) == [offered]


async def test_what_is_fetched_is_made_from_the_scene_s_words_and_paid_as_an_image(
    server: ImageServer, tmp_path: Path
) -> None:
    purse = OpenPurse()
    source = source_of(server, tmp_path, style="A watercolour.")
    [offered] = await source.search(ask("Three hearts", width=1080, height=1920))

    path = await source.fetch(offered, tmp_path, Errand(purse=purse))

    assert (path.suffix, path.read_bytes()) == (".png", PICTURE)
    [asked] = server.to(DRAWING)
    assert asked.json["size"] == "1024x1536"
    assert asked.json["prompt"].startswith("Three hearts. A watercolour. No text")
    assert "response_format" not in asked.json
    assert asked.headers["idempotency-key"] == "purchase-1"
    [bought] = purse.bought
    assert (bought.provider, bought.service, bought.model) == ("openai", "images", "gpt-image-1")
    assert bought.most == {"images": 1.0}
    assert bought.parts["prompt"] == asked.json["prompt"]
    assert KEY not in str(bought)


async def test_what_was_bought_before_is_not_asked_for_again(
    server: ImageServer, tmp_path: Path
) -> None:
    class Kept(OpenPurse):
        async def buy(self, purchase: Any, send: Any) -> bytes:  # noqa: ARG002 - the port's
            return PICTURE

    source = source_of(server, tmp_path)
    [offered] = await source.search(ask("Three hearts"))

    path = await source.fetch(offered, tmp_path, Errand(purse=Kept()))

    assert path.read_bytes() == PICTURE
    assert not server.asked


async def test_without_a_purse_nothing_is_made(plain_server: ImageServer, tmp_path: Path) -> None:
    source = source_of(plain_server, tmp_path)
    [offered] = await source.search(ask("Three hearts"))
    with pytest.raises(DomainError, match="without a purse"):
        await source.fetch(offered, tmp_path)
    assert not plain_server.asked


@pytest.mark.parametrize(
    ("model", "frame", "size"),
    [
        ("dall-e-3", (1920, 1080), "1792x1024"),
        ("dall-e-3", (1080, 1920), "1024x1792"),
        ("dall-e-2", (1080, 1920), "1024x1024"),
        ("gpt-image-1", (1080, 1080), "1024x1024"),
        ("flux-dev", (1080, 1920), "1024x1536"),
    ],
)
async def test_the_size_follows_the_frame_and_the_model(
    plain_server: ImageServer, tmp_path: Path, model: str, frame: tuple[int, int], size: str
) -> None:
    source = source_of(plain_server, tmp_path, model=model)
    [offered] = await source.search(ask("hearts", width=frame[0], height=frame[1]))
    await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))

    [asked] = plain_server.asked
    assert asked.json["size"] == size
    assert (asked.json.get("response_format") == "b64_json") is model.startswith("dall-e")


async def test_scenes_that_say_nothing_get_no_picture_and_long_ones_are_cut(
    plain_server: ImageServer, tmp_path: Path
) -> None:
    source = source_of(plain_server, tmp_path)
    assert await source.search(ask()) == []
    assert await source.search(ask("", "...")) == []
    [offered] = await source.search(ask("heart " * 500))
    assert len(offered.label) <= MAX_SUBJECT_CHARS
    assert await source.search(ask("hearts", media="reef.mp4")) == []


async def test_what_is_said_meanwhile_is_a_part_of_the_picture(
    plain_server: ImageServer, tmp_path: Path
) -> None:
    request = msgspec.structs.replace(ask("hearts"), sentence="An octopus has three.")
    [offered] = await source_of(plain_server, tmp_path).search(request)
    assert offered.label == "hearts; An octopus has three."


async def test_a_version_in_the_query_of_the_address_stays_there(
    plain_server: ImageServer, tmp_path: Path
) -> None:
    address = f"{plain_server.base_url}/?api-version=2026-04-01"
    source = OpenAIImages(
        address,
        KEY,
        "gpt-image-1",
        exchange=HttpxExchange(),
        downloads=downloads_in(tmp_path / "downloads"),
    )
    [offered] = await source.search(ask("hearts"))
    await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))
    assert plain_server.to(DRAWING)[0].query == {"api-version": "2026-04-01"}


async def test_a_server_that_wants_no_key_is_sent_none(
    plain_server: ImageServer, tmp_path: Path
) -> None:
    source = source_of(plain_server, tmp_path, key="")
    [offered] = await source.search(ask("hearts"))
    with pytest.raises(ProviderFailed):
        await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))
    assert "authorization" not in plain_server.asked[0].headers


POLICY = "Your request was rejected by our safety system."
EMPTY = msgspec.json.encode({"created": 1, "data": []})
NEITHER = msgspec.json.encode({"created": 1, "data": [{}]})
NO_BASE64 = msgspec.json.encode({"created": 1, "data": [{"b64_json": "###"}]})


@pytest.mark.parametrize(
    ("spoil", "verdict", "is_charged", "wait"),
    [
        (complaining(400, POLICY, "content_policy_violation"), Verdict.NEXT, False, None),
        (complaining(400, POLICY, "moderation_blocked"), Verdict.NEXT, False, None),
        (complaining(404, "No such model", "model_not_found"), Verdict.NEXT, False, None),
        (complaining(401, f"Incorrect API key: {KEY}", "invalid"), Verdict.BLOCKED, False, None),
        (complaining(429, "Quota", "insufficient_quota"), Verdict.BLOCKED, False, None),
        (complaining(400, "Limit", "billing_hard_limit_reached"), Verdict.BLOCKED, False, None),
        (complaining(400, f"What is {KEY}?", "odd"), Verdict.NEXT, False, None),
        (failing(429, retry_after="12"), Verdict.RETRY, False, 12.0),
        (failing(500), Verdict.RETRY, False, None),
        (cut_at(30), Verdict.RETRY, None, None),
        (held_at(30), Verdict.RETRY, None, None),
        (saying(EMPTY, "application/json"), Verdict.NEXT, True, None),
        (saying(NEITHER, "application/json"), Verdict.NEXT, True, None),
        (saying(NO_BASE64, "application/json"), Verdict.NEXT, True, None),
        (saying(b"<html>", "text/html"), Verdict.NEXT, True, None),
        (leading_to("https://elsewhere.example/"), Verdict.BLOCKED, False, None),
    ],
)
async def test_every_failure_says_what_it_means_and_what_it_cost(
    plain_server: ImageServer,
    tmp_path: Path,
    *,
    spoil: Any,
    verdict: Verdict,
    is_charged: bool | None,
    wait: float | None,
) -> None:
    source = source_of(plain_server, tmp_path, exchange=HttpxExchange(seconds=1.0))
    [offered] = await source.search(ask("hearts"))
    plain_server.plan(DRAWING, spoil)

    with pytest.raises(ProviderFailed) as failed:
        await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))

    assert failed.value.verdict is verdict
    assert failed.value.is_charged is is_charged
    assert failed.value.retry_after_seconds == wait
    assert KEY not in str(failed.value) + failed.value.hint_text


async def test_a_picture_that_can_t_be_brought_is_paid_all_the_same(tmp_path: Path) -> None:
    async with running(ImageServer(PICTURE, by_address=True)) as server:
        source = source_of(server, tmp_path)
        [offered] = await source.search(ask("hearts"))
        server.plan("/made/", failing(404))

        with pytest.raises(ProviderFailed, match="404") as failed:
            await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))
        assert failed.value.is_charged


async def test_what_is_no_picture_is_not_used(tmp_path: Path) -> None:
    async with running(ImageServer(PICTURE[:300])) as server:
        source = source_of(server, tmp_path)
        [offered] = await source.search(ask("hearts"))

        with pytest.raises(ProviderFailed, match="can't be used") as failed:
            await source.fetch(offered, tmp_path, Errand(purse=OpenPurse()))
        assert failed.value.verdict is Verdict.NEXT


def test_the_identity_tells_models_and_styles_apart_and_no_keys(tmp_path: Path) -> None:
    def identity(model: str, style: str) -> str:
        return OpenAIImages(
            "http://x/v1",
            KEY,
            model,
            exchange=HttpxExchange(),
            downloads=downloads_in(tmp_path),
            style=style,
        ).identity

    assert (
        len({identity("a", ""), identity("b", ""), identity("a", "Ink."), identity("a", "")}) == 3
    )
    assert KEY not in identity("a", "")
