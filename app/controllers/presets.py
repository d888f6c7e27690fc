"""``/api/presets``: named partial requests, to be the defaults of others."""

from typing import Annotated, Any

import msgspec
from dishka import FromDishka
from litestar import Controller, Response, delete, put
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, JSONBody, PathParameter

from app.authentication import needs
from app.controllers.keys import NO_STORE
from app.controllers.reading import read
from app.problems import problem_specs
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import FieldError, InvalidRequest, PresetChanged, TooManyPresets
from domain.generation.brief import PRESET_NAME
from domain.presets import PartialBrief, Preset, Presets

ETAG = [
    ResponseHeader(
        name="ETag",
        value='"8c1f6a1e"',
        description="Of these fields, for `If-Match`.",
        documentation_only=True,
    )
]

PresetName = Annotated[
    str,
    PathParameter(
        description="1 to 64 of a to z, 0 to 9 and -, not beginning with -.",
        examples=[Example(summary="A brand's Shorts", value="brand-shorts")],
        # described only: what isn't one is told with all else that is wrong, or isn't found
        schema_extra={"pattern": PRESET_NAME, "max_length": 64},
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="Replace only the preset with this ETag; `*`: only one that is there.",
    ),
]


class PresetList(msgspec.Struct, frozen=True):
    """Presets, by name."""

    items: list[Preset]


class PresetsController(Controller):
    """Presets of the account that asks."""

    path = "/api/presets"
    tags = ("Presets",)

    @read(
        summary="List presets",
        description="All of them, by name; an account has 200 at most.",
        **needs(Scope.JOBS_READ),
    )
    async def page(
        self, request: JsonRequest, presets: FromDishka[Presets]
    ) -> Response[PresetList]:
        return Response(PresetList(await presets.listing(request.account_id)), headers=NO_STORE)

    @read(
        "/{name:str}",
        summary="Look at a preset",
        description="Its fields as they were given. With its `ETag` in `If-Match` it's replaced "
        "only while nobody else has changed it.",
        response_headers=ETAG,
        **needs(Scope.JOBS_READ),
    )
    async def one(
        self, request: JsonRequest, name: PresetName, presets: FromDishka[Presets]
    ) -> Response[Preset]:
        return _answer(await presets.get(request.account_id, name))

    @put(
        "/{name:str}",
        summary="Keep a preset",
        description="Takes any fields of `POST /api/generate` but `preset`. A request with "
        '`"preset": "NAME"` has them as its defaults: objects are merged field by field, lists '
        "replaced, null takes a field away, and a source of its own (`topic`, `script` ...) takes "
        "the place of the preset's. Jobs that were made before don't change.",
        response_headers=ETAG,
        responses={
            201: ResponseSpec(Preset, description="There was none of this name."),
            **problem_specs(TooManyPresets, PresetChanged),
        },
        **needs(Scope.JOBS_WRITE),
    )
    async def keep(
        self,
        request: JsonRequest,
        name: PresetName,
        data: JSONBody[PartialBrief],  # noqa: ARG002 - checked; as a struct it has defaults, too
        presets: FromDishka[Presets],
        if_match: IfMatch = None,
    ) -> Response[Preset]:
        given: dict[str, Any] = msgspec.json.decode(await request.body())
        preset, is_new = await presets.save(
            request.account_id, name, given, expected=_expected(if_match)
        )
        return _answer(preset, is_new=is_new)

    @delete(
        "/{name:str}",
        summary="Forget a preset",
        description="What was made with it stays.",
        **needs(Scope.JOBS_WRITE),
    )
    async def remove(
        self, request: JsonRequest, name: PresetName, presets: FromDishka[Presets]
    ) -> None:
        await presets.remove(request.account_id, name)


def _answer(preset: Preset, *, is_new: bool = False) -> Response[Preset]:
    headers = {"ETag": f'"{preset.digest}"', **NO_STORE}
    if is_new:
        headers["Location"] = f"/api/presets/{preset.name}"
    return Response(preset, status_code=201 if is_new else 200, headers=headers)


def _expected(if_match: str | None) -> str | None:
    """The digest that a header If-Match names; "*" for any.

    Raises:
        InvalidRequest: it names several, or none.
    """
    if if_match is None or if_match.strip() == "*":
        return if_match and "*"
    tag = if_match.strip()
    if len(tag) < 3 or tag[0] != '"' or tag[-1] != '"' or '"' in tag[1:-1]:  # noqa: PLR2004
        hint = 'Send the ETag as it was answered, in its quotes, or "*".'
        raise InvalidRequest([FieldError("/If-Match", "must be one ETag", "invalid", hint)])
    return tag[1:-1]
