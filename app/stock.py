"""Footage of others as the settings name it: one source for each key. Making one asks nobody."""

from adapters.directory import DirectoryAnswers
from adapters.httpx_downloads import HttpxDownloads
from adapters.media_folder import QuarantinedMeasure
from adapters.openai_images import OpenAIImages
from adapters.pexels import PexelsLibrary
from adapters.pixabay import PixabayLibrary
from app.config import Settings
from domain.generation.downloads import Downloads
from domain.generation.ports import Quarantine
from domain.generation.stock import AnswerShelf
from domain.generation.stock_source import StockFootage
from domain.outbound import Resolver, UrlRules


def make_downloads(
    settings: Settings, quarantine: Quarantine, rules: UrlRules, resolver: Resolver
) -> Downloads:
    """Downloads into a cache folder under DATA_DIR."""
    return HttpxDownloads(
        settings.cache_dir / "downloads",
        QuarantinedMeasure(quarantine),
        rules,
        resolver,
        max_bytes=settings.download_max_bytes,
        cache_bytes=settings.download_cache_bytes,
        min_free_bytes=settings.min_free_bytes,
    )


def make_answer_shelf(settings: Settings) -> AnswerShelf:
    """Searches of a day, in a cache folder under DATA_DIR."""
    return DirectoryAnswers(settings.cache_dir / "answers")


def make_pexels(settings: Settings, shelf: AnswerShelf, downloads: Downloads) -> list[StockFootage]:
    """Pexels, once for each of ``settings.pexels_keys``, in their order."""
    return [
        StockFootage(
            PexelsLibrary(
                key, shelf, base_url=settings.pexels_base_url, language=settings.stock_language
            ),
            downloads,
        )
        for key in settings.pexels_keys
    ]


def make_pixabay(
    settings: Settings, shelf: AnswerShelf, downloads: Downloads
) -> list[StockFootage]:
    """Pixabay, once for each of ``settings.pixabay_keys``, in their order."""
    return [
        StockFootage(
            PixabayLibrary(
                key, shelf, base_url=settings.pixabay_base_url, language=settings.stock_language
            ),
            downloads,
        )
        for key in settings.pixabay_keys
    ]


def make_images(settings: Settings, downloads: Downloads) -> list[OpenAIImages]:
    """Stills made by OPENAI_IMAGE_MODEL, once for each of ``settings.openai_keys``; none without
    a model, and one without a key where there are no keys."""
    if not settings.openai_image_model:
        return []
    return [
        OpenAIImages(
            settings.openai_base_url,
            key,
            settings.openai_image_model,
            downloads=downloads,
            style=settings.openai_image_style,
        )
        for key in settings.openai_keys or [""]
    ]
