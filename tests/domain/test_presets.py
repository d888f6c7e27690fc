"""A request laid over a preset, and whose a value is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generation.brief import Brief
from domain.presets import is_name
from domain.presets.model import check_partial, is_of_preset, laid_over, leads_somewhere

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@pytest.mark.parametrize(
    ("preset", "own", "merged"),
    [
        ({"duration": 30}, {"topic": "Octopus"}, {"duration": 30, "topic": "Octopus"}),
        ({"duration": 30}, {"duration": 60}, {"duration": 60}),
        (
            {"brand": {"palette": "lagoon", "accent": "#FFB703"}},
            {"brand": {"accent": "#000000"}},
            {"brand": {"palette": "lagoon", "accent": "#000000"}},
        ),
        (
            {"pronunciations": {"SQL": "sequel", "Kauai": "kah-wah-ee", "GIF": "jif"}},
            {"pronunciations": {"SQL": "ess cue ell", "NASA": "nassa", "GIF": None}},
            {
                "pronunciations": {
                    "SQL": "ess cue ell",
                    "Kauai": "kah-wah-ee",
                    "NASA": "nassa",
                }
            },
        ),
        ({"title": "A"}, {"title": None}, {}),
        ({"captions": {"style": "box"}}, {"captions": None}, {}),
        ({"voice": {"id": "a", "speed": 2}}, {"voice": {"id": None}}, {"voice": {"speed": 2}}),
        ({"music": {"mood": "calm"}}, {"music": 3}, {"music": 3}),
        ({"metadata": {"a": [1, 2]}}, {"metadata": {"a": [3]}}, {"metadata": {"a": [3]}}),
        ({"topic": "Octopus", "seed": 1}, {"script": "Hello."}, {"seed": 1, "script": "Hello."}),
        ({"topic": "Octopus"}, {"script": None}, {"topic": "Octopus", "script": None}),
    ],
)
def test_own_fields_lie_over_those_of_the_preset(
    preset: dict[str, Any], own: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert laid_over(preset, own) == merged


@given(OBJECTS)
def test_nothing_laid_over_a_preset_is_the_preset(preset: dict[str, Any]) -> None:
    assert laid_over(preset, {}) == preset


@given(OBJECTS, OBJECTS)
def test_merging_changes_neither_and_merging_again_nothing(
    preset: dict[str, Any], own: dict[str, Any]
) -> None:
    before = repr((preset, own))
    merged = laid_over(preset, own)
    assert repr((preset, own)) == before
    if not _has_null(own):
        assert laid_over(merged, own) == merged
        for name in own:
            assert name in merged


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return value is None


@pytest.mark.parametrize(
    ("pointer", "is_its"),
    [
        ("/voice/id", True),
        ("/voice/speed", False),
        ("/voice/idd", False),
        ("/scenes/0/text", False),
        ("/scenes/5/text", False),
        ("/pronunciations/a~1b", True),
        ("/duration", True),
        ("/title", False),
        ("", False),
    ],
)
def test_an_error_is_the_preset_s_where_its_value_is(pointer: str, is_its: bool) -> None:
    preset = {
        "voice": {"id": "x", "speed": 9},
        "scenes": [{"text": ""}] * 9,
        "pronunciations": {"a/b": ""},
        "duration": 1,
    }
    own = {"voice": {"speed": 2}, "scenes": [{"text": "A"}]}
    assert is_of_preset(pointer, preset, own) is is_its


@pytest.mark.parametrize("name", ["a", "9", "brand-shorts", "a" * 64, "a-"])
def test_a_name_is_plain(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "-a", "A", "a_b", "a" * 65, "a\n", "ä", "../x", "a\0", "a b", None, 3]
)
def test_anything_else_is_no_name(name: object) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"duration": 300}, []),
        ({"duration": 300, "aspect_ratio": "9:16"}, ["too_long_for_short"]),
        ({"topic": "A", "script": "B."}, ["exactly_one_source"]),
        ({"script": "..."}, ["nothing_to_speak"]),
        ({"title": " "}, ["blank"]),
    ],
)
def test_a_preset_breaks_only_rules_about_what_it_has(
    fields: dict[str, Any], codes: list[str]
) -> None:
    assert [error.code for error in check_partial(fields, Brief(**fields))] == codes


def test_a_pointer_leads_somewhere_or_nowhere() -> None:
    value = {"voice": {"id": "x"}, "scenes": [{"media": "a.mp4"}], "title": None}
    for pointer in ("/voice/id", "/scenes/0/media", ""):
        assert leads_somewhere(pointer, value)
    for pointer in ("/voice/speed", "/scenes/1/media", "/scenes/x", "/title", "/voice/id/x"):
        assert not leads_somewhere(pointer, value)
