"""What a caller asks for: the brief of one video, its limits and its defaults.

``Brief`` is the body of ``POST /api/generate`` and, with every default filled in, the
``request`` of the job that it became.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from domain.errors import FieldError
from domain.generation.speakers import check_speakers
from domain.providers.prices import micros_of

AspectRatio = Literal["9:16", "16:9", "1:1"]
CaptionStyle = Literal["highlight", "box", "plain"]
SourceKind = Literal["topic", "script", "source_text", "scenes", "source_url"]
PauseAfter = Literal["script", "narration", "package"]
VoiceChange = Literal["never", "start_over", "mix"]

FRAME_SIZES: dict[str, tuple[int, int]] = {
    "9:16": (1080, 1920),
    "16:9": (1920, 1080),
    "1:1": (1080, 1080),
}
"""Width and height in pixels of each aspect ratio."""

MAX_TOPIC_CHARS = 300
MAX_TEXT_CHARS = 50_000
MIN_ARTICLE_WORDS = 40
"""less has nothing to be condensed to"""
MAX_SCENES = 200
MAX_SPEAKERS = 20
MAX_COST_USD = 10_000
MAX_SHORT_SECONDS = 180
"""YouTube treats a vertical video of at most three minutes as a Short."""

Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARS)]
Heading = Annotated[str, Meta(min_length=1, max_length=80)]
Tone = Annotated[str, Meta(min_length=1, max_length=120, examples=["dry and precise"])]
MediaName = Annotated[str, Meta(min_length=1, max_length=255)]
PRESET_NAME = r"^[a-z0-9][a-z0-9-]{0,63}$"
PresetName = Annotated[str, Meta(pattern=PRESET_NAME, examples=["brand-shorts"])]
ChannelName = Annotated[str, Meta(pattern=PRESET_NAME, examples=["deep-sea-daily"])]
MaxCost = Annotated[float, Meta(ge=0, le=MAX_COST_USD, examples=[0.5])]
HexColor = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", examples=["#FFB703"])]


class ShotKind(StrEnum):
    """How a drawn shot tells its sentence."""

    HOOK = "hook"
    """a claim, the hero moving from the first frame"""
    NUMBER = "number"
    """a figure that counts up and lands on its spoken word"""
    COMPARISON = "comparison"
    """two bars, true to scale"""
    LIST = "list"
    """rows that enter on their words"""
    TIMELINE = "timeline"
    """an axis of years with a travelling marker"""
    PROCESS = "process"
    """two to four nodes joined by drawn arrows"""
    QUOTE = "quote"
    """quotation marks and an attribution"""
    FACT = "fact"
    """three to six key words, with a pictogram where one truly fits"""
    TERM = "term"
    """one name or key phrase alone, as large as fits, on a field of the accent"""
    LINK = "link"
    """two things that the sentence names together, joined by a drawn thread"""
    CLOSING = "closing"
    """the answer to the hook, then the source"""


class SceneInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scene as the caller wrote it."""

    text: Text
    heading: Heading | None = None
    kind: ShotKind | None = None
    search_terms: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=10)
    ] = []
    media: MediaName | None = None
    """name of a file in the local media folder"""
    speaker: Annotated[str, Meta(min_length=1, max_length=32, examples=["host"])] | None = None
    """who begins to speak, by a name of ``speakers``; absent: the main voice"""
    pause_after_ms: Annotated[int, Meta(ge=0, le=10_000)] | None = None


class VoiceChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who speaks, and how fast (1 is the voice's own pace)."""

    id: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    speed: Annotated[float, Meta(ge=0.5, le=2.0)] = 1.0


class CaptionColors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Colours of burnt-in captions; whatever is absent follows the palette."""

    text: HexColor | None = None
    highlight: HexColor | None = None
    outline: HexColor | None = None


class CaptionChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Burnt-in captions. The SRT and VTT files are made whether or not they are burnt in.

    ``highlight`` colours the spoken word, ``box`` sets the cue on a panel, ``plain`` does
    neither; absent means ``highlight`` for portrait and square, ``plain`` for landscape.
    """

    enabled: bool = True
    style: CaptionStyle | None = None
    position: Literal["lower", "middle", "upper"] = "lower"
    colors: CaptionColors = CaptionColors()


class MusicChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Background music: its mood (absent: one that suits the seed) and level."""

    mood: Annotated[str, Meta(min_length=1, max_length=40, examples=["calm", "none"])] | None = None
    volume_lu: Annotated[float, Meta(ge=-40, le=-6)] = -16.0
    """loudness under the voice while it speaks, in LU"""


class Brand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The look: a named palette (absent: drawn from the seed), or colours of one's own."""

    palette: Annotated[str, Meta(min_length=1, max_length=40, examples=["midnight"])] | None = None
    ground: HexColor | None = None
    ink: HexColor | None = None
    accent: HexColor | None = None


class Brief(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to make a video of. Exactly one of topic, script, source_text, source_url or scenes."""

    topic: Annotated[str, Meta(min_length=1, max_length=MAX_TOPIC_CHARS)] | None = None
    script: Text | None = None
    source_text: Text | None = None
    source_url: (
        Annotated[str, Meta(min_length=1, max_length=2_000, examples=["https://example.com/story"])]
        | None
    ) = None
    """address of an article (https), whose text is fetched when the script is written"""
    scenes: Annotated[list[SceneInput], Meta(min_length=1, max_length=MAX_SCENES)] | None = None
    title: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    tone: (
        Annotated[str, Meta(min_length=1, max_length=120, examples=["dry and precise"])] | None
    ) = None
    """how a model is to tell it; writers without one have a tone of their own"""
    language: Annotated[str, Meta(min_length=2, max_length=35, examples=["en", "en-US"])] = "en"
    """BCP 47 tag"""
    aspect_ratio: AspectRatio = "9:16"
    duration: Annotated[int, Meta(ge=15, le=900)] | None = None
    """target in seconds; absent: as long as the material carries, at most 60"""
    voice: VoiceChoice = VoiceChoice()
    speakers: Annotated[dict[str, VoiceChoice], Meta(max_length=MAX_SPEAKERS)] = {}
    """further voices by name: ``[host]`` at the beginning of a line or sentence of the text has
    what follows spoken by the one of this name; without an ``id`` it's the main voice"""
    voice_change: VoiceChange | None = None
    """when the service of a voice fails: ``never`` waits for it, or fails; ``start_over`` has
    everything spoken again by another voice; ``mix`` goes on with another one. Absent:
    ``start_over``, but ``never`` where a voice is named by its ``id``"""
    captions: CaptionChoice = CaptionChoice()
    music: MusicChoice = MusicChoice()
    brand: Brand = Brand()
    pronunciations: Annotated[dict[str, str], Meta(max_length=500)] = {}
    """how a word or phrase is to be spoken, by its shown form"""
    metadata: dict[str, Any] = {}
    """the caller's own; returned untouched"""
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    """repeats a video exactly; absent: drawn at random and stored"""
    preset: PresetName | None = None
    """name of a preset, whose fields are this request's defaults"""
    webhook_url: (
        Annotated[str, Meta(min_length=1, max_length=2_000, examples=["https://example.com/hooks"])]
        | None
    ) = None
    """told what becomes of this job (https; signed with the account's webhook secret)"""
    channel: ChannelName | None = None
    """which of the account's channels it's for: clips that this one showed lately are avoided"""
    pause_after: PauseAfter | None = None
    """the job waits for approval when this stage is done; absent: it goes through to its end"""
    max_cost: MaxCost | None = None
    """the most that providers may be paid for this job, in US dollars; absent: only the server's
    cap of the month holds"""

    @property
    def source_kind(self) -> SourceKind:
        """Which of the five inputs this brief carries; of a page whose text has come, the text."""
        for name in SOURCE_FIELDS:
            if getattr(self, name) is not None:
                return name
        raise AssertionError("a checked brief has exactly one source")

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return FRAME_SIZES[self.aspect_ratio]


def cap_of(brief: Brief) -> int | None:
    """What its job may cost in all, in micro-dollars."""
    return None if brief.max_cost is None else micros_of(brief.max_cost)


def caption_style(brief: Brief) -> CaptionStyle:
    """The style of a brief's captions: the caller's, else what suits the format."""
    return brief.captions.style or ("plain" if brief.aspect_ratio == "16:9" else "highlight")


SOURCE_FIELDS: tuple[SourceKind, ...] = ("topic", "script", "source_text", "scenes", "source_url")


def check_brief(brief: Brief) -> list[FieldError]:
    """Find what the field types alone can't say: every violation, in the order of the fields."""
    errors: list[FieldError] = []
    given = [name for name in SOURCE_FIELDS if getattr(brief, name) is not None]
    if len(given) != 1:
        found = f"found {' and '.join(given)}" if given else "found none"
        too_many = "is one too many: " if given else ""
        errors.append(
            FieldError(
                pointer=f"/{given[1]}" if given else "",
                code="exactly_one_source",
                message=f"{too_many}exactly one of topic, script, source_text, source_url, scenes "
                f"is needed; {found}",
                hint="Send only the one that the video is to be made from."
                if given
                else "Send one of `topic`, `script`, `source_text`, `source_url` or `scenes`.",
            )
        )
    errors.extend(
        FieldError(pointer, "must not be blank", "blank", "Send some words, or leave it out.")
        for pointer, text in _texts(brief)
        if not text.strip()
    )
    errors.extend(
        FieldError(pointer, "contains a NUL character", "nul", "Remove the character U+0000.")
        for pointer, text in _texts(brief)
        if "\0" in text
    )
    errors += _too_little(brief)
    scenes = [(scene.speaker, scene.text) for scene in brief.scenes or []]
    errors += check_speakers(brief.speakers, brief.script, scenes)
    too_long = brief.duration is not None and brief.duration > MAX_SHORT_SECONDS
    if brief.aspect_ratio == "9:16" and too_long:
        errors.append(
            FieldError(
                pointer="/duration",
                code="too_long_for_short",
                message=f"a 9:16 video has at most {MAX_SHORT_SECONDS} seconds; "
                f"{brief.duration} were asked for",
                hint='Ask for at most 180 seconds, or use "aspect_ratio": "16:9".',
            )
        )
    return errors


def _too_little(brief: Brief) -> list[FieldError]:
    """Texts that give nothing to speak, or nothing to condense."""
    errors = []
    spoken = {"/script": brief.script, "/source_text": brief.source_text}
    if brief.scenes:
        spoken["/scenes"] = " ".join(scene.text for scene in brief.scenes)
    for pointer, text in spoken.items():
        if text and text.strip() and not any(char.isalnum() for char in text):
            message = "holds nothing that can be spoken"
            errors.append(FieldError(pointer, message, "nothing_to_speak", "Send some words."))
    words = len((brief.source_text or "").split())
    if 0 < words < MIN_ARTICLE_WORDS and not errors:
        errors.append(
            FieldError(
                pointer="/source_text",
                code="article_too_short",
                message=f"an article needs at least {MIN_ARTICLE_WORDS} words; this has {words}",
                hint="Send a short text as `script`; it's spoken as it stands.",
            )
        )
    return errors


def _texts(brief: Brief) -> list[tuple[str, str]]:
    """Every free text of a brief with its JSON pointer."""
    texts = [
        (f"/{name}", getattr(brief, name))
        for name in ("topic", "script", "source_text", "source_url", "title", "tone", "language")
        if getattr(brief, name) is not None
    ]
    names = {
        "/voice/id": brief.voice.id,
        **{f"/speakers/{name}/id": choice.id for name, choice in brief.speakers.items()},
        "/music/mood": brief.music.mood,
        "/brand/palette": brief.brand.palette,
    }
    texts += [(pointer, name) for pointer, name in names.items() if name is not None]
    for index, scene in enumerate(brief.scenes or []):
        texts.append((f"/scenes/{index}/text", scene.text))
        if scene.heading is not None:
            texts.append((f"/scenes/{index}/heading", scene.heading))
        if scene.media is not None:
            texts.append((f"/scenes/{index}/media", scene.media))
        if scene.speaker is not None:
            texts.append((f"/scenes/{index}/speaker", scene.speaker))
        texts += [
            (f"/scenes/{index}/search_terms/{n}", t) for n, t in enumerate(scene.search_terms)
        ]
    for shown, spoken in brief.pronunciations.items():
        pointer = "/pronunciations/" + shown.replace("~", "~0").replace("/", "~1")
        texts += [(pointer, shown), (pointer, spoken)]
    return texts
