"""Shots of things in order: rows of a list, and steps joined by arrows."""

from adapters.libass.drawing import arrow, circle, rounded, turned
from adapters.libass.layout import Zone
from adapters.libass.motion import OUT_FRAMES, Key, Motion, Pose, chain, ease_in_out, glide
from adapters.libass.ornaments import beats, leaving, sheen
from adapters.libass.pen import Pen
from domain.generation.storyboard import ListContent, ProcessContent, Reveal

MAX_ROWS = 6
MAX_NODES = 4
ROW_MOST = {False: 140.0, True: 168.0}
ROW_SCALE = {False: 1.3, True: 1.7}
"""Height of a row and its type, by the label's size, in tall and in wide frames"""
FEWEST_NUMBERED = 3
"""Two rows are a pair, not an enumeration: a plain disc each"""
FILLED = 0.15
"""Opacity of a panel"""
WAITING = 0.5
"""Of that, while it waits for its word"""


def filling(pen: Pen, frame: int) -> Motion:
    """A panel that is there faintly from the shot's start and fills on its word."""
    faint = Pose(opacity=WAITING)
    keys = glide(pen.start, 5, Pose(opacity=0.2), faint)
    word = [Key(frame, faint), *glide(frame, 8, faint, Pose())[1:]]
    if frame <= keys[-1].frame:
        keys, word = [], glide(pen.start, 8, Pose(opacity=0.2), Pose())
    return (
        chain(keys, word, leaving(pen))
        if word[-1].frame < pen.end - OUT_FRAMES
        else chain(keys, word, [Key(max(pen.end, word[-1].frame + 1), Pose())])
    )


# -- list ----------------------------------------------------------------------------------------


def draw_list(pen: Pen, content: ListContent) -> None:
    """Rows with numbered discs; the accent stays on the row that is spoken of."""
    unit, zone = pen.unit, pen.stage
    if pen.layout.wide:
        zone, _ = pen.layout.split(zone)
    if content.title and pen.headless:
        cap = pen.book.face("display").cap_height * pen.sizes.heading * 0.86
        pen.line(
            content.title,
            "display",
            size=pen.sizes.heading * 0.86,
            x=zone.left,
            baseline=zone.top + cap,
            width=zone.width,
            motion=pen.rise(pen.start),
        )
        zone = zone._replace(top=zone.top + cap + 64 * unit)
    rows = content.rows[:MAX_ROWS]
    if not rows:
        return
    gap = 16 * unit
    tallest = ROW_MOST[pen.layout.wide] * unit
    height = min((zone.height - gap * (len(rows) - 1)) / len(rows), tallest)
    top = zone.top + (zone.height - height * len(rows) - gap * (len(rows) - 1)) / 2
    places = [
        Zone(zone.left, y, zone.right, y + height)
        for y in (top + n * (height + gap) for n in range(len(rows)))
    ]
    for n, (row, place) in enumerate(zip(rows, places, strict=True)):
        _row(pen, str(n + 1) if len(rows) >= FEWEST_NUMBERED else "", row, place)
    _pointer(pen, places, [pen.at(row.frame) for row in rows])


def _row(pen: Pen, number: str, row: Reveal, place: Zone) -> None:
    unit, start = pen.unit, pen.at(row.frame)
    height, y = place.height, place.center[1]
    panel = rounded(place.width, height, height * 0.26)
    pen.canvas.shape(
        panel,
        x=place.left,
        y=y,
        color=pen.palette.ink,
        motion=filling(pen, start),
        pivot="left",
        opacity=FILLED,
    )
    radius = height * (0.31 if number else 0.12)
    x = place.left + 34 * unit + radius
    pen.canvas.shape(
        circle(radius),
        x=x,
        y=y,
        color=pen.palette.ink,
        motion=pen.stay(),
        layer=13,
        opacity=FILLED,
    )
    pen.canvas.shape(
        circle(radius), x=x, y=y, color=pen.palette.accent, motion=pen.pop(start + 1), layer=14
    )
    pen.canvas.text(
        number,
        "display",
        size=radius * 1.1,
        x=x,
        baseline=y + radius * 0.385,
        color=pen.palette.ground,
        motion=pen.pop(start + 1),
        anchor="center",
        layer=15,
    )
    text = Zone(x + radius + 30 * unit, place.top, place.right - 28 * unit, place.bottom)
    size = min(pen.sizes.label * ROW_SCALE[pen.layout.wide], height * 0.5)
    setting = pen.fit(row.text, "strong", size, text, max_lines=2, leading=1.12)
    pen.words(
        setting,
        "strong",
        text,
        y - pen.block_height(setting, "strong") / 2,
        start=start + 2,
        motion=lambda frame: pen.slide(frame, -40),
    )


def _pointer(pen: Pen, places: list[Zone], frames: list[int]) -> None:
    """An accent stroke on the left edge that moves to each row on its word, and on at beats."""
    first = places[0]
    stops = list(zip(frames, places, strict=True))
    stops += [(beat, places[n % len(places)]) for n, beat in enumerate(beats(pen, frames[-1] + 10))]
    keys = glide(frames[0], 8, Pose(sy=0.01), Pose())
    for frame, place in stops[1:]:
        here = keys[-1]
        if frame <= here.frame:
            continue
        keys.append(Key(frame, here.pose))
        target = Pose(dy=place.top - first.top)
        keys += glide(frame, min(9, max(1, pen.end - frame - 1)), here.pose, target, ease_in_out)[
            1:
        ]
    height = first.height * 0.56
    pen.canvas.shape(
        rounded(12 * pen.unit, height, 6 * pen.unit),
        x=first.left,
        y=first.center[1],
        color=pen.palette.accent,
        motion=chain(keys, [Key(max(pen.end, keys[-1].frame + 1), keys[-1].pose)]),
        layer=13,
    )


# -- process -------------------------------------------------------------------------------------


def draw_process(pen: Pen, content: ProcessContent) -> None:
    """Panels in a row (or a column), each joined to the one before by an arrow that is drawn."""
    unit, zone = pen.unit, pen.stage
    nodes = content.nodes[:MAX_NODES]
    if not nodes:
        return
    across = pen.layout.wide
    gap = (120 if across else 76) * unit
    if across:
        width = (zone.width - gap * (len(nodes) - 1)) / len(nodes)
        height = min(zone.height, 340 * unit)
        step = (width + gap, 0.0)
    else:
        width = zone.width
        height = min((zone.height - gap * (len(nodes) - 1)) / len(nodes), 170 * unit)
        step = (0.0, height + gap)
    tall = height + step[1] * (len(nodes) - 1)
    top = zone.top + (zone.height - tall) / 2
    places = [
        Zone(x, y, x + width, y + height)
        for x, y in ((zone.left + n * step[0], top + n * step[1]) for n in range(len(nodes)))
    ]
    for n, (node, place) in enumerate(zip(nodes, places, strict=True)):
        _node(pen, node, place, lit=n == len(nodes) - 1)
        if n:
            _arrow(pen, places[n - 1], place, pen.at(node.frame))
    last = pen.at(nodes[-1].frame)
    end = places[-1]
    for beat in beats(pen, last + 10):
        sheen(pen, (end.left, end.top, end.right, end.bottom), beat, color="#FFFFFF", opacity=0.3)


def _node(pen: Pen, node: Reveal, place: Zone, *, lit: bool) -> None:
    unit, start = pen.unit, pen.at(node.frame)
    x, y = place.center
    panel = rounded(place.width, place.height, 30 * unit)

    def put(motion: Motion, opacity: float, color: str) -> None:
        pen.canvas.shape(panel, x=x, y=y, color=color, motion=motion, opacity=opacity)

    if lit:
        if start > pen.start:
            put(
                chain(
                    glide(pen.start, min(5, start - pen.start), Pose(opacity=0.4), Pose()),
                    [Key(start + 4, Pose())],
                ),
                FILLED * WAITING,
                pen.palette.ink,
            )
        put(pen.pop(start, 0.9), 1.0, pen.palette.accent)
    else:
        put(filling(pen, start), FILLED, pen.palette.ink)
    inset = 32 * unit
    inner = Zone(place.left + inset, place.top + 14 * unit, place.right - inset, place.bottom)
    inner = inner._replace(bottom=place.bottom - 14 * unit)
    setting = pen.fit(node.text, "strong", pen.sizes.label * 1.35, inner, max_lines=4, leading=1.14)
    pen.words(
        setting,
        "strong",
        inner,
        y - pen.block_height(setting, "strong") / 2,
        anchor="center",
        color=pen.palette.ground if lit else pen.palette.ink,
        start=start + 2,
    )


def _arrow(pen: Pen, before: Zone, after: Zone, frame: int) -> None:
    """The arrow into a node, drawn by opening a window along it just before the node comes."""
    unit, across = pen.unit, pen.layout.wide
    gap = after.left - before.right if across else after.top - before.bottom
    shape = arrow(gap * 0.62, 9 * unit, min(34 * unit, gap * 0.5))
    if across:
        x, y = (before.right + after.left) / 2, before.center[1]
    else:
        shape = turned(shape, 90)
        x, y = before.center[0], (before.bottom + after.top) / 2
    w, h = shape.size
    full = (x - w / 2 - 4, y - h / 2 - 4, x + w / 2 + 4, y + h / 2 + 4)
    none = (full[0], full[1], full[0], full[3]) if across else (*full[:3], full[1])
    begin = max(pen.start, frame - 7)
    keys = glide(begin, 9, Pose(window=none), Pose(window=full))
    pen.canvas.shape(
        shape,
        x=x,
        y=y,
        color=pen.palette.accent,
        motion=chain(keys, [Key(max(pen.end, keys[-1].frame + 1), Pose(window=full))]),
        layer=12,
    )
