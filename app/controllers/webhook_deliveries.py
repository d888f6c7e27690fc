"""``/api/webhooks/…/deliveries``: what was sent to webhooks, and sending it again."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller, Response, post
from litestar.params import FromPath, QueryParameter

from app.authentication import needs
from app.controllers.idempotency import REPLAY_HEADERS, IdempotencyKey, read_key, replay_mark
from app.controllers.keys import NO_STORE
from app.controllers.pages import DEFAULT_PAGE, Cursor, Limit, SortBy, page_links
from app.controllers.reading import read
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import IdempotencyKeyReused, SecretUnreadable
from domain.jobs.listing import Sort
from domain.once import Answered, FirstAnswers
from domain.webhooks import Delivery, DeliverySelection, DeliveryState, Webhooks

State = Annotated[
    DeliveryState | None,
    # by another name in here, because Litestar has an argument `state` of its own
    QueryParameter(name="state", description="Only messages that stand there."),
]
OfJob = Annotated[UUID | None, QueryParameter(description="Only messages about this job.")]


class DeliveryList(msgspec.Struct, frozen=True):
    """Messages, newest first; ``next`` is the cursor of the page after this one."""

    items: list[Delivery]
    next: str | None


class DeliveriesController(Controller):
    """Messages of the account that asks."""

    path = "/api/webhooks"
    tags = ("Webhooks",)

    @read(
        "/deliveries",
        summary="List all messages",
        description="To all webhooks and to the `webhook_url` of requests, newest first, a page "
        "at a time, with every attempt. `Link` names the pages beside it.",
        **needs(Scope.WEBHOOKS_READ),
    )
    async def all_deliveries(
        self,
        request: JsonRequest,
        webhooks: FromDishka[Webhooks],
        *,
        job_id: OfJob = None,
        wanted_state: State = None,
        sort: SortBy = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_PAGE,
    ) -> Response[DeliveryList]:
        selection = DeliverySelection(job_id=job_id, state=wanted_state, sort=sort or Sort.NEWEST)
        page = await webhooks.deliveries(request.account_id, selection, cursor=cursor, limit=limit)
        links = page_links(
            "/api/webhooks/deliveries", selection, cursor=cursor, page=page, limit=limit
        )
        return Response(DeliveryList(page.items, page.next), headers={**NO_STORE, **links})

    @post(
        "/deliveries/{delivery_id:uuid}/resend",
        status_code=202,
        summary="Send any message again",
        description="Also one that went to the `webhook_url` of a request. It keeps its "
        "`webhook-id`, by which receivers know that they had it already.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def resend_any(
        self,
        request: JsonRequest,
        delivery_id: FromPath[UUID],
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Delivery]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            Delivery,
            lambda once: webhooks.resend(request.account_id, delivery_id, once=once),
        )
        return _sent(answered)

    @read(
        "/{webhook_id:uuid}/deliveries",
        summary="List a webhook's messages",
        description="Newest first, a page at a time, with every attempt. `Link` names the pages "
        "beside it.",
        **needs(Scope.WEBHOOKS_READ),
    )
    async def deliveries(
        self,
        request: JsonRequest,
        webhook_id: FromPath[UUID],
        webhooks: FromDishka[Webhooks],
        *,
        wanted_state: State = None,
        sort: SortBy = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_PAGE,
    ) -> Response[DeliveryList]:
        shown = DeliverySelection(state=wanted_state, sort=sort or Sort.NEWEST)
        selection = msgspec.structs.replace(shown, webhook_id=webhook_id)
        page = await webhooks.deliveries(request.account_id, selection, cursor=cursor, limit=limit)
        path = f"/api/webhooks/{webhook_id}/deliveries"
        links = page_links(path, shown, cursor=cursor, page=page, limit=limit)
        return Response(DeliveryList(page.items, page.next), headers={**NO_STORE, **links})

    @post(
        "/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/resend",
        status_code=202,
        summary="Send a message again",
        description="Whatever became of it, also where the webhook is disabled. It keeps its "
        "`webhook-id`, by which receivers know that they had it already.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def resend(
        self,
        request: JsonRequest,
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        *,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Delivery]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            Delivery,
            lambda once: webhooks.resend(request.account_id, delivery_id, webhook_id, once=once),
        )
        return _sent(answered)

    @post(
        "/{webhook_id:uuid}/test",
        status_code=202,
        summary="Send a test",
        description="A message of the type `webhook.test`, also where the webhook is disabled or "
        "is told other things only. What became of it is in its deliveries.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def test(
        self,
        request: JsonRequest,
        webhook_id: FromPath[UUID],
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Delivery]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            Delivery,
            lambda once: webhooks.test(request.account_id, webhook_id, once=once),
        )
        return _sent(answered)


def _sent(answered: Answered[Delivery]) -> Response[Delivery]:
    return Response(answered.answer, status_code=202, headers=NO_STORE | replay_mark(answered))
