"""What is wrong with the settings of providers beyond their types: addresses, keys, lists of
voices, and what has to be installed. Whom the chains name is checked in ``app.chains``, prices in
``app.price_checks``.

Nothing is repeated that may hold a key.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.setting_values import is_plain_address, parts_of
from domain.generation.service_voices import read_voices

ADDRESSES = {
    "OPENAI_BASE_URL": "https://api.openai.com/v1 or http://localhost:11434/v1",
    "OPENAI_SPEECH_BASE_URL": "http://localhost:8080/v1",
    "ELEVENLABS_BASE_URL": "https://api.elevenlabs.io",
    "PEXELS_BASE_URL": "https://api.pexels.com",
    "PIXABAY_BASE_URL": "https://pixabay.com",
    "PIPER_VOICES_URL": "https://host/path",
}
"""how each address looks"""

WITH_QUERY = frozenset({"OPENAI_BASE_URL", "OPENAI_SPEECH_BASE_URL"})
"""addresses that may have a query: Azure's names the version of its API so"""

KEYS = (
    "OPENAI_API_KEY",
    "OPENAI_SPEECH_API_KEY",
    "ELEVENLABS_API_KEY",
    "PEXELS_API_KEY",
    "PIXABAY_API_KEY",
)
VOICE_LISTS = ("OPENAI_SPEECH_VOICES", "ELEVENLABS_VOICES", "EDGE_VOICES")

PRINTABLE = re.compile(r"[!-~]+")
"""what a header can carry of a key"""


def problems_of_providers(given: Mapping[str, Any]) -> list[str]:
    """What a variable's type alone can't say, each in a sentence that holds no key."""
    problems = [
        f"{name}: must be an address such as {example}, without a key in it"
        for name, example in ADDRESSES.items()
        if name in given and not _is_address(name, str(given[name]))
    ]
    problems += [
        f"{name}: a key has no spaces and only ASCII characters; several are separated by commas"
        for name in KEYS
        if any(not PRINTABLE.fullmatch(key) for key in parts_of(str(given.get(name, ""))))
    ]
    for name in VOICE_LISTS:
        try:
            read_voices(str(given.get(name, "")), "en")
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if given.get("RELEVANCE") == "model":
        from app.meanings import NOT_INSTALLED, is_installed  # noqa: PLC0415 - brings numpy along

        problems += [] if is_installed() else [NOT_INSTALLED]
    return problems


def _is_address(name: str, url: str) -> bool:
    return is_plain_address(url.partition("?")[0] if name in WITH_QUERY else url)
