"""Where things go: safe zones and type sizes for portrait, landscape and square frames.

Portrait insets are YouTube's own vertical safe zones (look.md): what must be read stays in x 48
to 888 and y 288 to 1248 of 1080x1920; below only background.
"""

from typing import Literal, NamedTuple

Format = Literal["portrait", "landscape", "square"]


class Zone(NamedTuple):
    """A rectangle in pixels; right and bottom exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class TypeSizes(NamedTuple):
    """Type in pixels an em."""

    hero: float
    title: float
    heading: float
    label: float
    caption: float


class Layout(NamedTuple):
    """The zones of one frame format with captions where they were asked for."""

    format: Format
    width: int
    height: int
    safe: Zone
    heading: Zone
    stage: Zone
    """below the heading"""
    open_stage: Zone
    """for shots that show no heading"""
    captions: Zone
    captions_low: bool
    """captions are at the foot of the frame"""
    progress: Zone
    """the thin row of dashes"""
    sizes: TypeSizes
    art: Zone
    """where nothing is read and large decoration may stand: the foot of tall and square frames,
    the right of wide ones"""
    unit: float
    """1 at 1080 pixels of the shorter side; scales line widths and radii"""

    @property
    def wide(self) -> bool:
        """Text and hero stand side by side."""
        return self.format == "landscape"

    def split(self, stage: Zone) -> tuple[Zone, Zone]:
        """Text zone and hero zone of a stage: side by side when wide, else one above the other."""
        if self.wide:
            text_right = self.width * WIDE_TEXT_SHARE
            return stage._replace(right=text_right), stage._replace(left=text_right + 64)
        middle = stage.top + stage.height * TALL_HERO_SHARE
        return stage._replace(top=middle), stage._replace(bottom=middle - 24)


WIDE_TEXT_SHARE = 0.55
TALL_HERO_SHARE = 0.46

Position = Literal["lower", "middle", "upper"]


def layout_for(width: int, height: int, captions: Position | None) -> Layout:
    """The layout of a frame; ``captions`` None when none are burnt in."""
    if height > width:
        return _portrait(width, height, captions)
    if width > height:
        return _landscape(width, height, captions)
    return _square(width, height, captions)


def _portrait(width: int, height: int, captions: Position | None) -> Layout:
    x, y = width / 1080, height / 1920

    def zone(top: float, bottom: float, left: float = 80, right: float = 888) -> Zone:
        return Zone(left * x, top * y, right * x, bottom * y)

    centred = 192.0, 888.0  # at most 696 wide around the middle
    if captions == "upper":
        cues, head, stage, opened = (288, 560), (600, 760), (780, 1240), (600, 1240)
    elif captions == "middle":
        cues, head, stage, opened = (560, 800), (300, 520), (830, 1240), (830, 1240)
    elif captions == "lower":
        cues, head, stage, opened = (960, 1248), (300, 470), (520, 930), (300, 930)
    else:
        cues, head, stage, opened = (960, 1248), (300, 470), (500, 1240), (300, 1240)
    return Layout(
        "portrait",
        width,
        height,
        zone(288, 1248, 48, 888),
        zone(*head),
        zone(*stage),
        zone(*opened),
        zone(*cues, *centred),
        captions == "lower",
        zone(250, 257, 80, 1000),
        TypeSizes(280 * x, 104 * x, 76 * x, 48 * x, 76 * x),
        zone(1330, 1920, 0, 1080),
        x,
    )


def _landscape(width: int, height: int, captions: Position | None) -> Layout:
    x, y = width / 1920, height / 1080

    def zone(top: float, bottom: float, left: float = 96, right: float = 1824) -> Zone:
        return Zone(left * x, top * y, right * x, bottom * y)

    if captions == "upper":
        cues, head, stage, opened = (72, 210), (250, 350), (380, 1000), (250, 1000)
    elif captions == "middle":
        cues, head, stage, opened = (440, 600), (96, 220), (630, 1000), (630, 1000)
    elif captions == "lower":
        cues, head, stage, opened = (880, 980), (104, 196), (236, 836), (104, 836)
    else:
        cues, head, stage, opened = (872, 1000), (96, 196), (236, 984), (96, 984)
    return Layout(
        "landscape",
        width,
        height,
        zone(54, 1026),
        zone(*head),
        zone(*stage),
        zone(*opened),
        zone(*cues, 200, 1720),
        captions == "lower",
        zone(44, 50),
        TypeSizes(280 * y, 112 * y, 72 * y, 40 * y, 50 * y),
        zone(150, 820, 1120, 1824),
        y,
    )


def _square(width: int, height: int, captions: Position | None) -> Layout:
    """The portrait logic: heading, stage and captions above one another, art at the foot."""
    x, y = width / 1080, height / 1080

    def zone(top: float, bottom: float, left: float = 72, right: float = 1008) -> Zone:
        return Zone(left * x, top * y, right * x, bottom * y)

    if captions == "upper":
        cues, head, stage, opened = (76, 250), (290, 384), (412, 836), (290, 836)
    elif captions == "middle":
        cues, head, stage, opened = (330, 500), (84, 180), (530, 836), (530, 836)
    elif captions == "lower":
        cues, head, stage, opened = (656, 830), (84, 180), (208, 604), (84, 604)
    else:
        cues, head, stage, opened = (652, 826), (84, 180), (208, 836), (84, 836)
    return Layout(
        "square",
        width,
        height,
        zone(48, 1032, 48, 1032),
        zone(*head),
        zone(*stage),
        zone(*opened),
        zone(*cues, 132, 948),
        captions == "lower",
        zone(44, 50),
        TypeSizes(250 * x, 96 * x, 68 * x, 44 * x, 66 * x),
        zone(868, 1080, 0, 1080),
        x,
    )
