"""One client of the public API for every command, whoever answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from app.cli.endings import Refused, local_problem

TIMEOUT = httpx.Timeout(60.0, connect=10.0, read=180.0)
"""the first sample of a voice, or still of a scene, takes its time to be made"""

AGAIN_SECONDS = (0.2, 0.6, 1.2)
"""before each new attempt at a request that may be repeated"""

REPEATABLE = frozenset({"GET", "HEAD", "PUT"})
"""methods that do the same when they come twice"""

UNKNOWN_ROUTE = frozenset({"not_found", "method_not_allowed"})
"""what a server says of an address that it doesn't have; of an id, it says what is missing"""

GONE = (httpx.TransportError,)


class Answer(msgspec.Struct, frozen=True):
    """What a server answered."""

    status: int
    raw: bytes
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return msgspec.json.decode(self.raw) if self.raw else None


class Api:
    """Asks the API; every refusal is a ``Refused``."""

    def __init__(self, client: httpx.AsyncClient, server: str | None) -> None:
        self._client = client
        self.server = server
        """its address; None for the application in this process"""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """One request and its answer.

        Args:
            params: of the query; those that are None are left out.
            idempotency_key: makes a POST safe to repeat.

        Raises:
            Refused
        """
        headers = {}
        content = None if json is None else msgspec.json.encode(json)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        request = self._client.build_request(
            method, path, params=_given(params), content=content, headers=headers
        )
        may_repeat = method in REPEATABLE or idempotency_key is not None
        response = await self._sent(request, may_repeat=may_repeat)
        if not response.is_success:
            raise self.refusal(response)
        return Answer(response.status_code, response.content, response.headers)

    async def _sent(self, request: httpx.Request, *, may_repeat: bool) -> httpx.Response:
        for pause in (*AGAIN_SECONDS, None):
            try:
                return await self._client.send(request)
            except GONE as error:
                # of a connection that wasn't made nothing has reached the server
                harmless = may_repeat or isinstance(error, httpx.ConnectError)
                if pause is None or not harmless:
                    raise self.unreachable(error, is_unsure=not harmless) from error
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt ends in an answer or an error")

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        follow_redirects: bool = False,
        read_seconds: float | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """A response whose body is read as it comes.

        Raises:
            Refused
            httpx.TransportError: the connection isn't there, or no longer.
        """
        timeout = httpx.Timeout(60.0, connect=10.0, read=read_seconds or TIMEOUT.read)
        async with self._client.stream(
            "GET",
            path,
            headers=headers,
            params=_given(params),
            timeout=timeout,
            follow_redirects=follow_redirects,
        ) as response:
            if not response.is_success:
                await response.aread()
                raise self.refusal(response)
            yield response

    def address(self, path: str) -> str:
        """A path of the API as a whole address, where there is one."""
        return path if self.server is None else self.server + path

    def refusal(self, response: httpx.Response) -> Refused:
        """What an answer that isn't a success says."""
        try:
            problem = msgspec.json.decode(response.content)
        except (msgspec.DecodeError, ValueError):
            problem = None
        if not isinstance(problem, dict) or "code" not in problem:
            where = response.headers.get("location")
            moved = f", and points to {where}" if where else ""
            return Refused(
                local_problem(
                    "not_faceless",
                    f"{self._named} answers {response.status_code} as no faceless server does"
                    f"{moved}.",
                    "Check the address (--server or FACELESS_SERVER).",
                )
            )
        if problem["code"] in UNKNOWN_ROUTE:
            request = response.request
            return Refused(
                local_problem(
                    "server_too_old",
                    f"{self._named} doesn't know {request.method} {request.url.path}.",
                    "It is too old for this command: bring it up to date.",
                )
            )
        return Refused(problem, response.content)

    def unreachable(self, error: Exception, *, is_unsure: bool = False) -> Refused:
        """No answer came."""
        why = str(error) or type(error).__name__
        hint = "Check that it runs, and its address (--server or FACELESS_SERVER)."
        if "CERTIFICATE_VERIFY_FAILED" in why:
            hint = "SSL_CERT_FILE can name the certificates of an authority of your own."
        if is_unsure:
            hint = "It may have been done all the same: look before you ask again. " + hint
        return Refused(
            local_problem("server_unreachable", f"{self._named} gives no answer: {why}.", hint)
        )

    @property
    def _named(self) -> str:
        return self.server or "This installation"


def new_key() -> str:
    """An Idempotency-Key of one's own, so that an answer that got lost makes nothing twice."""
    return str(uuid4())


def _given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (params or {}).items() if value is not None}
