"""``/api/generate`` and ``/api/jobs``: asking for videos and following the work."""

import re
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from app.authentication import needs
from app.controllers.bodies import (
    ApprovalRequest,
    JobBody,
    JobList,
    RejectionRequest,
    RetryRequest,
)
from app.controllers.edits import check_edits
from app.controllers.event_stream import (
    FINAL_SUFFIX,
    Listener,
    event_stream_specs,
    follow_job,
    position_in,
)
from app.controllers.events import After, LastEventId
from app.controllers.idempotency import REPLAY_HEADERS, REPLAYED, IdempotencyKey, read_key
from app.controllers.pages import (
    DEFAULT_PAGE,
    CreatedAfter,
    CreatedBefore,
    Cursor,
    Limit,
    Shape,
    SortBy,
    check_instants,
    page_links,
)
from app.controllers.reading import read
from app.event_feed import EventFeed, Subscription
from app.event_response import EVENT_STREAM, EventStream
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Keys, Scope
from domain.errors import (
    CostCapReached,
    FieldError,
    IdempotencyKeyReused,
    IllegalMove,
    LanguageUnsupported,
    MediaNotFound,
    MediaUnreadable,
    MusicNotFound,
    PageUnreadable,
    PresetUnknown,
    QueueFull,
    ReaderMissing,
    SketchersBusy,
    TopicNotFound,
    UrlForbidden,
    UrlUnreachable,
    VoiceNotFound,
    WritingSystemUnsupported,
)
from domain.generation.approvals import Approvals
from domain.generation.brief import Brief
from domain.generation.sketching import Sketch, Sketcher
from domain.jobs.listing import JobSelection, Sort
from domain.jobs.model import FINAL_STATUSES, Job, JobStatus
from domain.jobs.service import Jobs

POLL_AFTER_SECONDS = 2
"""the Retry-After of a job that isn't final"""


def answer_job(job: Job, status_code: int = 200) -> Response[JobBody]:
    """A job; one that isn't final says when to ask again."""
    headers = {"Cache-Control": "no-store"}
    if job.status not in FINAL_STATUSES:
        headers["Retry-After"] = str(POLL_AFTER_SECONDS)
    return Response(JobBody.from_job(job), status_code=status_code, headers=headers)


def accept_job(job: Job) -> Response[JobBody]:
    """202 for a job that was made just now, or under the same key before; with its address."""
    response = answer_job(job, status_code=202)
    response.headers["Location"] = f"/api/jobs/{job.id}"
    if job.is_replay:
        response.headers[REPLAYED] = "true"
    return response


def answer_sketch(sketch: Sketch) -> Response[Any]:
    """200: nothing was made."""
    return Response(sketch, status_code=200, headers={"Cache-Control": "no-store"})


async def find_missing_scenes(request: JsonRequest, body: dict[str, Any]) -> list[FieldError]:
    """Corrections, in a body that is wrong elsewhere, of scenes that the job hasn't."""
    scenes = body.get("scenes")
    if not isinstance(scenes, dict):
        return []
    numbers = [int(name) for name in scenes if re.fullmatch(r"[0-9]{1,9}", name)]
    approvals: Approvals = await request.scope["state"]["dishka_container"].get(Approvals)
    return await approvals.find_missing(request.account_id, request.path_params["job_id"], numbers)


class GenerateController(Controller):
    """Asking for a video."""

    path = "/api/generate"
    tags = ("Generate",)

    @post(
        status_code=202,
        summary="Make a video",
        description="Takes exactly one of `topic`, `script`, `source_text`, `source_url` or "
        "`scenes`. Answers at once with the job; the work goes on whatever happens to this "
        "connection. With `pause_after` the job waits for approval when that stage is done. With "
        "`dry_run=true` no job is made: the answer is what would become of the request (200).",
        response_headers=REPLAY_HEADERS,
        responses={
            200: ResponseSpec(
                Sketch, description="What the request would become.", generate_examples=False
            ),
            **problem_specs(
                IdempotencyKeyReused,
                TopicNotFound,
                LanguageUnsupported,
                WritingSystemUnsupported,
                VoiceNotFound,
                MusicNotFound,
                MediaNotFound,
                MediaUnreadable,
                PresetUnknown,
                UrlForbidden,
                UrlUnreachable,
                PageUnreadable,
                ReaderMissing,
                QueueFull,
                SketchersBusy,
                CostCapReached,
            ),
        },
        **needs(Scope.JOBS_WRITE),
    )
    async def generate(
        self,
        request: JsonRequest,
        data: JSONBody[Brief],
        jobs: FromDishka[Jobs],
        sketcher: FromDishka[Sketcher],
        idempotency_key: IdempotencyKey = None,
        *,
        dry_run: Annotated[
            bool,
            QueryParameter(
                description="Answer script, storyboard, length and time to make it, and make "
                "nothing."
            ),
        ] = False,
    ) -> Response[JobBody]:
        once = await read_key(request, idempotency_key)
        if dry_run:
            return answer_sketch(await sketcher.draw(request.account_id, data))
        return accept_job(await jobs.submit(request.account_id, data, idempotency=once))


class JobsController(Controller):
    """Jobs and what becomes of them."""

    path = "/api/jobs"
    tags = ("Jobs",)

    @read(
        summary="List jobs",
        description="Newest first, a page at a time. Every page costs the same, however many jobs "
        "there are, and none comes twice or is left out because of jobs that come meanwhile. "
        "`Link` names the pages beside it.",
        **needs(Scope.JOBS_READ),
    )
    async def page(
        self,
        request: JsonRequest,
        jobs: FromDishka[Jobs],
        *,
        status: Annotated[
            JobStatus | None, QueryParameter(description="Only jobs that stand there.")
        ] = None,
        aspect_ratio: Shape = None,
        created_after: CreatedAfter = None,
        created_before: CreatedBefore = None,
        sort: SortBy = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_PAGE,
    ) -> Response[JobList]:
        check_instants(
            request.query_params, created_after=created_after, created_before=created_before
        )
        selection = JobSelection(
            status=status,
            aspect_ratio=aspect_ratio,
            created_after=created_after,
            created_before=created_before,
            sort=sort or Sort.NEWEST,
        )
        page = await jobs.page(request.account_id, selection, cursor=cursor, limit=limit)
        links = page_links("/api/jobs", selection, cursor=cursor, page=page, limit=limit)
        return Response(
            JobList([JobBody.from_job(job) for job in page.items], page.next),
            headers={"Cache-Control": "no-store", **links},
        )

    @read(
        "/{job_id:uuid}",
        summary="Look at a job",
        description="`Retry-After` says when to look again; a final job has none.",
        **needs(Scope.JOBS_READ),
    )
    async def one(
        self, request: JsonRequest, job_id: FromPath[UUID], jobs: FromDishka[Jobs]
    ) -> Response[JobBody]:
        return answer_job(await jobs.get(request.account_id, job_id))

    @post(
        "/{job_id:uuid}/cancel",
        status_code=200,
        summary="Cancel a job",
        description="At once when nothing runs, else as soon as the workers notice.",
        responses=problem_specs(IllegalMove),
        **needs(Scope.JOBS_WRITE),
    )
    async def cancel(
        self, request: JsonRequest, job_id: FromPath[UUID], jobs: FromDishka[Jobs]
    ) -> Response[JobBody]:
        return answer_job(await jobs.cancel(request.account_id, job_id))

    @post(
        "/{job_id:uuid}/retry",
        status_code=202,
        summary="Try a failed or cancelled job again",
        description="What was finished stays finished, and what was paid isn't paid again. The "
        "body is optional: another `max_cost`, for a job that failed with `cost_cap_reached`.",
        responses=problem_specs(IllegalMove),
        **needs(Scope.JOBS_WRITE),
    )
    async def retry(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        jobs: FromDishka[Jobs],
        data: JSONBody[RetryRequest | None] = None,
    ) -> Response[JobBody]:
        max_cost = (data or RetryRequest()).max_cost
        return accept_job(await jobs.retry(request.account_id, job_id, max_cost))

    @post(
        "/{job_id:uuid}/approve",
        status_code=200,
        summary="Let a job go on that waits for approval",
        description="The body is optional: corrections of scenes (until the video is rendered), "
        "and a title, description and tags of your own. After `narration` only the scenes that "
        "are corrected are spoken again. A job that waits after `package` has succeeded with this, "
        "or as soon as its files have the new title. Its deadline counts anew from here.",
        responses=problem_specs(
            IllegalMove, WritingSystemUnsupported, MediaNotFound, MediaUnreadable
        ),
        **needs(Scope.JOBS_WRITE, further=find_missing_scenes),
    )
    async def approve(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        approvals: FromDishka[Approvals],
        data: JSONBody[ApprovalRequest | None] = None,
    ) -> Response[JobBody]:
        edits = data or ApprovalRequest()
        check_edits({f"/scenes/{number}": edit for number, edit in edits.scenes.items()})
        return answer_job(
            await approvals.approve(request.account_id, job_id, edits.wording, edits.scenes)
        )

    @post(
        "/{job_id:uuid}/reject",
        status_code=200,
        summary="Don't let a job go on that waits for approval",
        description="It ends as `cancelled`, its error has the code `rejected`. A video that it "
        "has made already is removed. `POST /api/jobs/{id}/retry` brings it back to where it "
        "waited.",
        responses=problem_specs(IllegalMove),
        **needs(Scope.JOBS_WRITE),
    )
    async def reject(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        approvals: FromDishka[Approvals],
        data: JSONBody[RejectionRequest | None] = None,
    ) -> Response[JobBody]:
        reason = "" if data is None else data.reason
        return answer_job(await approvals.reject(request.account_id, job_id, reason))

    @get(
        "/{job_id:uuid}/events",
        summary="Follow a job",
        description="Server-sent events. The first, `job`, is the job as it stands; then comes "
        "what happens (`status`, `stage`, `progress`, `warning`); the last, `end`, is the job "
        "in its final state. A broken connection resumes by `Last-Event-ID`.",
        media_type=EVENT_STREAM,
        responses=event_stream_specs(has_end=True),
        **needs(Scope.JOBS_READ),
    )
    async def events(
        self,
        *,
        request: JsonRequest,
        job_id: FromPath[UUID],
        jobs: FromDishka[Jobs],
        feed: FromDishka[EventFeed],
        keys: FromDishka[Keys],
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> Response[None] | EventStream:
        seen = last_event_id or ""
        job = await jobs.get(request.account_id, job_id)
        if seen.endswith(FINAL_SUFFIX) and job.status in FINAL_STATUSES:
            # the client has seen the end: 204 is what stops a browser from reconnecting
            return Response(None, status_code=204)
        position = position_in(seen)
        subscription = Subscription(job_id)
        listener = Listener(feed, subscription, partial(keys.is_good, request.key))
        begin = after if position is None else position
        return EventStream(follow_job(jobs, listener, job, begin), subscription)
