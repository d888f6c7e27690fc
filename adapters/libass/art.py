"""Art: compositions with real presence where nothing is read.

In tall frames they stand below the captions, in wide ones on the hero's side. Each is drawn
from a variant's own numbers, drifts all the time, and makes a visible move at every beat.
"""

import random
from collections.abc import Callable
from math import cos, pi, sin

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import Drawing, Point, arc, arcs, circle, polygon, rect, rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import FPS, Key, Motion, Pose, chain, ease_in_out, glide
from domain.generation.palettes import tinted
from domain.generation.storyboard import Palette

BEAT_FRAMES = round(1.8 * FPS)
"""Something visible happens every 1.5 to 2.5 s"""
MOVE_FRAMES = 14
LAYER = 3
FULL, HALF, FAINT = 0.95, 0.6, 0.32
"""Opacities; nothing is read here, so these may be dense"""
FLAT_SHARE = 0.4
ORBIT_KEYS = 5
"""Frames between two keys of a circling body: a chord no eye tells from the arc"""


class Easel:
    """One stretch of a scene and the zone to fill; sizes in pixels."""

    def __init__(
        self,
        canvas: Canvas,
        palette: Palette,
        zone: Zone,
        *,
        variant: int,
        start: int,
        end: int,
    ) -> None:
        self.canvas, self.zone = canvas, zone
        self.start, self.end = start, max(end, start + 2)
        self.unit = min(canvas.width, canvas.height) / 1080
        self.draw = random.Random(variant)  # noqa: S311 - a look, no secret
        self.accent, self.ink = palette.accent, palette.ink
        self.tint, self.deep = tinted(palette), tinted(palette, 1.6)

    @property
    def flat(self) -> bool:
        """A strip, as at the foot of a square: what stands in it stays low."""
        return self.zone.height < FLAT_SHARE * self.zone.width

    @property
    def beats(self) -> list[int]:
        """Frames at which something moves, the first one being the start."""
        return list(range(self.start, max(self.start + 1, self.end - FPS // 2), BEAT_FRAMES))

    def put(self, shape: Drawing, place: Point, color: str, opacity: float, motion: Motion) -> None:
        """A shape around x, y."""
        self.canvas.shape(
            shape,
            x=place[0],
            y=place[1],
            color=color,
            motion=motion,
            layer=LAYER,
            opacity=opacity,
        )

    def clear(self, x: float, reach: float) -> float:
        """``x``, moved right where what reaches so far around it would run into the words."""
        return max(x, self.zone.left + reach) if self.zone.left > 0 else x

    def between(self, poses: list[Pose], over: int = MOVE_FRAMES, late: int = 0) -> Motion:
        """From pose to pose, one a beat; the first is already there in the first frame."""
        keys = [Key(self.start, poses[0])]
        for beat, before, after in zip(self.beats, poses, poses[1:], strict=False):
            frame = min(beat + late, self.end - 2)
            if frame > keys[-1].frame:
                keys.append(Key(frame, before))
            steps = glide(frame, min(over, self.end - frame - 1), before, after, ease_in_out)
            keys += [key for key in steps if key.frame > keys[-1].frame]
        return chain(keys, [Key(self.end, keys[-1].pose)])


def _skyline(e: Easel) -> None:
    """Columns of many heights that regroup at every beat; one of them in the accent."""
    count = 9
    gap = e.zone.width / count
    lit = e.draw.randrange(2, count - 2)
    for n in range(count):
        heights = [e.draw.uniform(0.18, 0.72) for _ in range(len(e.beats) + 1)]
        if n == lit:
            heights = [min(1.0, 0.55 + 0.15 * k) for k in range(len(heights))]
        width = gap * 0.66
        color, opacity = (e.accent, FULL) if n == lit else (e.tint, HALF if n % 2 else FAINT)
        e.canvas.shape(
            rounded(width, e.zone.height, width * 0.3),
            x=e.zone.left + gap * (n + 0.5),
            y=e.zone.bottom + width * 0.3,
            color=color,
            motion=e.between([Pose(sy=h) for h in heights], late=n),
            pivot="bottom",
            layer=LAYER,
            opacity=opacity,
        )


def _orbits(e: Easel) -> None:
    """A body with rings around it, on which smaller ones circle."""
    y = e.zone.bottom if e.flat else e.zone.center[1]
    reach = min(e.zone.width * 0.56, e.zone.height * (0.84 if e.flat else 0.64))
    x = e.clear(e.zone.left + e.zone.width * e.draw.choice((0.5, 0.62, 0.4)), reach)
    swell = [Pose(sx=s, sy=s) for s in (0.92, *((1.06, 0.96) * len(e.beats)))]
    e.put(circle(reach * 0.27), (x, y), e.accent, FULL, e.between(swell))
    e.put(circle(reach * 0.4), (x, y), e.tint, FAINT, e.between(swell, late=3))
    for n, share in enumerate((0.58, 0.8, 1.0)):
        radius = reach * share
        e.canvas.cluster(
            arcs(radius, 4 * e.unit),
            x=x,
            y=y,
            color=e.ink,
            motion=Motion((Key(e.start, Pose()), Key(e.end, Pose()))),
            layer=LAYER,
            opacity=FAINT,
        )
        phase, speed = e.draw.uniform(0, 2 * pi), (0.034, -0.024, 0.017)[n]
        frames = [*range(e.start, e.end, ORBIT_KEYS), e.end]
        angles = [(f, phase + speed * (f - e.start)) for f in frames]
        path = [Key(f, Pose(dx=radius * cos(a), dy=radius * sin(a))) for f, a in angles]
        size, color = ((26, e.ink), (40, e.deep), (18, e.accent))[n]
        e.put(circle(size * e.unit), (x, y), color, FULL, chain(path))


def _tiles(e: Easel) -> None:
    """A patchwork of quarter discs, discs and squares; some turn at every beat."""
    rows = 2 if e.flat else 3
    side = e.zone.height / rows if e.zone.width > 1.2 * e.zone.height else e.zone.width / 4
    columns = max(3, int(e.zone.width / side))
    left = e.zone.right - columns * side
    for column in range(columns):
        for row in range(rows):
            kind = e.draw.randrange(5)
            color, opacity = e.draw.choice(
                ((e.tint, HALF), (e.deep, FAINT), (e.tint, FAINT), (e.accent, FULL), (e.ink, 0.14))
            )
            turn = e.draw.randrange(4) * 90.0
            turning = e.draw.random() < 0.5  # noqa: PLR2004 - half of them
            if kind == 4:  # noqa: PLR2004 - a gap
                continue
            x = left + side * (column + 0.5)
            y = e.zone.top + side * (row + 0.5)
            shape = (_quarter(side), circle(side * 0.46), rect(side, side), _leaf(side))[kind]
            spins = [turn + (90.0 * k if turning else 0.0) for k in range(len(e.beats) + 1)]
            late = (column + 2 * row) % 7 * 2
            pose = [Pose(spin=spin) for spin in spins]
            if kind in (1, 2):
                pose = [
                    Pose(sx=s, sy=s)
                    for s in ((1.0, 0.72) * len(pose) if turning else (1.0,) * len(pose))
                ][: len(pose)]
            e.put(shape, (x, y), color, opacity, e.between(pose, late=late))


def _quarter(side: float) -> Drawing:
    return arc(side, side * 0.999, 90, 90)


def _leaf(side: float) -> Drawing:
    k = side * 0.5523
    return Drawing(
        (
            ("m", ((0, 0),)),
            ("b", ((k, 0), (side, side - k), (side, side))),
            ("b", ((side - k, side), (0, k), (0, 0))),
        )
    )


def _wave(e: Easel) -> None:
    """Columns of dots that swing in a wave that travels through them."""
    columns, rows = (21, 4) if e.flat else (13, 5)
    gap = e.zone.width / columns
    radius = gap * 0.2
    pitch = e.zone.height * 0.62 / rows
    lit = e.draw.randrange(columns)
    phase = e.draw.uniform(0, 2 * pi)
    for n in range(columns):
        frames = [*range(e.start, e.end, 6), e.end]
        swing = e.zone.height * 0.17
        keys = [
            Key(f, Pose(dy=swing * sin(phase + n * 0.55 + (f - e.start) * 0.075))) for f in frames
        ]
        column = Drawing(
            tuple(
                command
                for row in range(rows)
                for command in circle(radius * (1.35 - 0.16 * row), 0, row * pitch).commands
            )
        )
        color, opacity = (e.accent, FULL) if n == lit else (e.tint, FULL - 0.04 * n)
        x = e.zone.left + gap * (n + 0.5)
        e.put(column, (x, e.zone.center[1]), color, opacity, chain(keys))


def _sunrise(e: Easel) -> None:
    """Half rings over a horizon; at every beat the accent rises through them."""
    radius = min(e.zone.width * 0.54, e.zone.height * 0.94)
    x = e.clear(e.zone.left + e.zone.width * e.draw.choice((0.5, 0.66, 0.34)), radius * 1.07)
    floor = e.zone.bottom
    for n in range(5):
        outer = radius * (1 - 0.19 * n)
        thick = radius * 0.115
        shades = ((e.tint, FAINT), (e.tint, HALF), (e.deep, HALF), (e.deep, FULL), (e.accent, FULL))
        color, opacity = shades[n]
        sizes = [1.0 + (0.07 if (k + n) % 3 == 0 else 0.0) for k in range(len(e.beats) + 1)]
        whole = arc(outer, outer * 0.999, -90, 180)  # in pieces a disc would show its seams
        e.canvas.cluster(
            [whole] if n == 4 else arcs(outer, thick, -90, 180),  # noqa: PLR2004 - the innermost
            x=x,
            y=floor,
            color=color,
            motion=e.between([Pose(sx=s, sy=s) for s in sizes], late=2 * n),
            layer=LAYER,
            opacity=opacity,
        )


def _stairs(e: Easel) -> None:
    """Slanted blocks that climb; the accent goes up one step at every beat."""
    count = 6
    width = e.zone.width / count
    rise = e.zone.height / (count + 1)
    slant = width * 0.24
    window = (e.zone.left, 0.0, e.zone.right, e.zone.bottom)
    for n in range(count):
        height = rise * (n + 1.4)
        block = polygon((0, slant), (width * 0.94, 0), (width * 0.94, height), (0, height))
        dips = [
            Pose(dy=e.draw.choice((0.0, rise * 0.3, rise * 0.55)), window=window) for _ in e.beats
        ]
        x, y = e.zone.left + width * (n + 0.5), e.zone.bottom - height / 2 + rise * 0.3
        opacity = FAINT + 0.09 * n
        waiting = Pose(dy=rise * 0.4, window=window)
        e.put(block, (x, y), e.tint, opacity, e.between([waiting, *dips], late=2 * n))
    stops = [
        Pose(dx=width * min(k, count - 1), dy=-rise * min(k, count - 1))
        for k in range(1, len(e.beats) + 2)
    ]
    size = width * 0.3
    x, y = e.zone.left + width * 0.5, e.zone.bottom - rise * 1.4 - size * 0.9
    e.put(circle(size), (x, y), e.accent, FULL, e.between(stops, over=18))


COMPOSITIONS: tuple[Callable[[Easel], None], ...] = (
    _skyline,
    _orbits,
    _tiles,
    _wave,
    _sunrise,
    _stairs,
)


def draw_art(
    canvas: Canvas, palette: Palette, zone: Zone, *, variant: int, start: int, end: int
) -> None:
    """The composition of a variant in a zone, from frame ``start`` to before ``end``."""
    easel = Easel(canvas, palette, zone, variant=variant, start=start, end=end)
    COMPOSITIONS[variant % len(COMPOSITIONS)](easel)
