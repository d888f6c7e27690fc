"""The videos and photos of pexels.com (https://www.pexels.com/api/documentation/)."""

import time

from adapters.pexels.answers import PREFIXES, hit_of, rows_of
from domain.generation.ports import VisualRequest
from domain.generation.stock import (
    FULL_HD_SHORT_SIDE,
    AnswerShelf,
    Hit,
    MediaType,
    Misread,
    orientation_of,
)
from domain.generation.stock_api import Manners, StockApi
from domain.generation.stock_source import Found
from domain.providers.exchange import Exchange
from domain.providers.failures import ProviderFailed, Verdict

BASE_URL = "https://api.pexels.com"
MANNERS = Manners(
    name="pexels",
    key_hint="Check the keys in PEXELS_API_KEY; https://www.pexels.com/api/ gives them out.",
    key_header="authorization",
    resets_at_moment=True,
)
RULES_VERSION = 1
PER_PAGE = 15
"""hits of each kind for one query, the API's own default"""

SEARCH: dict[MediaType, str] = {"clip": "/videos/search", "still": "/v1/search"}
ONE: dict[MediaType, str] = {"clip": "/videos/videos/", "still": "/v1/photos/"}

LOCALES = {
    locale.partition("-")[0]: locale
    for locale in (
        "en-US pt-BR es-ES ca-ES de-DE it-IT fr-FR sv-SE id-ID pl-PL ja-JP zh-CN ko-KR th-TH "
        "nl-NL hu-HU vi-VN cs-CZ da-DK fi-FI uk-UA el-GR ro-RO nb-NO sk-SK tr-TR ru-RU"
    ).split()
}
"""that the API knows, by language"""


class PexelsLibrary:
    """A ``Library``. The API has no switch for safe search.

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
        rows = await self._api.get(
            SEARCH[media_type], params, lambda body: rows_of(body, media_type)
        )
        for row in rows:
            try:
                found.hits.append(hit_of(row, media_type))
            except Misread as error:
                found.misread.append(str(error))
        return found

    async def one(self, hit_id: str, media_type: MediaType) -> Hit:
        number = hit_id.removeprefix(PREFIXES[media_type])
        gone = ProviderFailed(f"Pexels doesn't offer {hit_id!r} any more.", Verdict.NEXT)
        if not number.isdigit():
            raise gone

        def read(body: bytes) -> Hit:
            try:
                return hit_of(body, media_type)
            except Misread as error:
                raise gone from error

        return await self._api.get(f"{ONE[media_type]}{number}", {}, read)


def _params(query: str, media_type: MediaType, request: VisualRequest) -> dict[str, str]:
    """``size`` is the least that is wanted: ``medium`` is Full HD of videos; ``small`` is HD of
    videos, and 4 megapixels of photos."""
    is_full_hd = min(request.width, request.height) >= FULL_HD_SHORT_SIDE
    params = {
        "query": query,
        "per_page": str(PER_PAGE),
        "size": "medium" if media_type == "clip" and is_full_hd else "small",
    }
    orientation = orientation_of(request.width, request.height)
    if orientation != "any":
        params["orientation"] = orientation
    if locale := LOCALES.get(request.language.partition("-")[0].lower()):
        params["locale"] = locale
    return params
