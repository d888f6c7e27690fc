"""Quotations."""

from adapters.libass.drawing import rounded
from adapters.libass.ornaments import beats, sheen
from adapters.libass.pen import Pen
from domain.generation.storyboard import QuoteContent

QUOTE_SCALE = {False: 1.1, True: 1.45}
"""Type size of the words, by the heading's, in tall and in wide frames"""
QUOTE_MARK = 1.0
"""Type size of the opening mark, by the hero number's"""


def draw_quote(pen: Pen, content: QuoteContent) -> None:
    """An opening mark, the words as they are spoken, and after a dash who said them."""
    unit, zone = pen.unit, pen.stage
    if pen.layout.wide:
        zone, _ = pen.layout.split(zone)
    mark = pen.sizes.hero * QUOTE_MARK
    head = (
        mark * 0.36 + 34 * unit
    )  # the mark hangs from its capitals' height, a third of an em deep
    foot = pen.sizes.label * 2.1 if content.attribution else 0.0
    body = zone._replace(bottom=zone.bottom - head - foot)
    setting = pen.fit(
        content.text, "strong", pen.sizes.heading * QUOTE_SCALE[pen.layout.wide], body, leading=1.22
    )
    height = pen.block_height(setting, "strong")
    top = zone.top + (zone.height - head - foot - height) / 2
    pen.canvas.text(
        "“",
        "display",
        size=mark,
        x=zone.left - mark * 0.045,
        baseline=top + mark * pen.book.face("display").cap_height,
        color=pen.palette.accent,
        motion=pen.pop(pen.start, 0.8),
        layer=14,
    )
    box = (zone.left, top, zone.left + mark * 0.6, top + mark * 0.4)
    top += head
    start = pen.at(content.frame)
    pen.words(
        setting, "strong", zone, top, start=start, motion=lambda frame: pen.rise(frame, 24, 8)
    )
    late = pen.at(content.frame + 14)
    for beat in beats(pen, late):
        sheen(pen, box, beat, color=pen.palette.ink, opacity=0.3)
    if content.attribution:
        baseline = top + height + pen.sizes.label * 1.9
        dash = 72 * unit
        pen.canvas.shape(
            rounded(dash, 8 * unit, 4 * unit),
            x=zone.left,
            y=baseline - pen.sizes.label * 0.26,
            color=pen.palette.accent,
            motion=pen.stretch(late),
            pivot="left",
        )
        pen.line(
            content.attribution,
            "text",
            size=pen.sizes.label,
            x=zone.left + dash + 26 * unit,
            baseline=baseline,
            width=zone.width - dash - 26 * unit,
            motion=pen.slide(late, -40),
            color=pen.palette.muted,
        )
