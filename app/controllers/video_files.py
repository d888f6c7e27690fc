"""What a finished video consists of: its files, its documents, and stills of its scenes."""

from typing import Annotated, Any
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from app.authentication import needs
from app.controllers.files import REVALIDATE
from app.controllers.reading import read
from app.controllers.shelf import Answer, VideoShelf
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import ArtifactNotFound, DomainError, NotMadeYet
from domain.generation.packaging import Manifest, Metadata
from domain.generation.rights import Rights, RightsLedger
from domain.generation.script import ShownScript
from domain.generation.storyboard import Storyboard

MP4 = "video/mp4"
JPEG = "image/jpeg"
SRT = "application/x-subrip; charset=utf-8"
VTT = "text/vtt; charset=utf-8"
JSON = "application/json"

Download = Annotated[
    bool, QueryParameter(description="Save under the video's title instead of showing it.")
]


def produces(
    media_type: str,
    description: str,
    model: Any = bytes,
    *,
    partial: bool = True,
    redirects: bool = False,
    awaited: bool = False,
) -> dict[int, ResponseSpec]:
    """Document what a file's route answers, its problems included: all but JSON in parts, too.

    ``awaited``: a job makes it, and may not have come to it yet.
    """
    media_type = media_type.partition(";")[0]
    answers = {
        200: ResponseSpec(
            model, description=description, media_type=media_type, generate_examples=False
        ),
        304: ResponseSpec(None, description="The client has it (If-None-Match)."),
    }
    problems: list[int | type[DomainError]] = [ArtifactNotFound]
    if awaited:
        problems.append(NotMadeYet)
    if partial and media_type != JSON:
        problems.append(416)
        answers[206] = ResponseSpec(
            bytes,
            description="The range asked for; several come as `multipart/byteranges`.",
            media_type=media_type,
            generate_examples=False,
        )
    if redirects:
        answers[307] = ResponseSpec(
            None, description="The object store sends it: `Location` is signed for an hour."
        )
    return answers | problem_specs(*problems)


class VideoFilesController(Controller):
    """Files and documents of a finished video."""

    path = "/api/videos/{video_id:uuid}"
    tags = ("Files",)

    @read(
        "/file",
        summary="The video",
        description="MP4. Understands Range, If-Range and If-None-Match. Where S3_SIGNED_URLS is "
        "set, GET redirects to the object store.",
        responses=produces(MP4, "The whole file.", redirects=True),
        **needs(Scope.VIDEOS_READ),
    )
    async def file(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        shelf: FromDishka[VideoShelf],
        download: Download = False,
    ) -> Answer:
        return await shelf.file(
            request, video_id, "video.mp4", MP4, download=download, may_redirect=True
        )

    @read(
        "/thumbnail",
        summary="The thumbnail",
        description="JPEG, 1280 x 720.",
        responses=produces(JPEG, "The picture."),
        **needs(Scope.VIDEOS_READ),
    )
    async def thumbnail(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        shelf: FromDishka[VideoShelf],
        download: Download = False,
    ) -> Answer:
        return await shelf.file(request, video_id, "thumbnail.jpg", JPEG, download=download)

    @read(
        "/captions.srt",
        summary="Captions, SubRip",
        description="One cue a sentence or less, in the words that are shown.",
        responses=produces(SRT, "The captions.", str),
        **needs(Scope.VIDEOS_READ),
    )
    async def srt(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        shelf: FromDishka[VideoShelf],
        download: Download = False,
    ) -> Answer:
        return await shelf.file(request, video_id, "captions.srt", SRT, download=download)

    @read(
        "/captions.vtt",
        summary="Captions, WebVTT",
        description="The same, for a page's `<track>`.",
        responses=produces(VTT, "The captions.", str),
        **needs(Scope.VIDEOS_READ),
    )
    async def vtt(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        shelf: FromDishka[VideoShelf],
        download: Download = False,
    ) -> Answer:
        return await shelf.file(request, video_id, "captions.vtt", VTT, download=download)

    @read(
        "/metadata",
        summary="Title, description and tags",
        description="Ready for the upload, within YouTube's limits.",
        responses=produces(JSON, "The metadata.", Metadata),
        **needs(Scope.VIDEOS_READ),
    )
    async def metadata(
        self, request: JsonRequest, video_id: FromPath[UUID], shelf: FromDishka[VideoShelf]
    ) -> Answer:
        return await shelf.file(request, video_id, "metadata.json", JSON)

    @read(
        "/manifest",
        summary="Everything the video is made of",
        description="Sources, licences, models, settings, fingerprints and measurements.",
        responses=produces(JSON, "The manifest.", Manifest),
        **needs(Scope.VIDEOS_READ),
    )
    async def manifest(
        self, request: JsonRequest, video_id: FromPath[UUID], shelf: FromDishka[VideoShelf]
    ) -> Answer:
        return await shelf.file(request, video_id, "manifest.json", JSON)

    @read(
        "/rights",
        summary="Whose everything in the video is",
        description="Every text, voice, track, clip, still, font, pictogram and paid model, with "
        "its licence, whether the description names it, the scenes that it's in, and what nobody "
        "has stated. `warnings` is what to see to before the video is published.",
        responses=problem_specs(ArtifactNotFound),
        **needs(Scope.VIDEOS_READ),
    )
    async def rights(
        self, request: JsonRequest, video_id: FromPath[UUID], ledger: FromDishka[RightsLedger]
    ) -> Response[Rights]:
        rights = await ledger.of(request.account_id, video_id)
        return Response(rights, headers={"Cache-Control": REVALIDATE})

    @read(
        "/script",
        summary="The script",
        description="Scenes of sentences; scenes are numbered from 0.",
        responses=produces(JSON, "The script.", ShownScript),
        **needs(Scope.VIDEOS_READ),
    )
    async def script(
        self, request: JsonRequest, video_id: FromPath[UUID], shelf: FromDishka[VideoShelf]
    ) -> Response[bytes]:
        return await shelf.document(request, video_id, "script")

    @read(
        "/storyboard",
        summary="The storyboard",
        description="What is seen when, to the frame, and why it was chosen.",
        responses=produces(JSON, "The storyboard.", Storyboard),
        **needs(Scope.VIDEOS_READ),
    )
    async def storyboard(
        self, request: JsonRequest, video_id: FromPath[UUID], shelf: FromDishka[VideoShelf]
    ) -> Response[bytes]:
        return await shelf.document(request, video_id, "storyboard")

    @read(
        "/scenes/{number:int}/preview.jpg",
        summary="A still of a scene",
        description="JPEG in the video's size: its first shot, when most of it is drawn.",
        responses=produces(JPEG, "The picture.", partial=False),
        **needs(Scope.VIDEOS_READ),
    )
    async def preview(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        number: FromPath[int],
        shelf: FromDishka[VideoShelf],
    ) -> Response[bytes]:
        return await shelf.still(request, video_id, number)
