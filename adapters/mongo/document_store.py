"""``DocumentStore`` over MongoDB. The only module that knows the driver.

Motor gets critical fixes only, until 14 May 2027; PyMongo's own asyncio client has the same
calls and takes its place in this file alone.

A document's JSON is kept as the text that it came as, byte for byte: it can be read in the
shell, and whatever a caller put into it (long integers, keys with dots or dollars) comes back
as it was.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern

from domain.errors import ServiceUnavailable, SettingsInvalid
from domain.generation.stores import DocumentKey

DATABASE = "faceless"
"""where the URL names none"""
COLLECTION = "documents"
INDEX = "document_key"

ANSWER_MS = 10_000
"""a server that was found answers within this time, or the call is made once more"""
FIND_SERVER_MS = 4_000
"""within five seconds somebody has to be told that no server is there"""
CONNECT_MS = 2_000

UNREADABLE_URL = (
    "MONGODB_URL can't be read: it has to look like mongodb://user:password@host:27017/, with "
    "special characters of the password percent-encoded (%40 for @, %2F for /)"
)

Row = dict[str, Any]


class MongoFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A MongoDB server, as it was found."""

    version: str
    is_replicated: bool
    has_index: bool
    """the unique one, without which a document could be there twice"""
    holds_documents: bool


class MongoDocumentStore:
    """Immutable documents, unique by account, kind, fingerprint: the collection ``documents`` of
    the database that the URL names, else of ``faceless``.

    Belongs to the event loop that it is first used in. Connects at the first call.

    Every call raises ServiceUnavailable when no server answers in time.

    Raises:
        SettingsInvalid: the URL can't be read.
    """

    def __init__(self, url: str) -> None:
        try:
            self._client: AsyncIOMotorClient[Row] = AsyncIOMotorClient(
                url,
                appname="faceless",
                connect=False,
                connectTimeoutMS=CONNECT_MS,
                serverSelectionTimeoutMS=FIND_SERVER_MS,
                socketTimeoutMS=ANSWER_MS,
                retryWrites=True,
                retryReads=True,
            )
        except (ConfigurationError, ValueError) as error:
            # the URL and the driver's words about it aren't repeated: they may hold a password
            raise SettingsInvalid([UNREADABLE_URL]) from error
        # On disk on most servers before the call returns, and never read from one that could
        # still lose it: the SQL row that refers to a document is committed after it.
        database = self._client.get_default_database(DATABASE)
        self._documents: AsyncIOMotorCollection[Row] = database.get_collection(
            COLLECTION,
            write_concern=WriteConcern(w="majority", j=True, wtimeout=ANSWER_MS),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        self._is_indexed = False

    async def ensure_indexes(self) -> None:
        """Make the unique index, unless it's there. The first ``put`` does, if nobody did."""
        with _outages():
            await self._documents.create_index(
                [("account_id", 1), ("kind", 1), ("fingerprint", 1)],
                name=INDEX,
                unique=True,
            )
        self._is_indexed = True

    async def put(self, account_id: str, kind: str, fingerprint: str, body: bytes) -> None:
        """Store a document unless it's there; then it is only young again."""
        if not self._is_indexed:
            await self.ensure_indexes()
        key = _key(account_id, kind, fingerprint)
        # the server's own clock, for all that put and sweep
        put = {"$setOnInsert": {"body": body.decode()}, "$currentDate": {"created_at": True}}
        with _outages():
            try:
                await self._documents.update_one(key, put, upsert=True)
            except DuplicateKeyError:
                # Another writer was quicker, and may not be on most servers yet: an update
                # returns when what it found is, too.
                await self._documents.update_one(key, put, upsert=True)

    async def get(self, account_id: str, kind: str, fingerprint: str) -> bytes | None:
        """The document's JSON, or None."""
        with _outages():
            row = await self._documents.find_one(
                _key(account_id, kind, fingerprint), {"_id": False, "body": True}
            )
        return None if row is None else str(row["body"]).encode()

    async def delete(self, account_id: str, kind: str, fingerprint: str) -> None:
        """Forget a document; no error when it isn't there."""
        with _outages():
            await self._documents.delete_one(_key(account_id, kind, fingerprint))

    async def listing(self, older_than_seconds: float = 0.0) -> AsyncIterator[DocumentKey]:
        """The keys of all documents of at least this age."""
        with _outages():
            found = self._documents.find(
                _older_than(older_than_seconds), dict.fromkeys(_KEY_FIELDS, True)
            )
            async for row in found:
                yield DocumentKey(*(str(row[field]) for field in _KEY_FIELDS))

    async def sweep(
        self, entries: Sequence[DocumentKey], older_than_seconds: float
    ) -> list[DocumentKey]:
        """Delete those documents that are still of at least this age; which."""
        swept = await asyncio.gather(*(self._sweep(key, older_than_seconds) for key in entries))
        return [key for key, is_gone in zip(entries, swept, strict=True) if is_gone]

    async def _sweep(self, entry: DocumentKey, older_than_seconds: float) -> bool:
        key = _key(entry.account_id, entry.kind, entry.fingerprint)
        with _outages():
            gone = await self._documents.delete_one(key | _older_than(older_than_seconds))
        return bool(gone.deleted_count)

    async def ping(self) -> str:
        """Ask the server whether it is there; answers its version."""
        with _outages():
            return str((await self._client.server_info())["version"])

    async def examine(self) -> MongoFacts:
        """Ask the server about itself; changes nothing."""
        with _outages():
            server = await self._client.server_info()
            hello = await self._client.admin.command("hello")
            indexes = await self._documents.index_information()
            holds_documents = await self._documents.find_one({}, {"_id": True}) is not None
        return MongoFacts(
            version=str(server["version"]),
            is_replicated="setName" in hello,
            has_index=bool(indexes.get(INDEX, {}).get("unique")),
            holds_documents=holds_documents,
        )

    async def close(self) -> None:
        """Close every connection."""
        self._client.close()


_KEY_FIELDS = ("account_id", "kind", "fingerprint")


def _key(account_id: str, kind: str, fingerprint: str) -> Row:
    return {"account_id": account_id, "kind": kind, "fingerprint": fingerprint}


def _older_than(seconds: float) -> Row:
    since = {"$subtract": ["$$NOW", round(seconds * 1000)]}
    return {"$expr": {"$lte": ["$created_at", since]}}


@contextmanager
def _outages() -> Iterator[None]:
    """Say ServiceUnavailable where the driver says that the server can't be reached."""
    try:
        yield
    except PyMongoError as error:
        refused = isinstance(error, OperationFailure) and error.code in _NOT_NOW
        unreachable = isinstance(error, (ConnectionFailure, WTimeoutError)) or error.timeout
        if not (refused or unreachable):
            raise
        # The driver's message names hosts and ports; never the password.
        raise ServiceUnavailable(
            f"MongoDB doesn't answer: {_first_sentence(error)}",
            hint="Check that it runs, and MONGODB_URL.",
            service="mongodb",
        ) from error


_NOT_NOW = frozenset(
    {
        18,  # AuthenticationFailed: a wrong password is mended in the settings, not in the job
        8000,  # the same, from Atlas
    }
)


def _first_sentence(error: PyMongoError) -> str:
    """Without the description of the whole topology that the driver appends."""
    return str(error).split(", Timeout:", 1)[0].split(", full error:", 1)[0].strip() + "."
