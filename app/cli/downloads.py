"""Fetching a finished video's files: whole, checked, and going on where it broke off.

What isn't whole yet lies beside its place, under a name with the hash that it's to have: so a later
command goes on with it, and a name without that is always a whole file.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from app.cli.api_client import GONE, Api
from app.cli.endings import Refused, local_problem

FILES: dict[str, tuple[str, str]] = {
    "video": ("file", "video.mp4"),
    "thumbnail": ("thumbnail", "thumbnail.jpg"),
    "srt": ("captions.srt", "captions.srt"),
    "vtt": ("captions.vtt", "captions.vtt"),
    "metadata": ("metadata", "metadata.json"),
    "manifest": ("manifest", "manifest.json"),
    "script": ("script", "script.json"),
    "storyboard": ("storyboard", "storyboard.json"),
}
"""what can be fetched: its address under the video's, and the file's name"""

HEADLESS = frozenset({"metadata", "manifest", "script", "storyboard"})
"""documents: small, and not to be asked for by HEAD"""

SHA256_TAG = re.compile(r'"([0-9a-f]{64})"')
"""an ETag that is the content's own hash"""

ATTEMPTS = 5
PAUSE_SECONDS = 0.5
PARTIAL = 206
UNSATISFIABLE = 416

Moved = Callable[[int, int | None], None]
"""told how many bytes are there, and of how many"""


async def download_video(
    api: Api, video_id: str, folder: Path, *, what: list[str], moved: Moved
) -> list[Path]:
    """Fetch some of a video's files into ``folder``; one that is there already stays.

    Raises:
        Refused
    """
    make_folder(folder)
    paths = []
    for name in what:
        address, file = FILES[name]
        path = f"/api/videos/{video_id}/{address}"
        await download(api, path, folder / file, has_head=name not in HEADLESS, moved=moved)
        paths.append(folder / file)
    return paths


async def download(
    api: Api,
    path: str,
    target: Path,
    *,
    has_head: bool = False,
    is_hashed: bool = True,
    moved: Moved = lambda *_: None,
) -> None:
    """Fetch what is at ``path``, over as many connections as it takes.

    Args:
        has_head: whether the server tells size and hash beforehand; a store that sends the bytes
            in its place doesn't know the hash.
        is_hashed: whether an ETag that looks like a SHA-256 is the content's: a voice's sample and
            a narration are tagged by what they were made from.

    Raises:
        Refused: it can't be fetched, isn't what it should be, or can't be written.
    """
    try:
        tag = await _tag(api, path) if has_head else None
        if tag is not None and _is_whole(target, tag):
            return
        part = target.with_name(f".{target.name}.{tag or 'part'}")
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * attempt)
            try:
                size, found = await _fetch(api, path, part, tag, moved)
            except GONE as error:
                trouble = api.unreachable(error)
                continue
            wrong = _wrong(part, size, tag or (found if is_hashed else None))
            if wrong is None:
                part.replace(target)
                return
            part.unlink()
            trouble = wrong
        raise trouble
    except OSError as error:
        why = f"{target} can't be written: {error.strerror}."
        raise Refused(local_problem("cannot_write", why, "Take another --output.")) from error


async def _tag(api: Api, path: str) -> str | None:
    found = SHA256_TAG.fullmatch((await api.ask("HEAD", path)).headers.get("etag", ""))
    return found[1] if found else None


async def _fetch(
    api: Api, path: str, part: Path, tag: str | None, moved: Moved
) -> tuple[int | None, str | None]:
    """Write what comes to the end of ``part``; answers the size that it's to have, and its hash as
    far as the server names one."""
    there = 0 if tag is None else _length(part)
    headers = {"Accept-Encoding": "identity"}
    if there:
        headers |= {"Range": f"bytes={there}-", "If-Range": f'"{tag}"'}
    try:
        async with api.stream(path, headers=headers, follow_redirects=True) as response:
            goes_on = response.status_code == PARTIAL
            size = _size_of(response)
            have = there if goes_on else 0
            with part.open("ab" if goes_on else "wb") as file:
                async for piece in response.aiter_raw():
                    file.write(piece)
                    have += len(piece)
                    moved(have, size)
            found = SHA256_TAG.fullmatch(response.headers.get("etag", ""))
            return size, found[1] if found else None
    except Refused as error:
        if there and error.status == UNSATISFIABLE:  # it was whole already
            return None, tag
        raise


def _length(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _size_of(response: httpx.Response) -> int | None:
    whole: Any = response.headers.get("content-length")
    if response.status_code == PARTIAL:
        whole = response.headers.get("content-range", "").rpartition("/")[2]
    return int(whole) if whole and whole.isdecimal() else None


def _wrong(part: Path, size: int | None, tag: str | None) -> Refused | None:
    """What is wrong with what was fetched; None if nothing is."""
    there = part.stat().st_size
    is_right = size in (None, there) and (tag is None or hash_of(part) == tag)
    if is_right:
        return None
    return Refused(
        local_problem(
            "download_damaged",
            f"What came isn't what was sent: {there:,} bytes of {size or there:,}.",
            "Try again; if it stays so, look at what is between here and the server.",
        )
    )


def _is_whole(target: Path, tag: str) -> bool:
    return target.is_file() and hash_of(target) == tag


def hash_of(file: Path) -> str:
    """A file's SHA-256, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def make_folder(folder: Path) -> None:
    """A folder for what is fetched.

    Raises:
        Refused: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"The folder {folder} can't be made: {error.strerror}."
        raise Refused(local_problem("cannot_write", why, "Take another --output.")) from error
