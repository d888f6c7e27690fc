"""One model behind one endpoint: both protocols, what servers don't take, and how they fail."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from open_purse import OpenPurse
from openai_server import Behave, ModelServer, error, hanging, raw, says, serving

from adapters.httpx import HttpxExchange
from adapters.openai import OpenAIChat
from adapters.openai.protocols import Api
from domain.generation.drafting import draft_schema
from domain.generation.prompts import Message, Reply
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.spending import Purchase, Send, Sold

KEY = "sk-secret-0123456789"
NOW = 1_700_000_000.0
TEXT = '{"words": "Größe – ' + "und so weiter, " * 20 + '€"}'
MESSAGES = [Message("system", "Be brief."), Message("user", "{}")]
APIS: Sequence[Api] = ("chat", "responses")


class Till(OpenPurse):
    """Keeps what was sold, too."""

    def __init__(self) -> None:
        super().__init__()
        self.sold: list[Sold] = []

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        self.bought.append(purchase)
        self.sold.append(await send("idem-1"))
        return self.sold[-1].answer


def chat(server: ModelServer, api: Api = "chat", **others: Any) -> OpenAIChat:
    return OpenAIChat(server.base_url, "small-1", KEY, api=api, now=lambda: NOW, **others)


async def complete(
    client: OpenAIChat,
    purse: OpenPurse | None = None,
    shares: list[float] | None = None,
    schema: dict[str, Any] | None = None,
) -> Reply:
    return await client.complete(
        MESSAGES,
        schema or draft_schema(),
        max_tokens=500,
        seed=7,
        errand=Errand(purse=purse or OpenPurse()),
        progress=[].append if shares is None else shares.append,
    )


async def failure(*answers: Behave, api: Api = "chat", **others: Any) -> ProviderFailed:
    async with serving(*answers) as server:
        with pytest.raises(ProviderFailed) as caught:
            await complete(chat(server, api, **others))
    assert KEY not in f"{caught.value.message} {caught.value.hint_text}"
    return caught.value


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_a_stream_is_put_together_and_its_progress_told(api: Api, line_end: str) -> None:
    till, shares = Till(), list[float]()
    async with serving(says(TEXT, line_end=line_end)) as server:
        reply = await complete(chat(server, api), till, shares)
    assert reply == Reply(text=TEXT)
    assert shares == sorted(shares)
    assert (len(shares) > 5, shares[-1]) == (True, 1.0)
    assert till.sold[0].units == {"input_tokens": 1000, "output_tokens": len(TEXT) // 4}


@pytest.mark.parametrize("api", APIS)
async def test_a_server_that_doesn_t_stream_is_read_whole(api: Api) -> None:
    async with serving(says(TEXT, streams=False)) as server:
        assert (await complete(chat(server, api))).text == TEXT


async def test_the_request_carries_key_schema_and_limits_in_its_protocol() -> None:
    async with serving(says(TEXT), says(TEXT)) as server:
        await complete(chat(server))
        await complete(chat(server, "responses"))
    first, second = server.requests
    assert first.line == "POST /v1/chat/completions HTTP/1.1"
    assert second.line == "POST /v1/responses HTTP/1.1"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.headers["idempotency-key"].startswith("purchase-1-")
    body, other = server.bodies
    assert (body["max_tokens"], body["seed"], body["stream"]) == (500, 7, True)
    assert body["response_format"]["json_schema"]["schema"] == draft_schema()
    assert (other["max_output_tokens"], other["store"]) == (500, False)
    assert other["text"]["format"]["schema"] == draft_schema()


async def test_a_server_without_a_key_is_sent_none_and_a_query_of_the_address_is_kept() -> None:
    async with serving(says(TEXT)) as server:
        client = OpenAIChat(f"{server.base_url}/?api-version=2", "small-1")
        await complete(client)
    assert "authorization" not in server.requests[0].headers
    assert server.requests[0].line.startswith("POST /v1/chat/completions?api-version=2 ")
    assert "api-version" not in client.endpoint


async def test_what_a_purchase_depends_on_holds_no_key_and_no_way_of_asking() -> None:
    first, second = OpenPurse(), OpenPurse()
    async with serving(says(TEXT, refuses=["json_schema"]), *[says(TEXT)] * 2) as server:
        client = chat(server)
        await complete(client, first)
        await complete(client, second)
    assert first.bought == second.bought, "a concession in between changes nothing"
    assert KEY not in repr(first.bought)
    assert first.bought[0].most["output_tokens"] == 500
    assert first.bought[0].most["input_tokens"] > len(json.dumps(draft_schema())) / 4


@pytest.mark.parametrize(
    ("refused", "used"),
    [
        (["json_schema"], "tool"),
        (["json_schema", "tools"], "json_object"),
        (["json_schema", "tools", "json_object"], "plain"),
    ],
)
async def test_a_format_that_isn_t_taken_gives_way_to_the_next_and_is_remembered(
    refused: list[str], used: str
) -> None:
    behave = says(TEXT, refuses=refused)
    async with serving(*[behave] * 6) as server:
        client = chat(server)
        assert (await complete(client)).text == TEXT
        asked = len(server.requests)
        assert (await complete(client)).text == TEXT
        assert (asked, len(server.requests)) == (len(refused) + 1, len(refused) + 2)
    last = server.bodies[-1]
    assert ("tools" in last) == (used == "tool")
    assert last.get("response_format") == (
        {"type": "json_object"} if used == "json_object" else None
    )
    assert ('"titles"' in last["messages"][0]["content"]) == (used in ("json_object", "plain"))


@pytest.mark.parametrize(
    ("parameter", "instead"),
    [
        ("max_tokens", "max_completion_tokens"),
        ("stream_options", ""),
        ("seed", ""),
        ("stream", ""),
    ],
)
async def test_a_parameter_that_isn_t_taken_is_left_out_or_called_otherwise(
    parameter: str, instead: str
) -> None:
    behave = says(TEXT, refuses=[parameter])
    async with serving(behave, behave) as server:
        assert (await complete(chat(server))).text == TEXT
    first, second = server.bodies
    assert parameter in first
    assert parameter not in second
    assert not instead or second[instead] == 500


async def test_a_server_that_takes_no_bounds_is_asked_in_the_same_format_without() -> None:
    behave = says(TEXT, refuses=["maxItems"])
    async with serving(behave, behave, behave) as server:
        client = chat(server)
        for _ in range(2):
            assert (await complete(client, schema=draft_schema(most_scenes=4))).text == TEXT
    bounded, *others = [body["response_format"]["json_schema"]["schema"] for body in server.bodies]
    assert bounded["properties"]["scenes"]["maxItems"] == 4
    assert bounded["properties"]["titles"]["items"]["maxLength"] > 0
    assert others == [draft_schema()] * 2, "and that is remembered"


async def test_a_refusal_without_a_name_is_tried_with_laxer_formats_and_then_told() -> None:
    bad = error(400, {"detail": "Bad Request"})
    found = await failure(*[bad] * 9)
    assert found.verdict is Verdict.NEXT
    async with serving(*[bad] * 4, says(TEXT)) as server:
        client = chat(server)
        with pytest.raises(ProviderFailed):
            await complete(client)
        assert len(server.requests) == 4
        await complete(client)
    assert "response_format" in server.bodies[-1], "nothing was learnt from what never worked"


@pytest.mark.parametrize("api", APIS)
async def test_a_refusal_and_a_filter_are_replies_without_words(api: Api) -> None:
    async with serving(
        says("", refusal="I can't write that."), says("", finish="content_filter")
    ) as s:
        client = chat(s, api)
        assert (await complete(client)).refusal == "I can't write that."
        assert "filter" in (await complete(client)).refusal


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
async def test_an_answer_that_reached_its_limit_is_told_as_cut(api: Api, streams: bool) -> None:
    async with serving(says(TEXT, finish="length", streams=streams)) as server:
        reply = await complete(chat(server, api))
    assert (reply.text, reply.is_cut) == (TEXT, True)


async def test_a_stream_may_lack_usage_and_the_mark_of_its_end_but_not_both_ends() -> None:
    till = Till()
    async with serving(says(TEXT, usage=False, done=False)) as server:
        assert (await complete(chat(server), till)).text == TEXT
    assert till.sold[0].units["output_tokens"] > 50, "estimated"
    cut = await failure(says(TEXT, cut_after=900))
    assert (cut.verdict, cut.is_charged) == (Verdict.RETRY, None)
    unfinished = raw("text/event-stream", b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n')
    cut = await failure(unfinished)
    assert (cut.verdict, cut.is_charged) == (Verdict.RETRY, None)


@pytest.mark.parametrize("api", APIS)
async def test_a_cut_answer_in_one_piece_is_tried_again(api: Api) -> None:
    cut = await failure(says(TEXT, streams=False, cut_after=50), api=api)
    assert (cut.verdict, cut.is_charged) == (Verdict.RETRY, None)


QUOTA = {"error": {"message": "You exceeded your quota", "type": "insufficient_quota",
                   "param": None, "code": "insufficient_quota"}}  # fmt: skip
TOO_LONG = {"error": {"message": "This model's maximum context length is 8192 tokens. max_tokens "
                      "is too large", "type": "invalid_request_error", "param": "messages",
                      "code": "context_length_exceeded"}}  # fmt: skip
AZURE = {"error": {"code": "content_filter", "message": "The response was filtered"}}
GEMINI = [{"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}]
FLAGGED = {"error": {"code": 403, "message": "Input flagged", "metadata": {"raw": "moderation"}}}


@pytest.mark.parametrize(
    ("answer", "verdict", "after", "word"),
    [
        (error(429, "Slow down", retry_after="7"), Verdict.RETRY, 7.0, "Slow down"),
        (error(429, "x", retry_after_ms="1500"), Verdict.RETRY, 1.5, "429"),
        (error(503, "x", retry_after="Tue, 14 Nov 2023 22:13:50 GMT"), Verdict.RETRY, 30.0, "503"),
        (error(429, "x", retry_after="Mon, 13 Nov 2023 22:13:50 GMT"), Verdict.RETRY, 0.0, "429"),
        (error(429, "x", retry_after="soon"), Verdict.RETRY, None, "429"),
        (error(429, QUOTA), Verdict.BLOCKED, None, "quota"),
        (error(500, {"error": "boom"}), Verdict.RETRY, None, "boom"),
        (error(502, "<html><h1>Bad Gateway</h1></html>", kind="text/html"), Verdict.RETRY, None,
         "Bad Gateway"),
        (error(503, GEMINI), Verdict.RETRY, None, "Overloaded"),
        (error(529, b""), Verdict.RETRY, None, "529"),
        (error(401, f"Incorrect API key provided: {KEY}"), Verdict.BLOCKED, None, "401"),
        (error(402, "Pay first"), Verdict.BLOCKED, None, "Pay"),
        (error(403, "Not yours"), Verdict.BLOCKED, None, "Not yours"),
        (error(403, FLAGGED), Verdict.NEXT, None, "flagged"),
        (error(404, "The model `x` does not exist"), Verdict.NEXT, None, "does not exist"),
        (error(400, TOO_LONG), Verdict.NEXT, None, "context length"),
        (error(400, AZURE), Verdict.NEXT, None, "filtered"),
        (error(302, b"", location="http://127.0.0.1:1/"), Verdict.BLOCKED, None, "302"),
        (error(200, {"error": {"message": "upstream", "code": 502}}), Verdict.RETRY, None, "up"),
    ],
)  # fmt: skip
async def test_what_an_error_means(
    answer: Behave, verdict: Verdict, after: float | None, word: str
) -> None:
    found = await failure(answer)
    assert (found.verdict, found.retry_after_seconds) == (verdict, after)
    assert word in found.message


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"choices": []}'),
        ("application/json", b'{"choices": [{"message": {"content": 7}}]}'),
        ("application/json", b'{"choices": {"message": "x"}}'),
        ("text/html", b"<html>Log in</html>"),
        ("text/event-stream", b"data: {not json}\n\n"),
        ("text/event-stream", b'data: {"choices": [{"delta": {"content": ["a"]}}]}\n\n'),
        ("text/event-stream", b'data: {"choices": "\xff\xfe"}\n\n'),
        ("text/event-stream", b"data: " + b"x" * 1_100_000),
    ],
)
async def test_what_isn_t_of_the_protocol_is_no_answer(kind: str, body: bytes) -> None:
    found = await failure(raw(kind, body))
    assert (found.verdict, found.is_charged) == (Verdict.NEXT, None)
    assert "protocol" in found.message


@pytest.mark.parametrize(
    ("api", "event", "verdict"),
    [
        ("chat", {"error": {"message": "overloaded", "type": "server_error"}}, Verdict.RETRY),
        ("chat", {"error": {"message": "x", "code": "insufficient_quota"}}, Verdict.BLOCKED),
        ("responses", {"type": "error", "code": "server_error", "message": "x"}, Verdict.RETRY),
        (
            "responses",
            {
                "type": "response.failed",
                "response": {
                    "status": "failed",
                    "output": [],
                    "error": {"code": "rate_limit_exceeded", "message": "later"},
                },
            },
            Verdict.RETRY,
        ),
    ],
)
async def test_an_error_in_the_middle_of_a_stream_breaks_it_off(
    api: Api, event: dict[str, Any], verdict: Verdict
) -> None:
    found = await failure(
        raw("text/event-stream", f"data: {json.dumps(event)}\n\n".encode()), api=api
    )
    assert (found.verdict, found.is_charged) == (verdict, None)


async def test_a_server_that_hangs_is_left_in_time() -> None:
    found = await failure(hanging, timeout_seconds=0.2)
    assert (found.verdict, found.is_charged) == (Verdict.RETRY, None)
    assert "0.2 seconds" in found.message


@pytest.mark.parametrize("key", ["sk\0secret", "sk-sécret-clé", "sk-secret\n"])
async def test_a_key_that_can_t_be_sent_is_in_no_message(key: str) -> None:
    async with serving() as server:
        with pytest.raises(ProviderFailed) as chatting:
            await complete(OpenAIChat(server.base_url, "small-1", key))
        with pytest.raises(ProviderFailed) as asking:
            await HttpxExchange().ask("it", "GET", server.base_url, headers={"x-key": key})
    for caught in (chatting.value, asking.value):
        assert caught.verdict is Verdict.BLOCKED
        assert not any(part in caught.message for part in ("secret", "sécret", "sk"))


async def test_a_server_that_isn_t_there_was_not_paid() -> None:
    async with serving() as server:
        client = chat(server)
    with pytest.raises(ProviderFailed) as caught:
        await complete(client)
    assert (caught.value.verdict, caught.value.is_charged) == (Verdict.RETRY, False)


async def test_the_environment_s_proxy_isn_t_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as proxy, serving(says(TEXT)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("ALL_PROXY", proxy.base_url)
        await complete(chat(server))
        assert proxy.requests == []


def test_openai_s_own_models_are_asked_by_the_newer_name() -> None:
    client = OpenAIChat("https://api.openai.com/v1", "m", KEY)
    assert client._learnt.tokens_parameters[0] == "max_completion_tokens"
    assert KEY not in repr(vars(client)["endpoint"])
