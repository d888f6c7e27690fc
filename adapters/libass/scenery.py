"""What lies behind the words: quiet geometry, another composition for every backdrop variant."""

from collections.abc import Callable

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import arc, circle, dots, polygon, rect, ring, union
from adapters.libass.motion import Pose, hold
from domain.generation.storyboard import Palette

QUIET = 0.055
"""Opacity of ink shapes: seen as texture, never read"""
GLOW = 0.13
"""Opacity of accent shapes"""


class _Set:
    """One stretch of a scene with its geometry in units of the shorter side."""

    def __init__(self, canvas: Canvas, palette: Palette, start: int, end: int) -> None:
        self.canvas, self.palette = canvas, palette
        self.start, self.end = start, end
        self.w, self.h = canvas.width, canvas.height
        self.u = min(canvas.width, canvas.height) / 1080
        seconds = (end - start) / 30
        self.drift = 9 * self.u * seconds
        """pixels that a plain layer travels in this stretch"""

    def put(
        self,
        shape: object,
        x: float,
        y: float,
        *,
        accent: bool = False,
        opacity: float | None = None,
        dx: float = 0.0,
        dy: float = 0.0,
        spin: float = 0.0,
        grow: float = 0.0,
    ) -> None:
        from_pose = Pose(dx=-dx * self.drift / 2, dy=-dy * self.drift / 2)
        to_pose = Pose(
            dx=dx * self.drift / 2,
            dy=dy * self.drift / 2,
            sx=1 + grow,
            sy=1 + grow,
            spin=spin * (self.end - self.start) / 30,
        )
        self.canvas.shape(
            shape,
            x,
            y,
            self.palette.accent if accent else self.palette.ink,  # type: ignore[arg-type]
            hold(self.start, self.end, from_pose, to_pose),
            layer=2,
            opacity=opacity if opacity is not None else (GLOW if accent else QUIET),
        )


def _orbits(s: _Set) -> None:
    x, y = s.w * 0.92, s.h * 0.84
    for n in range(4):
        s.put(ring((300 + 150 * n) * s.u, 2.5 * s.u), x, y, grow=0.05, opacity=0.12 - 0.02 * n)
    s.put(circle(210 * s.u), x, y, accent=True, dx=-0.5, dy=-0.5)
    s.put(circle(16 * s.u), x - 420 * s.u, y - 150 * s.u, accent=True, opacity=0.8, dx=1, dy=-2)
    s.put(circle(10 * s.u), x - 240 * s.u, y - 545 * s.u, opacity=0.5, dx=-2, dy=1)


def _moon(s: _Set) -> None:
    s.put(circle(430 * s.u), s.w * 0.98, s.h * 0.1, dx=-1, dy=0.6)
    s.put(circle(300 * s.u), s.w * 1.02, s.h * 0.08, accent=True, dx=-1.6, dy=1)
    s.put(dots(7, 5, 44 * s.u, 5 * s.u), s.w * 0.16, s.h * 0.9, opacity=0.22, dy=-1)


def _slant(s: _Set) -> None:
    reach = s.w + s.h
    for n, (width, accent) in enumerate(((190, False), (60, True), (360, False))):
        w = width * s.u
        band = polygon((0, reach * 0.6), (reach * 0.6, 0), (reach * 0.6 + w, 0), (w, reach * 0.6))
        s.put(
            band,
            s.w * (0.62 + 0.2 * n),
            s.h * (0.72 + 0.06 * n),
            accent=accent,
            dx=1.4 - 0.5 * n,
            dy=-1.4 + 0.5 * n,
        )


def _hills(s: _Set) -> None:
    s.put(circle(760 * s.u), s.w * 0.1, s.h + 470 * s.u, dx=0.7)
    s.put(circle(620 * s.u), s.w * 0.86, s.h + 340 * s.u, accent=True, dx=-0.7)
    s.put(circle(900 * s.u), s.w * 0.55, s.h + 700 * s.u, dx=0.3, dy=-0.4)
    s.put(ring(120 * s.u, 3 * s.u), s.w * 0.88, s.h * 0.14, opacity=0.16, dy=0.8)


def _arcs(s: _Set) -> None:
    x, y = 0.0, float(s.h)
    for n in range(5):
        radius = (220 + 120 * n) * s.u
        s.put(
            arc(radius, 46 * s.u, 0, 90),
            x + radius / 2,
            y - radius / 2,
            accent=n == 1,
            opacity=0.16 if n == 1 else 0.075 - 0.01 * n,
            dx=0.4 * n,
            dy=-0.4 * n,
        )
    plus = union(
        (
            rect(30 * s.u, 6 * s.u).moved(-15 * s.u, -3 * s.u),
            rect(6 * s.u, 30 * s.u).moved(-3 * s.u, -15 * s.u),
        )
    )
    for fx, fy in ((0.9, 0.1), (0.82, 0.86), (0.95, 0.6)):
        s.put(plus, s.w * fx, s.h * fy, opacity=0.4, spin=9)


def _field(s: _Set) -> None:
    s.put(dots(14, 6, 62 * s.u, 4 * s.u), s.w * 0.5, s.h * 0.93, opacity=0.16, dy=-1.2)
    s.put(dots(9, 3, 62 * s.u, 4 * s.u), s.w * 0.72, s.h * 0.06, opacity=0.16, dy=1.2)
    s.put(
        ring(330 * s.u, 70 * s.u), s.w * 1.0, s.h * 0.52, accent=True, opacity=0.1, dx=-1, grow=0.04
    )


COMPOSITIONS: tuple[Callable[[_Set], None], ...] = (_orbits, _slant, _hills, _moon, _arcs, _field)


def draw_scenery(canvas: Canvas, palette: Palette, variant: int, start: int, end: int) -> None:
    """The composition of a variant from frame ``start`` to before ``end``."""
    COMPOSITIONS[variant % len(COMPOSITIONS)](_Set(canvas, palette, start, end))
