"""Links: two things as knots of one thread, which is drawn from the first to the second."""

from itertools import pairwise
from typing import NamedTuple

from adapters.libass.drawing import Drawing, circle, rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import Key, Motion, Pose, chain, ease_in_out, enter, glide
from adapters.libass.ornaments import beats, ripple
from adapters.libass.pen import Pen
from domain.generation.storyboard import LinkContent, Reveal

KNOT = 24.0
"""Radius"""
THREAD = 7.0
END_SCALE = {False: 1.0, True: 1.3}
"""Type size of the ends, by the title's size, in tall and in wide frames"""
SAID_SCALE = 1.1
"""Of the label's size"""
SAID_OVER = 20.0
"""From the thread up to the foot of what is said on it"""
APART = 0.24
"""Of the stage's height: how far from the thread's middle the ends stand at most"""
DRAWN_FRAMES = 15
"""The thread is finished this long after it began"""
FIRST_BY_FRAMES = 12
RUN_FRAMES = 24
"""of the light that runs along the thread"""


class _Stretch(NamedTuple):
    """A straight part of the thread, from one point to the next."""

    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def length(self) -> float:
        return abs(self.end[0] - self.start[0]) + abs(self.end[1] - self.start[1])


def draw_link(pen: Pen, content: LinkContent) -> None:
    """The first thing high on the left, the second low on the right, a thread between them."""
    if len(content.ends) < 2:  # noqa: PLR2004 - a thread has two ends
        return
    one, two = content.ends[:2]
    unit, zone = pen.unit, pen.stage
    radius = KNOT * unit
    inset = radius + 44 * unit
    middle = zone.center[1]
    small = pen.sizes.label * SAID_SCALE
    reach = SAID_OVER * unit + small if content.said else 22 * unit
    upper = zone._replace(left=zone.left + radius + inset, bottom=middle - reach)
    lower = zone._replace(right=zone.right - radius - inset, top=middle + 22 * unit)
    first = pen.at(min(one.frame, FIRST_BY_FRAMES))
    second = max(pen.at(two.frame), min(first + DRAWN_FRAMES, pen.end - 2))
    size = pen.sizes.title * END_SCALE[pen.layout.wide]
    size = min(_size(pen, one, upper, size), _size(pen, two, lower, size))
    top = _end(pen, one, upper, size=size, start=first, below=False)
    bottom = _end(pen, two, lower, size=size, start=second, below=True)
    left, right = zone.left + radius, zone.right - radius
    path = [
        _Stretch((left, top), (left, middle)),
        _Stretch((left, middle), (right, middle)),
        _Stretch((right, middle), (right, bottom)),
    ]
    _thread(pen, path, begin=max(pen.start, second - DRAWN_FRAMES), land=second)
    _knot(pen, (left, top), first)
    _knot(pen, (right, bottom), second)
    if content.said:
        pen.line(
            content.said,
            "strong",
            size=small,
            x=(left + right) / 2,
            baseline=middle - SAID_OVER * unit,
            width=right - left - 2 * radius,
            motion=pen.rise(max(pen.start, second - 6), 18),
            color=pen.palette.accent,
            anchor="center",
        )


def _size(pen: Pen, end: Reveal, zone: Zone, size: float) -> float:
    return pen.fit(end.text, "display", size, zone, max_lines=2).size


def _end(pen: Pen, end: Reveal, zone: Zone, *, size: float, start: int, below: bool) -> float:
    """Set an end's words; answers the height at which its knot sits: that of a line's middle."""
    setting = pen.fit(end.text, "display", size, zone, max_lines=2)
    height = pen.block_height(setting, "display")
    room = zone.height - height
    off = min(max(0.0, room) * 0.5, pen.stage.height * APART, 150 * pen.unit)
    top = zone.top + off if below else zone.bottom - height - off
    cap = pen.book.face("display").cap_height * setting.size
    pen.words(
        setting,
        "display",
        zone,
        top,
        anchor="right" if below else "left",
        start=start,
        motion=lambda frame: pen.slide(frame, 60 if below else -60),
    )
    return top + height - cap / 2 if below else top + cap / 2


def _knot(pen: Pen, place: tuple[float, float], frame: int) -> None:
    radius = KNOT * pen.unit
    pen.canvas.shape(
        circle(radius),
        x=place[0],
        y=place[1],
        color=pen.palette.accent,
        motion=pen.pop(frame, 0.2),
        layer=14,
    )
    pen.canvas.shape(
        circle(radius * 0.42),
        x=place[0],
        y=place[1],
        color=pen.palette.ground,
        motion=pen.pop(frame + 2, 0.2),
        layer=15,
    )
    ripple(pen, x=place[0], y=place[1], radius=radius, frame=frame + 4)


def _thread(pen: Pen, path: list[_Stretch], *, begin: int, land: int) -> None:
    """Straight parts that are drawn one after the other; at beats a light runs along them."""
    thick = THREAD * pen.unit
    whole = sum(part.length for part in path)
    spent = 0.0
    stops: list[tuple[float, tuple[float, float]]] = [(0.0, path[0].start)]
    for part in path:
        share, spent = spent / whole, spent + part.length
        frame = begin + round((land - begin) * share)
        over = max(1, begin + round((land - begin) * spent / whole) - frame)
        _part(pen, part, thick=thick, frame=min(frame, pen.end - 3), over=over)
        stops.append((spent / whole, part.end))
    for beat in beats(pen, land + 6):
        if beat + RUN_FRAMES >= pen.end:
            continue
        origin = path[0].start
        keys = [Key(beat, Pose())]
        for (before, here), (after, there) in pairwise(stops):
            frames = max(1, round(RUN_FRAMES * (after - before)))
            a = Pose(dx=here[0] - origin[0], dy=here[1] - origin[1])
            b = Pose(dx=there[0] - origin[0], dy=there[1] - origin[1])
            keys += glide(keys[-1].frame, frames, a, b, ease_in_out)[1:]
        pen.canvas.shape(
            circle(thick * 1.5),
            x=origin[0],
            y=origin[1],
            color=pen.palette.ink,
            motion=chain(keys),
            layer=13,
        )


def _part(pen: Pen, part: _Stretch, *, thick: float, frame: int, over: int) -> None:
    """One stretch, half its thickness longer at both ends so that corners close."""
    across = part.start[1] == part.end[1]
    length = part.length + thick
    shape: Drawing = (
        rounded(length, thick, thick / 2) if across else rounded(thick, length, thick / 2)
    )
    come = Pose(sx=0.001) if across else Pose(sy=0.001)
    motion: Motion = enter(frame, pen.end, come=come, go=Pose(opacity=0.0), over=over)
    pen.canvas.shape(
        shape,
        x=part.start[0] - (thick / 2 if across else 0),
        y=part.start[1] - (0 if across else thick / 2),
        color=pen.palette.ink,
        motion=motion,
        pivot="left" if across else "top",
        layer=12,
        opacity=0.55,
    )
