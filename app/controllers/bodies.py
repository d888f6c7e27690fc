"""Bodies that differ from the domain's structs: internal fields hidden, addresses added."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.generation.brief import Brief
from domain.generation.packaging import Video
from domain.generation.ports import Voice
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
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


class VideoFiles(msgspec.Struct, frozen=True):
    """Where a video's parts are: paths on this server."""

    file: str
    thumbnail: str
    captions_srt: str
    captions_vtt: str
    script: str
    storyboard: str
    metadata: str
    manifest: str


class VideoBody(msgspec.Struct, frozen=True, kw_only=True):
    """A finished video."""

    id: UUID
    job_id: UUID
    revision: int
    title: str
    aspect_ratio: str
    width: int
    height: int
    duration: float
    """seconds"""
    draft: bool
    """too close to its sources to be published as it is"""
    size: int
    """of the video file, in bytes"""
    urls: VideoFiles
    path: str | None
    """the folder with the files, when they're kept in a directory on the server"""
    created_at: datetime | None

    @classmethod
    def from_video(cls, video: Video) -> "VideoBody":
        """Everything of a video that its owner may see."""
        base = f"/api/videos/{video.id}"
        return cls(
            id=video.id,
            job_id=video.job_id,
            revision=video.revision,
            title=video.title,
            aspect_ratio=video.aspect_ratio,
            width=video.width,
            height=video.height,
            duration=video.duration,
            draft=video.draft,
            size=video.sizes.get("video.mp4", 0),
            urls=VideoFiles(
                file=f"{base}/file",
                thumbnail=f"{base}/thumbnail",
                captions_srt=f"{base}/captions.srt",
                captions_vtt=f"{base}/captions.vtt",
                script=f"{base}/script",
                storyboard=f"{base}/storyboard",
                metadata=f"{base}/metadata",
                manifest=f"{base}/manifest",
            ),
            path=video.path,
            created_at=video.created_at,
        )


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


class RejectionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the job doesn't go on."""

    reason: Annotated[str, Meta(max_length=MAX_REASON_CHARS)] = ""
    """becomes the ``message`` of the job's ``error``"""


class VoiceList(msgspec.Struct, frozen=True):
    """Voices, the default first."""

    items: list[Voice]


class PaletteList(msgspec.Struct, frozen=True):
    """Palettes that ``brand.palette`` can name."""

    items: list[Palette]


class Health(msgspec.Struct, frozen=True):
    """The server answers; nothing else was looked at."""

    status: str
    version: str
