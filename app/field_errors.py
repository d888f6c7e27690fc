"""What is wrong with a JSON value, seen beside the type that it should have: everything at once.

msgspec stops at the first error. Here the type's own description (``msgspec.inspect``) is walked
beside the value, each place is judged by itself, and every finding carries its JSON pointer, a
code, and what to do about it.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import NODEFAULT, inspect

from domain.errors import FieldError

MAX_DEPTH = 64
"""levels of nesting; deeper JSON is refused before anything recurses over it"""

KINDS: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def find_errors(value: Any, type_: inspect.Type, pointer: str = "") -> Iterator[FieldError]:
    """Every place of a decoded JSON ``value`` that doesn't fit ``type_``, in document order."""
    examples: list[Any] = []
    while isinstance(type_, inspect.Metadata):
        examples = (type_.extra_json_schema or {}).get("examples", examples)
        type_ = type_.type
    match type_:
        case inspect.AnyType():
            return
        case inspect.UnionType():
            yield from _in_union(value, type_, pointer)
        case inspect.StructType():
            yield from _in_struct(value, type_, pointer)
        case inspect.ListType():
            yield from _in_list(value, type_, pointer)
        case inspect.DictType():
            yield from _in_dict(value, type_, pointer)
        case inspect.StrType():
            yield from _in_string(value, type_, pointer, examples)
        case inspect.BoolType() | inspect.NoneType():
            yield from _in_single(value, type_, pointer)
        case inspect.IntType() | inspect.FloatType():
            yield from _in_number(value, type_, pointer)
        case inspect.EnumType() | inspect.LiteralType():
            yield from _in_choice(value, _choices(type_), pointer)
        case _:
            raise NotImplementedError(f"request bodies have no {type_}")


def find_unstorable(value: Any) -> Iterator[FieldError]:
    """NUL characters and nesting beyond ``MAX_DEPTH``, anywhere; recurses nowhere itself."""
    pending: list[tuple[Any, str, int]] = [(value, "", 1)]
    while pending:
        item, pointer, depth = pending.pop()
        if isinstance(item, str):
            if "\0" in item:
                yield _nul(pointer)
            continue
        if not isinstance(item, dict | list):
            continue
        if depth > MAX_DEPTH:
            yield FieldError(
                _shortened(pointer),
                f"is nested more than {MAX_DEPTH} levels deep",
                "too_deep",
                "Flatten it.",
            )
            return
        children: Iterable[tuple[Any, Any]] = (
            item.items() if isinstance(item, dict) else enumerate(item)
        )
        for key, child in reversed(list(children)):
            place = at(pointer, key)
            if "\0" in str(key):
                yield _nul(pointer)
            pending.append((child, place, depth + 1))


def at(pointer: str, key: str | int) -> str:
    """The pointer of a member or an item (RFC 6901)."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _in_union(value: Any, type_: inspect.UnionType, pointer: str) -> Iterator[FieldError]:
    members = [t for t in type_.types if not isinstance(t, inspect.NoneType)]
    if value is None and len(members) < len(type_.types):
        return
    findings = [list(find_errors(value, member, pointer)) for member in members]
    if all(findings):
        yield from min(findings, key=len)


def _in_struct(value: Any, type_: inspect.StructType, pointer: str) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield _wrong_kind(value, dict, pointer)
        return
    fields = {field.encode_name: field for field in type_.fields}
    for name, field in fields.items():
        if name in value:
            yield from find_errors(value[name], field.type, at(pointer, name))
        elif field.required and field.default is NODEFAULT:
            yield FieldError(at(pointer, name), "is missing", "missing", "Add this field.")
    for name in value:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(fields)}."
            yield FieldError(at(pointer, name), "is not a known field", "unknown_field", hint)


def _in_list(value: Any, type_: inspect.ListType, pointer: str) -> Iterator[FieldError]:
    if not isinstance(value, list):
        yield _wrong_kind(value, list, pointer)
        return
    yield from _in_size(len(value), type_.min_length, type_.max_length, "items", pointer)
    for index, item in enumerate(value):
        yield from find_errors(item, type_.item_type, at(pointer, index))


def _in_dict(value: Any, type_: inspect.DictType, pointer: str) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield _wrong_kind(value, dict, pointer)
        return
    yield from _in_size(len(value), type_.min_length, type_.max_length, "entries", pointer)
    for key, item in value.items():
        if isinstance(type_.key_type, inspect.IntType) and not re.fullmatch(r"\d{1,9}", key):
            yield FieldError(
                at(pointer, key),
                f"{key!r} is not a number",
                "wrong_type",
                'Name entries by number, such as "0".',
            )
        yield from find_errors(item, type_.value_type, at(pointer, key))


def _in_string(
    value: Any, type_: inspect.StrType, pointer: str, examples: list[Any]
) -> Iterator[FieldError]:
    if not isinstance(value, str):
        yield _wrong_kind(value, str, pointer)
        return
    if type_.min_length and not value.strip():
        yield FieldError(pointer, "must not be blank", "blank", "Send some words, or leave it out.")
        return
    yield from _in_size(len(value), type_.min_length, type_.max_length, "characters", pointer)
    if type_.pattern and not re.search(type_.pattern, value):
        hint = f"Write it like {', '.join(map(str, examples))}." if examples else ""
        message = f"doesn't match the pattern {type_.pattern}"
        yield FieldError(pointer, message, "pattern", hint)


def _in_single(
    value: Any, type_: inspect.BoolType | inspect.NoneType, pointer: str
) -> Iterator[FieldError]:
    if isinstance(type_, inspect.BoolType):
        if type(value) is not bool:
            yield _wrong_kind(value, bool, pointer)
    elif value is not None:
        yield FieldError(pointer, "isn't taken here", "not_taken", "Leave it out.")


def _in_number(
    value: Any, type_: inspect.IntType | inspect.FloatType, pointer: str
) -> Iterator[FieldError]:
    wanted = int if isinstance(type_, inspect.IntType) else float
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _wrong_kind(value, wanted, pointer)
        return
    if wanted is int and not isinstance(value, int):
        hint = f"Write it without a point, such as {round(value)}."
        yield FieldError(pointer, "must be a whole number", "wrong_type", hint)
        return
    if type_.ge is not None and value < type_.ge:
        message = f"must be at least {type_.ge:g}; this is {value:g}"
        yield FieldError(pointer, message, "too_small")
    if type_.gt is not None and value <= type_.gt:
        message = f"must be more than {type_.gt:g}; this is {value:g}"
        yield FieldError(pointer, message, "too_small")
    if type_.le is not None and value > type_.le:
        message = f"must be at most {type_.le}; this is {value}"
        yield FieldError(pointer, message, "too_large")


def _in_choice(value: Any, choices: list[Any], pointer: str) -> Iterator[FieldError]:
    if value in choices and not isinstance(value, bool):
        return
    listed = ", ".join(f'"{choice}"' for choice in choices)
    near = difflib.get_close_matches(str(value), [str(choice) for choice in choices], n=1)
    hint = f'Did you mean "{near[0]}"?' if near else "Take one of them, or leave it out."
    yield FieldError(pointer, f"must be one of {listed}", "not_a_choice", hint)


def _choices(type_: inspect.EnumType | inspect.LiteralType) -> list[Any]:
    if isinstance(type_, inspect.EnumType):
        return [member.value for member in type_.cls]
    return sorted(type_.values, key=str)


def _in_size(
    size: int, least: int | None, most: int | None, what: str, pointer: str
) -> Iterator[FieldError]:
    if least is not None and size < least:
        counted = "one item" if (least, what) == (1, "items") else f"{least:,} {what}"
        yield FieldError(pointer, f"must have at least {counted}; this has {size:,}", "too_short")
    if most is not None and size > most:
        yield FieldError(
            pointer,
            f"must have at most {most:,} {what}; this has {size:,}",
            "too_long",
            f"Take {size - most:,} {what} out.",
        )


def _wrong_kind(value: Any, wanted: type, pointer: str) -> FieldError:
    hint = ""
    if wanted in (int, float) and isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value):
        hint = f"Write it without quotes: {value}."
    elif wanted is bool and str(value).lower() in ("true", "false"):
        hint = f"Write it without quotes: {str(value).lower()}."
    elif wanted is list:
        hint = "Put it into square brackets."
    return FieldError(
        pointer, f"must be {KINDS[wanted]}, not {KINDS[type(value)]}", "wrong_type", hint
    )


def _nul(pointer: str) -> FieldError:
    return FieldError(pointer, "contains a NUL character", "nul", "Remove the character U+0000.")


def _shortened(pointer: str) -> str:
    """The first steps of a pointer: enough to find what is nested too deep."""
    return "/".join(pointer.split("/")[:4])
