"""``/api/webhooks``: addresses of one's own that are told what happens."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller, Response, delete, patch, post
from litestar.datastructures import ResponseHeader
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from app.authentication import needs
from app.controllers.idempotency import REPLAY_HEADERS, IdempotencyKey, read_key, replay_mark
from app.controllers.keys import NO_STORE
from app.controllers.reading import read
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import (
    FieldError,
    IdempotencyKeyReused,
    SecretUnreadable,
    TooManyWebhooks,
    UrlForbidden,
)
from domain.once import FirstAnswers
from domain.outbound import UrlRules
from domain.webhooks import AccountSecret, EventType, NewSecret, Webhook, Webhooks
from domain.webhooks.model import Changes

Url = Annotated[
    str, Meta(min_length=1, max_length=2_000, examples=["https://example.com/hooks/faceless"])
]
Description = Annotated[str, Meta(max_length=200)]

LOCATION = [
    ResponseHeader(
        name="Location",
        value="/api/webhooks/01a21d26-2b4e-7d5a-8a0c-51d0e3b7c9f2",
        description="Where the webhook is.",
        documentation_only=True,
    )
]


class WebhookRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook that is asked for."""

    url: Url
    """https, on the internet"""
    events: list[EventType] = []
    """what it's to be told; left out or empty: everything"""
    description: Description = ""


class WebhookChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change; whatever is left out stays."""

    url: Url | None = None
    events: list[EventType] | None = None
    description: Description | None = None
    enabled: bool | None = None
    """true: told again what happens from now on; false: told nothing any more"""


class WebhookList(msgspec.Struct, frozen=True):
    """Webhooks, newest first."""

    items: list[Webhook]


async def find_forbidden(request: JsonRequest, body: dict[str, Any]) -> list[FieldError]:
    """The URL of a body that is wrong elsewhere, if it's none that may be used."""
    url = body.get("url")
    if not isinstance(url, str):
        return []
    rules: UrlRules = await request.scope["state"]["dishka_container"].get(UrlRules)
    try:
        rules.check(url)
    except UrlForbidden as error:
        return [FieldError("/url", error.message, error.code, error.hint_text)]
    return []


class WebhooksController(Controller):
    """Webhooks of the account that asks."""

    path = "/api/webhooks"
    tags = ("Webhooks",)

    @read(
        summary="List webhooks",
        description="Without their secrets.",
        **needs(Scope.WEBHOOKS_READ),
    )
    async def page(
        self, request: JsonRequest, webhooks: FromDishka[Webhooks]
    ) -> Response[WebhookList]:
        return Response(WebhookList(await webhooks.listing(request.account_id)), headers=NO_STORE)

    @post(
        status_code=201,
        summary="Make a webhook",
        description="Its secret is shown only in this answer, and in its repetitions under an "
        "`Idempotency-Key`. Messages are signed as Standard Webhooks lays down: any of its "
        "libraries checks them.",
        response_headers=[*LOCATION, *REPLAY_HEADERS],
        responses=problem_specs(
            UrlForbidden, TooManyWebhooks, IdempotencyKeyReused, SecretUnreadable
        ),
        **needs(Scope.WEBHOOKS_WRITE, further=find_forbidden),
    )
    async def create(
        self,
        request: JsonRequest,
        data: JSONBody[WebhookRequest],
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[NewSecret]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            NewSecret,
            lambda once: webhooks.create(
                request.account_id, data.url, data.events, data.description, once=once
            ),
        )
        made = answered.answer
        location = {"Location": f"/api/webhooks/{made.webhook.id}"}
        headers = NO_STORE | location | replay_mark(answered)
        return Response(made, headers=headers, status_code=201)

    @read(
        "/secret",
        summary="Show the account's secret",
        description="Signs the messages to the `webhook_url` of requests, and no others. It's "
        "made when it's first needed.",
        responses=problem_specs(SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def secret(
        self, request: JsonRequest, webhooks: FromDishka[Webhooks]
    ) -> Response[AccountSecret]:
        return Response(await webhooks.account_secret(request.account_id), headers=NO_STORE)

    @post(
        "/secret/rotate",
        status_code=200,
        summary="Give the account another secret",
        description="For 24 hours messages carry two signatures, the old secret's as well. Under "
        "an `Idempotency-Key` a repetition doesn't rotate once more.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def rotate_secret(
        self,
        request: JsonRequest,
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[AccountSecret]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            AccountSecret,
            lambda once: webhooks.rotate_account_secret(request.account_id, once=once),
        )
        headers = NO_STORE | replay_mark(answered)
        return Response(answered.answer, headers=headers, status_code=200)

    @read(
        "/{webhook_id:uuid}",
        summary="Look at a webhook",
        description="Whether it's enabled, and since when it fails, if it does.",
        **needs(Scope.WEBHOOKS_READ),
    )
    async def one(
        self, request: JsonRequest, webhook_id: FromPath[UUID], webhooks: FromDishka[Webhooks]
    ) -> Webhook:
        return await webhooks.get(request.account_id, webhook_id)

    @patch(
        "/{webhook_id:uuid}",
        summary="Change a webhook",
        description="`enabled: true` lets one go on that was disabled: by its owner, because it "
        "answered 410, or because it had failed for three days. `enabled: false` gives up what "
        "still waits to be sent to it.",
        responses=problem_specs(UrlForbidden),
        **needs(Scope.WEBHOOKS_WRITE, further=find_forbidden),
    )
    async def change(
        self,
        request: JsonRequest,
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookChanges],
        webhooks: FromDishka[Webhooks],
    ) -> Webhook:
        changes = Changes(
            url=data.url,
            events=data.events,
            description=data.description,
            enabled=data.enabled,
        )
        return await webhooks.change(request.account_id, webhook_id, changes)

    @delete(
        "/{webhook_id:uuid}",
        summary="Delete a webhook",
        description="With the messages that weren't delivered yet, and its log.",
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def remove(
        self, request: JsonRequest, webhook_id: FromPath[UUID], webhooks: FromDishka[Webhooks]
    ) -> None:
        await webhooks.remove(request.account_id, webhook_id)

    @post(
        "/{webhook_id:uuid}/rotate",
        status_code=200,
        summary="Give a webhook another secret",
        description="It's shown only in this answer, and in its repetitions under an "
        "`Idempotency-Key`, which don't rotate once more. For 24 hours messages carry two "
        "signatures, the old secret's as well, so that the receiver can be changed in between.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.WEBHOOKS_WRITE),
    )
    async def rotate(
        self,
        request: JsonRequest,
        webhook_id: FromPath[UUID],
        webhooks: FromDishka[Webhooks],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[NewSecret]:
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            NewSecret,
            lambda once: webhooks.rotate(request.account_id, webhook_id, once=once),
        )
        headers = NO_STORE | replay_mark(answered)
        return Response(answered.answer, headers=headers, status_code=200)
