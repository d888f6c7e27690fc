"""The servers that a process depends on: whether each is there, told before work begins."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from adapters.dramatiq import DramatiqBell
from adapters.mongo import MongoDocumentStore
from app.artifacts import make_bucket
from app.config import Settings
from app.storage import reach_database
from domain.errors import DomainError, ServiceUnavailable

ANSWER_SECONDS = 3.0
"""with what a process takes to start, whoever started it is told within five"""

SECRET_IN_URL = re.compile(r"//[^/@\s]*@")


async def find_missing(settings: Settings) -> list[DomainError]:
    """Ask every server that is configured, all at once; answers what is wrong with each.

    An embedded database is none: it's made where it's missing.
    """
    asked: list[tuple[str, str, Callable[[Settings], Awaitable[None]]]] = []
    if settings.database_url.startswith("postgres"):
        asked.append(("The database", "DATABASE_URL", reach_database))
    if settings.mongodb_url:
        asked.append(("MongoDB", "MONGODB_URL", _mongodb))
    if settings.redis_url:
        asked.append(("Redis", "REDIS_URL", _redis))
    if settings.artifacts_url:
        asked.append(("The artifact store", "ARTIFACTS_URL and S3_ENDPOINT_URL", _bucket))
    answers = await asyncio.gather(
        *(_within_time(name, setting, ask(settings)) for name, setting, ask in asked)
    )
    return [answer for answer in answers if answer is not None]


async def _within_time(name: str, setting: str, answer: Awaitable[None]) -> DomainError | None:
    hint = f"Check that it runs, and {setting}."
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await answer
    except TimeoutError:
        message = f"{name} doesn't answer within {ANSWER_SECONDS:g} s."
    except DomainError as error:
        return error
    except Exception as error:  # of a kind that its adapter doesn't know
        message = f"{name} can't be used: {without_secrets(str(error))}"
    else:
        return None
    return ServiceUnavailable(message, hint=hint)


def without_secrets(text: str) -> str:
    """The text without what stands before the @ in its URLs."""
    return SECRET_IN_URL.sub("//***@", text)


async def _mongodb(settings: Settings) -> None:
    store = MongoDocumentStore(settings.mongodb_url)
    try:
        await store.ping()
    finally:
        await store.close()


async def _redis(settings: Settings) -> None:
    bell = DramatiqBell(settings.redis_url)
    try:
        await bell.ping()
    finally:
        await bell.close()


async def _bucket(settings: Settings) -> None:
    await make_bucket(settings).ping()
