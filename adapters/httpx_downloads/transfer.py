"""Bringing one file: over connections to checked addresses, going on where one was cut."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from adapters.httpx_downloads.cache import PIECE_BYTES, DownloadCache, Part
from adapters.httpx_downloads.signatures import HEAD_BYTES, is_fitting_type, suffix_of
from domain.errors import UrlForbidden, UrlUnreachable
from domain.generation.downloads import Wanted
from domain.outbound import Resolver, UrlRules
from domain.providers.answers import PASSING, SERVER_ERROR, failed_answer
from domain.providers.failures import ProviderFailed, Verdict

HOPS = 5
"""redirects that are followed"""
RESUMES = 8
"""of one download, each of which has to bring something"""
TRIED_ADDRESSES = 4
"""of those that a name has"""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK, PARTIAL, UNSATISFIABLE = 200, 206, 416
USER_AGENT = "faceless"
MAX_TOLD = 60
"""characters of a type that nobody expected"""

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d+/")


class _Stale(Exception):
    """What has come can't be gone on with."""


class Transfer:
    """Fetches into parts.

    Args:
        total_seconds: of one call; what has come by then stays for the next.
        max_bytes: of one file.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        cache: DownloadCache,
        rules: UrlRules,
        resolver: Resolver,
        *,
        max_bytes: int,
        total_seconds: float,
    ) -> None:
        self._client = client
        self._cache = cache
        self._rules = rules
        self._resolver = resolver
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds

    async def bring(self, wanted: Wanted, part: Part) -> None:
        """Make ``part`` whole.

        Raises:
            ProviderFailed, StorageFull
        """
        why = ""
        was_stale = False
        try:
            async with asyncio.timeout(self._total_seconds):
                for _ in range(RESUMES + 1):
                    before = part.size
                    try:
                        await self._bring_on(wanted, part)
                    except (httpx.TransportError, UrlUnreachable) as error:
                        why = str(error) or type(error).__name__
                    except _Stale:
                        part.clear()
                        why = "its server doesn't go on where it was"
                        if was_stale:
                            break
                        was_stale = True
                    else:
                        return
                    if not was_stale and (part.size <= before or not part.tag):
                        break
        except TimeoutError:
            why = f"it took longer than {self._total_seconds:g} s"
        raise ProviderFailed(
            f"A download from {wanted.provider} was cut: {why}. What has come is kept.",
            Verdict.RETRY,
        )

    async def _bring_on(self, wanted: Wanted, part: Part) -> None:
        """One request, to wherever it's sent on, for what is missing."""
        headers = {"accept-encoding": "identity", "user-agent": USER_AGENT}
        if part.size and (tag := part.tag):
            headers |= {"range": f"bytes={part.size}-", "if-range": tag}
        url = wanted.url
        for _ in range(HOPS + 1):
            async with self._asked(url, wanted, headers) as response:
                if response.status_code not in REDIRECTS or "location" not in response.headers:
                    await self._keep(response, wanted, part)
                    return
                url = _led_to(url, response.headers["location"], wanted)
        raise ProviderFailed(
            f"A download from {wanted.provider} leads on and on: more than {HOPS} redirects.",
            Verdict.NEXT,
        )

    @asynccontextmanager
    async def _asked(
        self, url: str, wanted: Wanted, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        """The answer to a request; nothing of its body is read yet."""
        requests = await self._requests(url, wanted, headers)
        failure: httpx.TransportError | None = None
        for request in requests[:TRIED_ADDRESSES]:
            try:
                response = await self._client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
                continue
            try:
                yield response
            finally:
                await response.aclose()
            return
        raise failure or httpx.ConnectError("its host is nowhere")

    async def _requests(
        self, url: str, wanted: Wanted, headers: Mapping[str, str]
    ) -> list[httpx.Request]:
        """The request, to each of the host's addresses, all of which have been checked.

        It goes to the very address that was checked; TLS and Host go by the name.
        """
        own = _origin(wanted.base_url) if wanted.base_url else None
        if own is not None and _origin(url) == own:
            return [self._built(url, wanted, headers)]
        try:
            checked = self._rules.check(url)
            literal = checked.literal
            found = (
                [str(literal)]
                if literal is not None
                else await self._resolver.resolve(checked.host)
            )
            addresses = self._rules.check_addresses(checked.host, found)
        except UrlForbidden as error:
            raise ProviderFailed(
                f"A download from {wanted.provider} leads to where nothing is fetched from: "
                f"{error.message}",
                Verdict.NEXT,
                hint=error.hint_text,
            ) from error
        return [
            self._built(
                checked.text,
                wanted,
                {**headers, "host": checked.authority},
                address=str(address),
                name=checked.host,
            )
            for address in addresses
        ]

    def _built(
        self,
        url: str,
        wanted: Wanted,
        headers: Mapping[str, str],
        *,
        address: str = "",
        name: str = "",
    ) -> httpx.Request:
        """A request to a URL, or to an address under its name."""
        try:
            place = httpx.URL(url)
            if address:
                place = place.copy_with(host=address)
        except (httpx.InvalidURL, ValueError) as error:
            raise _unusable(wanted, "its address is none") from error
        extensions = {"sni_hostname": name} if name else {}
        return self._client.build_request("GET", place, headers=headers, extensions=extensions)

    async def _keep(self, response: httpx.Response, wanted: Wanted, part: Part) -> None:
        if response.status_code == UNSATISFIABLE:
            if response.headers.get("content-range") == f"bytes */{part.size}":
                return  # it was whole, and more was announced than came
            raise _Stale
        self._check_head(response, wanted)
        if response.status_code == PARTIAL:
            told = _CONTENT_RANGE.match(response.headers.get("content-range", ""))
            if told is None or int(told[1]) != part.size:
                raise _Stale
        else:
            part.begin(_tag(response))
        length = response.headers.get("content-length", "")
        expected = int(length) if length.isdecimal() else 0
        self._check_size(part.size + expected, wanted, part)
        self._cache.check_space(expected)
        await self._write(response, wanted, part)

    def _check_head(self, response: httpx.Response, wanted: Wanted) -> None:
        status = response.status_code
        if status in PASSING or status >= SERVER_ERROR:
            raise failed_answer(
                f"A download from {wanted.provider}", status, response.headers, time.time()
            )
        if status not in (OK, PARTIAL):  # an address that has run out says nothing about a key
            raise ProviderFailed(
                f"A download from {wanted.provider} was answered {status}.", Verdict.NEXT
            )
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise _unusable(wanted, "it is packed in a way that nobody asked for")
        content_type = response.headers.get("content-type", "")
        if not is_fitting_type(content_type, wanted.type):
            told = content_type.partition(";")[0][:MAX_TOLD]
            raise _unusable(wanted, f"it is {told!r}, no {wanted.type}")

    async def _write(self, response: httpx.Response, wanted: Wanted, part: Part) -> None:
        waiting = bytearray()
        is_known = part.size >= HEAD_BYTES
        total = part.size
        with part.path.open("ab") as file:
            try:
                async for piece in response.aiter_raw():
                    waiting += piece
                    total += len(piece)
                    self._check_size(total, wanted, part)
                    if not is_known and len(waiting) >= HEAD_BYTES:
                        check_signature(bytes(waiting[:HEAD_BYTES]), wanted)
                        is_known = True
                    if len(waiting) >= PIECE_BYTES:
                        full, waiting = waiting, bytearray()  # written once, also if given up
                        await asyncio.to_thread(file.write, full)
            finally:  # what came before a cut is gone on from
                if is_known:
                    file.write(waiting)

    def _check_size(self, size: int, wanted: Wanted, part: Part) -> None:
        if size > self._max_bytes:
            part.clear()
            raise _unusable(
                wanted,
                f"it is larger than {self._max_bytes:,} bytes",
                hint="DOWNLOAD_MAX_BYTES sets how large a file may be.",
            )


def check_signature(head: bytes, wanted: Wanted) -> str:
    """The suffix for a file that begins like this.

    Raises:
        ProviderFailed: it can't be shown.
    """
    suffix = suffix_of(head, wanted.type)
    if suffix is None:
        raise _unusable(wanted, f"it doesn't begin like a {wanted.type} that can be shown")
    return suffix


def _unusable(wanted: Wanted, why: str, hint: str = "") -> ProviderFailed:
    return ProviderFailed(
        f"A download from {wanted.provider} can't be used: {why}.", Verdict.NEXT, hint=hint
    )


def _led_to(url: str, location: str, wanted: Wanted) -> str:
    try:
        return urldefrag(urljoin(url, location)).url
    except ValueError as error:
        raise _unusable(wanted, "it leads to no address") from error


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None


def _tag(response: httpx.Response) -> str:
    """What If-Range may be asked with: a strong ETag, else a date; empty for neither."""
    etag: str = response.headers.get("etag", "")
    tag: str = etag or response.headers.get("last-modified", "")
    return tag if tag.isascii() and tag.isprintable() and not tag.startswith("W/") else ""
