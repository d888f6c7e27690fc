"""Terms: one name alone, as large as fits, on a field of the accent that opens across the frame."""

from adapters.libass.drawing import polygon, rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import OUT_FRAMES, Key, Pose, chain, ease_in, ease_out, glide
from adapters.libass.ornaments import beats, sheen
from adapters.libass.pen import Pen
from domain.generation.storyboard import TermContent

TERM_SCALE = 2.0
"""The largest that a term stands, by the title's size"""
TERM_LINES = 3
PADDING = 110.0
"""Between the word and the edges of its field above and below"""
BEYOND_FRAME = 0.02
"""Of the frame's width"""
SLANT = 0.05
"""How much the field's edges rise, by the frame's width"""
OPENING_FRAMES = 9
FIRST_BY_FRAMES = 14
"""The field is never left empty for longer, spoken or not"""
SIGN_SHARE = 0.3
"""Of the stage's height, or of a wide one's width: the pictogram"""
SIGN_MOST = 300.0


def draw_term(pen: Pen, content: TermContent) -> None:
    """The field opens from its middle, then the word lands on it, with its pictogram if any."""
    unit, pad = pen.unit, PADDING * pen.unit
    shape = pen.pictogram(content.pictogram)
    zone = pen.stage._replace(top=pen.stage.top + pad * 0.9, bottom=pen.stage.bottom - pad * 0.9)
    beside = zone.width > zone.height * 1.6
    sign = 0.0
    if shape is not None:
        sign = min(zone.height * (0.9 if beside else SIGN_SHARE), SIGN_MOST * unit)
    gap = 56 * unit if sign else 0.0
    room = zone
    if sign and beside:
        room = zone._replace(right=zone.right - sign - gap)
    elif sign:
        room = zone._replace(bottom=zone.bottom - sign - gap)
    size = pen.sizes.title * TERM_SCALE
    setting = pen.fit(content.text, "display", size, room, max_lines=TERM_LINES, leading=1.04)
    height = pen.block_height(setting, "display")
    block = height if beside else height + sign + gap
    top = zone.top + (zone.height - block) / 2
    field = max(block, sign) + 2 * pad
    _field(pen, field)
    if shape is not None:
        x = zone.right - sign / 2 if beside else zone.left + sign / 2
        y = zone.center[1] if beside else top + sign / 2
        pen.canvas.shape(
            shape.fitted(sign, sign),
            x=x,
            y=y,
            color=pen.palette.ground,
            motion=pen.pop(pen.start + 4, 0.7),
            layer=13,
        )
        top += 0.0 if beside else sign + gap
    land = pen.at(min(content.frame, FIRST_BY_FRAMES))
    placed = pen.words(
        setting,
        "display",
        room,
        top,
        color=pen.palette.ground,
        start=land,
        motion=lambda frame: pen.pop(frame, 1.35),
    )
    right = max((word.x + word.width for word in placed), default=zone.right)
    _rule(pen, Zone(zone.left, top - 46 * unit, right, top), land + 8)
    box = (0.0, zone.center[1] - field / 2, float(pen.canvas.width), zone.center[1] + field / 2)
    for beat in beats(pen, land + 6):
        sheen(pen, box, beat, color=pen.palette.ground_to, opacity=0.16)


def _field(pen: Pen, height: float) -> None:
    """The accent across the frame, its long edges slanted.

    It takes part in slides, not in the drift: so large a shape, growing, would be drawn anew in
    every frame.
    """
    camera = pen.canvas.camera
    pen.canvas.camera = camera._replace(zoom=0.0, cuts=())
    beyond = pen.canvas.width * BEYOND_FRAME
    width, rise = pen.canvas.width + 2 * beyond, pen.canvas.width * SLANT
    shape = polygon((0, rise), (width, 0), (width, height), (0, height + rise))
    opening = glide(pen.start, OPENING_FRAMES, Pose(sy=0.04), Pose(), ease_out)
    shutting = [
        Key(pen.end - OUT_FRAMES, Pose()),
        *glide(pen.end - OUT_FRAMES, OUT_FRAMES, Pose(), Pose(sy=0.0), ease_in)[1:],
    ]
    whole = chain(opening, [Key(max(pen.end, pen.start + OPENING_FRAMES + 1), Pose())])
    parted = chain(opening, shutting)
    pen.canvas.shape(
        shape,
        x=pen.canvas.width / 2,
        y=pen.stage.center[1],
        color=pen.palette.accent,
        motion=parted if pen.end - OUT_FRAMES > pen.start + OPENING_FRAMES else whole,
        layer=11,
    )
    pen.canvas.camera = camera


def _rule(pen: Pen, place: Zone, frame: int) -> None:
    """A short stroke over the word, as over an entry in a lexicon."""
    thick = 10 * pen.unit
    pen.canvas.shape(
        rounded(96 * pen.unit, thick, thick / 2),
        x=place.left,
        y=place.top,
        color=pen.palette.ground,
        motion=pen.stretch(min(frame, pen.end - 3)),
        pivot="left",
        layer=15,
    )
