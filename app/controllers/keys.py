"""``/api/keys``: the keys of an account, for those who have everything in it."""

from typing import Annotated

import msgspec
from dishka import FromDishka
from litestar import Controller, Response, delete, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from app.authentication import needs
from app.controllers.idempotency import REPLAY_HEADERS, IdempotencyKey, read_key, replay_mark
from app.controllers.reading import read
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Key, Keys, MadeKey, Scope
from domain.access.service import LONGEST_SECONDS, NAME_CHARACTERS
from domain.errors import IdempotencyKeyReused, SecretUnreadable
from domain.once import FirstAnswers

SECONDS_PER_DAY = 86_400
MAX_DAYS = LONGEST_SECONDS / SECONDS_PER_DAY
NO_STORE = {"Cache-Control": "no-store"}


class KeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that is asked for."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS)]
    """what uses the key, such as `laptop`"""
    scopes: Annotated[list[Scope], Meta(min_length=1)]
    """writing includes reading, `admin` everything"""
    expires_days: Annotated[float, Meta(gt=0, le=MAX_DAYS)] | None = None
    """days from now, above 0; null for a key that doesn't expire"""


class KeyWithToken(msgspec.Struct, frozen=True):
    """A new key, and the only time that it's whole."""

    token: str
    """what requests send: `Authorization: Bearer fk_...`; only its hash is kept"""
    key: Key


class KeyList(msgspec.Struct, frozen=True):
    """Keys, newest first, the revoked and expired ones among them."""

    items: list[Key]


class KeysController(Controller):
    """Keys of the account that asks."""

    path = "/api/keys"
    tags = ("Keys",)

    @read(summary="List keys", description="Without their secrets.", **needs(Scope.ADMIN))
    async def page(self, request: JsonRequest, keys: FromDishka[Keys]) -> Response[KeyList]:
        return Response(KeyList(await keys.listing(request.account_id)), headers=NO_STORE)

    @post(
        status_code=201,
        summary="Make a key",
        description="It belongs to the account of whoever makes it, and is shown only in this "
        "answer, and in its repetitions under an `Idempotency-Key`. `faceless keys create` makes "
        "keys of other accounts.",
        response_headers=REPLAY_HEADERS,
        responses=problem_specs(IdempotencyKeyReused, SecretUnreadable),
        **needs(Scope.ADMIN),
    )
    async def create(
        self,
        request: JsonRequest,
        data: JSONBody[KeyRequest],
        keys: FromDishka[Keys],
        first_answers: FromDishka[FirstAnswers],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[KeyWithToken]:
        days = data.expires_days
        answered = await first_answers.give(
            request.account_id,
            await read_key(request, idempotency_key),
            MadeKey,
            lambda once: keys.create(
                request.account_id,
                data.name,
                data.scopes,
                lifetime_seconds=None if days is None else days * SECONDS_PER_DAY,
                once=once,
            ),
        )
        made = answered.answer
        headers = NO_STORE | replay_mark(answered)
        return Response(KeyWithToken(made.token, made.key), headers=headers, status_code=201)

    @delete(
        "/{key_id:str}",
        status_code=200,
        summary="Revoke a key",
        description="Within a second and for ever. It stays in the list, with the time of its end.",
        **needs(Scope.ADMIN),
    )
    async def revoke(
        self, request: JsonRequest, key_id: FromPath[str], keys: FromDishka[Keys]
    ) -> Key:
        return await keys.revoke(key_id, request.account_id)
