"""Request bodies: bytes to a struct, or one error that names everything that is wrong."""

from collections.abc import Awaitable, Callable
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import msgspec
from litestar import Request
from msgspec import inspect

from app.applied_preset import AppliedPreset
from app.controllers.idempotency import HEADER, read_key, wrong_key
from app.field_errors import MAX_DEPTH, at, find_errors, find_unstorable
from app.problems import UnsupportedMediaType
from domain.access import Key
from domain.errors import FieldError, InvalidRequest, PresetUnknown
from domain.generation.brief import (
    SOURCE_FIELDS,
    Brand,
    Brief,
    MusicChoice,
    VoiceChoice,
    check_brief,
)
from domain.generation.intake import Intake
from domain.jobs.service import Jobs
from domain.presets.model import PartialBrief, check_partial, laid_over, leads_somewhere
from domain.presets.service import Presets

T = TypeVar("T")

MAX_REPORTED_ERRORS = 100
"""a body of two megabytes has room for half a million"""

_BRIEFS = msgspec.json.Decoder(Brief)

MAX_NAME_CHARS = 300
"""no topic, voice, mood, palette or media name is longer"""


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is read by ``decode_body`` into the type of the handler's ``data``."""

    @property
    def account_id(self) -> str:
        """Whose request it is; only where a route isn't open to anybody."""
        account_id: str = self.scope["state"]["account_id"]
        return account_id

    @property
    def key(self) -> Key | None:
        """The key that it came with, if it came with one."""
        key: Key | None = self.scope["state"].get("key")
        return key

    async def json(self) -> Any:
        """The body as the handler's struct.

        Raises:
            UnsupportedMediaType: the content type isn't JSON. Requiring it also keeps pages of
                other sites from posting through a user's browser.
            InvalidRequest: carries every wrong field, and an Idempotency-Key that is none.
        """
        if not is_json(self.headers.get("content-type", "")):
            raise UnsupportedMediaType("The request's body isn't declared as JSON.")
        parameter = self.route_handler.parsed_fn_signature.parameters["data"]
        model = next(t for t in (parameter.args or (parameter.annotation,)) if t is not type(None))
        try:
            return await self._read(model)
        except InvalidRequest as error:
            takes_key = "idempotency_key" in self.route_handler.parsed_fn_signature.parameters
            wrong = wrong_key(self.headers.get(HEADER)) if takes_key else []
            if not wrong:
                raise
            raise InvalidRequest([*error.errors, *wrong], suggestions=error.suggestions) from error

    async def _read(self, model: type[Any]) -> Any:
        body = await self.body()
        if model is Brief:
            brief = brief_at_once(body)
            if brief is not None and brief.preset is None:
                return brief
        value = parse_json(body)
        if model is Brief and isinstance(value, dict) and isinstance(value.get("preset"), str):
            return await self._over_its_preset(value)
        return await self._checked(value, model)

    async def _checked(self, value: Any, model: type[Any]) -> Any:
        try:
            return _convert(value, model)
        except InvalidRequest as error:
            if not isinstance(value, dict):
                raise
            if not issubclass(model, Brief):
                raise await self._with_further(value, error) from error
            # what is named in the readable rest is looked up as well: else each round of
            # corrections would bring up another error
            unknown, suggestions = await self._find_unknown(value, error.errors, model)
            if not unknown:
                raise
            raise InvalidRequest(
                _distinct([*error.errors, *unknown])[:MAX_REPORTED_ERRORS], suggestions=suggestions
            ) from error

    async def _with_further(self, value: dict[str, Any], error: InvalidRequest) -> InvalidRequest:
        """What the route's own look (``further`` of its ``opt``) finds beside wrong fields."""
        look: Further | None = self.route_handler.opt.get("further")
        if look is None:
            return error
        wrong = {found.pointer for found in error.errors}
        further = [found for found in await look(self, value) if found.pointer not in wrong]
        return InvalidRequest([*error.errors, *further][:MAX_REPORTED_ERRORS])

    async def _find_unknown(
        self, value: dict[str, Any], errors: list[FieldError], model: type[Brief]
    ) -> tuple[list[FieldError], list[str] | None]:
        brief, media = _names_in(value, errors)
        if not media and brief == Brief(language=brief.language):
            return [], None
        intake = await self.scope["state"]["dishka_container"].get(Intake)
        found, suggestions = await intake.find_unknown(brief, media)
        if model is not Brief:
            found = [error for error in found if leads_somewhere(error.pointer, value)]
        return found, suggestions

    async def _over_its_preset(self, own: dict[str, Any]) -> Brief:
        """The brief that a body and the preset that it names make together.

        Raises:
            PresetUnknown: and nothing else is wrong.
            InvalidRequest
        """
        container = self.scope["state"]["dishka_container"]
        presets: Presets = await container.get(Presets)
        try:
            try:
                preset = await presets.named_by_request(self.account_id, own["preset"])
            except PresetUnknown as unknown:
                raise await self._with_the_rest(own, unknown) from unknown
            AppliedPreset(preset.name, preset.request, own).note(self)
            merged = laid_over(preset.request, own)
            brief: Brief = await self._checked(merged, Brief)
        except (PresetUnknown, InvalidRequest):
            # what was accepted under this key is answered whatever became of its preset
            header = self.headers.get(HEADER)
            if wrong_key(header):
                raise
            once = await read_key(self, header)
            jobs: Jobs = await container.get(Jobs)
            first = await jobs.first_answer(self.account_id, once)
            if first is None:
                raise
            return first.request
        return brief

    async def _with_the_rest(
        self, own: dict[str, Any], unknown: PresetUnknown
    ) -> PresetUnknown | InvalidRequest:
        """What is wrong with a body apart from its preset, told together with that."""
        rest = {name: value for name, value in own.items() if name != "preset"}
        errors: list[FieldError] = []
        try:
            _convert(rest, PartialBrief)
        except InvalidRequest as error:
            errors = error.errors
        unknown_names, suggestions = await self._find_unknown(rest, errors, PartialBrief)
        errors = _distinct([*errors, *unknown_names])
        if not errors:
            return unknown
        first = FieldError("/preset", unknown.message, unknown.code, unknown.hint_text)
        return InvalidRequest([first, *errors][:MAX_REPORTED_ERRORS], suggestions=suggestions)


Further = Callable[[JsonRequest, dict[str, Any]], Awaitable[list[FieldError]]]
"""looks at the readable rest of a body that has wrong fields"""


def brief_at_once(raw: bytes) -> Brief | None:
    """A brief with nothing wrong in its fields, in a tenth of the time that it takes to look at
    each; None for any other body. Rules between fields are the intake's to check.
    """
    # as many brackets as levels at most; a NUL is in JSON only by this escape
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or rb"\u0000" in raw:
        return None
    try:
        return _BRIEFS.decode(raw)
    except (msgspec.DecodeError, ValueError):
        return None


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON: ``application/json``, or a ``+json`` type."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def decode_body(raw: bytes, model: type[T]) -> T:
    """Decode ``raw`` into ``model``, a msgspec struct.

    Raises:
        InvalidRequest: carries every wrong field, those of a brief's own rules among them.
    """
    return _convert(parse_json(raw), model)


def _convert(value: Any, model: type[T]) -> T:
    unstorable = list(islice(find_unstorable(value), MAX_REPORTED_ERRORS))
    if any(error.code == "too_deep" for error in unstorable):
        raise InvalidRequest(unstorable)
    described: Any = model  # mypy doesn't take every type for hashable
    found = islice(find_errors(value, _description(described)), MAX_REPORTED_ERRORS)
    errors = _distinct([*unstorable, *found])
    if issubclass(model, Brief) and isinstance(value, dict):
        best = _best_brief(value, errors)
        broken = check_brief(best) if model is Brief else check_partial(value, best)
        errors = _distinct([*errors, *broken])
    if errors:
        raise InvalidRequest(errors)
    return msgspec.convert(value, model, str_keys=True)


@cache
def _description(model: Any) -> inspect.Type:
    """What msgspec knows of a type; to work it out takes longer than all the rest of a request."""
    return inspect.type_info(model)


def parse_json(raw: bytes) -> Any:
    """Parse a body.

    Raises:
        InvalidRequest: it isn't UTF-8, isn't JSON, or is nested beyond all reason.
    """
    try:
        return msgspec.json.decode(raw)
    except RecursionError as error:
        raise _unreadable("is nested too deep", "too_deep", "Flatten it.") from error
    except UnicodeDecodeError as error:
        message = f"is not valid UTF-8 (byte {error.start})"
        raise _unreadable(message, "not_utf8", "Encode the body as UTF-8.") from error
    except (msgspec.DecodeError, ValueError) as error:
        hint = "Check quotes, commas and brackets; NaN and Infinity are no JSON."
        raise _unreadable(f"can't be read: {error}", "malformed_json", hint) from error


def _best_brief(value: dict[str, Any], errors: list[FieldError]) -> Brief:
    """What can be made of a brief's right fields, so that rules between them can be checked."""
    wrong = {error.pointer.split("/")[1] for error in errors if error.pointer}
    known = Brief.__struct_fields__
    right = {name: value[name] for name in known if name in value and name not in wrong}
    # a source that was given, though wrongly, still counts as given
    stand_ins = {
        name: [] if name == "scenes" else "given"
        for name in SOURCE_FIELDS
        if name in wrong and value.get(name) is not None
    }
    return msgspec.structs.replace(msgspec.convert(right, Brief), **stand_ins)


def _names_in(value: dict[str, Any], errors: list[FieldError]) -> tuple[Brief, dict[str, str]]:
    """A brief of those names in a body that are strings and not wrong already; media by pointer."""
    wrong = {error.pointer for error in errors}

    def named(*steps: str | int) -> str | None:
        item: Any = value
        pointer = ""
        for step in steps:
            pointer = at(pointer, step)
            if pointer in wrong:
                return None
            if isinstance(item, list) and isinstance(step, int):
                item = item[step]
            else:
                item = item.get(step) if isinstance(item, dict) else None
        # beyond the errors that are reported more may be wrong
        is_name = isinstance(item, str) and len(item) <= MAX_NAME_CHARS and "\0" not in item
        return item if is_name else None

    scenes = value.get("scenes")
    listed = [
        n
        for n, scene in enumerate(scenes if isinstance(scenes, list) else [])
        if isinstance(scene, dict)
    ][:MAX_REPORTED_ERRORS]
    media = {f"/scenes/{n}/media": name for n in listed if (name := named("scenes", n, "media"))}
    brief = Brief(
        topic=named("topic"),
        language=named("language") or Brief(topic="").language,
        voice=VoiceChoice(id=named("voice", "id")),
        music=MusicChoice(mood=named("music", "mood")),
        brand=Brand(palette=named("brand", "palette")),
    )
    return brief, media


def _distinct(errors: list[FieldError]) -> list[FieldError]:
    """Each finding once: some rules are known to the types and to the brief alike."""
    return list({(error.pointer, error.code): error for error in reversed(errors)}.values())[::-1]


def _unreadable(message: str, code: str, hint: str) -> InvalidRequest:
    return InvalidRequest([FieldError("", f"the body {message}", code, hint)])
