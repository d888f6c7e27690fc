"""The timeline shot: years on an axis, and a marker that travels from one to the next."""

from adapters.libass.drawing import circle, rect, ring
from adapters.libass.layout import Zone
from adapters.libass.motion import Key, Pose, chain, ease_in_out, enter, glide
from adapters.libass.ornaments import beats, ripple
from adapters.libass.pen import Pen
from domain.generation.storyboard import TimelineContent, TimelineMark

MAX_MARKS = 5
TRAVEL_FRAMES = 18
"""At most so long before a year is spoken, the marker sets out for it"""


def draw_timeline(pen: Pen, content: TimelineContent) -> None:
    """Years one below the other in tall frames, side by side in wide ones."""
    marks = content.marks[:MAX_MARKS]
    if not marks:
        return
    points = _across(pen, marks) if pen.layout.wide else _down(pen, marks)
    for n, (x, y) in enumerate(points):
        pen.canvas.shape(
            ring(18 * pen.unit, 5 * pen.unit),
            x=x,
            y=y,
            color=pen.palette.ink,
            motion=pen.pop(pen.start + 2 * n),
            layer=12,
            opacity=0.7,
        )
    _traveller(pen, points, [pen.at(mark.frame) for mark in marks])


def _down(pen: Pen, marks: list[TimelineMark]) -> list[tuple[float, float]]:
    unit, zone = pen.unit, pen.stage
    step = min(zone.height / len(marks), 200 * unit)
    top = zone.top + (zone.height - step * (len(marks) - 1)) / 2
    x = zone.left + 24 * unit
    pen.canvas.shape(
        rect(6 * unit, max(step * (len(marks) - 1), 1)),
        x=x,
        y=top,
        color=pen.palette.ink,
        motion=enter(pen.start, pen.end, come=Pose(sy=0.2), go=Pose(opacity=0.0), over=14),
        pivot="top",
        opacity=0.3,
    )
    size = min(pen.sizes.heading * 1.1, step * 0.5)
    year_width = max(pen.book.width(str(mark.year), "display", size) for mark in marks)
    for n, mark in enumerate(marks):
        y, start = top + n * step, pen.at(mark.frame)
        left = x + 64 * unit
        pen.canvas.text(
            str(mark.year),
            "display",
            size=size,
            x=left,
            baseline=y + size * 0.35,
            color=pen.palette.accent,
            motion=pen.slide(start, -50),
        )
        text = Zone(left + year_width + 34 * unit, y - step * 0.46, zone.right, y + step * 0.46)
        label = min(pen.sizes.label * 1.15, step * 0.4)
        setting = pen.fit(mark.label, "strong", label, text, max_lines=2, leading=1.14)
        block = pen.block_height(setting, "strong")
        pen.words(setting, "strong", text, y - block / 2, start=start + 2)
    return [(x, top + n * step) for n in range(len(marks))]


def _across(pen: Pen, marks: list[TimelineMark]) -> list[tuple[float, float]]:
    unit, zone = pen.unit, pen.stage
    step = zone.width / len(marks)
    y = zone.center[1]
    pen.canvas.shape(
        rect(zone.width, 6 * unit),
        x=zone.left,
        y=y,
        color=pen.palette.ink,
        motion=enter(pen.start, pen.end, come=Pose(sx=0.2), go=Pose(opacity=0.0), over=16),
        pivot="left",
        opacity=0.3,
    )
    size = min(pen.sizes.title, step * 0.34)
    points = []
    for n, mark in enumerate(marks):
        left, start = zone.left + step * n, pen.at(mark.frame)
        points.append((left + 18 * unit, y))
        pen.canvas.text(
            str(mark.year),
            "display",
            size=size,
            x=left,
            baseline=y - 60 * unit,
            color=pen.palette.accent,
            motion=pen.rise(start),
        )
        text = Zone(left, y + 66 * unit, left + step - 60 * unit, zone.bottom)
        setting = pen.fit(mark.label, "strong", pen.sizes.label * 1.2, text, max_lines=3)
        pen.words(setting, "strong", text, text.top, start=start + 3)
    return points


def _traveller(pen: Pen, points: list[tuple[float, float]], frames: list[int]) -> None:
    """A disc that arrives at each point on its frame, and rings there."""
    unit = pen.unit
    x, y = points[0]
    keys = glide(min(frames[0], pen.end - 9), 8, Pose(sx=0.01, sy=0.01), Pose())
    for (px, py), frame in zip(points[1:], frames[1:], strict=True):
        here = keys[-1]
        travel = min(TRAVEL_FRAMES, frame - here.frame)
        if travel < 1:
            continue
        keys.append(Key(frame - travel, here.pose))
        keys += glide(frame - travel, travel, here.pose, Pose(dx=px - x, dy=py - y), ease_in_out)[
            1:
        ]
    motion = chain(keys, [Key(max(pen.end, keys[-1].frame + 1), keys[-1].pose)])
    for radius, opacity, layer in ((38, 0.28, 13), (19, 1.0, 14)):
        pen.canvas.shape(
            circle(radius * unit),
            x=x,
            y=y,
            color=pen.palette.accent,
            motion=motion,
            layer=layer,
            opacity=opacity,
        )
    for (px, py), frame in zip(points, frames, strict=True):
        ripple(pen, x=px, y=py, radius=38 * unit, frame=frame)
    for beat in beats(pen, frames[-1] + 8):
        ripple(pen, x=points[-1][0], y=points[-1][1], radius=38 * unit, frame=beat)
