"""Requests to other programs, field by field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotImportable
from domain.importing import read_request
from domain.importing.moneyprinterturbo import TABLE, TOGETHER
from domain.importing.short_video_maker import CONFIG

SCRIPT = {"video_script": "Bees need flowers."}
SCENES = {"scenes": [{"text": "Bees."}, {"text": "Flowers."}]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def carried(body: dict[str, Any], program: str | None = None) -> tuple[dict[str, Any], list[str]]:
    """The request, and the fields that are noted."""
    imported = read_request(body, program)
    return imported.request, [note.field for note in imported.notes]


# -- MoneyPrinterTurbo -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "made"),
    [
        ("video_subject", "Why  bees", {"title": "Why bees"}),
        ("video_aspect", "16:9", {"aspect_ratio": "16:9"}),
        ("video_aspect", "9:16", {"aspect_ratio": "9:16"}),
        ("video_aspect", "1:1", {"aspect_ratio": "1:1"}),
        ("video_language", "en_GB", {"language": "en-GB"}),
        ("voice_rate", 1.2, {"voice": {"speed": 1.2}}),
        ("bgm_type", "", {"music": {"mood": "none"}}),
        ("bgm_type", "random", {}),
        ("bgm_volume", 0, {"music": {"mood": "none"}}),
        ("subtitle_enabled", False, {"captions": {"enabled": False}}),
        ("subtitle_enabled", "true", {"captions": {"enabled": True}}),
        ("subtitle_position", "bottom", {"captions": {"position": "lower"}}),
        ("subtitle_position", "center", {"captions": {"position": "middle"}}),
        ("subtitle_position", "top", {"captions": {"position": "upper"}}),
        ("text_fore_color", "#ffb703", {"captions": {"colors": {"text": "#ffb703"}}}),
        ("stroke_color", "#000000", {"captions": {"colors": {"outline": "#000000"}}}),
        ("text_background_color", True, {"captions": {"style": "box"}}),
        ("text_background_color", False, {}),
        ("text_background_color", "transparent", {}),
        ("video_count", 1, {}),
        ("voice_volume", 1.0, {}),
        ("paragraph_number", 1, {}),
        ("video_source", "local", {}),
        ("match_materials_to_script", True, {}),
        ("video_clip_speed", 1, {}),
        ("custom_position", 70.0, {}),
    ],
)
def test_a_field_with_a_counterpart_is_carried_over_without_a_word(
    field: str, value: Any, made: dict[str, Any]
) -> None:
    request, noted = carried(SCRIPT | {field: value})
    assert request == {"script": SCRIPT["video_script"]} | made
    assert noted == []


@pytest.mark.parametrize(
    ("field", "value", "made"),
    [
        ("video_subject", "bees " * 40, {"title": ("bees " * 20).strip()}),
        ("voice_rate", 3, {"voice": {"speed": 2.0}}),
        ("bgm_volume", 0.2, {"music": {"volume_lu": -14.0}}),
        ("bgm_volume", 1, {"music": {"volume_lu": -6.0}}),
        ("bgm_volume", 1e-9, {"music": {"volume_lu": -40.0}}),
        ("voice_name", "de-DE-KatjaNeural-Female", {"language": "de-DE"}),
        ("text_background_color", "#112233", {"captions": {"style": "box"}}),
    ],
)
def test_a_field_that_is_only_nearly_the_same_says_so(
    field: str, value: Any, made: dict[str, Any]
) -> None:
    request, noted = carried(SCRIPT | {field: value})
    assert request == {"script": SCRIPT["video_script"]} | made
    assert noted == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("video_terms", ["bee"]),
        ("video_terms", "bee, flower"),
        ("video_aspect", "3:4"),
        ("video_concat_mode", "random"),
        ("video_transition_mode", "FadeIn"),
        ("video_clip_duration", 5),
        ("video_clip_speed", 1.5),
        ("match_materials_to_script", False),
        ("video_count", 3),
        ("video_source", "pexels"),
        ("video_materials", [{"provider": "local", "url": "a.mp4", "duration": 0}]),
        ("custom_audio_file", "a.mp3"),
        ("video_script_prompt", "Be funny."),
        ("custom_system_prompt", "Be funny."),
        ("video_language", "no tag at all"),
        ("voice_name", "Zephyr"),
        ("voice_volume", 1.8),
        ("voice_rate", "fast"),
        ("voice_rate", 10**400),
        ("tts_server", "azure-tts-v2"),
        ("bgm_type", "polka"),
        ("bgm_file", "output013.mp3"),
        ("bgm_volume", "loud"),
        ("subtitle_enabled", "perhaps"),
        ("subtitle_position", "left"),
        ("font_name", "STHeitiMedium.ttc"),
        ("font_size", 60),
        ("text_fore_color", "white"),
        ("stroke_color", "rgb(0,0,0)"),
        ("stroke_width", 1.5),
        ("rounded_subtitle_background", True),
        ("n_threads", 2),
        ("paragraph_number", 3),
        ("title_enabled", True),
        ("videoAspect", "16:9"),
    ],
)
def test_a_field_without_a_counterpart_is_named_with_a_reason(field: str, value: Any) -> None:
    imported = read_request(SCRIPT | {field: value})
    assert imported.request == {"script": SCRIPT["video_script"]}
    [note] = imported.notes
    assert (note.field, note.is_lost) == (field, True)
    assert note.reason


@pytest.mark.parametrize(
    ("height", "place"), [(10, "upper"), (33.9, "upper"), (50, "middle"), (70.0, "lower")]
)
def test_a_custom_position_is_the_nearest_of_three(height: float, place: str) -> None:
    body = SCRIPT | {"subtitle_position": "custom", "custom_position": height}
    request, noted = carried(body)
    assert request["captions"] == {"position": place}
    assert noted == ["custom_position"]


def test_a_subject_without_a_script_is_a_topic() -> None:
    request, noted = carried({"video_subject": "Octopus", "video_script": ""})
    assert (request, noted) == ({"topic": "Octopus"}, ["video_subject"])


def test_a_language_that_is_named_goes_before_the_voice_s() -> None:
    body = SCRIPT | {"video_language": "en-GB", "voice_name": "en-US-JennyNeural-Female"}
    request, noted = carried(body)
    assert (request["language"], noted) == ("en-GB", ["voice_name"])


def test_the_music_s_level_is_under_the_voice_s() -> None:
    request, noted = carried(SCRIPT | {"bgm_volume": 0.2, "voice_volume": 2.0})
    assert request["music"] == {"volume_lu": -20.0}
    assert noted == ["bgm_volume", "voice_volume"]


def test_without_words_that_is_said() -> None:
    request, noted = carried({"video_aspect": "16:9"})
    assert (request, noted) == ({"aspect_ratio": "16:9"}, ["video_subject"])


@pytest.mark.parametrize("nothing", [None, "", []])
@pytest.mark.parametrize("field", sorted({*TABLE, *TOGETHER} - {"bgm_type", "video_script"}))
def test_a_field_that_says_nothing_is_not_talked_about(field: str, nothing: Any) -> None:
    request, noted = carried(SCRIPT | {field: nothing})
    assert (request, noted) == ({"script": SCRIPT["video_script"]}, [])


@given(st.dictionaries(st.sampled_from(sorted({*TABLE, *TOGETHER, "other"})), JSON))
def test_whatever_the_fields_hold_is_carried_or_named(body: dict[str, Any]) -> None:
    imported = read_request(body, "moneyprinterturbo")
    assert ("other" in body) == ("other" in [note.field for note in imported.notes])


# -- short-video-maker -------------------------------------------------------------------------


def test_scenes_and_their_search_terms_are_ours() -> None:
    body = {"scenes": [{"text": "Bees.", "searchTerms": ["bee", "hive"]}], "config": {}}
    request, noted = carried(body)
    assert request == {"scenes": [{"text": "Bees.", "search_terms": ["bee", "hive"]}]}
    assert noted == []


@pytest.mark.parametrize(
    ("field", "value", "made", "is_noted"),
    [
        ("orientation", "landscape", {"aspect_ratio": "16:9"}, False),
        ("orientation", "portrait", {"aspect_ratio": "9:16"}, False),
        ("orientation", "square", {}, True),
        ("captionPosition", "top", {"captions": {"position": "upper"}}, False),
        ("captionPosition", "center", {"captions": {"position": "middle"}}, False),
        ("captionPosition", "bottom", {"captions": {"position": "lower"}}, False),
        (
            "captionBackgroundColor",
            "#00AACC",
            {"captions": {"colors": {"highlight": "#00AACC"}}},
            False,
        ),
        ("captionBackgroundColor", "blue", {}, True),
        ("music", "happy", {"music": {"mood": "happy"}}, False),
        ("music", "chill", {"music": {"mood": "calm"}}, True),
        ("music", "dark", {}, True),
        ("musicVolume", "muted", {"music": {"mood": "none"}}, False),
        ("musicVolume", "low", {"music": {"volume_lu": -14.0}}, True),
        ("musicVolume", "high", {"music": {"volume_lu": -6.0}}, True),
        ("musicVolume", 11, {}, True),
        ("voice", "bf_emma", {"language": "en-GB"}, True),
        ("voice", "af_heart", {"language": "en-US"}, True),
        ("wat", 1, {}, True),
    ],
)
def test_a_setting_has_a_counterpart_or_is_named(
    field: str, value: Any, made: dict[str, Any], is_noted: bool
) -> None:
    request, noted = carried(SCENES | {"config": {field: value}})
    assert request == SCENES | made
    assert noted == [f"config.{field}"] * is_noted


def test_muted_music_is_none_in_any_order() -> None:
    muted = {"music": "happy", "musicVolume": "muted"}
    for config in (muted, dict(reversed(muted.items()))):
        assert carried(SCENES | {"config": config})[0]["music"] == {"mood": "none"}


@pytest.mark.parametrize(
    ("padding", "pause", "is_noted"), [(1500, 1500, False), (99_999, 10_000, True)]
)
def test_what_comes_after_the_last_word_is_the_last_scene_s_pause(
    padding: int, pause: int, is_noted: bool
) -> None:
    request, noted = carried(SCENES | {"config": {"paddingBack": padding}})
    assert [scene.get("pause_after_ms") for scene in request["scenes"]] == [None, pause]
    assert noted == ["config.paddingBack"] * is_noted


def test_what_is_wrong_in_a_scene_is_named() -> None:
    scenes = [
        {"text": "Bees.", "searchTerms": ["t"] * 12},
        {"text": " "},
        {"searchTerms": []},
        {"text": "Flowers.", "video": "a.mp4"},
    ]
    request, noted = carried({"scenes": scenes, "extra": 1})
    assert [scene["text"] for scene in request["scenes"]] == ["Bees.", "Flowers."]
    assert len(request["scenes"][0]["search_terms"]) == 10
    assert noted == ["scenes[0].searchTerms", "scenes[1]", "scenes[2]", "scenes[3].video", "extra"]


SETTINGS = st.dictionaries(st.sampled_from([*CONFIG, "paddingBack"]), JSON)


@given(st.fixed_dictionaries({"scenes": JSON, "config": JSON | SETTINGS}))
def test_whatever_is_sent_is_read(body: dict[str, Any]) -> None:
    read_request(body, "short-video-maker")


# -- which it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [[], "x", 3, None, {}, {"prompt": "x"}, {"scenes": 3}])
def test_anything_else_cannot_be_imported(body: Any) -> None:
    with pytest.raises(NotImportable) as refused:
        read_request(body)
    assert refused.value.hint_text


def test_a_timeline_is_recognised_and_refused_with_a_way_out() -> None:
    body = {"timeline": {"tracks": []}, "output": {"format": "mp4"}}
    with pytest.raises(NotImportable, match="Shotstack") as refused:
        read_request(body)
    assert "README" in refused.value.hint_text
