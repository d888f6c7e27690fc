"""``Downloads`` by httpx, into a cache folder that processes may share."""

import asyncio
import ssl
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

import httpx

from adapters.httpx_downloads.cache import DownloadCache, Part, key_of
from adapters.httpx_downloads.signatures import HEAD_BYTES
from adapters.httpx_downloads.transfer import Transfer, check_signature
from domain.generation.downloads import Measure, Wanted
from domain.generation.ports import LookFailed
from domain.outbound import Resolver, UrlRules
from domain.providers.failures import ProviderFailed, Verdict

PARALLEL = 4
"""downloads at the same time, of all jobs of a process"""
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0
"""without a byte, after which a connection counts as cut"""
TOTAL_SECONDS = 600.0
MAX_BYTES = 500_000_000
CACHE_BYTES = 5_000_000_000


class HttpxDownloads:
    """Downloads a file once, checks it by decoding it, and keeps it for the next who wants it.

    Args:
        measure: decodes a file where a crash harms nothing.
        rules: which addresses may be asked, beside the provider's own.
        max_bytes: of one file.
        cache_bytes: of all that are kept.
        min_free_bytes: that are left free on the folder's disk.
    """

    def __init__(
        self,
        folder: Path,
        measure: Measure,
        rules: UrlRules,
        resolver: Resolver,
        *,
        max_bytes: int = MAX_BYTES,
        cache_bytes: int = CACHE_BYTES,
        min_free_bytes: int = 0,
        parallel: int = PARALLEL,
        idle_seconds: float = IDLE_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._cache = DownloadCache(folder, cache_bytes, min_free_bytes)
        self._measure = measure
        self._rules = rules
        self._resolver = resolver
        self._slots = asyncio.Semaphore(parallel)
        self._timeout = httpx.Timeout(idle_seconds, connect=CONNECT_SECONDS)
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds

    async def fetch(self, wanted: Wanted, folder: Path) -> Path:
        key = key_of(wanted)
        with self._cache.errors():
            async with self._cache.locked(key):
                kept = await asyncio.to_thread(self._cache.found, key)
                if kept is None:
                    kept = await self._bring(wanted, key)
                return await asyncio.to_thread(self._cache.copy, kept, folder)

    async def admit(
        self, data: bytes, media_type: Literal["clip", "still"], provider: str, folder: Path
    ) -> Path:
        wanted = Wanted(url="", type=media_type, provider=provider)
        suffix = check_signature(data[:HEAD_BYTES], wanted)
        with self._cache.errors():
            path = await asyncio.to_thread(_write, data, folder, suffix)
        try:
            await self._look_at(path, wanted)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    async def _bring(self, wanted: Wanted, key: str) -> Path:
        part = self._cache.part(key)
        async with (
            self._slots,
            httpx.AsyncClient(
                timeout=self._timeout,
                verify=_authorities(),
                trust_env=False,
                follow_redirects=False,
            ) as client,
        ):
            transfer = Transfer(
                client,
                self._cache,
                self._rules,
                self._resolver,
                max_bytes=self._max_bytes,
                total_seconds=self._total_seconds,
            )
            await transfer.bring(wanted, part)
        try:
            suffix = check_signature(await asyncio.to_thread(_head, part), wanted)
            await self._look_at(part.path, wanted)
        except ProviderFailed:
            part.clear()
            raise
        place = await asyncio.to_thread(self._cache.admit, key, part, suffix)
        await asyncio.to_thread(self._cache.trim)
        return place

    async def _look_at(self, path: Path, wanted: Wanted) -> None:
        try:
            await asyncio.to_thread(self._measure, path, wanted.type == "still")
        except LookFailed as error:
            raise ProviderFailed(
                f"A {wanted.type} from {wanted.provider} can't be used: {error}.", Verdict.NEXT
            ) from error


def _head(part: Part) -> bytes:
    with part.path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _write(data: bytes, folder: Path, suffix: str) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, suffix=suffix, delete=False) as file:
        file.write(data)
    return Path(file.name)


@cache
def _authorities() -> ssl.SSLContext:
    """Whom TLS trusts, read once: it takes 50 ms, which httpx would spend on every client."""
    return httpx.create_ssl_context(trust_env=False)
