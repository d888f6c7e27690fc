"""What lies behind the words: quiet geometry, another composition for every backdrop variant.

Filled areas are kept small and lines are drawn in pieces: see ``Canvas.cluster`` for the price.
"""

from collections.abc import Callable, Sequence

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import Drawing, arcs, circle, dots, rect, slices, union
from adapters.libass.motion import FPS, Pose, hold
from domain.generation.palettes import (
    LARGE_CONTRAST,
    TEXT_CONTRAST,
    blend,
    contrast,
    tinted,
)
from domain.generation.storyboard import Palette

QUIET = 0.34
"""Opacity of tinted areas: seen as depth, never read"""
LINE = 0.17
"""Opacity of thin lines and dots in ink"""
SPARK = 0.9
"""Opacity of the few small things in the accent"""
DRIFT_PX = 9.0
"""A layer of depth 1 travels so far in a second, at 1080 pixels on the shorter side"""

Place = tuple[float, float]


class _Set:
    """One stretch of a scene; sizes in pixels of a frame that is 1080 on its shorter side."""

    def __init__(self, canvas: Canvas, palette: Palette, start: int, end: int) -> None:
        self._canvas = canvas
        self._start, self._end = start, end
        self._unit = min(canvas.width, canvas.height) / 1080
        self.width, self.height = canvas.width / self._unit, canvas.height / self._unit
        self.tint = tinted(palette)
        self.deep = tinted(palette, 1.6)
        self.ink = palette.ink
        self.accent = palette.accent
        self._palette = palette

    def put(
        self,
        parts: Drawing | Sequence[Drawing],
        place: Place,
        color: str,
        opacity: float,
        *,
        drift: Place = (0.0, 0.0),
        grow: float = 0.0,
    ) -> None:
        """A shape with its 0, 0 at ``place`` that drifts by its depth and grows by a share."""
        seconds = (self._end - self._start) / FPS
        dx, dy = (axis * DRIFT_PX * self._unit * seconds / 2 for axis in drift)
        shapes = [parts] if isinstance(parts, Drawing) else parts
        self._canvas.cluster(
            [shape.scaled(self._unit) for shape in shapes],
            x=place[0] * self._unit,
            y=place[1] * self._unit,
            color=color,
            motion=hold(
                self._start,
                self._end,
                Pose(dx=-dx, dy=-dy),
                Pose(dx=dx, dy=dy, sx=1 + grow, sy=1 + grow),
            ),
            layer=2,
            opacity=readable_opacity(self._palette, color, opacity),
        )


def readable_opacity(palette: Palette, color: str, wanted: float) -> float:
    """``wanted``, or as little less as keeps type readable where it runs over the shape.

    What is in the accent or in ink is small or thin, and stays as it is.
    """
    if color in {palette.accent, palette.ink}:
        return wanted
    opacity = wanted
    while opacity > 0:
        behind = [blend(ground, color, opacity) for ground in (palette.ground, palette.ground_to)]
        if all(
            contrast(palette.ink, seen) >= TEXT_CONTRAST
            and contrast(palette.muted, seen) >= TEXT_CONTRAST
            and contrast(palette.accent, seen) >= LARGE_CONTRAST
            for seen in behind
        ):
            return opacity
        opacity -= 0.02
    return 0.0


def _orbits(s: _Set) -> None:
    x, y = s.width * 0.9, s.height * 0.87
    s.put(circle(240), (x, y), s.deep, QUIET * 1.4, drift=(-0.5, -0.5))
    s.put(arcs(330, 44), (x, y), s.tint, QUIET, drift=(-1, -1))
    for n in range(2):
        s.put(arcs(440 + 170 * n, 3), (x, y), s.ink, LINE - 0.04 * n, drift=(-1.4, -1.4))
    s.put(circle(17), (x - 430, y + 60), s.accent, SPARK, drift=(3, -1))
    s.put(circle(11), (s.width - 34, y - 440), s.ink, 0.5, drift=(0, 3))


def _slant(s: _Set) -> None:
    right, foot = s.width + 60, s.height
    for drop, width, color, opacity, depth in (
        (660, 190, s.tint, QUIET, 1.6),
        (390, 56, s.accent, 0.6, 0.8),
        (250, 250, s.deep, QUIET * 0.8, 0.4),
    ):
        left = max(-60.0, right - drop - width)
        band = slices((left, foot + right - left - drop), (right, foot - drop), width, 12)
        s.put(band, (0, 0), color, opacity, drift=(depth, -depth))


def _hills(s: _Set) -> None:
    s.put(circle(560), (s.width * 0.04, s.height + 330), s.tint, QUIET, drift=(1.2, 0))
    s.put(circle(520), (s.width * 0.9, s.height + 330), s.deep, QUIET * 1.2, drift=(-1.2, 0))
    s.put(arcs(640, 4, -60, 120), (s.width * 0.5, s.height + 330), s.ink, LINE, drift=(0.4, -1))
    s.put(arcs(110, 3), (s.width, s.height * 0.06), s.ink, LINE, drift=(0, 1.5))
    s.put(circle(14), (s.width - 110, s.height * 0.06), s.accent, SPARK, drift=(0, 3))


def _moon(s: _Set) -> None:
    x, y = s.width * 0.98, s.height * 0.05
    s.put(circle(270), (x + 20, y), s.deep, QUIET * 1.2, drift=(-2, 1.4))
    s.put(arcs(420, 80, 150, 150), (x, y), s.tint, QUIET, drift=(-1, 0.8))
    s.put(arcs(560, 3, 150, 150), (x, y), s.ink, LINE, drift=(-0.5, 0.4))
    s.put(dots(9, 6, 46, 5), (s.width * 0.22, s.height * 0.9), s.ink, LINE * 1.4, drift=(0, -2))
    s.put(rect(140, 10), (s.width * 0.8, s.height * 0.9), s.accent, SPARK * 0.8, drift=(-3, 0))


def _arcs(s: _Set) -> None:
    for n in range(5):
        radius, drift = 250 + 130 * n, (0.5 * n, -0.5 * n)
        color, opacity = (s.deep, QUIET * 1.5) if n == 1 else (s.tint, QUIET * (1 - 0.15 * n))
        s.put(arcs(radius, 56, 0, 90), (0, s.height), color, opacity, drift=drift)
    plus = union((rect(34, 7).moved(-17, -3.5), rect(7, 34).moved(-3.5, -17)))
    for fx, fy in ((0.91, 0.1), (0.84, 0.9), (0.95, 0.72)):
        s.put(plus, (s.width * fx, s.height * fy), s.accent, SPARK * 0.7, drift=(0, -3))


def _field(s: _Set) -> None:
    x, y = s.width * 0.97, s.height * 0.82
    s.put(arcs(380, 84), (x, y), s.tint, QUIET * 1.1, drift=(-1.6, -0.6))
    s.put(circle(140), (x, y), s.deep, QUIET * 1.4, drift=(-3, -1))
    s.put(dots(10, 7, 58, 4.5), (s.width * 0.3, s.height * 0.88), s.ink, LINE, drift=(0, -2.5))
    s.put(dots(8, 3, 58, 4.5), (s.width * 0.78, s.height * 0.06), s.ink, LINE, drift=(0, 2))


COMPOSITIONS: tuple[Callable[[_Set], None], ...] = (_orbits, _slant, _hills, _moon, _arcs, _field)


def draw_scenery(canvas: Canvas, palette: Palette, variant: int, start: int, end: int) -> None:
    """The composition of a variant from frame ``start`` to before ``end``."""
    COMPOSITIONS[variant % len(COMPOSITIONS)](_Set(canvas, palette, start, end))
