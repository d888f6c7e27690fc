"""The videos and photos of pixabay.com (https://pixabay.com/api/docs/)."""

import time

from adapters.pixabay.answers import PREFIXES, hit_of, rows_of
from domain.generation.ports import VisualRequest
from domain.generation.stock import AnswerShelf, Hit, MediaType, Misread, orientation_of
from domain.generation.stock_api import Manners, StockApi
from domain.generation.stock_source import Found
from domain.providers.exchange import Exchange
from domain.providers.failures import ProviderFailed, Verdict

BASE_URL = "https://pixabay.com"
MANNERS = Manners(
    name="pixabay",
    key_hint="Check the keys in PIXABAY_API_KEY; https://pixabay.com/api/docs/ shows yours.",
    key_parameter="key",
    wrong_key=b"api key",
)
RULES_VERSION = 1
PER_PAGE = 15
"""hits of each kind for one query; the API gives 3 to 200"""

PATHS: dict[MediaType, str] = {"clip": "/api/videos/", "still": "/api/"}
KINDS: dict[MediaType, tuple[str, str]] = {
    "clip": ("video_type", "film"),
    "still": ("image_type", "photo"),
}
ORIENTATIONS = {"landscape": "horizontal", "portrait": "vertical", "any": "all"}

LANGUAGES = frozenset(
    "cs da de en es fr id it hu nl no pl pt ro sk fi sv tr vi th bg ru el ja ko zh".split()
)
"""that the API knows"""


class PixabayLibrary:
    """A ``Library``, searched with safe search on.

    Args:
        key: one key; another one is another library.
        shelf: keeps searches for a day.
    """

    identity = f"{MANNERS.name}/{RULES_VERSION}"
    name = MANNERS.name

    def __init__(
        self,
        key: str,
        exchange: Exchange,
        shelf: AnswerShelf,
        *,
        base_url: str = BASE_URL,
    ) -> None:
        self.base_url = base_url
        self._api = StockApi(
            MANNERS,
            key,
            exchange,
            shelf,
            base_url=base_url,
            clock=time.monotonic,
            now=time.time,
        )

    async def find(self, query: str, media_type: MediaType, request: VisualRequest) -> Found:
        params = _params(query, media_type, request)
        found = Found([], [])
        for row in await self._api.get(PATHS[media_type], params, rows_of):
            try:
                found.hits.append(hit_of(row, media_type))
            except Misread as error:
                found.misread.append(str(error))
        return found

    async def one(self, hit_id: str, media_type: MediaType) -> Hit:
        number = hit_id.removeprefix(PREFIXES[media_type])
        gone = ProviderFailed(f"Pixabay doesn't offer {hit_id!r} any more.", Verdict.NEXT)
        if not number.isdigit():
            raise gone
        rows = await self._api.get(PATHS[media_type], {"id": number}, rows_of)
        try:
            return hit_of(rows[0], media_type)
        except (IndexError, Misread) as error:
            raise gone from error


def _params(query: str, media_type: MediaType, request: VisualRequest) -> dict[str, str]:
    kind, value = KINDS[media_type]
    params = {"q": query, kind: value, "safesearch": "true", "per_page": str(PER_PAGE)}
    if media_type == "still":  # of videos the API knows none
        params["orientation"] = ORIENTATIONS[orientation_of(request.width, request.height)]
    language = request.language.partition("-")[0].lower()
    if language in LANGUAGES:
        params["lang"] = language
    return params
