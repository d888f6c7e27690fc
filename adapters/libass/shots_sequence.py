"""Shots of things in order: list rows, years on an axis, steps joined by arrows."""

from adapters.libass.drawing import arrow, circle, polygon, rect, ring, rounded, turned
from adapters.libass.layout import Zone
from adapters.libass.motion import Key, Pose, chain, ease_in_out, enter, glide
from adapters.libass.pen import Pen
from domain.generation.storyboard import ListContent, ProcessContent, TimelineContent

MAX_ROWS = 6


def draw_list(pen: Pen, content: ListContent) -> None:
    """Rows with a numbered disc; the row that is spoken of lights up."""
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    if content.title and pen.wide_open:
        size = pen.line(
            content.title,
            "display",
            sizes.heading * 0.8,
            zone.left,
            zone.top + sizes.heading * 0.7,
            pen.palette.ink,
            pen.rise(pen.start),
            width=zone.width,
        )
        zone = zone._replace(top=zone.top + size + 44 * unit)
    rows = content.rows[:MAX_ROWS]
    gap = 20 * unit
    height = min((zone.height - gap * (len(rows) - 1)) / max(1, len(rows)), 132 * unit)
    total = height * len(rows) + gap * (len(rows) - 1)
    top = zone.top + (zone.height - total) / 2
    for n, row in enumerate(rows):
        start = pen.at(row.frame)
        after = pen.at(rows[n + 1].frame) if n + 1 < len(rows) else pen.end
        y = top + n * (height + gap) + height / 2
        pen.canvas.shape(
            rounded(zone.width, height, height * 0.24),
            zone.left,
            y,
            pen.palette.ink,
            pen.slide(start),
            pivot="left",
            opacity=0.1,
        )
        if after - start > 6:
            lit = glide(start, 8, Pose(sx=0.001), Pose())
            leave = [Key(after, Pose()), Key(min(after + 8, pen.end), Pose(opacity=0.0))]
            pen.canvas.shape(
                rounded(12 * unit, height * 0.56, 6 * unit),
                zone.left,
                y,
                pen.palette.accent,
                chain(lit, leave if after < pen.end else [Key(pen.end, Pose())]),
                pivot="left",
                layer=13,
            )
        disc = height * 0.3
        x = zone.left + 40 * unit + disc
        pen.canvas.shape(circle(disc), x, y, pen.palette.accent, pen.pop(start + 2), layer=14)
        pen.canvas.text(
            str(n + 1),
            "display",
            disc * 1.05,
            x,
            y + disc * 0.37,
            pen.palette.ground,
            pen.pop(start + 2),
            anchor="center",
            layer=15,
        )
        left = x + disc + 32 * unit
        text = Zone(left, y - height / 2, zone.right - 28 * unit, y + height / 2)
        setting = pen.fit(
            row.text,
            "strong",
            min(sizes.label * 1.12, height * 0.44),
            text._replace(bottom=text.top + height * 0.9),
            max_lines=2,
            leading=1.14,
        )
        block = pen.block_height(setting, "strong")
        pen.words(
            setting,
            "strong",
            text,
            y - block / 2,
            frame=lambda _n, _line, s=start: s + 2,  # type: ignore[misc]
            motion=lambda frame: pen.slide(frame, -40),
        )


def draw_timeline(pen: Pen, content: TimelineContent) -> None:
    """Years on an axis, and a marker that travels from one to the next."""
    if pen.layout.wide:
        _across(pen, content)
    else:
        _down(pen, content)


def _down(pen: Pen, content: TimelineContent) -> None:
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    marks = content.marks[:5]
    step = min(zone.height / len(marks), 190 * unit)
    top = zone.top + (zone.height - step * len(marks)) / 2 + step / 2
    x = zone.left + 22 * unit
    length = step * (len(marks) - 1)
    pen.canvas.shape(
        rect(6 * unit, max(length, 1)),
        x,
        top,
        pen.palette.ink,
        enter(pen.start, pen.end, come=Pose(sy=0.001), go=Pose(opacity=0.0), over=16),
        pivot="top",
        opacity=0.3,
    )
    year_size = min(sizes.heading, step * 0.5)
    for n, mark in enumerate(marks):
        y = top + n * step
        start = pen.at(mark.frame)
        pen.canvas.shape(
            ring(16 * unit, 5 * unit),
            x,
            y,
            pen.palette.ink,
            pen.pop(pen.start + 2 * n),
            layer=12,
            opacity=0.7,
        )
        left = x + 60 * unit
        pen.canvas.text(
            str(mark.year),
            "display",
            year_size,
            left,
            y + year_size * 0.35,
            pen.palette.accent,
            pen.slide(start, -50),
        )
        width = pen.book.width("0000", "display", year_size) + 28 * unit
        text = Zone(left + width, y - step / 2, zone.right, y + step / 2)
        setting = pen.fit(mark.label, "strong", min(sizes.label, step * 0.3), text, max_lines=2)
        block = pen.block_height(setting, "strong")
        pen.words(setting, "strong", text, y - block / 2, frame=lambda _n, _line, s=start: s + 2)  # type: ignore[misc]
    _marker(pen, [(x, top + n * step) for n in range(len(marks))], [pen.at(m.frame) for m in marks])


def _across(pen: Pen, content: TimelineContent) -> None:
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    marks = content.marks[:5]
    step = zone.width / len(marks)
    y = zone.center[1]
    pen.canvas.shape(
        rect(zone.width, 6 * unit),
        zone.left,
        y,
        pen.palette.ink,
        enter(pen.start, pen.end, come=Pose(sx=0.001), go=Pose(opacity=0.0), over=18),
        pivot="left",
        opacity=0.3,
    )
    year_size = min(sizes.heading * 1.2, step * 0.3)
    points = []
    for n, mark in enumerate(marks):
        x = zone.left + step * n + 22 * unit
        points.append((x, y))
        start = pen.at(mark.frame)
        pen.canvas.shape(
            ring(18 * unit, 5 * unit),
            x,
            y,
            pen.palette.ink,
            pen.pop(pen.start + 2 * n),
            layer=12,
            opacity=0.7,
        )
        pen.canvas.text(
            str(mark.year),
            "display",
            year_size,
            x - 18 * unit,
            y - 56 * unit,
            pen.palette.accent,
            pen.rise(start),
        )
        text = Zone(x - 18 * unit, y + 56 * unit, x + step - 60 * unit, zone.bottom)
        setting = pen.fit(mark.label, "strong", sizes.label, text, max_lines=3)
        pen.words(
            setting, "strong", text, text.top + 10 * unit, frame=lambda _n, _line, s=start: s + 3
        )  # type: ignore[misc]
    _marker(pen, points, [pen.at(m.frame) for m in marks])


def _marker(pen: Pen, points: list[tuple[float, float]], frames: list[int]) -> None:
    """A disc that travels along the axis and arrives at each point on its frame."""
    x, y = points[0]
    keys = [Key(pen.start, Pose(opacity=0.0)), Key(max(frames[0], pen.start + 1), Pose())]
    for (px, py), frame in zip(points[1:], frames[1:], strict=True):
        here = keys[-1]
        travel = min(18, frame - here.frame)
        target = Pose(dx=px - x, dy=py - y)
        if travel < 1:
            continue
        keys.append(Key(frame - travel, here.pose))
        keys += glide(frame - travel, travel, here.pose, target, ease_in_out)[1:]
    motion = chain(keys, [Key(pen.end, keys[-1].pose)])
    pen.canvas.shape(
        circle(34 * pen.unit), x, y, pen.palette.accent, motion, layer=13, opacity=0.28
    )
    pen.canvas.shape(circle(17 * pen.unit), x, y, pen.palette.accent, motion, layer=14)


def draw_process(pen: Pen, content: ProcessContent) -> None:
    """Panels in a row (or a column), each joined to the one before by an arrow that is drawn."""
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    nodes = content.nodes[:4]
    across = pen.layout.wide
    gap = (110 if across else 64) * unit
    if across:
        width = (zone.width - gap * (len(nodes) - 1)) / len(nodes)
        height = min(zone.height, 320 * unit)
    else:
        width = zone.width
        height = min((zone.height - gap * (len(nodes) - 1)) / len(nodes), 150 * unit)
    total = height * len(nodes) + gap * (len(nodes) - 1)
    top = zone.top + (zone.height - (height if across else total)) / 2
    for n, node in enumerate(nodes):
        start = pen.at(node.frame)
        left = zone.left + (n * (width + gap) if across else 0)
        y = top + height / 2 + (0 if across else n * (height + gap))
        last = n == len(nodes) - 1
        pen.canvas.shape(
            rounded(width, height, 28 * unit),
            left + width / 2,
            y,
            pen.palette.accent if last else pen.palette.ink,
            pen.pop(start, small=0.86),
            opacity=1.0 if last else 0.12,
        )
        inner = Zone(
            left + 32 * unit,
            y - height / 2 + 16 * unit,
            left + width - 32 * unit,
            y + height / 2 - 16 * unit,
        )
        setting = pen.fit(node.text, "strong", sizes.label * 1.15, inner, max_lines=4, leading=1.16)
        block = pen.block_height(setting, "strong")
        pen.words(
            setting,
            "strong",
            inner,
            y - block / 2,
            anchor="center",
            color=lambda _n, a=last: pen.palette.ground if a else pen.palette.ink,  # type: ignore[misc]
            frame=lambda _n, _line, s=start: s + 2,  # type: ignore[misc]
        )
        if n == 0:
            continue
        shape = arrow(gap * 0.66, 8 * unit, 30 * unit)
        if not across:
            shape = turned(shape, 90)
        ax = left - gap / 2 if across else zone.center[0]
        ay = y if across else y - height / 2 - gap / 2
        w, h = shape.size
        full = (ax - w / 2 - 4, ay - h / 2 - 4, ax + w / 2 + 4, ay + h / 2 + 4)
        none = (*full[:2], full[0], full[3]) if across else (*full[:3], full[1])
        begin = max(pen.start, start - 8)
        keys = glide(begin, 10, Pose(window=none), Pose(window=full))
        pen.canvas.shape(
            shape,
            ax,
            ay,
            pen.palette.accent,
            chain(keys, [Key(pen.end, Pose(window=full))]),
            layer=12,
        )


__all__ = ["draw_list", "draw_process", "draw_timeline", "polygon"]
