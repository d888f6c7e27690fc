"""A worker process whose voice is paid for, and that is killed at a point around the payment."""

import asyncio
import os
from typing import Any

import httpx
from dishka import Provider, Scope, decorate, provide

from app.container import make_container
from app.logging import configure_logging
from app.workshop import Workshop
from domain.generation.narration import SpokenSentence, Utterance, Word
from domain.generation.ports import Narrator, Voice
from domain.generation.stores import Artifact, ArtifactStore
from domain.providers.book import Reservation, SpendingBook
from domain.providers.errand import UNPAID, Errand
from domain.providers.spending import Purchase, Sold
from faults.failpoints import Failpoints
from faults.ledger import Ledger
from faults.standins import WORD_SAMPLES, StandInNarrator, StandIns, Work
from faults.worker import Orders

ANSWER = b"answer "
"""how whatever is paid begins"""


class PaidNarrator(StandInNarrator):
    """Has each sentence spoken by a provider that charges for it."""

    def __init__(self, work: Work, points: Failpoints, url: str) -> None:
        super().__init__(work)
        self._points = points
        self._url = url

    def identity(self, voice: Voice) -> str:
        return f"paid {voice.id} 1"

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        purchase = Purchase(
            provider="shop",
            model="voice-1",
            service="speech",
            parts={"text": sentence.text, "voice": voice.id, "speed": speed, "seed": seed},
            most={"characters": 1_000.0},
        )

        async def send(key: str) -> Sold:
            async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
                response = await client.post(
                    self._url, json={"text": sentence.text}, headers={"Idempotency-Key": key}
                )
            self._points.reach("answer.arrived")
            return Sold(response.content, {"characters": float(len(sentence.text))})

        answer = await errand.purse.buy(purchase, send)
        words = [word for span in sentence.spans for word in span.shown]
        timed = [
            Word(text, n * WORD_SAMPLES, (n + 1) * WORD_SAMPLES) for n, text in enumerate(words)
        ]
        sound = (answer + b"  ")[:2] * (WORD_SAMPLES * len(words))
        return Utterance(sound, timed, "engine")


class WatchedBook:
    """A ``SpendingBook`` with points around what it writes."""

    def __init__(self, inner: SpendingBook, points: Failpoints) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def reserve(self, *args: Any, **named: Any) -> Reservation:
        self._points.reach("intent.before")
        reserved = await self._inner.reserve(*args, **named)
        self._points.reach("intent.after")
        return reserved

    async def announce(self, *args: Any, **named: Any) -> bool:
        is_ours = await self._inner.announce(*args, **named)
        self._points.reach("announced")
        return is_ours

    async def settle(self, *args: Any) -> None:
        await self._inner.settle(*args)
        self._points.reach("settled")


class WatchedAnswers:
    """An ``ArtifactStore`` with a point after an answer is kept."""

    def __init__(self, inner: ArtifactStore, points: Failpoints) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def put_bytes(self, data: bytes) -> Artifact:
        artifact = await self._inner.put_bytes(data)
        if data.startswith(ANSWER):
            self._points.reach("kept")
        return artifact


class Paying(Provider):
    """Puts the paid voice and the points in their places."""

    scope = Scope.APP

    def __init__(self, points: Failpoints, url: str) -> None:
        super().__init__()
        self._points = points
        self._url = url

    @provide
    def narrator(self, work: Work) -> Narrator:
        return PaidNarrator(work, self._points, self._url)

    @decorate
    def book(self, inner: SpendingBook) -> SpendingBook:
        return WatchedBook(inner, self._points)  # type: ignore[return-value]

    @decorate
    def artifacts(self, inner: ArtifactStore) -> ArtifactStore:
        return WatchedAnswers(inner, self._points)  # type: ignore[return-value]


def providers(orders: Orders, url: str) -> list[Provider]:
    """What takes the place of the real ones."""
    points = Failpoints(Ledger(orders.ledger), orders.arming)
    return [StandIns(points, orders.settings.renew_seconds), Paying(points, url)]


def work_and_pay(orders: Orders) -> None:
    """A worker process, until it is killed."""
    log = os.open(orders.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    configure_logging(orders.settings)
    asyncio.run(_work(orders))


async def _work(orders: Orders) -> None:
    container = make_container(orders.settings, *providers(orders, orders.paid_url))
    try:
        await (await container.get(Workshop)).work()
    finally:
        await container.close()
