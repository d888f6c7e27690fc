"""Narrators of services, made from settings; the chain of NARRATORS puts them in order."""

import msgspec

from adapters.directory import DirectoryPaces, DirectoryVoiceLists
from adapters.edge import EdgeNarrator
from adapters.elevenlabs import LANGUAGES as ELEVENLABS_LANGUAGES
from adapters.elevenlabs import ElevenLabsNarrator
from adapters.httpx import HttpxExchange
from adapters.openai import LANGUAGES as OPENAI_LANGUAGES
from adapters.openai import VOICES as OPENAI_VOICES
from adapters.openai import OpenAINarrator
from adapters.pocketsphinx import PocketsphinxAligner
from adapters.pyav import PyavReader
from app.config import Settings
from domain.generation.mastering import Mastering
from domain.generation.service_voices import ListedVoice, read_voices


def make_mastering(settings: Settings) -> Mastering:
    """What makes utterances of the services' sound: one for all of them, for it holds a model."""
    return Mastering(
        PyavReader(), PocketsphinxAligner(), DirectoryPaces(settings.cache_dir / "paces.json")
    )


def make_openai_speech(settings: Settings, mastering: Mastering, key: str) -> OpenAINarrator:
    """The narrator of one of the speech server's keys; empty for one that asks for none."""
    own = read_voices(settings.openai_speech_voices, "en", OPENAI_LANGUAGES)
    return OpenAINarrator(
        HttpxExchange(),
        mastering,
        base_url=settings.speech_server[0],
        key=key,
        model=settings.openai_speech_model,
        voices=own or OPENAI_VOICES,
        response_format=settings.openai_speech_format,
        default_voice=settings.default_voice,
    )


def make_elevenlabs(settings: Settings, mastering: Mastering, key: str) -> ElevenLabsNarrator:
    """The narrator of one key of ELEVENLABS_API_KEY."""
    return ElevenLabsNarrator(
        HttpxExchange(),
        mastering,
        _voice_lists(settings),
        key=key,
        base_url=settings.elevenlabs_base_url,
        model=settings.elevenlabs_model,
        voices=_voices(settings.elevenlabs_voices),
        output_format=settings.elevenlabs_format,
        default_voice=settings.default_voice,
    )


def make_edge(settings: Settings, mastering: Mastering) -> EdgeNarrator:
    """The narrator of Edge, which has no key."""
    return EdgeNarrator(
        mastering,
        _voice_lists(settings),
        voices=_edge_voices(settings.edge_voices),
        default_voice=settings.default_voice,
    )


def _voice_lists(settings: Settings) -> DirectoryVoiceLists:
    return DirectoryVoiceLists(settings.cache_dir / "voice-lists")


def _voices(setting: str) -> list[ListedVoice]:
    """ElevenLabs' as set; those without a language speak all of the multilingual model."""
    return read_voices(setting, "en", ELEVENLABS_LANGUAGES)


def _edge_voices(setting: str) -> list[ListedVoice]:
    """Edge's as set; the language is in the name."""
    listed = read_voices(setting, "")
    return [
        msgspec.structs.replace(voice, language="-".join(voice.id.split("-")[:2]))
        if not voice.language
        else voice
        for voice in listed
    ]
