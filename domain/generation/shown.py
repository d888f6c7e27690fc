"""A finished video as its owner is shown it: by the API, and by webhooks."""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.generation.packaging import Video


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
