"""The structs and enumerations that the API's bodies and parameters are made of, by their names.

Litestar's description has their schemas, under the same names, but not what their source says
about them. They are found from the routes, so that a new route's are described as well.
"""

from collections.abc import Iterable, Iterator
from enum import EnumType
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import inspect as types

from app.struct_notes import closed_structs, field_notes, structs_in, summary_of, values_of


class Models:
    """What is known of the types behind the schemas."""

    def __init__(self, app: Litestar) -> None:
        handlers = list(_handlers(app))
        self.requests = _described(_bodies(handlers))
        self.structs = structs_in(*self.requests, *_described(_answers(handlers)))
        self.enums = _enums(*self.structs.values(), *_described(_parameters(handlers)))
        self.from_zero = {
            name
            for handler in handlers
            for name, parameter in handler.parsed_fn_signature.parameters.items()
            if getattr(parameter.kwarg_definition, "ge", None) == 0
        }
        """parameters that are at least 0: Litestar takes that bound for none"""

    def describe(self, schemas: dict[str, Any]) -> None:
        """Add to the schemas what the source says, and close those of requests."""
        for name in closed_structs(*self.requests):
            schemas[name]["additionalProperties"] = False
        for name, struct in self.structs.items():
            if name in schemas:
                schemas[name]["description"] = summary_of(struct)
                properties = schemas[name]["properties"]
                for field, note in field_notes(struct).items():
                    properties[field]["description"] = note
                for field in types.type_info(struct).fields:  # type: ignore[attr-defined]
                    properties[field.encode_name].update(_bounds_of_zero(field.type))
        for name, enum in self.enums.items():
            if name in schemas:
                schemas[name]["description"] = values_of(enum).strip()


def _bounds_of_zero(type_: types.Type) -> dict[str, int]:
    """``minimum: 0`` and the like, which Litestar leaves out of numbers that may be null."""
    members = type_.types if isinstance(type_, types.UnionType) else ()
    # one that has examples is wrapped into them
    bare = [one.type if isinstance(one, types.Metadata) else one for one in members]
    names = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
    return {
        keyword: 0
        for member in bare
        for bound, keyword in names.items()
        if getattr(member, bound, None) == 0
    }


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from (h for h in route.route_handlers if h.resolve_include_in_schema())


def _bodies(handlers: Iterable[HTTPRouteHandler]) -> Iterator[Any]:
    for handler in handlers:
        if (data := handler.parsed_fn_signature.parameters.get("data")) is not None:
            yield data.annotation


def _answers(handlers: Iterable[HTTPRouteHandler]) -> Iterator[Any]:
    for handler in handlers:
        yield handler.parsed_fn_signature.return_type.annotation
        for spec in (handler.responses or {}).values():
            yield spec.data_container


def _parameters(handlers: Iterable[HTTPRouteHandler]) -> Iterator[Any]:
    for handler in handlers:
        yield from (p.annotation for p in handler.parsed_fn_signature.parameters.values())


def _described(annotations: Iterable[Any]) -> tuple[type, ...]:
    """The structs and enumerations in annotations, each once: those in ``Response[X] | None``."""
    found: dict[type, None] = {}
    waiting = list(annotations)
    while waiting:
        annotation = waiting.pop()
        waiting += [a for a in get_args(annotation) if get_origin(annotation) is not None]
        if isinstance(annotation, EnumType) or (
            isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
        ):
            found[annotation] = None
    return tuple(found)


def _enums(*roots: type) -> dict[str, type]:
    found: dict[str, type] = {}
    waiting: list[types.Type] = [types.type_info(root) for root in roots]
    while waiting:
        match waiting.pop():
            case types.EnumType() as enum:
                found[enum.cls.__name__] = enum.cls
            case types.StructType() as struct:
                waiting += [field.type for field in struct.fields]
            case types.UnionType() as union:
                waiting += union.types
            case types.ListType() as items:
                waiting.append(items.item_type)
            case types.DictType() as entries:
                waiting.append(entries.value_type)
            case types.Metadata() as annotated:
                waiting.append(annotated.type)
    return found
