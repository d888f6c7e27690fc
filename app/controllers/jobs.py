"""``/api/generate`` and ``/api/jobs``: asking for videos and following the work."""

from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, Response, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream

from app.authentication import needs
from app.controllers.bodies import JobBody, JobList
from app.controllers.event_stream import (
    EVENT_STREAM,
    FINAL_SUFFIX,
    event_stream_specs,
    follow,
)
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
from app.event_feed import EventFeed
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import (
    IdempotencyKeyReused,
    IllegalMove,
    LanguageUnsupported,
    MediaNotFound,
    MediaUnreadable,
    MusicNotFound,
    QueueFull,
    TopicNotFound,
    VoiceNotFound,
    WritingSystemUnsupported,
)
from domain.generation.brief import Brief
from domain.jobs.listing import JobSelection, Sort
from domain.jobs.model import FINAL_STATUSES, Job, JobStatus
from domain.jobs.service import Jobs

POLL_AFTER_SECONDS = 2
"""the Retry-After of a job that isn't final"""

MAX_EVENT_ID = 2**63 - 1


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


class GenerateController(Controller):
    """Asking for a video."""

    path = "/api/generate"
    tags = ("Generate",)

    @post(
        status_code=202,
        summary="Make a video",
        description="Takes exactly one of `topic`, `script`, `source_text` or `scenes`. Answers "
        "at once with the job; the work goes on whatever happens to this connection.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(
            IdempotencyKeyReused,
            TopicNotFound,
            LanguageUnsupported,
            WritingSystemUnsupported,
            VoiceNotFound,
            MusicNotFound,
            MediaNotFound,
            MediaUnreadable,
            QueueFull,
        ),
        **needs(Scope.JOBS_WRITE),
    )
    async def generate(
        self,
        request: JsonRequest,
        data: JSONBody[Brief],
        jobs: FromDishka[Jobs],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[JobBody]:
        once = await read_key(request, idempotency_key)
        return accept_job(await jobs.submit(request.account_id, data, idempotency=once))


class JobsController(Controller):
    """Jobs and what becomes of them."""

    path = "/api/jobs"
    tags = ("Jobs",)

    @get(
        summary="List jobs",
        description="Newest first, a page at a time. Every page costs the same, however many jobs "
        "there are, and none comes twice or is left out because of jobs that come meanwhile. "
        "`Link` names the next page.",
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
        links = page_links("/api/jobs", selection, cursor=cursor, following=page.next, limit=limit)
        return Response(
            JobList([JobBody.from_job(job) for job in page.items], page.next),
            headers={"Cache-Control": "no-store", **links},
        )

    @get(
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
        description="What was finished stays finished.",
        responses=problem_specs(IllegalMove),
        **needs(Scope.JOBS_WRITE),
    )
    async def retry(
        self, request: JsonRequest, job_id: FromPath[UUID], jobs: FromDishka[Jobs]
    ) -> Response[JobBody]:
        return accept_job(await jobs.retry(request.account_id, job_id))

    @get(
        "/{job_id:uuid}/events",
        summary="Follow a job",
        description="Server-sent events. The first, `job`, is the job as it stands; then comes "
        "what happens (`status`, `stage`, `progress`, `warning`); the last, `end`, is the job "
        "in its final state. A broken connection resumes by `Last-Event-ID`.",
        media_type=EVENT_STREAM,
        responses=event_stream_specs(),
        **needs(Scope.JOBS_READ),
    )
    async def events(
        self,
        *,
        request: JsonRequest,
        job_id: FromPath[UUID],
        jobs: FromDishka[Jobs],
        feed: FromDishka[EventFeed],
        after: Annotated[
            int | None,
            QueryParameter(
                description="Also what happened after this event id; 0 for everything.",
                ge=0,
                le=MAX_EVENT_ID,
            ),
        ] = None,
        last_event_id: Annotated[
            str | None,
            HeaderParameter(name="Last-Event-ID", description="Set by browsers on reconnecting."),
        ] = None,
    ) -> Response[None] | Stream:
        seen = last_event_id or ""
        job = await jobs.get(request.account_id, job_id)
        if seen.endswith(FINAL_SUFFIX) and job.status in FINAL_STATUSES:
            # the client has seen the end: 204 is what stops a browser from reconnecting
            return Response(None, status_code=204)
        digits = seen.removesuffix(FINAL_SUFFIX)
        if digits.isdecimal():
            after = min(int(digits[:19]), MAX_EVENT_ID)
        return Stream(
            follow(jobs, feed, request.account_id, job_id, after),
            media_type=EVENT_STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
