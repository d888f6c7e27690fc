"""What the API answers, read row by row: one that can't be read spoils no other."""

from collections.abc import Iterator

import msgspec

from domain.generation.packaging import Credit
from domain.generation.stock import (
    MAX_STILL_PIXELS,
    Hit,
    MediaType,
    Misread,
    Rendition,
    words_of_page,
)
from domain.providers.failures import ProviderFailed, Verdict

PREFIXES: dict[MediaType, str] = {"clip": "pexels-video-", "still": "pexels-photo-"}
"""of hits' ids, before the library's number"""
CLIP_TYPE = "video/mp4"
LICENSE = "Pexels License"
PROOF = (
    "All photos and videos on Pexels are free to use (https://www.pexels.com/license/); the API's "
    "guidelines (https://www.pexels.com/api/documentation/#guidelines) ask for a link to Pexels "
    "and, where possible, the name of whoever made it."
)
LARGE_2X = (1880, 1300)
"""pixels that ``src.large2x`` is fitted into: 940 x 650 at twice the density"""


class _User(msgspec.Struct):
    name: str


class _VideoFile(msgspec.Struct):
    link: str
    file_type: str
    width: int
    height: int


class _Video(msgspec.Struct):
    id: int
    width: int
    height: int
    url: str
    duration: float
    user: _User
    video_files: list[msgspec.Raw]


class _Src(msgspec.Struct):
    original: str
    large2x: str = ""


class _Photo(msgspec.Struct):
    id: int
    width: int
    height: int
    url: str
    photographer: str
    src: _Src
    alt: str | None = None


class _Videos(msgspec.Struct):
    videos: list[msgspec.Raw]


class _Photos(msgspec.Struct):
    photos: list[msgspec.Raw]


def rows_of(body: bytes, media_type: MediaType) -> list[msgspec.Raw]:
    """The rows of a search's answer, unread.

    Raises:
        ProviderFailed: it's no answer of a search.
    """
    try:
        if media_type == "clip":
            return msgspec.json.decode(body, type=_Videos).videos
        return msgspec.json.decode(body, type=_Photos).photos
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderFailed(
            f"pexels gave an answer that can't be read: {error}", Verdict.NEXT
        ) from error


def hit_of(row: msgspec.Raw | bytes, media_type: MediaType) -> Hit:
    """One row.

    Raises:
        Misread
    """
    try:
        return _clip(row) if media_type == "clip" else _still(row)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misread(str(error)) from error


def _clip(row: msgspec.Raw | bytes) -> Hit:
    video = msgspec.json.decode(row, type=_Video)
    renditions = list(_files(video.video_files))
    if not renditions:
        raise Misread("it can't be had as MP4")
    if video.duration <= 0:
        raise Misread("it has no length")
    label = words_of_page(video.url)
    return Hit(
        id=f"{PREFIXES['clip']}{video.id}",
        type="clip",
        label=label,
        duration_ms=round(video.duration * 1000),
        renditions=renditions,
        credit=_credit("clip", label, video.user.name, video.url),
    )


def _files(rows: list[msgspec.Raw]) -> Iterator[Rendition]:
    for row in rows:
        try:
            file = msgspec.json.decode(row, type=_VideoFile)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # streams in pieces have no size; the others are still there
        if file.file_type == CLIP_TYPE and file.link and min(file.width, file.height) > 0:
            yield Rendition(file.link, file.width, file.height)


def _still(row: msgspec.Raw | bytes) -> Hit:
    photo = msgspec.json.decode(row, type=_Photo)
    if min(photo.width, photo.height) <= 0:
        raise Misread("it has no size")
    fitted = min(1.0, LARGE_2X[0] / photo.width, LARGE_2X[1] / photo.height)
    large = (round(photo.width * fitted), round(photo.height * fitted))
    renditions = []
    if photo.src.large2x:
        renditions.append(Rendition(photo.src.large2x, *large))
    if photo.src.original and photo.width * photo.height <= MAX_STILL_PIXELS:
        renditions.append(Rendition(photo.src.original, photo.width, photo.height))
    if not renditions:
        raise Misread("no file of it can be used")
    label = (photo.alt or words_of_page(photo.url)).strip()
    return Hit(
        id=f"{PREFIXES['still']}{photo.id}",
        type="still",
        label=label,
        duration_ms=0,
        renditions=renditions,
        credit=_credit("still", label, photo.photographer, photo.url),
    )


def _credit(media_type: MediaType, label: str, author: str, page: str) -> Credit:
    """Attribution is what the API's guidelines ask for; the licence alone asks for none."""
    return Credit(
        what=media_type,
        title=label or page,
        author=author,
        license=LICENSE,
        url=page,
        proof=PROOF,
        attribution_required=True,
    )
