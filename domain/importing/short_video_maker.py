"""short-video-maker's request body (POST /api/short-video)."""

from collections.abc import Mapping
from typing import Any

from domain.importing.model import (
    Carry,
    Draft,
    Imported,
    as_number,
    carry_by,
    chosen,
    color,
    is_left_out,
    put_music_level,
)

MAX_TERMS, MAX_TERM_CHARS = 10, 80
MAX_PAUSE_MS = 10_000

GAINS = {"low": 0.2, "medium": 0.45, "high": 0.7}
"""``musicVolume``, as its player takes it"""

MOODS = {
    "sad": "tender",
    "melancholic": "nostalgic",
    "happy": "happy",
    "euphoric/high": "energetic",
    "excited": "energetic",
    "chill": "calm",
    "hopeful": "tender",
    "contemplative": "calm",
    "funny/quirky": "happy",
}
"""``music``, by the nearest of the moods that come with this program; uneasy, angry and dark have
none"""

ACCENTS = {"a": "en-US", "b": "en-GB"}
"""first letters of its voices"""


def read_body(body: Mapping[str, Any]) -> Imported:
    """Carry a body over."""
    draft = Draft()
    given = body.get("scenes")
    scenes = [
        _scene(draft, f"scenes[{number}]", scene)
        for number, scene in enumerate(given if isinstance(given, list) else [])
    ]
    spoken = [scene for scene in scenes if scene is not None]
    if spoken:
        draft.put("scenes", value=spoken)
    else:
        draft.lost("scenes", "is needed, a list of {text, searchTerms}: there's nothing to speak")
    config = body.get("config")
    if isinstance(config, dict):
        padding = config.get("paddingBack")
        if not is_left_out(padding):
            _pad(draft, spoken, padding)
        rest = {name: value for name, value in config.items() if name != "paddingBack"}
        carry_by(CONFIG, draft, rest, "config.")
    elif config is not None:
        draft.lost("config", "isn't an object")
    for name in body:
        if name not in ("scenes", "config"):
            draft.lost(name, "isn't a field that is known here")
    return draft.finished()


def _scene(draft: Draft, at: str, scene: Any) -> dict[str, Any] | None:
    if not isinstance(scene, dict) or not isinstance(scene.get("text"), str):
        draft.lost(at, "has no text")
        return None
    if not scene["text"].strip():
        draft.lost(at, "has no words in its text")
        return None
    carried: dict[str, Any] = {"text": scene["text"]}
    terms = scene.get("searchTerms")
    given = terms if isinstance(terms, list) else []
    fitting = [t for t in given if isinstance(t, str) and t.strip() and len(t) <= MAX_TERM_CHARS]
    if fitting:
        carried["search_terms"] = fitting[:MAX_TERMS]
    if (not is_left_out(terms) and not isinstance(terms, list)) or len(given) != len(
        carried.get("search_terms", [])
    ):
        draft.changed(
            f"{at}.searchTerms",
            f"a scene has {MAX_TERMS} texts of {MAX_TERM_CHARS} characters at most; the others "
            "are left out",
        )
    for name in scene:
        if name not in ("text", "searchTerms"):
            draft.lost(f"{at}.{name}", "isn't a field that is known here")
    return carried


def _pad(draft: Draft, scenes: list[dict[str, Any]], padding: Any) -> None:
    """What the video goes on for after the last word is the last scene's pause."""
    milliseconds = as_number(padding)
    if milliseconds is None or not scenes:
        draft.lost("config.paddingBack", "isn't a number, or there's no scene to have it")
        return
    pause = round(min(max(milliseconds, 0), MAX_PAUSE_MS))
    scenes[-1]["pause_after_ms"] = pause
    if pause != milliseconds:
        draft.changed("config.paddingBack", f"is {pause}: a pause has 0 to {MAX_PAUSE_MS} ms")


def _carry_mood(draft: Draft, field: str, value: Any) -> None:
    mood = MOODS.get(value) if isinstance(value, str) else None
    if mood is None:
        draft.lost(field, "no mood here is like it: `GET /api/music` lists them")
        return
    draft.put("music", "mood", value=mood)
    if mood != value:
        draft.changed(field, f"the nearest mood is taken, {mood}")


def _carry_volume(draft: Draft, field: str, value: Any) -> None:
    if value == "muted":
        draft.put("music", "mood", value="none")
    elif isinstance(value, str) and value in GAINS:
        put_music_level(draft, field, GAINS[value])
    else:
        draft.lost(field, "is muted, low, medium or high")


def _carry_voice(draft: Draft, field: str, value: Any) -> None:
    said = "the voices are others: `GET /api/voices` lists them, for `voice.id`"
    language = ACCENTS.get(value[:1]) if isinstance(value, str) else None
    if language is not None:
        draft.put("language", value=language)
        said += f"; its language, {language}, is carried over"
    draft.lost(field, said)


CONFIG: dict[str, Carry] = {
    "music": _carry_mood,
    # after the mood, which muted music hasn't
    "musicVolume": _carry_volume,
    "captionPosition": chosen(
        {"bottom": "lower", "center": "middle", "top": "upper"}, "captions", "position"
    ),
    # there it lies behind the spoken word; here that word is coloured itself
    "captionBackgroundColor": color("captions", "colors", "highlight"),
    "voice": _carry_voice,
    "orientation": chosen({"portrait": "9:16", "landscape": "16:9"}, "aspect_ratio"),
}
