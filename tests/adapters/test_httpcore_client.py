"""Asking servers that users named: at the address that was checked, within limits."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from webhook_receiver import Behave, Received, answering, endless, receiving, silent

from adapters.httpcore import GuardedClient, SystemResolver
from domain.errors import UrlForbidden, UrlUnreachable
from domain.outbound import UrlRules, read_allowance

OUTSIDE = "127.0.0.1"
"""stands for the internet: the rules allow it"""
INSIDE = "127.0.0.2"
"""stands for what nobody may ask"""
HOST = "hooks.example"


class Names:
    """A resolver that answers what it was told to, one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class NoNames:
    """A resolver that never answers."""

    async def resolve(self, host: str) -> list[str]:  # noqa: ARG002 - the port's
        return await asyncio.Future()


def rules(*more: str) -> UrlRules:
    return UrlRules(read_allowance(",".join((OUTSIDE, *more))))


def client(*answers: list[str], total_seconds: float = 15.0) -> GuardedClient:
    return GuardedClient(rules(), Names(*answers or [[OUTSIDE]]), total_seconds=total_seconds)


async def post(asked: GuardedClient, url: str, body: bytes = b"{}") -> tuple[int, dict[str, str]]:
    answer = await asked.post(rules(HOST).check(url), {"content-type": "text/plain"}, body)
    return answer.status, answer.headers


def sending(body: bytes, *lines: str) -> Behave:
    """Answer 200 with a body."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        head = ["HTTP/1.1 200 OK", "content-type: image/png", *lines, "", ""]
        writer.write("\r\n".join(head).encode() + body)

    return behave


async def test_a_body_is_sent_with_its_headers_and_the_name_of_the_host() -> None:
    async with receiving(answering(202, retry_after="7")) as receiver:
        names = Names([OUTSIDE])
        asked = GuardedClient(rules(HOST), names)
        status, headers = await post(asked, f"http://{HOST}:{receiver.port}/a?b=c", b"[1]")
    assert (status, headers["retry-after"]) == (202, "7")
    [request] = receiver.received
    assert request.line == "POST /a?b=c HTTP/1.1"
    assert request.headers["host"] == f"{HOST}:{receiver.port}"
    assert request.headers["content-type"] == "text/plain"
    assert request.body == b"[1]"
    assert not {"cookie", "authorization"} & request.headers.keys()
    assert names.asked == [HOST], "looked up once"


async def test_the_checked_address_is_the_one_that_is_connected_to(tmp_path: Path) -> None:
    """DNS rebinding: the name leads outside when it's checked, and inside a moment later."""
    server, trusting = certified(tmp_path, HOST)
    async with (
        receiving(tls=server) as outside,
        receiving(tls=server, host=INSIDE, port=outside.port) as trap,
    ):
        names = Names([OUTSIDE], [INSIDE])
        asked = GuardedClient(rules(), names, ssl_context=trusting)
        url = UrlRules().check(f"https://{HOST}:{outside.port}/")
        assert (await asked.post(url, {}, b"")).status == 204
        assert names.asked == [HOST], "once, for the check and the connection alike"
        with pytest.raises(UrlForbidden, match=HOST):
            await asked.post(url, {}, b"")
        assert (len(outside.received), len(trap.received)) == (1, 0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        [OUTSIDE, "192.168.0.1"],
        ["::ffff:127.0.0.9"],
        ["fe80::1"],
        ["169.254.169.254"],
    ],
)
async def test_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    with pytest.raises(UrlForbidden):
        await client(addresses).get(f"https://{HOST}/", max_bytes=10)


async def test_redirects_of_a_webhook_are_not_followed() -> None:
    async with receiving() as trap:
        async with receiving(answering(307, location=trap.url)) as receiver:
            status, headers = await post(client(), receiver.url)
        assert (status, headers["location"]) == (307, trap.url)
        assert trap.received == []


async def test_a_download_follows_redirects_and_checks_each() -> None:
    async with receiving(sending(b"png", "content-length: 3")) as image:
        first = answering(302, location=f"{image.url}#top")
        async with receiving(first, answering(302, location="/here")) as receiver:
            fetched = await client().get(receiver.url, max_bytes=3)
    assert (fetched.url, fetched.body, fetched.content_type) == (image.url, b"png", "image/png")
    assert image.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://example.com/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://2130706433/",
    ],
)
async def test_a_download_isn_t_led_inside(location: str) -> None:
    async with receiving(answering(302, location=location)) as receiver:
        with pytest.raises(UrlForbidden):
            await client().get(receiver.url, max_bytes=10)


async def test_redirects_in_a_circle_come_to_an_end() -> None:
    async with receiving(*[answering(301, location="/again")] * 20) as receiver:
        with pytest.raises(UrlUnreachable, match="redirects"):
            await client().get(receiver.url, max_bytes=10)
        assert len(receiver.received) == 6


@pytest.mark.parametrize(
    "behave",
    [
        sending(b"1234", "content-length: 4"),
        sending(b"", "content-length: 99999999999999999999"),
        sending(b"4\r\n1234\r\n0\r\n\r\n", "transfer-encoding: chunked"),
        endless,
    ],
)
async def test_a_download_is_no_larger_than_allowed(behave: Behave) -> None:
    async with receiving(behave) as receiver:
        with pytest.raises(UrlUnreachable, match="larger than 3 bytes"):
            await client().get(receiver.url, max_bytes=3)


async def test_a_packed_download_is_refused() -> None:
    packed = sending(b"\x1f\x8b", "content-encoding: gzip", "content-length: 2")
    async with receiving(packed) as receiver:
        with pytest.raises(UrlUnreachable, match="encoding"):
            await client().get(receiver.url, max_bytes=100)


async def test_a_download_that_isn_t_there_is_told() -> None:
    async with receiving(answering(404)) as receiver:
        with pytest.raises(UrlUnreachable, match="404"):
            await client().get(receiver.url, max_bytes=100)


async def test_of_an_endless_answer_only_the_status_is_read() -> None:
    async with receiving(endless) as receiver:
        status, _ = await post(client(), receiver.url)
    assert status == 200


async def test_a_receiver_that_doesn_t_answer_is_left() -> None:
    async with receiving(silent) as receiver:
        with pytest.raises(UrlUnreachable, match="within"):
            await post(client(total_seconds=0.2), receiver.url)


async def test_a_name_that_nobody_answers_for_is_left() -> None:
    asked = GuardedClient(rules(HOST), NoNames(), connect_seconds=0.2)
    with pytest.raises(UrlUnreachable, match=HOST):
        await post(asked, f"http://{HOST}/")


async def test_headers_that_don_t_end_are_no_answer() -> None:
    async def drip(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-more: " + b"a" * 1_000 + b"\r\n")
            await writer.drain()

    async with receiving(drip) as receiver:
        with pytest.raises(UrlUnreachable):
            await post(client(), receiver.url)


@pytest.mark.parametrize("garbage", [b"", b"\x00\xff" * 50, b"SSH-2.0-OpenSSH\r\n\r\n"])
async def test_who_doesn_t_speak_http_is_told_so(garbage: bytes) -> None:
    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)

    async with receiving(behave) as receiver:
        with pytest.raises(UrlUnreachable):
            await post(client(), receiver.url)


async def test_a_port_where_nobody_listens_is_told() -> None:
    async with receiving() as receiver:
        url = receiver.url
    with pytest.raises(UrlUnreachable, match="takes no connection"):
        await post(client(), url)


async def test_the_next_address_is_tried_if_one_takes_no_connection() -> None:
    async with receiving() as receiver:
        asked = GuardedClient(rules(HOST), Names(["127.0.0.9", OUTSIDE]))
        status, _ = await post(asked, f"http://{HOST}:{receiver.port}/")
    assert status == 204


async def test_tls_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    server, trusting = certified(tmp_path, HOST)
    async with receiving(tls=server) as receiver:
        names = Names([OUTSIDE])
        asked = GuardedClient(rules(), names, ssl_context=trusting)
        url = UrlRules().check(f"https://{HOST}:{receiver.port}/")
        assert (await asked.post(url, {}, b"{}")).status == 204
        other = UrlRules().check(f"https://other.example:{receiver.port}/")
        with pytest.raises(UrlUnreachable, match="certificate"):
            await asked.post(other, {}, b"{}")
        untrusting = GuardedClient(rules(), names)
        with pytest.raises(UrlUnreachable, match="certificate"):
            await untrusting.post(url, {}, b"{}")
        assert len(receiver.received) == 1


async def test_the_environment_s_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await post(client(), receiver.url)
        assert (len(proxy.received), len(receiver.received)) == (0, 1)


async def test_the_system_knows_its_own_name_and_no_other() -> None:
    assert "127.0.0.1" in await SystemResolver().resolve("localhost")
    with pytest.raises(UrlUnreachable, match=r"nowhere\.invalid"):
        await SystemResolver().resolve("nowhere.invalid")


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of ``host``, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))
