"""The number shot: a figure that counts up and lands on its spoken word."""

import math

from adapters.libass.drawing import arc, arcs, circle, rect, union
from adapters.libass.layout import Zone
from adapters.libass.motion import (
    FPS,
    OUT_FRAMES,
    Key,
    Motion,
    Pose,
    chain,
    ease_out,
    glide,
)
from adapters.libass.ornaments import beats, leaving, ripple, sheen
from adapters.libass.pen import DISPLAY_TRACKING, Pen
from adapters.libass.text import clean
from domain.generation.storyboard import NumberContent

COUNT_FRAMES = round(0.7 * FPS)
YEARS = range(1000, 2200)
YEAR_RUN = 60
"""A year counts through its last decades, not from zero"""
COUNTS_FROM = 10
"""A smaller figure stands from the start: "0 years" on the way to four would be a false one"""
FIRST_SHARE = 0.5
"""Of the figure, at which the count begins: what is shown on the way is of its own size"""
BOUNDS = ("<", ">")
"""Under a bound every other figure would be another claim"""
UNIT_GAP = 0.17
"""Ems between a figure and its unit"""
UNIT_SCALE = 0.4
"""Size of a unit in words beside its figure"""
LANDING = 1.05
"""How much larger the figure is in the frame in which it lands"""
TICKS = 41
GAUGE_START, GAUGE_SWEEP = 225.0, 270.0
"""degrees clockwise from the top"""


def draw_number(pen: Pen, content: NumberContent) -> None:
    """The figure counts up and lands on its word; a scale (or a gauge) fills with it."""
    unit, zone = pen.unit, pen.stage
    figure, words = _parts(content, content.value)
    size, figure_width = _figure_size(pen, figure, words, zone.width)
    gauge = None
    if pen.layout.wide:
        left, right = pen.layout.split(zone)
        if figure_width <= left.width:
            zone, gauge = left, right
    cap = pen.book.face("display").cap_height * size
    label = pen.fit(content.label, "strong", pen.sizes.label * 1.25, _label_room(pen, zone))
    label_height = pen.block_height(label, "strong")
    ruler, gap = 38 * unit, 46 * unit
    block = cap + gap + ruler + (gap + label_height if label.lines else 0.0)
    top = zone.top + (zone.height - block) / 2
    land = pen.at(content.land_frame)
    first = max(pen.start, land - COUNT_FRAMES)
    _count(pen, content, first=first, land=land, size=size, x=zone.left, baseline=top + cap)
    _ruler(pen, zone, top=top + cap + gap, height=ruler, first=first, land=land)
    if gauge is not None:
        _gauge(pen, gauge, content.pictogram, first=first, land=land)
    pen.words(label, "strong", zone, top + cap + ruler + 2 * gap, start=pen.start + 2)


def written(content: NumberContent, value: float) -> str:
    """A value as this shot writes it, prefix and suffix included."""
    return "".join(_parts(content, value))


def counted(content: NumberContent, share: float) -> float:
    """The value shown when ``share`` of the count has passed; the last one not before its time.

    A small figure and one under a bound ("<50 %") don't count: they stand, and land.
    """
    if content.value < COUNTS_FROM or content.prefix.startswith(BOUNDS):
        return content.value
    year = not content.grouping and content.decimals == 0 and content.value in YEARS
    origin = content.value - YEAR_RUN if year else content.value * FIRST_SHARE
    steps = 10**content.decimals
    shown = math.trunc((origin + (content.value - origin) * share) * steps) / steps
    return content.value if share >= 1 else shown


def _parts(content: NumberContent, value: float) -> tuple[str, str]:
    """Figure with its signs, and a unit in words that is set smaller."""
    grouping = "," if content.grouping else ""
    figure = f"{content.prefix}{value:{grouping}.{content.decimals}f}"
    if clean(content.suffix) and len(clean(content.suffix)) > 1:
        return figure, content.suffix
    return figure + content.suffix, ""


def _figure_size(pen: Pen, figure: str, words: str, width: float) -> tuple[float, float]:
    """The size at which figure and unit fit ``width``, and how wide they are then."""
    size = pen.sizes.hero
    natural = pen.book.width(clean(figure), "display", size, DISPLAY_TRACKING * size)
    if clean(words):
        natural += size * UNIT_GAP + pen.book.width(clean(words), "display", size * UNIT_SCALE)
    fitting = min(1.0, width / (natural * LANDING))
    return size * fitting, natural * fitting


def _label_room(pen: Pen, zone: Zone) -> Zone:
    return zone._replace(bottom=zone.top + pen.sizes.label * 3.4)


def _count(
    pen: Pen,
    content: NumberContent,
    *,
    first: int,
    land: int,
    size: float,
    x: float,
    baseline: float,
) -> None:
    def show(value: float, motion: Motion) -> None:
        pen.canvas.text(
            _parts(content, value)[0],
            "display",
            size=size,
            x=x,
            baseline=baseline,
            color=pen.palette.accent,
            motion=motion,
            tracking=DISPLAY_TRACKING,
        )

    if first > pen.start:
        keys = glide(pen.start, min(5, first - pen.start), Pose(opacity=0.25), Pose(opacity=0.5))
        show(counted(content, 0.0), chain(keys, [Key(first, keys[-1].pose)]))
    for frame in range(first, land):
        lit = Pose(opacity=min(1.0, 0.5 + 0.1 * (frame - first)))
        share = ease_out((frame - first) / (land - first))
        show(counted(content, share), Motion((Key(frame, lit), Key(frame + 1, lit))))
    keys = glide(land, min(9, pen.end - land - 1), Pose(sx=LANDING, sy=LANDING), Pose())
    show(content.value, _until_end(pen, keys))
    figure, words = _parts(content, content.value)
    if clean(words):
        width = pen.book.width(clean(figure), "display", size, DISPLAY_TRACKING * size)
        pen.canvas.text(
            words,
            "display",
            size=size * UNIT_SCALE,
            x=x + width + size * UNIT_GAP,
            baseline=baseline,
            color=pen.palette.accent,
            motion=pen.slide(first, 40),
        )


def _until_end(pen: Pen, keys: list[Key]) -> Motion:
    """Hold the last key to the shot's end, fading if there is time to."""
    if keys[-1].frame < pen.end - OUT_FRAMES:
        return chain(keys, leaving(pen, keys[-1].pose))
    return chain(keys, [Key(pen.end, keys[-1].pose)])


def _ruler(pen: Pen, zone: Zone, *, top: float, height: float, first: int, land: int) -> None:
    """Ticks in a row; the accent runs through them while the figure counts."""
    thin = 4 * pen.unit
    step = (zone.width - thin) / (TICKS - 1)
    ticks = union(
        rect(thin, height * (1.0 if n % 10 == 0 else 0.55)).moved(n * step, 0) for n in range(TICKS)
    )
    y = top + height / 2
    pen.canvas.shape(
        ticks,
        x=zone.left,
        y=y,
        color=pen.palette.ink,
        motion=pen.stay(),
        pivot="left",
        opacity=0.3,
    )
    none = Pose(window=(zone.left - 9, top - 9, zone.left, top + height + 9))
    full = Pose(window=(zone.left - 9, top - 9, zone.right + 9, top + height + 9))
    pen.canvas.shape(
        ticks,
        x=zone.left,
        y=y,
        color=pen.palette.accent,
        motion=_until_end(pen, glide(first, land - first, none, full)),
        pivot="left",
        layer=12,
    )
    for beat in beats(pen, land):
        box = (zone.left, top - 4, zone.right, top + height + 4)
        sheen(pen, box, beat, color=pen.palette.ground_to, opacity=0.85)


def _swelling(pen: Pen, *, x: float, y: float, radius: float, first: int, land: int) -> None:
    """A disc in the accent that grows with the count, and breathes after it."""
    keys = glide(first, land - first, Pose(sx=0.12, sy=0.12), Pose())
    for beat in beats(pen, land):
        for pose, late in ((Pose(sx=0.86, sy=0.86), 0), (Pose(), 9)):
            at = min(beat + late, pen.end - 2)
            if at > keys[-1].frame:
                keys += [Key(at, keys[-1].pose), *glide(at, 9, keys[-1].pose, pose)[1:]]
    keys = [key for key in keys if key.frame < pen.end]
    disc = circle(radius)
    pen.canvas.shape(
        disc, x=x, y=y, color=pen.palette.accent, motion=_until_end(pen, keys), layer=11
    )


def _gauge(pen: Pen, zone: Zone, pictogram: str | None, *, first: int, land: int) -> None:
    """An open ring that closes as the figure counts, around a pictogram or a plain disc."""
    unit = pen.unit
    radius = min(zone.width, zone.height) * 0.4
    x, y = zone.center
    thick = 34 * unit
    whole = arcs(radius, thick, GAUGE_START, GAUGE_SWEEP)
    pen.canvas.cluster(
        whole, x=x, y=y, color=pen.palette.ink, motion=pen.stay(), layer=8, opacity=0.14
    )
    pages = [
        (
            frame,
            arc(
                radius, thick, GAUGE_START, GAUGE_SWEEP * ease_out((frame - first) / (land - first))
            ),
        )
        for frame in range(first + 1, land)
    ]
    accent = pen.palette.accent
    if pages:
        pen.canvas.flipbook(pages, land, x=x, y=y, color=accent, layer=12)
    full = _until_end(pen, [Key(land, Pose())])
    pen.canvas.cluster(whole, x=x, y=y, color=accent, motion=full, layer=12)
    shape = pen.pictogram(pictogram)
    inner = radius - thick - 30 * unit
    if shape is not None:
        pen.canvas.shape(
            shape.fitted(inner * 1.2, inner * 1.2),
            x=x,
            y=y,
            color=pen.palette.ink,
            motion=pen.pop(pen.start),
            layer=14,
        )
    else:
        pen.canvas.cluster(
            arcs(inner, 3 * unit),
            x=x,
            y=y,
            color=pen.palette.ink,
            motion=pen.stay(),
            opacity=0.3,
        )
        _swelling(pen, x=x, y=y, radius=inner * 0.8, first=first, land=land)
    for beat in beats(pen, land):
        ripple(pen, x=x, y=y, radius=inner * 0.8, frame=beat)
