"""Names in ``.env`` that are nearly a setting's: what they say isn't heard."""

import difflib
from pathlib import Path

import msgspec
import structlog
from dotenv import dotenv_values

from app.config import Settings

log = structlog.get_logger("app.misspelt")

NEAR = 0.8
"""of difflib's ratio, 1 for the same: ``OPENAI_SPEECH_URL`` and ``OPENAI_SPEECH_BASE_URL`` have
0.87. Others' variables, such as those of compose, are further away."""


def misspelt_settings(env_file: Path = Path(".env")) -> dict[str, str]:
    """Names in the file that no setting has, each with the setting that it is nearly."""
    if not env_file.is_file():
        return {}
    known = [field.encode_name for field in msgspec.structs.fields(Settings)]
    found: dict[str, str] = {}
    for name in dotenv_values(env_file):
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=NEAR)
        if near and name not in known:
            found[name] = near[0]
    return found


def misspelt_in_words(env_file: Path = Path(".env")) -> str:
    """What to say of them; empty where there are none."""
    return "; ".join(
        f"{name} in {env_file} is no setting: did you mean {near}?"
        for name, near in misspelt_settings(env_file).items()
    )


def warn_of_misspelt_settings() -> None:
    """Log them, as the server or a worker starts."""
    if told := misspelt_in_words():
        log.warning("settings aren't heard", names=told)
