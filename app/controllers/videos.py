"""``/api/videos``: finished videos, and mending a mistake in one."""

from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, Response, delete, patch, post
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from app.authentication import needs
from app.controllers.bodies import JobBody, NotedEdits, RevisionRequest, VideoBody, VideoList
from app.controllers.edits import check_edits
from app.controllers.idempotency import REPLAY_HEADERS, IdempotencyKey, read_key
from app.controllers.jobs import accept_job
from app.controllers.pages import (
    DEFAULT_PAGE,
    MAX_TITLE,
    CreatedAfter,
    CreatedBefore,
    Cursor,
    Limit,
    Shape,
    SortBy,
    check_instants,
    check_title,
    page_links,
)
from app.controllers.reading import read
from app.controllers.shelf import VideoShelf
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import (
    ArtifactNotFound,
    IdempotencyKeyReused,
    IllegalMove,
    MediaNotFound,
    MediaUnreadable,
    NothingToRevise,
    QueueFull,
    SceneNotFound,
    WritingSystemUnsupported,
)
from domain.generation.script import SceneEdit
from domain.generation.stores import ArtifactStore
from domain.jobs.folders import discard_folder
from domain.jobs.listing import Sort, VideoSelection
from domain.jobs.ports import VideoStore
from domain.jobs.service import Jobs


class VideosController(Controller):
    """Finished videos."""

    path = "/api/videos"
    tags = ("Videos",)

    @read(
        summary="List videos",
        description="Newest first, a page at a time, as jobs are. With `title` those come whose "
        "titles **begin** with it, in the order of their titles; words inside of titles aren't "
        "looked for.",
        **needs(Scope.VIDEOS_READ),
    )
    async def page(
        self,
        request: JsonRequest,
        videos: FromDishka[VideoStore],
        *,
        title: Annotated[
            str | None,
            QueryParameter(
                description="How the title begins; capitals and small letters are the same.",
                min_length=1,
                max_length=MAX_TITLE,
                examples=[Example(summary="Titles like: Why honey never spoils", value="why ho")],
            ),
        ] = None,
        aspect_ratio: Shape = None,
        created_after: CreatedAfter = None,
        created_before: CreatedBefore = None,
        sort: SortBy = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_PAGE,
    ) -> Response[VideoList]:
        check_instants(
            request.query_params, created_after=created_after, created_before=created_before
        )
        if title is not None:
            check_title(title, sort)
        selection = VideoSelection(
            title=title,
            aspect_ratio=aspect_ratio,
            created_after=created_after,
            created_before=created_before,
            sort=sort or Sort.NEWEST,
        )
        page = await videos.page(request.account_id, selection, cursor=cursor, limit=limit)
        links = page_links("/api/videos", selection, cursor=cursor, page=page, limit=limit)
        return Response(
            VideoList([VideoBody.from_video(video) for video in page.items], page.next),
            headers=links,
        )

    @read(
        "/{video_id:uuid}",
        summary="Look at a video",
        description="`urls` name its files; with another revision they bring that one's.",
        **needs(Scope.VIDEOS_READ),
    )
    async def one(
        self, request: JsonRequest, video_id: FromPath[UUID], videos: FromDishka[VideoStore]
    ) -> VideoBody:
        return VideoBody.from_video(await videos.get(request.account_id, video_id))

    @delete(
        "/{video_id:uuid}",
        summary="Delete a video",
        description="It is gone at once, with its folder and the corrections noted for it; a "
        "revision that is being made is cancelled. Its jobs stay, with `result` null. What it was "
        "made of (speech, pictures, sound) stays in the store, where later jobs may use it again.",
        **needs(Scope.VIDEOS_WRITE),
    )
    async def remove(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        videos: FromDishka[VideoStore],
        artifacts: FromDishka[ArtifactStore],
    ) -> None:
        video = await videos.delete(request.account_id, video_id)
        await discard_folder(artifacts, video.path)

    # -- mending a mistake -------------------------------------------------------------------

    @patch(
        "/{video_id:uuid}/scenes/{number:int}",
        summary="Note a correction of a scene",
        description="Fields that are left out stay as they are. Nothing is made yet: "
        "`POST /api/videos/{id}/revisions` makes all noted corrections at once.",
        responses=problem_specs(
            ArtifactNotFound, WritingSystemUnsupported, MediaNotFound, MediaUnreadable
        ),
        **needs(Scope.VIDEOS_WRITE),
    )
    async def note_edit(
        self,
        *,
        request: JsonRequest,
        video_id: FromPath[UUID],
        number: FromPath[int],
        data: JSONBody[SceneEdit],
        jobs: FromDishka[Jobs],
        shelf: FromDishka[VideoShelf],
    ) -> NotedEdits:
        check_edits({"": data})
        await shelf.check_scenes(request.account_id, video_id, [number])
        return NotedEdits(
            video_id, await jobs.note_edit(request.account_id, video_id, number, data)
        )

    @post(
        "/{video_id:uuid}/revisions",
        status_code=202,
        summary="Make a new revision of a video",
        description="Only what changed is spoken and rendered again. The body is optional.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(
            ArtifactNotFound,
            SceneNotFound,
            IllegalMove,
            NothingToRevise,
            IdempotencyKeyReused,
            WritingSystemUnsupported,
            MediaNotFound,
            MediaUnreadable,
            QueueFull,
        ),
        **needs(Scope.VIDEOS_WRITE),
    )
    async def revise(
        self,
        request: JsonRequest,
        video_id: FromPath[UUID],
        *,
        jobs: FromDishka[Jobs],
        shelf: FromDishka[VideoShelf],
        data: JSONBody[RevisionRequest | None] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[JobBody]:
        once = await read_key(request, idempotency_key)
        if (first := await jobs.first_answer(request.account_id, once)) is not None:
            return accept_job(first)
        edits = {} if data is None else data.scenes
        check_edits({f"/scenes/{number}": edit for number, edit in edits.items()})
        await shelf.check_scenes(request.account_id, video_id, edits)
        return accept_job(await jobs.revise(request.account_id, video_id, edits, idempotency=once))
