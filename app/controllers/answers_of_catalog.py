"""Answers about what a server offers as examples: capabilities, voices, music, presets."""

from datetime import date, timedelta
from typing import Any

from app.capabilities import (
    Capabilities,
    Feature,
    PortProviders,
    ProviderKey,
    ProviderState,
    limits_of,
)
from app.config import Settings
from app.controllers.answers_of_videos import ACCEPTED_AT, VOICE_CREDIT
from app.controllers.bodies import MusicList, PaletteList, VoiceBody, VoiceList
from app.controllers.costs import CostLine, Costs
from app.controllers.examples import REQUEST_EXAMPLES
from app.controllers.presets import PresetList
from domain.generation.fingerprint import canonical, content_hash
from domain.generation.packaging import Credit
from domain.generation.palettes import PALETTES
from domain.generation.ports import Track, Voice
from domain.presets import Preset

VOICE = Voice(
    id="en_US-joe-medium",
    name="Joe",
    language="en-US",
    quality="medium",
    words_per_minute=160.0,
    word_timing="engine",
    credit=VOICE_CREDIT,
)
TRACK = Track(
    id="bundled/happy/happy_acoustic_1",
    mood="happy",
    title="Happy, acoustic, take 1",
    seconds=32.6565,
    credit=Credit(
        what="music",
        title="Happy, acoustic, take 1",
        author="Immich Memories contributors, generated with ACE-Step 1.5",
        license="MIT",
        url="https://github.com/sdumont/immich-video-memory-generator",
        machine_made=True,
    ),
)
CAPABILITIES = Capabilities(
    version="0.1.0",
    features=[
        Feature(
            name="script.article",
            available=True,
            detail="articles are condensed; `source_text`",
        ),
        Feature(
            name="visuals.media_folder",
            available=False,
            detail="your own clips and stills, by `media` and by search terms",
            missing="a folder",
            setting="MEDIA_DIR",
            hint="Set MEDIA_DIR to a folder, and restart.",
        ),
    ],
    providers=[
        PortProviders(
            port="narrator",
            setting="NARRATORS",
            providers=[
                ProviderState(
                    name="elevenlabs",
                    place=1,
                    detail="voices of ElevenLabs",
                    keys=[
                        ProviderKey(
                            label="...9f3c",
                            state="resting",
                            resting_until=ACCEPTED_AT + timedelta(seconds=571),
                            failed_at=ACCEPTED_AT - timedelta(seconds=29),
                            is_open=True,
                            seconds_left=571.3,
                            failures=1,
                            reason="The key was refused (403).",
                        )
                    ],
                    setting="NARRATORS",
                ),
                ProviderState(
                    name="piper",
                    place=2,
                    detail="voices on this machine; the extra `voice`, VOICE_DIR",
                    keys=[
                        ProviderKey(
                            label="", state="ready", is_open=False, seconds_left=0.0, failures=0
                        )
                    ],
                    setting="NARRATORS",
                ),
            ],
        )
    ],
    languages=["en-US"],
    voices=[VOICE.id],
    moods=["calm", "happy"],
    caption_styles=["highlight", "box"],
    scene_kinds=["hook", "number", "list"],
    limits=limits_of(Settings()),
)

_KEPT = REQUEST_EXAMPLES["put", "/api/presets/{name}"]["brand"]["value"]
PRESET = Preset(
    name="brand-shorts",
    request=_KEPT,
    digest=content_hash(canonical(_KEPT)),
    created_at=ACCEPTED_AT,
    updated_at=ACCEPTED_AT,
)

COSTS = Costs(
    month="2026-11",
    cap_usd=50.0,
    spent_usd=0.0352,
    reserved_usd=0.0,
    uncertain_usd=0.0051,
    prices_as_of=date(2026, 4, 30),
    items=[
        CostLine(
            provider="openai",
            model="gpt-5-mini",
            service="chat",
            calls=7,
            usd=0.0352,
            reserved_usd=0.0,
            uncertain_usd=0.0051,
            uncertain_calls=1,
            assumed_usd=0.0,
        )
    ],
)

CATALOG_ANSWERS: dict[str, dict[str, Any]] = {
    "Capabilities": {"Shortened": CAPABILITIES},
    "VoiceList": {"The voice of the extra `voice`": VoiceList([VoiceBody.from_voice(VOICE)])},
    "MusicList": {"Shortened": MusicList([TRACK.mood], [TRACK])},
    "PaletteList": {"One of them": PaletteList([PALETTES["midnight"]])},
    "Costs": {"A month with one call that was cut off": COSTS},
    "Preset": {"A brand's Shorts": PRESET},
    "PresetList": {"One preset": PresetList([PRESET])},
}
