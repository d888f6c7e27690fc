"""What structs say about themselves, for the API's description.

A struct's fields are explained by the string below each of them; Python drops those strings,
so they are read from the source.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator

import msgspec
from msgspec import inspect as types


def structs_in(*roots: type) -> dict[str, type]:
    """Every struct that can occur in values of the given types, by name."""
    return {
        struct.cls.__name__: struct.cls for root in roots for struct in _walk(types.type_info(root))
    }


def closed_structs(*roots: type) -> set[str]:
    """Names of the structs among them that take no unknown fields."""
    return {
        struct.cls.__name__
        for root in roots
        for struct in _walk(types.type_info(root))
        if struct.forbid_unknown_fields
    }


def field_notes(struct: type) -> dict[str, str]:
    """The explanations of a struct's fields, the inherited ones among them, as single lines."""
    notes: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            notes |= _own_notes(base)
    return notes


def _own_notes(struct: type) -> dict[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(definition, ast.ClassDef)
    notes = {}
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                notes[name] = _as_sentence(text)
    return notes


def values_of(enum: type) -> str:
    """An enumeration's docstring and what each of its values means, as Markdown."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(enum))).body
    assert isinstance(definition, ast.ClassDef)
    lines = [summary_of(enum), ""]
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        match statement, following:
            case (
                ast.Assign(value=ast.Constant(value=str(value))),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                lines.append(f"- `{value}`: {' '.join(text.split())}")
    return "\n".join(lines)


def summary_of(struct: type) -> str:
    """A class's docstring as Markdown."""
    return inspect.cleandoc(struct.__doc__ or "").replace("``", "`")


def _as_sentence(text: str) -> str:
    line = " ".join(text.split()).replace("``", "`")
    return line[:1].upper() + line[1:]


def _walk(type_: types.Type) -> Iterator[types.StructType]:
    match type_:
        case types.StructType():
            yield type_
            for field in type_.fields:
                yield from _walk(field.type)
        case types.UnionType():
            for member in type_.types:
                yield from _walk(member)
        case types.ListType():
            yield from _walk(type_.item_type)
        case types.DictType():
            yield from _walk(type_.value_type)
        case types.Metadata():
            yield from _walk(type_.type)
