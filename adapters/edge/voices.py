"""Edge's voices: some that have been there for years, until the service's own list was fetched."""

from collections.abc import Sequence
from typing import Any

from domain.generation.service_voices import ListedVoice

_NEURAL = "Neural"
_KNOWN = (
    "en-US-EmmaMultilingual en-US-AndrewMultilingual en-US-AvaMultilingual en-US-BrianMultilingual "
    "en-US-Aria en-US-Guy en-US-Jenny en-GB-Sonia en-GB-Ryan en-AU-Natasha en-IN-Neerja "
    "de-DE-SeraphinaMultilingual de-DE-FlorianMultilingual de-DE-Katja de-DE-Conrad "
    "fr-FR-VivienneMultilingual fr-FR-RemyMultilingual fr-FR-Denise fr-FR-Henri "
    "es-ES-Elvira es-ES-Alvaro es-MX-Dalia es-MX-Jorge it-IT-Elsa it-IT-Diego "
    "pt-BR-Francisca pt-BR-Antonio pt-PT-Raquel pt-PT-Duarte nl-NL-Colette nl-NL-Maarten "
    "pl-PL-Zofia pl-PL-Marek ru-RU-Svetlana ru-RU-Dmitry uk-UA-Polina uk-UA-Ostap "
    "tr-TR-Emel tr-TR-Ahmet sv-SE-Sofie sv-SE-Mattias nb-NO-Pernille nb-NO-Finn "
    "da-DK-Christel da-DK-Jeppe fi-FI-Noora fi-FI-Harri cs-CZ-Vlasta cs-CZ-Antonin "
    "hu-HU-Noemi hu-HU-Tamas ro-RO-Alina ro-RO-Emil el-GR-Athina el-GR-Nestoras "
    "hi-IN-Swara hi-IN-Madhur ja-JP-Nanami ja-JP-Keita ko-KR-SunHi ko-KR-InJoon "
    "zh-CN-Xiaoxiao zh-CN-Yunxi ar-EG-Salma ar-SA-Zariyah he-IL-Hila he-IL-Avri "
    "id-ID-Gadis id-ID-Ardi vi-VN-HoaiMy vi-VN-NamMinh th-TH-Premwadee th-TH-Niwat"
).split()


def _named(short_name: str) -> ListedVoice:
    language, region, name = short_name.split("-", 2)
    said = name.removesuffix(_NEURAL).replace("Multilingual", " (multilingual)")
    return ListedVoice(id=short_name, name=said, language=f"{language}-{region}")


KNOWN = [_named(name + _NEURAL) for name in _KNOWN]


def listed(answer: Sequence[Any]) -> list[ListedVoice]:
    """The service's list as it is kept here; what has no short name or locale is left out."""
    voices = []
    for item in answer:
        short, locale = (item.get("ShortName"), item.get("Locale")) if item else (None, None)
        if isinstance(short, str) and isinstance(locale, str) and short and locale:
            name = str(item.get("FriendlyName") or short)
            voices.append(ListedVoice(id=short, name=name, language=locale))
    first = KNOWN[0].id
    return sorted(voices, key=lambda voice: voice.id != first)
