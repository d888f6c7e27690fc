"""Ornaments that templates share: strokes under and behind words, heroes, and idle motion."""

from collections.abc import Sequence

from adapters.libass.drawing import Drawing, arcs, circle, polygon, rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import FPS, OUT_FRAMES, Box, Key, Motion, Pose, chain, enter, glide
from adapters.libass.pen import Pen, Placed

BEAT_FRAMES = round(1.9 * FPS)
"""Something visible happens every 1.5 to 2.5 s"""
RIPPLE_FRAMES = 26
SHEEN_FRAMES = 20


def beats(pen: Pen, after: int) -> list[int]:
    """Frames at which something has to happen again: ``after`` is when it last did."""
    return list(range(after + BEAT_FRAMES, pen.end - FPS // 2, BEAT_FRAMES))


# -- words ---------------------------------------------------------------------------------------


def underline(pen: Pen, words: Sequence[Placed], size: float, frame: int) -> None:
    """An accent stroke below words, drawn from left to right, line by line."""
    thick = max(4.0, size * 0.075)
    for n, (left, right, baseline) in enumerate(_rows(words)):
        pen.canvas.shape(
            rounded(right - left, thick, thick / 2),
            x=left,
            y=baseline + size * 0.16,
            color=pen.palette.accent,
            motion=pen.stretch(min(frame + n * 4, pen.end - 2)),
            pivot="left",
            layer=15,
        )
        middle = baseline + size * 0.16
        box = (left, middle - thick / 2, right, middle + thick / 2)
        for beat in beats(pen, frame + 12):
            sheen(pen, box, beat + n * 3, color=pen.palette.ink, opacity=0.9)


def marker(pen: Pen, words: Sequence[Placed], size: float, motion: Motion) -> None:
    """An accent block behind words, as if gone over with a marker; set them in the ground."""
    for left, right, baseline in _rows(words):
        pad = size * 0.13
        pen.canvas.shape(
            rounded(right - left + 2 * pad, size * 1.08, size * 0.14),
            x=(left + right) / 2,
            y=baseline - size * 0.335,
            color=pen.palette.accent,
            motion=motion,
            layer=15,
        )
        box = (left - pad, baseline - size * 0.875, right + pad, baseline + size * 0.205)
        for beat in beats(pen, pen.start + 8):
            sheen(pen, box, beat, color="#FFFFFF", opacity=0.45)


def _rows(words: Sequence[Placed]) -> list[tuple[float, float, float]]:
    """Left, right and baseline of each stretch of neighbouring words on one line."""
    rows: list[tuple[float, float, float]] = []
    before: Placed | None = None
    for word in words:
        if before and before.baseline == word.baseline and before.nth + 1 == word.nth:
            rows[-1] = (rows[-1][0], word.x + word.width, word.baseline)
        else:
            rows.append((word.x, word.x + word.width, word.baseline))
        before = word
    return rows


# -- heroes --------------------------------------------------------------------------------------


def badge(pen: Pen, shape: Drawing, *, x: float, y: float, diameter: float, motion: Motion) -> None:
    """A pictogram on an accent disc."""
    pen.canvas.shape(
        circle(diameter / 2), x=x, y=y, color=pen.palette.accent, motion=motion, layer=14
    )
    pen.canvas.shape(
        shape.fitted(diameter * 0.6, diameter * 0.6),
        x=x,
        y=y,
        color=pen.palette.ground,
        motion=motion,
        layer=16,
    )


def hero(pen: Pen, shape: Drawing, zone: Zone, *, covered: bool = False) -> None:
    """A pictogram as the hero of its zone, in rings that keep moving.

    ``covered``: it stands in full from its first frame on, settling.
    """
    unit = pen.unit
    diameter = min(zone.width, zone.height) * (0.72 if pen.layout.wide else 1.0)
    x = zone.center[0] if pen.layout.wide else zone.left + diameter / 2
    y = zone.center[1]
    if covered:
        keys = glide(pen.start, 16, Pose(sx=1.08, sy=1.08), Pose())
        motion = chain(keys, leaving(pen))
    else:
        motion = pen.pop(pen.start)
    for n, growth in enumerate((1.18, 1.4)):
        pen.canvas.cluster(
            arcs(diameter / 2 * growth, 4 * unit),
            x=x,
            y=y,
            color=pen.palette.accent,
            motion=enter(
                pen.start,
                pen.end,
                come=Pose(sx=0.8, sy=0.8, opacity=0.6),
                settle=Pose(sx=1.06, sy=1.06),
                go=Pose(sx=1.12, sy=1.12, opacity=0.0),
                over=16 + 6 * n,
            ),
            layer=8,
            opacity=0.5 - 0.22 * n,
        )
    badge(pen, shape, x=x, y=y, diameter=diameter, motion=motion)
    for beat in beats(pen, pen.start + 16):
        ripple(pen, x=x, y=y, radius=diameter / 2, frame=beat)


def leaving(pen: Pen, pose: Pose | None = None) -> list[Key]:
    """Keys that hold a pose and fade at the shot's end."""
    rest = pose or Pose()
    return [Key(pen.end - OUT_FRAMES, rest), Key(pen.end, rest._replace(opacity=0.0))]


# -- idle motion ---------------------------------------------------------------------------------


def ripple(pen: Pen, *, x: float, y: float, radius: float, frame: int) -> None:
    """A ring that spreads once and fades."""
    over = min(RIPPLE_FRAMES, pen.end - frame)
    if over < OUT_FRAMES:
        return
    keys = glide(frame, over, Pose(), Pose(sx=1.55, sy=1.55, opacity=0.0))
    pen.canvas.cluster(
        arcs(radius, 5 * pen.unit),
        x=x,
        y=y,
        color=pen.palette.accent,
        motion=chain(keys),
        layer=9,
        opacity=0.8,
    )


def sheen(pen: Pen, box: Box, frame: int, *, color: str, opacity: float) -> None:
    """A slanted band of light that runs through a box once."""
    left, top, right, bottom = box
    over = min(SHEEN_FRAMES, pen.end - frame)
    if over < OUT_FRAMES:
        return
    height = bottom - top
    width = max(40 * pen.unit, height * 0.5)
    slant = height * 0.35
    band = polygon((slant, 0), (slant + width, 0), (width, height), (0, height))
    reach = right - left + width + slant
    keys = glide(frame, over, Pose(window=box), Pose(dx=reach, window=box), lambda t: t)
    pen.canvas.shape(
        band,
        x=left - (width + slant) / 2,
        y=(top + bottom) / 2,
        color=color,
        motion=chain(keys),
        layer=17,
        opacity=opacity,
    )
