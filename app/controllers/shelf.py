"""Where the routes of a video's files get their answers from."""

import asyncio
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from dishka import Provider, Scope, provide
from litestar import Response
from litestar.response import Redirect, Stream

from app.controllers.documents import read_document
from app.controllers.files import REVALIDATE, answer_file, content_disposition
from app.request_body import JsonRequest
from domain.errors import ArtifactNotFound, SceneNotFound
from domain.generation.documents import DOCUMENTS, decode, schema_of, shown
from domain.generation.ports import SegmentPlan, Typesetter
from domain.generation.preview import ScenePreview
from domain.generation.script import Script
from domain.generation.stores import ArtifactStore, DocumentStore
from domain.jobs.model import UnitKind
from domain.jobs.ports import VideoStore

Answer = Response[bytes] | Stream | Redirect


class VideoShelf:
    """Files, documents and stills of finished videos, as answers to requests."""

    def __init__(
        self,
        videos: VideoStore,
        artifacts: ArtifactStore,
        documents: DocumentStore,
        preview: ScenePreview,
        typesetter: Typesetter,
    ) -> None:
        self._videos = videos
        self._artifacts = artifacts
        self._documents = documents
        self._preview = preview
        self._typesetter = typesetter
        # each still runs ffmpeg, and a page may ask for all of them: one at a time
        self._drawing = asyncio.Lock()
        self._latest_still: tuple[str, bytes] | None = None

    async def file(
        self,
        request: JsonRequest,
        video_id: UUID,
        name: str,
        content_type: str,
        *,
        download: bool = False,
        may_redirect: bool = False,
    ) -> Answer:
        """One of the video's files, such as ``video.mp4``, by the store itself if it may be.

        Raises:
            VideoNotFound, ArtifactNotFound
        """
        video = await self._videos.get(request.account_id, video_id)
        if name not in video.files:
            raise ArtifactNotFound(f"Video {video_id} has no {name}.")
        suffix = name[name.rindex(".") :]
        return await answer_file(
            request,
            self._artifacts,
            video.files[name],
            content_type=content_type,
            disposition=content_disposition(video.slug + suffix, video.title, download=download),
            may_redirect=may_redirect,
        )

    async def document(
        self, request: JsonRequest, video_id: UUID, kind: Literal["script", "storyboard"]
    ) -> Response[bytes]:
        """One of the video's documents, as JSON.

        Raises:
            VideoNotFound, ArtifactNotFound
        """
        video = await self._videos.get(request.account_id, video_id)
        document_type = DOCUMENTS[UnitKind(kind)]
        body = shown(await read_document(self._documents, video, kind), document_type)
        tag = f"{video.documents[kind]}-{schema_of(document_type)}"
        return answer_if_tagged(request, tag) or Response(
            body, media_type="application/json", headers=validator(tag)
        )

    async def check_scenes(self, account_id: str, video_id: UUID, scenes: Iterable[int]) -> None:
        """Make sure that the video has scenes of these numbers.

        Raises:
            VideoNotFound, ArtifactNotFound, SceneNotFound
        """
        video = await self._videos.get(account_id, video_id)
        script = decode(await read_document(self._documents, video, "script"), Script)
        for number in scenes:
            if not 0 <= number < len(script.scenes):
                raise SceneNotFound(
                    f"Video {video_id} has no scene {number}; it has 0 to {len(script.scenes) - 1}."
                )

    async def still(self, request: JsonRequest, video_id: UUID, scene: int) -> Response[bytes]:
        """A picture of a scene, as JPEG; the latest one drawn is kept.

        Raises:
            VideoNotFound, SceneNotFound
        """
        video = await self._videos.get(request.account_id, video_id)
        # in a thread, for the first time takes long: the faces are cut from their sources then
        await asyncio.to_thread(self._typesetter.fonts)
        plan, frame, tag = await self._preview.plan(video, scene)
        return answer_if_tagged(request, tag) or Response(
            await self._draw(plan, frame, tag), media_type="image/jpeg", headers=validator(tag)
        )

    async def _draw(self, plan: SegmentPlan, frame: int, tag: str) -> bytes:
        async with self._drawing:
            if self._latest_still is None or self._latest_still[0] != tag:
                self._latest_still = (tag, await self._preview.draw(plan, frame))
            return self._latest_still[1]


class ShelfProvider(Provider):
    """Adds the shelf to the container."""

    scope = Scope.APP
    shelf = provide(VideoShelf)


def validator(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": REVALIDATE}


def answer_if_tagged(request: JsonRequest, tag: str) -> Response[bytes] | None:
    """304 when the client has what the tag names."""
    if f'"{tag}"' not in request.headers.get("if-none-match", ""):
        return None
    return Response(b"", status_code=304, headers=validator(tag))
