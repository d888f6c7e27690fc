"""Footage of others as the settings name it, a source for each key. Making one asks nobody."""

from adapters.directory import DirectoryAnswers
from adapters.httpx import HttpxExchange
from adapters.httpx_downloads import HttpxDownloads
from adapters.media_folder import QuarantinedMeasure
from adapters.openai import OpenAIImages
from adapters.pexels import PexelsLibrary
from adapters.pixabay import PixabayLibrary
from app.config import Settings
from domain.generation.ports import Quarantine
from domain.generation.stock_source import StockFootage
from domain.outbound import Resolver, SourceRules

SEARCH_SECONDS = 20.0
MAX_SEARCH_BYTES = 4_000_000
DRAWING_SECONDS = 180.0
"""large pictures take a minute and more"""


class StockRoom:
    """Makes sources that share their downloads and the answers of the day, in cache folders under
    DATA_DIR."""

    def __init__(
        self, settings: Settings, quarantine: Quarantine, rules: SourceRules, resolver: Resolver
    ) -> None:
        self._settings = settings
        self._searching = HttpxExchange(seconds=SEARCH_SECONDS, max_bytes=MAX_SEARCH_BYTES)
        self._shelf = DirectoryAnswers(settings.cache_dir / "answers")
        self._downloads = HttpxDownloads(
            settings.cache_dir / "downloads",
            QuarantinedMeasure(quarantine),
            rules,
            resolver,
            max_bytes=settings.download_max_bytes,
            cache_bytes=settings.download_cache_bytes,
            min_free_bytes=settings.min_free_bytes,
        )

    def pexels(self, key: str) -> StockFootage:
        """Videos and photos of Pexels, for one of the keys in PEXELS_API_KEY."""
        library = PexelsLibrary(
            key, self._searching, self._shelf, base_url=self._settings.pexels_base_url
        )
        return StockFootage(library, self._downloads)

    def pixabay(self, key: str) -> StockFootage:
        """Videos and photos of Pixabay, for one of the keys in PIXABAY_API_KEY."""
        library = PixabayLibrary(
            key, self._searching, self._shelf, base_url=self._settings.pixabay_base_url
        )
        return StockFootage(library, self._downloads)

    def images(self, key: str) -> OpenAIImages:
        """Stills made by OPENAI_IMAGE_MODEL, for one of the keys in OPENAI_API_KEY, or for none."""
        return OpenAIImages(
            self._settings.openai_base_url,
            key,
            self._settings.openai_image_model,
            exchange=HttpxExchange(seconds=DRAWING_SECONDS),
            downloads=self._downloads,
            style=self._settings.openai_image_style,
        )
