"""MoneyPrinterTurbo's request body (POST /api/v1/videos, its ``VideoParams``)."""

import math
import re
from collections.abc import Mapping
from typing import Any

from domain.generation.brief import MAX_TOPIC_CHARS
from domain.importing.model import (
    FASTEST,
    SLOWEST,
    Carry,
    Draft,
    Imported,
    as_number,
    carry_by,
    chosen,
    color,
    dropped,
    is_left_out,
    put_music_level,
)

MAX_TITLE_CHARS = 100
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
VOICE_LOCALE = re.compile(r"([a-z]{2,3}-[A-Z]{2})-")
"""how names of voices begin: zh-CN-XiaoxiaoNeural-Female"""

UPPER_BELOW, MIDDLE_BELOW = 34, 67
"""``custom_position`` is a percentage of the height, from the top"""

DRAWN = "shots are drawn from the words, or taken from the folder MEDIA_DIR"
OWN_FONTS = "captions are set in the server's own fonts, at a size that fits the frame"


def read_body(body: Mapping[str, Any]) -> Imported:
    """Carry a body over."""
    draft = Draft()
    _read_words(draft, body)
    _read_music(draft, body)
    _read_captions(draft, body)
    rest = {name: value for name, value in body.items() if name not in TOGETHER}
    carry_by(TABLE, draft, rest, "")
    if not draft.has("topic") and not draft.has("script"):
        draft.lost("video_subject", "is needed, or video_script: there's nothing to speak of yet")
    return draft.finished()


def _read_words(draft: Draft, body: Mapping[str, Any]) -> None:
    """Subject and script: the script is spoken; a subject without one is looked up."""
    subject, script = body.get("video_subject"), body.get("video_script")
    has_script = isinstance(script, str) and bool(script.strip())
    if has_script:
        draft.put("script", value=script)
    elif not is_left_out(script):
        draft.lost("video_script", "has no words")
    if isinstance(subject, str) and subject.strip():
        words = " ".join(subject.split())
        if has_script:
            draft.put("title", value=words[:MAX_TITLE_CHARS].rstrip())
            if len(words) > MAX_TITLE_CHARS:
                draft.changed("video_subject", f"cut to {MAX_TITLE_CHARS} characters as `title`")
        else:
            draft.put("topic", value=words[:MAX_TOPIC_CHARS].rstrip())
            draft.changed(
                "video_subject",
                "is written about as `topic` by whom WRITERS names: without a model, from an "
                "offline encyclopedia; with words of your own send `script`",
            )
    elif not is_left_out(subject):
        draft.lost("video_subject", "has no words")
    _read_language(draft, body)


def _read_language(draft: Draft, body: Mapping[str, Any]) -> None:
    language, voice = body.get("video_language"), body.get("voice_name")
    if isinstance(language, str) and LANGUAGE_TAG.fullmatch(language):
        draft.put("language", value=language.replace("_", "-"))
    elif not is_left_out(language):
        draft.lost("video_language", "isn't a language tag such as en-US")
    if is_left_out(voice):
        return
    said = "the voices are others: `GET /api/voices` lists them, for `voice.id`"
    locale = VOICE_LOCALE.match(voice) if isinstance(voice, str) else None
    if locale is not None and not draft.has("language"):
        draft.put("language", value=locale[1])
        said += f"; its language, {locale[1]}, is carried over"
    draft.lost("voice_name", said)


def _read_music(draft: Draft, body: Mapping[str, Any]) -> None:
    kind, gain = body.get("bgm_type"), body.get("bgm_volume")
    if kind in ("", "none"):
        draft.put("music", "mood", value="none")
        return
    if kind not in (None, "random", "custom"):
        draft.lost("bgm_type", "is random, custom or empty")
    if kind == "custom" or not is_left_out(body.get("bgm_file")):
        draft.lost(
            "bgm_file",
            "tracks of your own are a folder, MUSIC_DIR, whose sub-folders are moods; take one "
            "as `music.mood`",
        )
    if is_left_out(gain):
        return
    number = as_number(gain)
    if number is None:
        draft.lost("bgm_volume", "isn't a number")
        return
    voice = as_number(body.get("voice_volume")) or 1.0
    put_music_level(draft, "bgm_volume", number / voice if voice > 0 else number)


def _read_captions(draft: Draft, body: Mapping[str, Any]) -> None:
    position, custom = body.get("subtitle_position"), body.get("custom_position")
    if position == "custom":
        height = as_number(custom)
        if height is None:
            draft.lost("custom_position", "isn't a number")
            return
        nearest = "upper" if height < UPPER_BELOW else "middle"
        nearest = nearest if height < MIDDLE_BELOW else "lower"
        draft.put("captions", "position", value=nearest)
        draft.changed("custom_position", f"the nearest of three places is taken, {nearest}")
    elif not is_left_out(position):
        chosen(PLACES, "captions", "position")(draft, "subtitle_position", position)


def _carry_speed(draft: Draft, field: str, value: Any) -> None:
    speed = as_number(value)
    if speed is None:
        draft.lost(field, "isn't a number")
        return
    within = min(max(speed, SLOWEST), FASTEST)
    draft.put("voice", "speed", value=within)
    if not math.isclose(within, speed):
        draft.changed(field, f"is {within:g}: a voice's speed is {SLOWEST:g} to {FASTEST:g}")


def _carry_panel(draft: Draft, field: str, value: Any) -> None:
    if value is False or value in ("transparent", "none"):
        return
    draft.put("captions", "style", value="box")
    if value is not True:
        draft.changed(field, "cues stand on a panel whose colour follows the palette")


def _only(usual: Any, reason: str) -> Carry:
    """For a field that has no counterpart, but for its usual value."""

    def carry(draft: Draft, field: str, value: Any) -> None:
        if value != usual or isinstance(value, bool) != isinstance(usual, bool):
            draft.lost(field, reason)

    return carry


PLACES = {"bottom": "lower", "center": "middle", "top": "upper"}

TOGETHER = frozenset(
    """video_subject video_script video_language voice_name bgm_type bgm_file bgm_volume
    subtitle_position custom_position""".split()
)
"""fields that are read with others"""

TABLE: dict[str, Carry] = {
    "video_terms": dropped("search terms are a scene's: send `scenes` with `search_terms` each"),
    "video_aspect": chosen({r: r for r in ("9:16", "16:9", "1:1")}, "aspect_ratio"),
    "video_concat_mode": dropped("shots follow the words, in their order"),
    "video_transition_mode": dropped("between shots there are cuts"),
    "video_clip_duration": dropped("a shot is as long as its sentence needs"),
    "video_clip_speed": _only(1, "clips run at their own speed"),
    "match_materials_to_script": _only(True, "footage always follows the words"),
    "video_count": _only(1, "a request makes one video: send it again, each has another seed"),
    "video_source": _only("local", DRAWN),
    "video_materials": dropped("put the files into MEDIA_DIR, and name them as a scene's `media`"),
    "custom_audio_file": dropped("the narration is always spoken from the text"),
    "video_script_prompt": dropped("no model writes the script: send your own as `script`"),
    "custom_system_prompt": dropped("no model writes the script: send your own as `script`"),
    "paragraph_number": _only(1, "ask for a length, in seconds: `duration`"),
    "voice_volume": _only(1, "every video has the same loudness, -14 LUFS"),
    "voice_rate": _carry_speed,
    "tts_server": dropped("the voice runs inside this server"),
    "subtitle_enabled": chosen(
        {True: True, False: False, "true": True, "false": False}, "captions", "enabled"
    ),
    "text_fore_color": color("captions", "colors", "text"),
    "stroke_color": color("captions", "colors", "outline"),
    "text_background_color": _carry_panel,
    "rounded_subtitle_background": dropped("the panel's corners are as the style has them"),
    "font_name": dropped(OWN_FONTS),
    "font_size": dropped(OWN_FONTS),
    "stroke_width": dropped("the outline's width follows the size of the text"),
    "n_threads": dropped("the server sets it: WORKER_SLOTS; a render uses all cores"),
}
