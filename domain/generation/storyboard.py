"""The storyboard: what the eye gets, to the frame.

A scene is a thought, a shot is what is seen while a part of it is spoken. Frames are counted
from the start of the scene, so that an edit of one scene leaves every other scene's plan, and
with it its rendered segment, as it was.
"""

from typing import Literal

import msgspec

from domain.generation.brief import CaptionChoice, ShotKind
from domain.generation.captions import Cue

# -- look --------------------------------------------------------------------------------------


class Palette(msgspec.Struct, frozen=True, kw_only=True):
    """Colours of one video as ``#RRGGBB``: two grounds for the gradient, ink, and one accent."""

    name: str
    ground: str
    ground_to: str
    ink: str
    muted: str
    """ink of lesser words; still at least 4.5:1 over both grounds"""
    accent: str


# -- what a drawn shot says --------------------------------------------------------------------


class Reveal(msgspec.Struct, frozen=True):
    """Words that enter at ``frame`` (from the shot's start), about 80 ms before they sound."""

    text: str
    frame: int


class HookContent(msgspec.Struct, frozen=True, kw_only=True, tag="hook", tag_field="kind"):
    """A claim of at most 12 words; ``key`` is the part set in the accent."""

    claim: str
    key: str | None = None
    pictogram: str | None = None


class NumberContent(msgspec.Struct, frozen=True, kw_only=True, tag="number", tag_field="kind"):
    """A figure that lands at ``land_frame``, counting up to it where it can."""

    value: float
    decimals: int = 0
    grouping: bool = True
    """thousands separators; off for years"""
    prefix: str = ""
    suffix: str = ""
    label: str = ""
    land_frame: int
    pictogram: str | None = None


class Bar(msgspec.Struct, frozen=True):
    """One side of a comparison: ``share`` of the larger one, 0 to 1, drawn to scale."""

    label: str
    value_text: str
    share: float
    frame: int


class ComparisonContent(
    msgspec.Struct, frozen=True, kw_only=True, tag="comparison", tag_field="kind"
):
    """Two bars. Without figures both are columns of equal height (``measured`` is false)."""

    bars: list[Bar]
    measured: bool


class ListContent(msgspec.Struct, frozen=True, kw_only=True, tag="list", tag_field="kind"):
    """Rows that enter on their words."""

    title: str | None = None
    rows: list[Reveal]


class TimelineMark(msgspec.Struct, frozen=True):
    """A year on the axis; ``label`` at most four words."""

    year: int
    label: str
    frame: int


class TimelineContent(msgspec.Struct, frozen=True, kw_only=True, tag="timeline", tag_field="kind"):
    """Two or more years on an axis, in the order of the years."""

    marks: list[TimelineMark]


class ProcessContent(msgspec.Struct, frozen=True, kw_only=True, tag="process", tag_field="kind"):
    """Two to four nodes, each joined to the one before by an arrow."""

    nodes: list[Reveal]


class QuoteContent(msgspec.Struct, frozen=True, kw_only=True, tag="quote", tag_field="kind"):
    """Quoted words and who said them."""

    text: str
    attribution: str = ""
    frame: int = 0


FactLayout = Literal["stack", "spotlight", "split", "circled", "picture"]
"""``stack``: lines of one size that build up, the key underlined; ``spotlight``: the key set
as large as fits, the others small around it; ``split``: the key on an accent block; ``circled``:
one running line with a stroke drawn around the key; ``picture``: a large pictogram leads."""


class FactContent(msgspec.Struct, frozen=True, kw_only=True, tag="fact", tag_field="kind"):
    """Three to six key words in one to three groups; ``key``, the end of one, is accented."""

    groups: list[Reveal]
    key: str | None = None
    pictogram: str | None = None
    layout: FactLayout = "stack"
    """two facts that follow one another differ in it"""


class TermContent(msgspec.Struct, frozen=True, kw_only=True, tag="term", tag_field="kind"):
    """One name or key phrase of one to three words, alone; it comes at ``frame``."""

    text: str
    frame: int = 0
    pictogram: str | None = None


class LinkContent(msgspec.Struct, frozen=True, kw_only=True, tag="link", tag_field="kind"):
    """Two things of a sentence, and in ``said`` the words between them that join them."""

    ends: list[Reveal]
    said: str = ""


class ClosingContent(msgspec.Struct, frozen=True, kw_only=True, tag="closing", tag_field="kind"):
    """The answer to the hook; ``source`` shows from ``source_frame`` on."""

    text: str
    key: str | None = None
    source: str = ""
    source_frame: int = 0
    pictogram: str | None = None


ShotContent = (
    HookContent
    | NumberContent
    | ComparisonContent
    | ListContent
    | TimelineContent
    | ProcessContent
    | QuoteContent
    | FactContent
    | TermContent
    | LinkContent
    | ClosingContent
)

# -- what lies behind it -----------------------------------------------------------------------


class DrawnBackdrop(msgspec.Struct, frozen=True, kw_only=True, tag="drawn", tag_field="type"):
    """A gradient in the palette's grounds; ``variant`` picks its angle and drift."""

    variant: int


class ClipBackdrop(msgspec.Struct, frozen=True, kw_only=True, tag="clip", tag_field="type"):
    """A moving clip, cropped to fill, from ``offset_ms`` on, looped when it is too short."""

    media: str
    """SHA-256 in the artifact store"""
    name: str
    offset_ms: int = 0
    duration_ms: int = 0


class StillBackdrop(msgspec.Struct, frozen=True, kw_only=True, tag="still", tag_field="type"):
    """A picture with a slow pan and zoom; ``variant`` picks the move."""

    media: str
    name: str
    variant: int


Backdrop = DrawnBackdrop | ClipBackdrop | StillBackdrop


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A clip or still that a scene was offered, and what it was ranked by."""

    source: str
    """as the settings call it"""
    id: str
    name: str
    score: float
    """the product of all ``parts``, 0 to 1"""
    parts: dict[str, float] = {}
    """``relevance`` to the words, which has a floor, and what it was multiplied by: ``framing``,
    ``resolution``, ``length``, ``motion``, ``freshness``; rounded"""


class ClipChoice(Offer, frozen=True, kw_only=True):
    """The one that a shot shows, and what would have been shown in its place."""

    judged_by: Literal["model", "keywords", "name"] = "name"
    """what ``relevance`` was taken from; ``name``: the caller has named it"""
    floor: float = 0.0
    """the relevance below which the scene would rather have been drawn"""
    runner_up: Offer | None = None


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """One picture: frames ``start`` to ``end`` (exclusive) of its scene."""

    start: int
    end: int
    content: ShotContent | None
    """what is drawn; None lets a clip or still speak for itself"""
    backdrop: Backdrop
    chosen_because: str = ""
    """in words: why this kind and this picture"""
    reframes: list[int] = []
    """frames from the shot's start at which a long shot is framed anew, as by a second camera"""
    choice: ClipChoice | None = None
    """why just this clip or still; None where the backdrop is drawn"""

    @property
    def kind(self) -> ShotKind | None:
        """The drawn kind, or None for a bare clip or still."""
        if self.content is None:
            return None
        return ShotKind(str(self.content.__struct_config__.tag))


class SceneBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One scene of the video: its shots fill ``frames`` without gap or overlap."""

    scene: int
    frames: int
    heading: str | None = None
    heading_given: bool = False
    """the caller wrote the heading: every shot shows it, a bare clip or still and a hook, too"""
    shots: list[Shot]
    cues: list[Cue]
    """empty when captions aren't burnt in"""
    transition: Literal["cut", "wipe", "slide"] = "cut"
    """how the scene comes in"""
    passed_over: Offer | None = None
    """of a scene that is drawn: the best that it was offered, which was too far from its words"""


class Storyboard(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan of a video's picture."""

    schema: int = 1
    title: str
    language: str
    width: int
    height: int
    fps: int = 30
    seed: int
    palette: Palette
    captions: CaptionChoice
    """with style and colours resolved"""
    scenes: list[SceneBoard]

    @property
    def frames(self) -> int:
        """Length of the video in frames."""
        return sum(scene.frames for scene in self.scenes)
