"""Questions to a stock library's API: kept for a day, within the limit that its answers tell."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from domain.generation.stock import AnswerShelf
from domain.providers.answers import RateWindow, failed_answer
from domain.providers.exchange import Answer, Exchange
from domain.providers.failures import ProviderFailed, Verdict

T = TypeVar("T")

USER_AGENT = "faceless"
OK, WRONG, TOO_MANY = 200, 400, 429


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How one library wants to be asked, and what it says in its own way."""

    name: str
    """as the settings call it"""
    key_hint: str
    """for whoever could give it another key"""
    key_header: str = ""
    """where the key goes; empty: into the address"""
    key_parameter: str = ""
    wrong_key: bytes = b""
    """in lower case, what an answer 400 says when it's the key that is wrong"""
    resets_at_moment: bool = False
    """X-RateLimit-Reset is a moment, in seconds since 1970; else it's in seconds from now"""


class StockApi:
    """Asks with one key.

    Args:
        clock: seconds that never go back.
        now: seconds since 1970.
    """

    def __init__(
        self,
        manners: Manners,
        key: str,
        exchange: Exchange,
        shelf: AnswerShelf,
        *,
        base_url: str,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._manners = manners
        self._key = key
        self._exchange = exchange
        self._shelf = shelf
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._window = RateWindow(manners.name, clock)

    async def get(self, path: str, params: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        """What ``read`` makes of an answer's body; one that was kept costs no request.

        An answer that can't be read isn't kept.

        Raises:
            ProviderFailed: also as ``read`` raises it.
        """
        question = f"{self._base_url}{path}?{urlencode(sorted(params.items()))}"
        tag = hashlib.sha256(question.encode()).hexdigest()
        if (kept := await self._shelf.get(tag)) is not None:
            with contextlib.suppress(ProviderFailed):  # somebody has damaged it
                return read(kept)
        self._window.check()
        answer = await self._ask(path, params)
        found = read(answer)
        await self._shelf.put(tag, answer)
        return found

    async def _ask(self, path: str, params: Mapping[str, str]) -> bytes:
        manners = self._manners
        headers = {"user-agent": USER_AGENT}
        query = dict(sorted(params.items()))
        if manners.key_header:
            headers[manners.key_header] = self._key
        if manners.key_parameter:
            query[manners.key_parameter] = self._key
        answer = await self._exchange.ask(
            manners.name, "GET", f"{self._base_url}{path}", headers=headers, query=query
        )
        self._note_limit(answer)
        if answer.status != OK:
            raise self._failure(answer)
        return answer.body

    def _failure(self, answer: Answer) -> ProviderFailed:
        manners = self._manners
        if answer.status == TOO_MANY:
            self._window.check()  # knows how long, where the answer has said it
        is_wrong_key = (
            answer.status == WRONG
            and bool(manners.wrong_key)
            and manners.wrong_key in answer.body.lower()
        )
        return failed_answer(
            manners.name,
            answer.status,
            answer.headers,
            self._now(),
            said="it knows no such key." if is_wrong_key else "",
            verdict=Verdict.BLOCKED if is_wrong_key else None,
            key_hint=manners.key_hint,
        )

    def _note_limit(self, answer: Answer) -> None:
        reset = answer.headers.get("x-ratelimit-reset", "").strip()
        left = float(reset) if reset.isdecimal() else None
        if left is not None and self._manners.resets_at_moment:
            left -= self._now()
        self._window.told(answer.headers.get("x-ratelimit-remaining", ""), left)
