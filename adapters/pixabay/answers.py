"""What the API answers, read row by row: one that can't be read spoils no other."""

import msgspec

from domain.generation.packaging import Credit
from domain.generation.stock import MAX_STILL_PIXELS, Hit, MediaType, Misread, Rendition
from domain.providers.failures import ProviderFailed, Verdict

PREFIXES: dict[MediaType, str] = {"clip": "pixabay-video-", "still": "pixabay-image-"}
"""of hits' ids, before the library's number"""
LICENSE = "Pixabay Content License"
PROOF = (
    "Content may be used for free and without having to attribute the author "
    "(https://pixabay.com/service/license-summary/)."
)
LARGE_EDGE, FULL_HD_EDGE = 1280, 1920
"""pixels of the longer side of ``largeImageURL`` and ``fullHDURL``, of which the second, as the
original in ``imageURL``, is for keys only that were approved for it"""


class _File(msgspec.Struct):
    url: str
    width: int
    height: int


class _Row(msgspec.Struct, kw_only=True):
    id: int
    pageURL: str  # noqa: N815 - the API's names
    tags: str = ""
    user: str = ""
    isAiGenerated: bool = False  # noqa: N815


class _Video(_Row, kw_only=True):
    duration: float
    videos: dict[str, msgspec.Raw]


class _Image(_Row, kw_only=True):
    imageWidth: int  # noqa: N815
    imageHeight: int  # noqa: N815
    largeImageURL: str = ""  # noqa: N815
    fullHDURL: str = ""  # noqa: N815
    imageURL: str = ""  # noqa: N815


class _Hits(msgspec.Struct):
    hits: list[msgspec.Raw]


def rows_of(body: bytes) -> list[msgspec.Raw]:
    """The rows of an answer, unread.

    Raises:
        ProviderFailed: it's no answer of a search.
    """
    try:
        return msgspec.json.decode(body, type=_Hits).hits
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderFailed(
            f"pixabay gave an answer that can't be read: {error}", Verdict.NEXT
        ) from error


def hit_of(row: msgspec.Raw, media_type: MediaType) -> Hit:
    """One row.

    Raises:
        Misread
    """
    try:
        return _clip(row) if media_type == "clip" else _still(row)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misread(str(error)) from error


def _clip(row: msgspec.Raw) -> Hit:
    video = msgspec.json.decode(row, type=_Video)
    if video.duration <= 0:
        raise Misread("it has no length")
    renditions = []
    for raw in video.videos.values():
        try:
            file = msgspec.json.decode(raw, type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # the other sizes are still there
        if file.url and min(file.width, file.height) > 0:  # a size that isn't there has neither
            renditions.append(Rendition(file.url, file.width, file.height))
    if not renditions:
        raise Misread("no file of it can be used")
    return _hit(video, "clip", round(video.duration * 1000), renditions)


def _still(row: msgspec.Raw) -> Hit:
    image = msgspec.json.decode(row, type=_Image)
    width, height = image.imageWidth, image.imageHeight
    if min(width, height) <= 0:
        raise Misread("it has no size")
    renditions = [
        Rendition(url, *_fitted(width, height, edge))
        for url, edge in (
            (image.largeImageURL, LARGE_EDGE),
            (image.fullHDURL, FULL_HD_EDGE),
            (image.imageURL, max(width, height)),
        )
        if url and (edge <= FULL_HD_EDGE or width * height <= MAX_STILL_PIXELS)
    ]
    if not renditions:
        raise Misread("no file of it can be used")
    return _hit(image, "still", 0, renditions)


def _fitted(width: int, height: int, edge: int) -> tuple[int, int]:
    shrunk = min(1.0, edge / max(width, height))
    return round(width * shrunk), round(height * shrunk)


def _hit(row: _Row, media_type: MediaType, duration_ms: int, renditions: list[Rendition]) -> Hit:
    """The licence asks for no attribution, and the API for a link beside search results only."""
    return Hit(
        id=f"{PREFIXES[media_type]}{row.id}",
        type=media_type,
        label=row.tags,
        duration_ms=duration_ms,
        renditions=renditions,
        credit=Credit(
            what=media_type,
            title=row.tags or row.pageURL,
            author=row.user,
            license=LICENSE,
            url=row.pageURL,
            proof=PROOF,
            machine_made=row.isAiGenerated,
            attribution_required=False,
        ),
    )
