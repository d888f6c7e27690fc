"""ElevenLabs' list of voices: ``GET /v2/voices``, page by page, kept on a shelf."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from domain.generation.service_voices import ListedVoice
from domain.providers.exchange import Answer
from domain.providers.failures import ProviderFailed, Verdict

PAGE_SIZE = 100
MAX_PAGES = 50
LANGUAGES = (
    "ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru"
).split()
"""beside English, of the model eleven_multilingual_v2 (https://elevenlabs.io/docs/models)"""
PREMADE = [
    ListedVoice(id=own_id, name=name, language=language, languages=LANGUAGES)
    for own_id, name, language in (
        ("JBFqnCBsd6RMkjVDRZzb", "George", "en-GB"),
        ("EXAVITQu4vr4xnSDxMaL", "Sarah", "en-US"),
        ("onwK4e9ZLuTAKqWW03F9", "Daniel", "en-GB"),
        ("XB0fDUnXU5powFXDhCwa", "Charlotte", "en-GB"),
        ("nPczCjzI2devNBz1zQrb", "Brian", "en-US"),
        ("Xb7hH8MSUJpSbSDYk0k2", "Alice", "en-GB"),
    )
]
"""what every account has; taken until the list was fetched"""


class _Spoken(msgspec.Struct):
    language: str = ""
    locale: str | None = None


class _Item(msgspec.Struct):
    voice_id: str
    name: str = ""
    labels: dict[str, str | None] | None = None
    verified_languages: list[_Spoken] | None = None


class Page(msgspec.Struct):
    """One page of the answer, as far as it is used."""

    voices: list[_Item]
    has_more: bool = False
    next_page_token: str | None = None


def page_query(token: str | None) -> str:
    """The query of one page."""
    pairs = {"page_size": str(PAGE_SIZE)} | ({"next_page_token": token} if token else {})
    return urlencode(pairs)


def page_of(answer: Answer) -> Page:
    """A page; raises ProviderFailed when it's none."""
    try:
        return msgspec.json.decode(answer.body, type=Page)
    except msgspec.MsgspecError as error:
        raise ProviderFailed(
            f"ElevenLabs' list of voices isn't as documented: {error}.", Verdict.NEXT
        ) from error


def listed(items: Sequence[_Item]) -> list[ListedVoice]:
    """The voices as they are listed here. Every one speaks all languages of the model."""
    voices = []
    for item in items:
        spoken = [one.locale or one.language for one in item.verified_languages or []]
        own = (item.labels or {}).get("language") or next(filter(None, spoken), "en")
        voices.append(
            ListedVoice(
                id=item.voice_id,
                name=item.name or item.voice_id,
                language=own,
                languages=[tag for tag in ["en", *LANGUAGES] if tag != own.split("-")[0]],
            )
        )
    return voices
