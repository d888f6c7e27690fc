"""Vector shapes for ``\\p`` drawings: built in pixels, written in eighths of one."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

P_SCALE = 8
"""``\\p4`` divides coordinates by 2^(4-1)"""
KAPPA = 0.5522847498
"""Handle length of a cubic that follows a quarter of a circle, by its radius"""

Point = tuple[float, float]
Command = tuple[str, tuple[Point, ...]]
"""``m``, ``l`` or ``b`` and its points"""


class Drawing(NamedTuple):
    """Closed paths; what overlaps fills, what runs backwards inside another is a hole."""

    commands: tuple[Command, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom of all points."""
        xs = [x for _, points in self.commands for x, _ in points]
        ys = [y for _, points in self.commands for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        left, top, right, bottom = self.box
        return right - left, bottom - top

    def moved(self, dx: float, dy: float) -> "Drawing":
        """The same elsewhere."""
        return Drawing(
            tuple((c, tuple((x + dx, y + dy) for x, y in points)) for c, points in self.commands)
        )

    def scaled(self, factor: float) -> "Drawing":
        """The same, larger or smaller around 0, 0."""
        return Drawing(
            tuple((c, tuple((x * factor, y * factor) for x, y in ps)) for c, ps in self.commands)
        )

    def fitted(self, width: float, height: float) -> "Drawing":
        """The same with its top left at 0, 0, as large as the box lets it be."""
        left, top, right, bottom = self.box
        factor = min(width / max(right - left, 1e-6), height / max(bottom - top, 1e-6))
        return self.moved(-left, -top).scaled(factor)

    def normal(self) -> "Drawing":
        """The same with the top left of its box at 0, 0."""
        left, top, _, _ = self.box
        return self.moved(-left, -top)

    def ass(self) -> str:
        """Drawing commands for ``\\p4``."""
        return " ".join(
            f"{c} " + " ".join(f"{round(x * P_SCALE)} {round(y * P_SCALE)}" for x, y in points)
            for c, points in self.commands
        )

    def __add__(self, other: object) -> "Drawing":
        if not isinstance(other, Drawing):
            return NotImplemented
        return Drawing(self.commands + other.commands)


def union(parts: Iterable[Drawing]) -> Drawing:
    """Several shapes as one."""
    return Drawing(tuple(command for part in parts for command in part.commands))


def polygon(*points: Point) -> Drawing:
    """Straight lines through the points."""
    return Drawing((("m", (points[0],)), *(("l", (p,)) for p in points[1:])))


def rect(width: float, height: float) -> Drawing:
    """A rectangle."""
    return polygon((0, 0), (width, 0), (width, height), (0, height))


def rounded(
    width: float, height: float, radius: float, *, left: bool = True, right: bool = True
) -> Drawing:
    """A rectangle with round corners on the sides asked for."""
    r = max(0.0, min(radius, width / 2, height / 2))
    h = r * (1 - KAPPA)
    rl, rr = (r if left else 0.0), (r if right else 0.0)
    hl, hr = (h if left else 0.0), (h if right else 0.0)
    w, t = width, height
    return Drawing(
        (
            ("m", ((rl, 0),)),
            ("l", ((w - rr, 0),)),
            ("b", ((w - hr, 0), (w, hr), (w, rr))),
            ("l", ((w, t - rr),)),
            ("b", ((w, t - hr), (w - hr, t), (w - rr, t))),
            ("l", ((rl, t),)),
            ("b", ((hl, t), (0, t - hl), (0, t - rl))),
            ("l", ((0, rl),)),
            ("b", ((0, hl), (hl, 0), (rl, 0))),
        )
    )


def circle(radius: float, cx: float = 0.0, cy: float = 0.0, *, hole: bool = False) -> Drawing:
    """A disc around cx, cy; as a hole it runs the other way round."""
    r, k = radius, radius * KAPPA
    points: list[tuple[Point, ...]] = [
        ((r, k), (k, r), (0, r)),
        ((-k, r), (-r, k), (-r, 0)),
        ((-r, -k), (-k, -r), (0, -r)),
        ((k, -r), (r, -k), (r, 0)),
    ]
    sign = -1 if hole else 1
    return Drawing(
        (
            ("m", ((cx + r, cy),)),
            *(("b", tuple((cx + x, cy + sign * y) for x, y in ps)) for ps in points),
        )
    )


def ring(radius: float, thickness: float) -> Drawing:
    """A circle's line; ``radius`` to its outer edge."""
    return circle(radius) + circle(radius - thickness, hole=True)


def arc(radius: float, thickness: float, start: float, sweep: float) -> Drawing:
    """A part of a ring: degrees clockwise from the top."""
    inner = radius - thickness
    steps = max(1, math.ceil(abs(sweep) / 45))
    step = math.radians(sweep) / steps
    k = 4 / 3 * math.tan(step / 4)
    begin = math.radians(start - 90)

    def on(r: float, angle: float) -> Point:
        return r * math.cos(angle), r * math.sin(angle)

    def bow(r: float, a: float, b: float, handle: float) -> Command:
        (x0, y0), (x1, y1) = on(r, a), on(r, b)
        return (
            "b",
            (
                (x0 - handle * y0, y0 + handle * x0),
                (x1 + handle * y1, y1 - handle * x1),
                (x1, y1),
            ),
        )

    out = [bow(radius, begin + n * step, begin + (n + 1) * step, k) for n in range(steps)]
    back = [bow(inner, begin + n * step, begin + (n - 1) * step, -k) for n in range(steps, 0, -1)]
    return Drawing(
        (
            ("m", (on(radius, begin),)),
            *out,
            ("l", (on(inner, begin + steps * step),)),
            *back,
        )
    )


def arcs(
    radius: float, thickness: float, start: float = 0.0, sweep: float = 360.0
) -> list[Drawing]:
    """A part of a ring (or all of it) in pieces of at most 30 degrees, for ``Canvas.cluster``."""
    pieces = max(1, math.ceil(abs(sweep) / 30))
    step = sweep / pieces
    return [arc(radius, thickness, start + n * step, step) for n in range(pieces)]


def slices(start: Point, end: Point, width: float, pieces: int) -> list[Drawing]:
    """A band from ``start`` to ``end``, ``width`` pixels wide across, cut at right angles to x."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = (x1 - x0) / pieces, (y1 - y0) / pieces
    corners = [(x0 + n * dx, y0 + n * dy) for n in range(pieces + 1)]
    return [polygon(a, b, (b[0], b[1] + width), (a[0], a[1] + width)) for a, b in pairwise(corners)]


def dots(columns: int, rows: int, gap: float, radius: float) -> list[Drawing]:
    """A grid of dots around 0, 0, from centre to centre ``gap``, in rows for ``Canvas.cluster``."""
    left, top = -gap * (columns - 1) / 2, -gap * (rows - 1) / 2
    return [
        union(circle(radius, left + x * gap, top + y * gap) for x in range(columns))
        for y in range(rows)
    ]


def arrow(length: float, thickness: float, head: float) -> Drawing:
    """An arrow to the right: a shaft and an open chevron ``head`` pixels high as its tip."""
    t, h = thickness / 2, head / 2
    side, tip = t / math.sqrt(2), t * math.sqrt(2)
    shaft = polygon((0, h - t), (length, h - t), (length, h + t), (0, h + t))
    chevron = polygon(
        (length - h - side, side),
        (length - h + side, -side),
        (length + tip, h),
        (length - h + side, head + side),
        (length - h - side, head - side),
        (length - tip, h),
    )
    return shaft + chevron


def turned(shape: Drawing, degrees: float) -> Drawing:
    """The same, turned clockwise around 0, 0."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    return Drawing(
        tuple(
            (command, tuple((x * c - y * s, x * s + y * c) for x, y in points))
            for command, points in shape.commands
        )
    )
