"""What a finished video consists of: its files, its documents, and stills of its scenes."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, HttpMethod, Request, Response, get, route
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from app.controllers.documents import read_document
from app.controllers.files import REVALIDATE, answer_file, content_disposition
from app.problems import problem_specs
from domain.errors import ArtifactNotFound
from domain.generation.packaging import Manifest, Metadata
from domain.generation.ports import ArtifactStore, DocumentStore
from domain.generation.preview import ScenePreview
from domain.generation.script import Script
from domain.generation.storyboard import Storyboard
from domain.jobs.model import LOCAL_ACCOUNT
from domain.jobs.ports import VideoStore

READ = [HttpMethod.GET, HttpMethod.HEAD]
JPEG = "image/jpeg"
SRT = "application/x-subrip; charset=utf-8"
VTT = "text/vtt; charset=utf-8"
JSON = "application/json"

Download = Annotated[
    bool, QueryParameter(description="Save under the video's title instead of showing it.")
]
AnyRequest = Request[None, None, Any]
Answer = Response[None] | Stream


class PreviewDesk:
    """Draws one preview at a time: each runs ffmpeg, and the worker needs the cores."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._latest: tuple[str, bytes] | None = None

    async def draw(self, preview: ScenePreview, plan: Any, frame: int, tag: str) -> bytes:
        """The picture with this content tag; the latest one is kept."""
        async with self._turn:
            if self._latest is None or self._latest[0] != tag:
                self._latest = (tag, await preview.draw(plan, frame))
            return self._latest[1]


def produces(
    media_type: str, description: str, model: Any = bytes, *, partial: bool = False
) -> dict[int, ResponseSpec]:
    """Document what a file's route answers, its problems included."""
    answers = {
        200: ResponseSpec(
            model, description=description, media_type=media_type, generate_examples=False
        ),
        304: ResponseSpec(None, description="The client has it (If-None-Match)."),
    }
    if partial:
        answers[206] = ResponseSpec(
            bytes, description="The range asked for.", media_type=media_type
        )
        answers[416] = ResponseSpec(None, description="No byte of the range is there.")
    return answers | problem_specs(404)


class VideoFilesController(Controller):
    """Files and documents of a finished video."""

    path = "/api/videos/{video_id:uuid}"
    tags = ["Files"]

    @route(
        "/file",
        http_method=READ,
        summary="The video",
        description="MP4. Understands Range, If-Range and If-None-Match.",
        responses=produces("video/mp4", "The whole file.", partial=True),
    )
    async def file(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
        download: Download = False,
    ) -> Answer:
        return await _stored(
            request, videos, artifacts, video_id, "video.mp4", "video/mp4", download
        )

    @route(
        "/thumbnail",
        http_method=READ,
        summary="The thumbnail",
        description="JPEG, 1280 x 720.",
        responses=produces(JPEG, "The picture."),
    )
    async def thumbnail(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
        download: Download = False,
    ) -> Answer:
        return await _stored(request, videos, artifacts, video_id, "thumbnail.jpg", JPEG, download)

    @route(
        "/captions.srt",
        http_method=READ,
        summary="Captions, SubRip",
        responses=produces(SRT, "The captions.", str),
    )
    async def srt(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
        download: Download = False,
    ) -> Answer:
        return await _stored(request, videos, artifacts, video_id, "captions.srt", SRT, download)

    @route(
        "/captions.vtt",
        http_method=READ,
        summary="Captions, WebVTT",
        responses=produces(VTT, "The captions.", str),
    )
    async def vtt(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
        download: Download = False,
    ) -> Answer:
        return await _stored(request, videos, artifacts, video_id, "captions.vtt", VTT, download)

    @get(
        "/metadata",
        summary="Title, description and tags",
        description="Ready for the upload, within YouTube's limits.",
        responses=produces(JSON, "The metadata.", Metadata),
    )
    async def metadata(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
    ) -> Answer:
        return await _stored(request, videos, artifacts, video_id, "metadata.json", JSON, False)

    @get(
        "/manifest",
        summary="Everything the video is made of",
        description="Sources, licences, models, settings, fingerprints and measurements.",
        responses=produces(JSON, "The manifest.", Manifest),
    )
    async def manifest(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
    ) -> Answer:
        return await _stored(request, videos, artifacts, video_id, "manifest.json", JSON, False)

    @get(
        "/script",
        summary="The script",
        description="Scenes of sentences; scenes are numbered from 0.",
        responses=produces(JSON, "The script.", Script),
    )
    async def script(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        documents: FromDishka[DocumentStore],
    ) -> Response[bytes]:
        return await _document(request, videos, documents, video_id, "script")

    @get(
        "/storyboard",
        summary="The storyboard",
        description="What is seen when, to the frame, and why it was chosen.",
        responses=produces(JSON, "The storyboard.", Storyboard),
    )
    async def storyboard(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        documents: FromDishka[DocumentStore],
    ) -> Response[bytes]:
        return await _document(request, videos, documents, video_id, "storyboard")

    @get(
        "/scenes/{number:int}/preview.jpg",
        summary="A still of a scene",
        responses=produces(JPEG, "The picture."),
    )
    async def preview(
        self,
        request: AnyRequest,
        video_id: FromPath[UUID],
        number: FromPath[int],
        videos: FromDishka[VideoStore],
        preview: FromDishka[ScenePreview],
    ) -> Response[bytes]:
        video = await videos.get(LOCAL_ACCOUNT, video_id)
        plan, frame, tag = await preview.plan(video, number)
        headers = {"ETag": f'"{tag}"', "Cache-Control": REVALIDATE}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(b"", status_code=304, headers=headers)
        desk: PreviewDesk = request.app.state.preview_desk
        picture = await desk.draw(preview, plan, frame, tag)
        return Response(picture, media_type=JPEG, headers=headers)


async def _stored(
    request: AnyRequest,
    videos: VideoStore,
    artifacts: ArtifactStore,
    video_id: UUID,
    name: str,
    content_type: str,
    download: bool,
) -> Answer:
    video = await videos.get(LOCAL_ACCOUNT, video_id)
    if name not in video.files:
        raise ArtifactNotFound(f"Video {video_id} has no {name}.")
    suffix = name[name.rindex(".") :]
    return await answer_file(
        request,
        artifacts,
        video.files[name],
        content_type=content_type,
        disposition=content_disposition(video.slug + suffix, video.title, download=download),
    )


async def _document(
    request: AnyRequest,
    videos: VideoStore,
    documents: DocumentStore,
    video_id: UUID,
    kind: Literal["script", "storyboard"],
) -> Response[bytes]:
    video = await videos.get(LOCAL_ACCOUNT, video_id)
    body = await read_document(documents, video, kind)
    headers = {"ETag": f'"{video.documents[kind]}"', "Cache-Control": REVALIDATE}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)
