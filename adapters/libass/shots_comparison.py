"""The comparison shot: bars true to scale, or panels facing each other."""

from adapters.libass.drawing import rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import Pose, enter
from adapters.libass.ornaments import beats, sheen
from adapters.libass.pen import Pen
from adapters.libass.text import clean
from domain.generation.storyboard import Bar, ComparisonContent

MAX_BARS = 4


def draw_comparison(pen: Pen, content: ComparisonContent) -> None:
    """Bars true to scale, or panels facing each other when nothing was measured."""
    bars = content.bars[:MAX_BARS]
    if not bars:
        return
    if content.measured:
        _bars(pen, bars)
    else:
        _panels(pen, bars)


def _bars(pen: Pen, bars: list[Bar]) -> None:
    unit, zone = pen.unit, pen.stage
    gap = 48 * unit
    row = min((zone.height - gap * (len(bars) - 1)) / len(bars), 250 * unit)
    label = min(pen.sizes.label * 1.15, row * 0.28)
    thick = row - label * 1.5
    top = zone.top + (zone.height - row * len(bars) - gap * (len(bars) - 1)) / 2
    largest = max(range(len(bars)), key=lambda n: bars[n].share)
    last = max(pen.at(bar.frame) for bar in bars)
    for n, bar in enumerate(bars):
        start = pen.at(bar.frame)
        y = top + n * (row + gap)
        middle = y + label * 1.5 + thick / 2
        pen.canvas.shape(
            rounded(zone.width, thick, 20 * unit),
            x=zone.left,
            y=middle,
            color=pen.palette.ink,
            motion=pen.stay(),
            pivot="left",
            layer=8,
            opacity=0.1,
        )
        pen.line(
            bar.label,
            "strong",
            size=label,
            x=zone.left,
            baseline=y + label * 0.8,
            width=zone.width,
            motion=pen.rise(start, 20),
        )
        length = max(zone.width * min(1.0, max(0.0, bar.share)), 10 * unit)
        _bar(pen, bar, zone, middle=middle, thick=thick, length=length, lit=n == largest)
        if n == largest:
            box = (zone.left, middle - thick / 2, zone.left + length, middle + thick / 2)
            for beat in beats(pen, last + 10):
                sheen(pen, box, beat, color="#FFFFFF", opacity=0.3)


def _bar(
    pen: Pen, bar: Bar, zone: Zone, *, middle: float, thick: float, length: float, lit: bool
) -> None:
    """One bar growing out of its left end, its value at its tip."""
    unit, start = pen.unit, pen.at(bar.frame)
    size = min(thick * 0.56, pen.sizes.heading)
    value = pen.book.width(clean(bar.value_text), "display", size)
    track = (zone.left, middle - thick, zone.right + 9, middle + thick)
    pen.canvas.shape(
        rounded(length, thick, 20 * unit),
        x=zone.left,
        y=middle,
        color=pen.palette.accent if lit else pen.palette.muted,
        motion=enter(
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
    inside = length > min(value + 64 * unit, zone.width / 2)
    pen.line(
        bar.value_text,
        "display",
        size=size,
        x=zone.left + (length - 32 * unit if inside else length + 26 * unit),
        baseline=middle + size * 0.35,
        width=length - 48 * unit if inside else max(zone.width - length - 40 * unit, 1),
        motion=pen.slide(min(start + 8, pen.end - 3), -60),
        color=pen.palette.ground if inside else pen.palette.ink,
        anchor="right" if inside else "left",
        layer=22,
    )


def _panels(pen: Pen, bars: list[Bar]) -> None:
    """Panels of one height beside each other, the last in the accent."""
    unit, zone = pen.unit, pen.stage
    gap = 28 * unit
    width = (zone.width - gap * (len(bars) - 1)) / max(1, len(bars))
    height = min(zone.height, 460 * unit)
    y = zone.center[1]
    last = max(pen.at(bar.frame) for bar in bars)
    for n, bar in enumerate(bars):
        start = pen.at(bar.frame)
        left = zone.left + n * (width + gap)
        lit = n == len(bars) - 1
        panel = rounded(width, height, 36 * unit)
        pen.canvas.shape(
            panel,
            x=left + width / 2,
            y=y,
            color=pen.palette.ink,
            motion=pen.stay(),
            layer=8,
            opacity=0.1,
        )
        if lit:
            pen.canvas.shape(
                panel,
                x=left + width / 2,
                y=y,
                color=pen.palette.accent,
                motion=pen.pop(start, 0.9),
            )
        color = pen.palette.ground if lit else pen.palette.ink
        inset = 32 * unit
        inner = Zone(left + inset, y - height / 2 + inset, left + width - inset, y + height / 2)
        foot = pen.sizes.label * 1.8 if bar.value_text else 0.0
        room = inner._replace(bottom=inner.bottom - foot)
        setting = pen.fit(bar.label, "display", pen.sizes.heading * 0.9, room)
        block = pen.block_height(setting, "display")
        top = y - (block + foot) / 2
        pen.words(setting, "display", inner, top, anchor="center", color=color, start=start + 2)
        if bar.value_text:
            pen.line(
                bar.value_text,
                "strong",
                size=pen.sizes.label,
                x=left + width / 2,
                baseline=top + block + pen.sizes.label * 1.5,
                width=inner.width,
                motion=pen.rise(start + 4, 20),
                color=color,
                anchor="center",
            )
        box = (left, y - height / 2, left + width, y + height / 2)
        for beat in beats(pen, last + 10) if lit else []:
            sheen(pen, box, beat, color="#FFFFFF", opacity=0.25)
