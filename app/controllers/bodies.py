"""Bodies that differ from the domain's structs: internal fields hidden, addresses added."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.generation.brief import Brief, MaxCost
from domain.generation.casting import Recast
from domain.generation.narration import TimingSource
from domain.generation.packaging import Credit
from domain.generation.ports import Track, Voice
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.generation.shown import VideoBody, VideoFiles
from domain.generation.storyboard import Palette
from domain.generation.wording import Wording
from domain.jobs.model import (
    Approval,
    Job,
    JobError,
    JobResult,
    JobStatus,
    StageReport,
    UnitKind,
    WaitingFor,
)

__all__ = [
    "Health",
    "JobBody",
    "JobList",
    "NotedEdits",
    "PaletteList",
    "RevisionRequest",
    "VideoBody",
    "VideoFiles",
    "VideoList",
    "VoiceList",
]

MAX_REASON_CHARS = 1_000


class JobBody(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, how far it has come, and what came out."""

    id: UUID
    status: JobStatus
    waiting_for: WaitingFor | None
    approval: Approval | None
    """what to look at, while ``waiting_for`` is ``approval``"""
    stage: UnitKind | None
    progress: float
    """0 to 1, never falls"""
    eta_seconds: float | None
    queue_position: int | None
    """1 for the job that is taken next; null once it runs"""
    stages: list[StageReport]
    request: Brief
    """every default filled in, the seed among them"""
    topic_match: TopicMatch | None
    warnings: list[ProductionWarning]
    recasts: list[Recast]
    """voices that failed and those that took their place, in order"""
    error: JobError | None
    metadata: dict[str, Any]
    """the caller's own, untouched"""
    result: JobResult | None
    """null until the video is finished, and again once it was deleted or rejected"""
    video_id: UUID
    revision: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def from_job(cls, job: Job) -> "JobBody":
        """Everything of a job that its owner may see."""
        shown = {name: getattr(job, name) for name in cls.__struct_fields__ if name != "metadata"}
        return cls(**shown, metadata=job.request.metadata)


class JobList(msgspec.Struct, frozen=True):
    """Jobs, newest first; ``next`` is the cursor of the page after this one."""

    items: list[JobBody]
    next: str | None


class VideoList(msgspec.Struct, frozen=True):
    """Videos, newest first; ``next`` is the cursor of the page after this one."""

    items: list[VideoBody]
    next: str | None


class NotedEdits(msgspec.Struct, frozen=True):
    """Corrections noted since the video's current revision, by scene number."""

    video_id: UUID
    scenes: dict[int, SceneEdit]


class RevisionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Corrections by scene number, made together with those that were noted before."""

    scenes: dict[int, SceneEdit] = {}


class ApprovalRequest(Wording, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Corrections to go on with; all of them may be left out."""

    scenes: dict[int, SceneEdit] = {}  # noqa: RUF012 - msgspec copies it
    """by scene number, until the video is rendered"""

    @property
    def wording(self) -> Wording:
        """What isn't about a scene."""
        return Wording(title=self.title, description=self.description, tags=self.tags)


class RetryRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise this time."""

    max_cost: MaxCost | UnsetType | None = UNSET
    """takes the place of the request's: the most that providers may be paid for this job in all,
    with what was spent before it failed, in US dollars; null: only the server's cap of the month
    holds; absent: as it was"""


class RejectionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the job doesn't go on."""

    reason: Annotated[str, Meta(max_length=MAX_REASON_CHARS)] = ""
    """becomes the ``message`` of the job's ``error``"""


class VoiceBody(msgspec.Struct, frozen=True, kw_only=True):
    """An installed voice."""

    id: str
    """for `voice.id`"""
    name: str
    language: str
    """BCP 47"""
    languages: list[str]
    """others that it speaks too"""
    quality: str | None
    """as the model's makers grade it (`x_low` to `high`); null where they don't"""
    words_per_minute: float
    """at speed 1, pauses included"""
    word_timing: TimingSource | None
    """where the times of its words come from in `language`: `engine` tells them, by
    `forced_alignment` they are found in the sound, `proportional` ones are estimated by length;
    null: its provider doesn't say"""
    license: str
    sample_url: str
    """a sentence to listen to, as WAV"""
    credit: Credit

    @classmethod
    def from_voice(cls, voice: Voice) -> "VoiceBody":
        """A voice, and where it can be heard."""
        return cls(
            id=voice.id,
            name=voice.name,
            language=voice.language,
            languages=voice.languages,
            quality=voice.quality,
            words_per_minute=voice.words_per_minute,
            word_timing=voice.word_timing,
            license=voice.credit.license,
            sample_url=f"/api/voices/{quote(voice.id, safe='')}/sample",
            credit=voice.credit,
        )


class VoiceList(msgspec.Struct, frozen=True):
    """Installed voices, the default first."""

    items: list[VoiceBody]
    hint: str | None = None
    """how to install one, where there's none"""


class MusicList(msgspec.Struct, frozen=True):
    """Music that ``music.mood`` can ask for."""

    moods: list[str]
    items: list[Track]


class PaletteList(msgspec.Struct, frozen=True):
    """Palettes that ``brand.palette`` can name."""

    items: list[Palette]


class Health(msgspec.Struct, frozen=True):
    """The server answers; nothing else was looked at."""

    status: str
    version: str
