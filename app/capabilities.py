"""What this server can do, as ``/api/capabilities`` answers it."""

from datetime import datetime
from typing import Literal

import msgspec

from app.config import Settings
from domain.generation.brief import (
    FRAME_SIZES,
    MAX_SCENES,
    MAX_SHORT_SECONDS,
    MAX_TEXT_CHARS,
    MAX_TOPIC_CHARS,
    MIN_ARTICLE_WORDS,
    Brief,
)
from domain.presets.service import MAX_PRESET_BYTES, MAX_PRESETS


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a server may be able to do."""

    name: str
    """stable: `script.topic`, `voice`, `visuals.media_folder` ..."""
    available: bool
    detail: str
    """what there is"""
    missing: str | None = None
    """what there isn't, and would be needed"""
    setting: str | None = None
    """the environment variable that decides it"""
    hint: str | None = None
    """what to do to have it, or more of it"""


KeyState = Literal["ready", "resting", "to_be_tried"]


class ProviderKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a provider, and how it stands in the process that answers."""

    label: str
    """its last four characters; empty for a provider without keys"""
    state: KeyState
    """`ready`: it's asked in its turn, and no call has failed since it last answered; `resting`:
    it isn't asked until `resting_until`; `to_be_tried`: its last call failed, and it's asked again
    in its turn"""
    answered_at: datetime | None = None
    """when it last did what it was asked for, be it with an answer that was paid before; null: not
    since this process began, so that nobody knows yet whether the key is good"""
    resting_until: datetime | None = None
    """null: it isn't resting"""
    failed_at: datetime | None = None
    """when the last call failed; null: none has since the last answer"""
    is_open: bool
    """the circuit is open: it failed, and isn't asked for a while"""
    seconds_left: float
    """until it may be asked again; 0 when it may be asked now"""
    failures: int
    """in a row"""
    reason: str | None = None
    """why the last call failed, at `failed_at`; whether that still holds shows with the next"""


class ProviderState(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that serves a port, or could."""

    name: str
    """as settings call it"""
    place: int | None = None
    """in the order of asking, from 1; null: no setting names it"""
    detail: str
    """what it does"""
    package: str | None = None
    """the package that it's from, where that isn't this program"""
    keys: list[ProviderKey] = []
    """as long as a setting names it"""
    missing: str | None = None
    """what it lacks to be used"""
    setting: str | None = None
    """the environment variable that decides it"""
    hint: str | None = None
    """what to do to have it"""


class PortProviders(msgspec.Struct, frozen=True, kw_only=True):
    """Who serves a port: those that are asked, in order, then those that could be."""

    port: str
    """`writer`, `narrator`, `visuals` or `music`"""
    setting: str
    """the environment variable with the order"""
    providers: list[ProviderState]


class Size(msgspec.Struct, frozen=True):
    """Of a frame, in pixels."""

    width: int
    height: int


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may ask for, and how much."""

    aspect_ratios: dict[str, Size]
    min_duration_seconds: int
    max_duration_seconds: int
    max_vertical_seconds: int
    """of a 9:16 video: a Short"""
    max_topic_characters: int
    max_text_characters: int
    """of a script, an article, or a scene"""
    min_article_words: int
    max_scenes: int
    max_body_bytes: int
    """of any request; MAX_BODY_BYTES"""
    max_body_seconds: float
    """that it may take to arrive; MAX_BODY_SECONDS"""
    max_requests_per_minute: int | None
    """of a key; null: as many as it likes; RATE_LIMIT"""
    max_requests_at_once: int | None
    """of a key, open event streams among them; null: as many as it likes; CONCURRENT_LIMIT"""
    max_failures_per_minute: int | None
    """requests with a wrong key, of an address; null: as many as it likes; FAILURE_LIMIT"""
    max_queued_jobs: int
    """of all accounts together; MAX_QUEUED_JOBS"""
    job_deadline_seconds: float
    """JOB_DEADLINE_SECONDS"""
    max_presets: int
    """of an account"""
    max_preset_bytes: int


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What this server can do."""

    version: str
    features: list[Feature]
    providers: list[PortProviders]
    """who serves what, in which order, and how they stand in this process"""
    languages: list[str]
    """BCP 47 tags of all that the voices speak"""
    voices: list[str]
    """ids, the default first"""
    moods: list[str]
    """of the music"""
    caption_styles: list[str]
    scene_kinds: list[str]
    limits: Limits


def limits_of(settings: Settings) -> Limits:
    """What requests are held to."""
    schema = msgspec.json.schema(Brief)["$defs"]["Brief"]["properties"]["duration"]
    (seconds,) = (kind for kind in schema["anyOf"] if kind["type"] == "integer")
    return Limits(
        aspect_ratios={ratio: Size(*size) for ratio, size in FRAME_SIZES.items()},
        min_duration_seconds=seconds["minimum"],
        max_duration_seconds=seconds["maximum"],
        max_vertical_seconds=MAX_SHORT_SECONDS,
        max_topic_characters=MAX_TOPIC_CHARS,
        max_text_characters=MAX_TEXT_CHARS,
        min_article_words=MIN_ARTICLE_WORDS,
        max_scenes=MAX_SCENES,
        max_body_bytes=settings.max_body_bytes,
        max_body_seconds=settings.max_body_seconds,
        max_requests_per_minute=settings.rate_limit or None,
        max_requests_at_once=settings.concurrent_limit or None,
        max_failures_per_minute=settings.failure_limit or None,
        max_queued_jobs=settings.max_queued_jobs,
        job_deadline_seconds=settings.job_deadline_seconds,
        max_presets=MAX_PRESETS,
        max_preset_bytes=MAX_PRESET_BYTES,
    )
