"""Shots of figures: a number that counts up, and a comparison true to scale."""

from adapters.libass.drawing import rect, rounded, union
from adapters.libass.layout import Zone
from adapters.libass.motion import FPS, Key, Motion, Pose, chain, ease_out, enter, glide
from adapters.libass.pen import DISPLAY_TRACKING, Pen
from adapters.libass.text import clean
from domain.generation.storyboard import Bar, ComparisonContent, NumberContent

COUNT_FRAMES = round(0.7 * FPS)
YEAR_COUNT = 60
"""A year counts through its last decades, not from zero"""


def draw_number(pen: Pen, content: NumberContent) -> None:
    """The figure counts up and lands on its word; a scale of ticks fills with it."""
    unit, zone = pen.unit, pen.stage
    final = figure(content, content.value)
    size = pen.layout.sizes.hero
    natural = pen.book.width(clean(final), "display", size, DISPLAY_TRACKING * size)
    size *= min(1.0, zone.width / natural)
    cap = pen.book.face("display").cap_height * size
    label_zone = zone._replace(bottom=zone.top + pen.layout.sizes.label * 3.2)
    label = pen.fit(content.label, "strong", pen.layout.sizes.label, label_zone, max_lines=2)
    label_height = pen.block_height(label, "strong") if content.label else 0.0
    scale_height, gap = 40 * unit, 44 * unit
    total = cap + gap + scale_height + (gap + label_height if content.label else 0)
    top = zone.top + (zone.height - total) / 2
    baseline = top + cap
    land = min(pen.at(content.land_frame), pen.end - 2)
    first = max(pen.start, land - COUNT_FRAMES)
    _count(pen, content, first, land, size, zone.left, baseline)
    _scale(pen, zone, baseline + gap, scale_height, first, land)
    if content.label:
        pen.words(
            label,
            "strong",
            zone,
            baseline + gap * 2 + scale_height,
            color=lambda _n: pen.palette.ink,
            frame=lambda n, _line: pen.start + 4 + n,
        )


def figure(content: NumberContent, value: float) -> str:
    """A value as it is written in this shot."""
    digits = (
        f"{value:,.{content.decimals}f}" if content.grouping else f"{value:.{content.decimals}f}"
    )
    return f"{content.prefix}{digits}{content.suffix}"


def count(content: NumberContent, share: float) -> float:
    """The value shown when ``share`` of the count has passed."""
    origin = content.value - YEAR_COUNT if _is_year(content) else 0.0
    return origin + (content.value - origin) * share


def _is_year(content: NumberContent) -> bool:
    return not content.grouping and content.decimals == 0 and 1000 <= content.value <= 2200


def _count(
    pen: Pen,
    content: NumberContent,
    first: int,
    land: int,
    size: float,
    x: float,
    baseline: float,
) -> None:
    steps = max(1, land - first)

    def show(value: float, motion: Motion) -> None:
        pen.canvas.text(
            figure(content, value),
            "display",
            size,
            x,
            baseline,
            pen.palette.accent,
            motion,
            tracking=DISPLAY_TRACKING,
        )

    if first > pen.start:
        show(count(content, 0.0), pen_wait(pen, first))
    for n in range(steps):
        frame = first + n
        opacity = min(1.0, 0.4 + 0.2 * n) if first == pen.start else 1.0
        pose = Pose(opacity=opacity)
        show(count(content, ease_out(n / steps)), Motion((Key(frame, pose), Key(frame + 1, pose))))
    keys = glide(land, 8, Pose(sx=1.06, sy=1.06), Pose())
    show(content.value, chain(keys, [Key(pen.end - 5, Pose()), Key(pen.end, Pose(opacity=0.0))]))


def pen_wait(pen: Pen, until: int) -> Motion:
    """Be there, half lit, until the count begins."""
    keys = glide(pen.start, min(8, until - pen.start), Pose(opacity=0.1), Pose(opacity=0.55))
    return chain(keys, [Key(until, keys[-1].pose)])


def _scale(pen: Pen, zone: Zone, top: float, height: float, first: int, land: int) -> None:
    """Ticks in a row; the accent runs through them while the figure counts."""
    unit = pen.unit
    width = zone.width * (0.6 if pen.layout.wide else 1.0)
    count_ = 41
    gap = width / (count_ - 1)
    ticks = union(
        rect(4 * unit, height if n % 10 == 0 else height * 0.55).moved(
            n * (width - 4 * unit) / (count_ - 1), 0 if n % 10 == 0 else height * 0.45
        )
        for n in range(count_)
    )
    pen.canvas.shape(
        ticks,
        zone.left,
        top + height / 2,
        pen.palette.ink,
        pen.rise(pen.start, 16),
        pivot="left",
        opacity=0.28,
    )
    box = (zone.left - 4, top - 6, zone.left, top + height + 6)
    full = (zone.left - 4, top - 6, zone.left + width + gap, top + height + 6)
    keys = glide(first, land - first, Pose(window=box), Pose(window=full))
    end = Pose(window=full)
    pen.canvas.shape(
        ticks,
        zone.left,
        top + height / 2,
        pen.palette.accent,
        chain(keys, [Key(pen.end - 5, end), Key(pen.end, end._replace(opacity=0.0))]),
        pivot="left",
        layer=12,
    )


def draw_comparison(pen: Pen, content: ComparisonContent) -> None:
    """Bars true to scale, or two panels facing each other when nothing was measured."""
    bars = content.bars[:4]
    if content.measured:
        _bars(pen, bars)
    else:
        _panels(pen, bars)


def _bars(pen: Pen, bars: list[Bar]) -> None:
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    gap = 44 * unit
    row = min((zone.height - gap * (len(bars) - 1)) / len(bars), 220 * unit)
    label = min(sizes.label, row * 0.28)
    thick = row - label * 1.5
    value_size = min(thick * 0.56, sizes.heading)
    room = max(pen.book.width(clean(b.value_text), "display", value_size) for b in bars)
    full = zone.width
    top = zone.top + (zone.height - row * len(bars) - gap * (len(bars) - 1)) / 2
    largest = max(range(len(bars)), key=lambda n: bars[n].share)
    for n, bar in enumerate(bars):
        start = pen.at(bar.frame)
        y = top + n * (row + gap)
        color = pen.palette.accent if n == largest else pen.palette.muted
        pen.line(
            bar.label,
            "strong",
            label,
            zone.left,
            y + label * 0.78,
            pen.palette.ink,
            pen.rise(start, 20),
            width=zone.width,
        )
        middle = y + label * 1.5 + thick / 2
        length = max(full * min(1.0, max(0.0, bar.share)), 6 * unit)
        track = (zone.left, middle - thick, zone.right + 40, middle + thick)
        pen.canvas.shape(
            rounded(full, thick, 18 * unit),
            zone.left,
            middle,
            pen.palette.ink,
            pen.rise(pen.start, 0),
            pivot="left",
            layer=8,
            opacity=0.09,
        )
        pen.canvas.shape(
            rounded(length, thick, 18 * unit),
            zone.left,
            middle,
            color,
            enter(
                start,
                pen.end,
                come=Pose(dx=-length, window=track),
                rest=Pose(window=track),
                go=Pose(opacity=0.0, window=track),
                over=20,
            ),
            pivot="left",
            layer=12,
        )
        inside = length > room + 56 * unit
        x = zone.left + (length - 28 * unit if inside else length + 24 * unit)
        pen.canvas.text(
            bar.value_text,
            "display",
            value_size,
            x,
            middle + value_size * 0.35,
            pen.palette.ground if inside else pen.palette.ink,
            pen.slide(min(start + 8, pen.end - 3), -60),
            anchor="right" if inside else "left",
            layer=22,
        )


def _panels(pen: Pen, bars: list[Bar]) -> None:
    unit, zone, sizes = pen.unit, pen.stage, pen.layout.sizes
    gap = 28 * unit
    width = (zone.width - gap * (len(bars) - 1)) / max(1, len(bars))
    height = min(zone.height, 420 * unit)
    y = zone.center[1]
    for n, bar in enumerate(bars):
        start = pen.at(bar.frame)
        left = zone.left + n * (width + gap)
        accent = n == len(bars) - 1
        fill = pen.palette.accent if accent else pen.palette.ink
        motion = pen.slide(start, -90 if n == 0 else 90)
        pen.canvas.shape(
            rounded(width, height, 32 * unit),
            left + width / 2,
            y,
            fill,
            motion,
            opacity=1.0 if accent else 0.12,
        )
        inner = Zone(
            left + 28 * unit,
            y - height / 2 + 28 * unit,
            left + width - 28 * unit,
            y + height / 2 - 28 * unit,
        )
        setting = pen.fit(bar.label, "display", sizes.heading * 0.72, inner)
        block = pen.block_height(setting, "display")
        tall = block + (sizes.label * 1.7 if bar.value_text else 0)
        top = y - tall / 2
        pen.words(
            setting,
            "display",
            inner,
            top,
            anchor="center",
            color=lambda _n, a=accent: pen.palette.ground if a else pen.palette.ink,  # type: ignore[misc]
            frame=lambda _n, _line, s=start: s + 2,  # type: ignore[misc]
        )
        if bar.value_text:
            pen.line(
                bar.value_text,
                "strong",
                sizes.label,
                left + width / 2,
                top + block + sizes.label * 1.5,
                pen.palette.ground if accent else pen.palette.muted,
                pen.rise(start + 4, 20),
                width=inner.width,
                anchor="center",
            )
