"""The videos and photos of pexels.com."""

from adapters.pexels.answers import PREFIXES, hit_of, rows_of
from adapters.pexels.client import BASE_URL, PROVIDER, TOTAL_SECONDS, PexelsClient
from domain.generation.stock import (
    FULL_HD_SHORT_SIDE,
    AnswerShelf,
    Hit,
    MediaType,
    Misread,
    orientation_of,
)
from domain.generation.stock_source import Found
from domain.providers.failures import ProviderFailed, Verdict

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
        language: of the search terms, BCP 47.
    """

    name = PROVIDER

    def __init__(
        self,
        key: str,
        shelf: AnswerShelf,
        *,
        base_url: str = BASE_URL,
        language: str = "en",
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self.base_url = base_url
        self._client = PexelsClient(key, shelf, base_url, total_seconds)
        self._locale = LOCALES.get(language.partition("-")[0].lower(), "")
        self.identity = f"{PROVIDER}/{RULES_VERSION}/{self._locale}"

    async def find(self, query: str, media_type: MediaType, width: int, height: int) -> Found:
        params = self._params(query, media_type, width, height)
        found = Found([], [])
        rows = await self._client.get(
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

        return await self._client.get(f"{ONE[media_type]}{number}", {}, read)

    def _params(self, query: str, media_type: MediaType, width: int, height: int) -> dict[str, str]:
        """``size`` is the least that is wanted: ``medium`` is Full HD of videos; ``small`` is HD
        of videos, and 4 megapixels of photos."""
        is_full_hd = min(width, height) >= FULL_HD_SHORT_SIDE
        params = {
            "query": query,
            "per_page": str(PER_PAGE),
            "size": "medium" if media_type == "clip" and is_full_hd else "small",
        }
        orientation = orientation_of(width, height)
        if orientation != "any":
            params["orientation"] = orientation
        if self._locale:
            params["locale"] = self._locale
        return params
