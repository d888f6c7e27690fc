"""The doctor's look at servers: Postgres, MongoDB, Redis and a bucket, each as configured.

Whatever is written to see whether it works is taken back at once.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.exc import SQLAlchemyError

from adapters.dramatiq import DramatiqBell
from adapters.mongo import MongoDocumentStore
from adapters.postgres import OLDEST_VERSION, examine_postgres, make_engine, try_migrating_rights
from app.artifacts import make_bucket
from app.config import Settings
from app.findings import Check, Finding, Sound, look
from app.storage import describe_database
from domain.errors import DomainError

CLOCK_SKEW = timedelta(seconds=5)
"""between this machine and the database, above which somebody should look after the clocks"""

DURABILITY = "database durability"
CLOCK = "clock"
"""checks that need the database to answer"""

PROBE_BYTES = 64
PROBE_ACCOUNT = "faceless-doctor"
PUBLIC_SECONDS = 4.0


class ServerVisit:
    """The checks of servers, each answering what it found or raising what is wrong."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] | None = None) -> None:
        self._settings = settings
        self._clock = clock or (lambda: datetime.now(UTC))

    async def examine(self) -> list[Finding]:
        """Look at all that is configured, at once: each may take seconds not to answer."""
        settings = self._settings
        checks: dict[str, Check] = {"database": self.database}
        if settings.database_url.startswith("postgres"):
            checks |= {DURABILITY: self.durability, CLOCK: self.clock}
        if settings.mongodb_url:
            checks["mongodb"] = self.mongodb
        if settings.redis_url:
            checks["redis"] = self.redis
        if settings.artifacts_url:
            checks["bucket"] = self.bucket
        if settings.artifacts_url and settings.s3_signed_urls:
            checks["signed URLs"] = self.signed_urls
        found = await asyncio.gather(*(look(name, check) for name, check in checks.items()))
        if not found[0].ok:  # what is wrong with the database is said once
            return [finding for finding in found if finding.name not in (DURABILITY, CLOCK)]
        return list(found)

    async def database(self) -> Sound:
        described = await describe_database(self._settings)
        if not self._settings.database_url.startswith("postgres"):
            return Sound(described)
        engine = make_engine(self._settings.sql_url)
        try:
            facts = await examine_postgres(engine)
            if facts.is_read_only:
                raise DomainError(
                    f"{described}, but it is read-only",
                    hint="Point DATABASE_URL at the primary server, with a user that may write.",
                )
            if facts.major < OLDEST_VERSION:
                raise DomainError(
                    f"PostgreSQL {facts.version} is too old; {OLDEST_VERSION} or newer is needed",
                    hint="Upgrade the server.",
                )
            await try_migrating_rights(engine)
        except SQLAlchemyError as error:
            raise DomainError(
                f"{described}, but no table can be made in it: {getattr(error, 'orig', error)}",
                hint="Make the user of DATABASE_URL the owner of the database, or GRANT it CREATE "
                "on the schema.",
            ) from error
        finally:
            await engine.dispose()
        return Sound(f"PostgreSQL {facts.version}: {described}")

    async def durability(self) -> Sound:
        engine = make_engine(self._settings.sql_url)
        try:
            facts = await examine_postgres(engine)
        finally:
            await engine.dispose()
        if facts.not_durable:
            raise DomainError(
                f"a power cut may take jobs that were accepted: {', '.join(facts.not_durable)}",
                hint="Set them to on in the server's postgresql.conf.",
            )
        return Sound("what was committed outlives a power cut")

    async def clock(self) -> Sound:
        engine = make_engine(self._settings.sql_url)
        try:
            await examine_postgres(engine)  # connects, which takes its time
            before = self._clock()
            theirs = (await examine_postgres(engine)).now
            ours = before + (self._clock() - before) / 2
        finally:
            await engine.dispose()
        ahead = (ours - theirs).total_seconds()
        if abs(ahead) > CLOCK_SKEW.total_seconds():
            side = "ahead of" if ahead > 0 else "behind"
            raise DomainError(
                f"this machine's clock is {abs(ahead):.0f} s {side} the database's",
                hint="Let both keep time by NTP. Leases go by the database's clock alone, but "
                "logs, signed URLs and the ages of files don't.",
            )
        return Sound(f"this machine and the database agree to {abs(ahead):.1f} s")

    async def mongodb(self) -> Sound:
        store = MongoDocumentStore(self._settings.mongodb_url)
        try:
            facts = await store.examine()
            if facts.holds_documents and not facts.has_index:
                raise DomainError(
                    f"MongoDB {facts.version} lacks the unique index of the documents",
                    hint="Start `faceless worker` or `faceless serve`: they make it, or say why "
                    "they can't.",
                )
            key = (PROBE_ACCOUNT, "probe", os.urandom(16).hex())
            await store.put(*key, b"{}")
            written = await store.get(*key)
            await store.delete(*key)
        except DomainError:
            raise
        except Exception as error:  # the driver's own, such as a user that may not write
            raise DomainError(
                f"MongoDB refuses: {error}",
                hint="Give the user of MONGODB_URL the role readWrite on its database.",
            ) from error
        finally:
            await store.close()
        if written != b"{}":
            raise DomainError("MongoDB doesn't give back what it was given")
        if not facts.is_replicated:
            return Sound(
                f"version {facts.version} takes and gives documents, on one server alone",
                "Its disk is the only one: a replica set of three survives the loss of one.",
            )
        return Sound(f"version {facts.version}, a replica set, takes and gives documents")

    async def redis(self) -> Sound:
        bell = DramatiqBell(self._settings.redis_url)
        try:
            facts = await bell.examine()
        finally:
            await bell.close()
        message = f"version {facts.version} can be written"
        if facts.max_memory_bytes and facts.eviction != "noeviction":
            return Sound(
                f"{message}; when its {facts.max_memory_bytes:,} bytes are full it drops keys "
                f"({facts.eviction})",
                "A bell that it drops is rung again only after UNCLAIMED_SECONDS: set "
                "maxmemory-policy to noeviction, or give faceless a Redis of its own.",
            )
        if facts.forgets_all:
            message += "; it forgets what it holds when it restarts, and no job: bells ring again"
        return Sound(message)

    async def bucket(self) -> Sound:
        store = make_bucket(self._settings)
        await store.ping()
        data = os.urandom(PROBE_BYTES)
        async with AsyncExitStack() as stack:
            artifact = await store.put_bytes(data)
            stack.push_async_callback(store.delete, artifact.sha256)
            read = b"".join([piece async for piece in store.read(artifact.sha256)])
        if read != data:
            raise DomainError("the bucket doesn't give back what was put into it")
        return Sound(f"{self._settings.artifacts_url} takes, gives and deletes")

    async def signed_urls(self) -> Sound:
        store = make_bucket(self._settings)
        data = os.urandom(PROBE_BYTES)
        async with AsyncExitStack() as stack:
            artifact = await store.put_bytes(data)
            stack.push_async_callback(store.delete, artifact.sha256)
            url = await store.public_url(
                artifact.sha256, content_type="video/mp4", disposition="inline"
            )
            assert url is not None, "S3_SIGNED_URLS is set"
            address = f"{httpx.URL(url).scheme}://{httpx.URL(url).netloc.decode()}"
            hint = (
                "Browsers fetch videos there: look at S3_PUBLIC_ENDPOINT_URL (or S3_ENDPOINT_URL), "
                "S3_REGION, the keys, and this machine's clock."
            )
            try:
                async with httpx.AsyncClient(timeout=PUBLIC_SECONDS) as browser:
                    answer = await browser.get(url)
            except httpx.HTTPError as error:
                raise DomainError(
                    f"{address} can't be reached from here: {error}", hint=hint
                ) from error
        if answer.content != data:
            raise DomainError(
                f"{address} answers a signed URL with {answer.status_code}", hint=hint
            )
        return Sound(f"{address} gives videos to browsers")
