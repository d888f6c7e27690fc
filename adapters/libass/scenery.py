"""What lies behind the words: quiet geometry, another composition for every backdrop variant."""

from collections.abc import Callable

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import Drawing, arc, circle, dots, polygon, rect, ring, union
from adapters.libass.motion import FPS, Pose, hold
from domain.generation.palettes import blend, tinted
from domain.generation.storyboard import Palette

QUIET = 0.3
"""Opacity of tinted areas: seen as depth, never read"""
LINE = 0.16
"""Opacity of thin lines and dots in ink"""
SPARK = 0.9
"""Opacity of the few small things in the accent"""
DRIFT_PX = 9.0
"""A layer of depth 1 travels so far in a second, at 1080 pixels on the shorter side"""


class _Set:
    """One stretch of a scene; sizes in pixels of a frame that is 1080 on its shorter side."""

    def __init__(self, canvas: Canvas, palette: Palette, start: int, end: int) -> None:
        self._canvas = canvas
        self._start, self._end = start, end
        self._unit = min(canvas.width, canvas.height) / 1080
        self.width, self.height = canvas.width / self._unit, canvas.height / self._unit
        self.tint = tinted(palette)
        self.deep = blend(self.tint, palette.accent, 0.22)
        self.ink = palette.ink
        self.accent = palette.accent

    def put(
        self,
        shape: Drawing,
        x: float,
        y: float,
        color: str,
        opacity: float,
        *,
        drift: tuple[float, float] = (0.0, 0.0),
        grow: float = 0.0,
        spin: float = 0.0,
    ) -> None:
        """A shape around x, y that drifts by its depth, grows by a share, turns by degrees/s."""
        seconds = (self._end - self._start) / FPS
        dx, dy = (axis * DRIFT_PX * self._unit * seconds / 2 for axis in drift)
        self._canvas.shape(
            shape.scaled(self._unit),
            x=x * self._unit,
            y=y * self._unit,
            color=color,
            motion=hold(
                self._start,
                self._end,
                Pose(dx=-dx, dy=-dy),
                Pose(dx=dx, dy=dy, sx=1 + grow, sy=1 + grow, spin=spin * seconds),
            ),
            layer=2,
            opacity=opacity,
        )


def _orbits(s: _Set) -> None:
    x, y = s.width * 0.9, s.height * 0.86
    s.put(circle(560), x, y, s.tint, QUIET * 0.45, grow=0.03)
    s.put(circle(250), x, y, s.deep, QUIET * 1.5, drift=(-0.5, -0.5))
    for n in range(4):
        s.put(ring(400 + 140 * n, 3), x, y, s.ink, LINE - 0.03 * n, grow=0.05)
    s.put(circle(17), x - 500, y - 190, s.accent, SPARK, drift=(1, -3))
    s.put(circle(11), x - 250, y - 484, s.ink, 0.5, drift=(-3, 1))


def _slant(s: _Set) -> None:
    reach = s.width + s.height
    for n, width in enumerate((210, 46, 380)):
        band = polygon(
            (0, reach * 0.6), (reach * 0.6, 0), (reach * 0.6 + width, 0), (width, reach * 0.6)
        )
        x, y = s.width * (0.6 + 0.2 * n), s.height * (0.74 + 0.05 * n)
        color, opacity = (s.accent, 0.5) if n == 1 else (s.tint, QUIET * (1.1 - 0.2 * n))
        s.put(band, x, y, color, opacity, drift=(2 - 0.8 * n, -2 + 0.8 * n))


def _hills(s: _Set) -> None:
    s.put(circle(900), s.width * 0.5, s.height + 620, s.tint, QUIET * 0.7, drift=(0.4, -0.6))
    s.put(circle(760), s.width * 0.02, s.height + 490, s.tint, QUIET, drift=(1.2, 0))
    s.put(circle(620), s.width * 0.92, s.height + 380, s.deep, QUIET * 1.4, drift=(-1.2, 0))
    s.put(ring(110, 3), s.width * 0.9, s.height * 0.1, s.ink, LINE, drift=(0, 1.5))
    s.put(circle(14), s.width * 0.9 - 110, s.height * 0.1, s.accent, SPARK, drift=(0, 3))


def _moon(s: _Set) -> None:
    x, y = s.width * 0.98, s.height * 0.06
    s.put(circle(470), x, y, s.tint, QUIET * 0.7, drift=(-1, 0.8))
    s.put(circle(310), x + 30, y - 10, s.deep, QUIET * 1.3, drift=(-2, 1.4))
    s.put(ring(590, 3), x, y, s.ink, LINE * 0.8, drift=(-0.5, 0.4))
    s.put(dots(9, 6, 46, 5), s.width * 0.22, s.height * 0.9, s.ink, LINE * 1.4, drift=(0, -2))
    s.put(rect(140, 10), s.width * 0.86, s.height * 0.9, s.accent, SPARK * 0.8, drift=(-3, 0))


def _arcs(s: _Set) -> None:
    for n in range(5):
        radius = 250 + 130 * n
        color, opacity = (s.deep, QUIET * 1.7) if n == 1 else (s.tint, QUIET * (1 - 0.15 * n))
        place = (radius / 2, s.height - radius / 2)
        s.put(arc(radius, 56, 0, 90), *place, color, opacity, drift=(0.5 * n, -0.5 * n))
    plus = union((rect(34, 7).moved(-17, -3.5), rect(7, 34).moved(-3.5, -17)))
    for fx, fy in ((0.91, 0.1), (0.84, 0.9), (0.95, 0.72)):
        s.put(plus, s.width * fx, s.height * fy, s.accent, SPARK * 0.7, spin=12, drift=(0, -1))


def _field(s: _Set) -> None:
    s.put(ring(400, 96), s.width * 0.97, s.height * 0.8, s.tint, QUIET * 1.1, drift=(-1.6, -0.6))
    s.put(circle(150), s.width * 0.97, s.height * 0.8, s.deep, QUIET * 1.5, drift=(-3, -1))
    s.put(dots(10, 7, 58, 4.5), s.width * 0.3, s.height * 0.88, s.ink, LINE * 1.2, drift=(0, -2.5))
    s.put(dots(8, 3, 58, 4.5), s.width * 0.78, s.height * 0.06, s.ink, LINE * 1.2, drift=(0, 2))


COMPOSITIONS: tuple[Callable[[_Set], None], ...] = (_orbits, _slant, _hills, _moon, _arcs, _field)


def draw_scenery(canvas: Canvas, palette: Palette, variant: int, start: int, end: int) -> None:
    """The composition of a variant from frame ``start`` to before ``end``."""
    COMPOSITIONS[variant % len(COMPOSITIONS)](_Set(canvas, palette, start, end))
