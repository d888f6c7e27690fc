"""Requests that come again under the key of a first one: answered as that was, and nothing made.

A first answer may say what is shown only once, such as a secret: it's kept sealed. The very
transaction that makes something writes down what is told of it, so that there is never one without
the other, and of many that come at once one makes it while the others wait.

Jobs have their own way (``domain.jobs``): what was answered of them is made out of the job itself.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import msgspec

from domain.errors import SecretUnreadable
from domain.jobs.model import Idempotency
from domain.sealing import Sealer

T = TypeVar("T")
Made = TypeVar("Made")


class Once(msgspec.Struct, Generic[T], frozen=True):
    """Of a request under a key: what it's recognised by, and how its answer is kept."""

    asked: Idempotency
    keep: Callable[[T], str]
    """seals the answer"""


def telling(once: Once[T] | None, tell: Callable[[Made], T]) -> Once[Made] | None:
    """The same for whoever knows of the answer only what was made; ``tell`` adds the rest."""
    return None if once is None else Once(once.asked, lambda made: once.keep(tell(made)))


class AnsweredBefore(Exception):
    """The request came before; nothing was made. For ``FirstAnswers`` alone to catch."""

    def __init__(self, sealed: str) -> None:
        super().__init__("The request was answered before.")
        self.sealed = sealed
        """the first answer, as ``Once.keep`` left it"""


class Answered(msgspec.Struct, Generic[T], frozen=True):
    """An answer, and whether it was given before."""

    answer: T
    is_replay: bool = False


class FirstAnswers:
    """Answers each request under a key once, and from then on repeats itself."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def give(
        self,
        account_id: str,
        asked: Idempotency | None,
        of: type[T],
        make: Callable[[Once[T] | None], Awaitable[T]],
    ) -> Answered[T]:
        """Answer a request, ``asked`` under a key or, if that's None, without one.

        Args:
            of: what the answer is; a field that it's given later needs a default, since answers
                of the release before are read for a day.
            make: a use case that hands what it's given to the store that makes something.

        Raises:
            IdempotencyKeyReused
            SecretUnreadable: there is a first answer, sealed under another SECRET_KEY.
        """
        if asked is None:
            return Answered(await make(None))
        about = f"the answer to {asked.route} under the key {asked.key!r} of account {account_id}"

        def keep(answer: T) -> str:
            return self._sealer.seal(msgspec.json.encode(answer), about)

        try:
            return Answered(await make(Once(asked, keep)))
        except AnsweredBefore as first:
            return Answered(msgspec.json.decode(self._opened(first, asked, about), type=of), True)

    def _opened(self, first: AnsweredBefore, asked: Idempotency, about: str) -> bytes:
        try:
            return self._sealer.unseal(first.sealed, about)
        except SecretUnreadable as error:
            raise SecretUnreadable(
                f"What was answered under the Idempotency-Key {asked.key!r} was encrypted with "
                "another SECRET_KEY.",
                hint="Set the SECRET_KEY that it was kept under. What the first request made is "
                "there; to make another, take a new key.",
            ) from error
