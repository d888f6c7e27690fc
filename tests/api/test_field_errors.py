"""Whatever JSON is sent: a brief comes out, or every wrong place is named."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from app.field_errors import find_errors
from app.request_body import brief_at_once, decode_body
from domain.errors import FieldError, InvalidRequest
from domain.generation.brief import Brief, check_brief

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELD_NAMES = st.sampled_from([*Brief.__struct_fields__, "txt", "Duration"])
LIKELY_BODIES = st.dictionaries(FIELD_NAMES, JSON_VALUES, max_size=6)
NAME = st.text(" x", max_size=3)
NAMES = st.fixed_dictionaries(
    {
        "topic": st.just("Octopus"),
        "voice": st.fixed_dictionaries({"id": NAME}),
        "music": st.fixed_dictionaries({"mood": NAME}),
        "brand": st.fixed_dictionaries({"palette": NAME}),
    }
)


def resolve(value: Any, pointer: str) -> Any:
    """What a JSON pointer points at."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def outcome(value: Any) -> Brief | list[FieldError]:
    try:
        return decode_body(msgspec.json.encode(value), Brief)
    except InvalidRequest as error:
        return error.errors


@given(JSON_VALUES | LIKELY_BODIES)
def test_a_body_becomes_a_brief_or_a_list_of_errors(value: Any) -> None:
    found = outcome(value)
    if isinstance(found, Brief):
        assert check_brief(found) == []
        return
    assert found
    for wrong in found:
        assert wrong.message
        if wrong.code != "missing":
            resolve(value, wrong.pointer)


@given(LIKELY_BODIES)
def test_what_msgspec_refuses_has_an_error_here(value: Any) -> None:
    errors = list(find_errors(value, inspect.type_info(Brief)))
    try:
        msgspec.convert(value, Brief)
    except msgspec.ValidationError:
        assert errors
    else:
        assert {error.code for error in errors} <= {"blank"}


@given(LIKELY_BODIES | st.dictionaries(FIELD_NAMES, st.text(), max_size=3) | NAMES)
def test_what_is_taken_at_once_is_right_by_its_fields(value: Any) -> None:
    found = brief_at_once(msgspec.json.encode(value))
    looked_at = outcome(value)
    if isinstance(looked_at, Brief):
        assert found == looked_at
    elif found is not None:
        broken_rules = {error.code for error in check_brief(found)}
        assert {error.code for error in looked_at} <= broken_rules


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"topic": "Oct\u0000pus"}',
        b'{"topic": "Octopus", "metadata": {"a": ' + b"[" * 64 + b"]" * 64 + b"}}",
        b'{"topic": "Octopus", "seed": 5.0}',
        b'{"topic": "Octop',
        b'{"topic": "\xff"}',
        b'"topic"',
        b"[" * 100_000,
    ],
)
def test_what_needs_a_closer_look_is_not_taken_at_once(raw: bytes) -> None:
    assert brief_at_once(raw) is None


def test_a_whole_number_is_written_without_a_point() -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(b'{"topic": "Octopus", "seed": 5.0}', Brief)
    assert raised.value.errors[0].hint == "Write it without a point, such as 5."


def test_pointers_escape_slashes_and_tildes() -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(b'{"topic": "Octopus", "pronunciations": {"a/b~c": 1}}', Brief)
    assert raised.value.errors[0].pointer == "/pronunciations/a~1b~0c"
