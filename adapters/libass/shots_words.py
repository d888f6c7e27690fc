"""Shots of words alone: key words that come as they are spoken, and quotations."""

from adapters.libass.drawing import rounded
from adapters.libass.layout import Zone
from adapters.libass.ornaments import beats, hero, sheen, underline
from adapters.libass.pen import Pen, Placed, key_words
from adapters.libass.text import Setting, clean
from domain.generation.storyboard import FactContent, QuoteContent

FACT_SCALE = 1.15
"""Three to six words stand larger than a whole claim"""
GROUP_GAP = 0.62
"""Ems between one group's baseline and the next group's capitals"""
SMALLEST_FACT = 0.25
"""Of the size first tried: where shrinking stops"""
QUOTE_MARK = 1.0
"""Type size of the opening mark, by the hero number's"""


def draw_fact(pen: Pen, content: FactContent) -> None:
    """Key words in groups, each entering on its word, the key in the accent."""
    shape = pen.pictogram(content.pictogram)
    zone, hero_zone = pen.stage, None
    if shape is not None:
        zone, hero_zone = pen.layout.split(pen.stage)
    elif pen.layout.wide:
        zone = zone._replace(right=zone.left + zone.width * 0.8)
    groups = [group for group in content.groups if clean(group.text)]
    if not groups:
        return
    settings = _settings(pen, [group.text for group in groups], zone)
    heights = [pen.block_height(setting, "display") for setting in settings]
    size = settings[0].size
    gap = GROUP_GAP * size
    whole = sum(heights) + gap * (len(heights) - 1)
    top = zone.top + (zone.height - whole) / 2
    if hero_zone is not None and shape is not None:
        if not pen.layout.wide:
            hero_zone, top = _above(pen, hero_zone, whole)
        hero(pen, shape, hero_zone)
    else:
        dash = 110 * pen.unit
        pen.canvas.shape(
            rounded(dash, 12 * pen.unit, 6 * pen.unit),
            x=zone.left,
            y=top - 52 * pen.unit,
            color=pen.palette.accent,
            motion=pen.stretch(pen.start, 0.3, over=16),
            pivot="left",
        )
    keyed = key_words(" ".join(clean(group.text) for group in groups), content.key)
    before = 0
    accents: list[Placed] = []
    for group, setting, height in zip(groups, settings, heights, strict=True):

        def color(nth: int, before: int = before) -> str:
            return pen.palette.accent if before + nth in keyed else pen.palette.ink

        placed = pen.words(setting, "display", zone, top, color=color, start=pen.at(group.frame))
        accents += [word for word in placed if before + word.nth in keyed]
        before += len(placed)
        top += height + gap
    if accents:
        underline(pen, accents, size, min(accents[0].frame + 8, pen.end - 4))


def _settings(pen: Pen, texts: list[str], zone: Zone) -> list[Setting]:
    """Every group at one size, the largest at which all of them fit above one another."""
    size = largest = pen.sizes.title * FACT_SCALE
    while True:
        settings = [pen.fit(text, "display", size, zone) for text in texts]
        size = min(setting.size for setting in settings)
        settings = [pen.fit(text, "display", size, zone) for text in texts]
        heights = [pen.block_height(setting, "display") for setting in settings]
        if sum(heights) + GROUP_GAP * size * (len(texts) - 1) <= zone.height:
            return settings
        if size < largest * SMALLEST_FACT:
            return settings
        size *= 0.95


def _above(pen: Pen, zone: Zone, height: float) -> tuple[Zone, float]:
    """The hero above the words, the two of them in the middle of the stage."""
    gap = 76 * pen.unit
    size = min(pen.stage.height - height - gap, 300 * pen.unit)
    top = pen.stage.top + (pen.stage.height - size - gap - height) / 2
    return zone._replace(top=top, bottom=top + size, right=zone.left + size), top + size + gap


def draw_quote(pen: Pen, content: QuoteContent) -> None:
    """An opening mark, the words as they are spoken, and after a dash who said them."""
    unit, zone = pen.unit, pen.stage
    if pen.layout.wide:
        zone = zone._replace(right=zone.left + zone.width * 0.86)
    mark = pen.sizes.hero * QUOTE_MARK
    head = (
        mark * 0.36 + 34 * unit
    )  # the mark hangs from its capitals' height, a third of an em deep
    foot = pen.sizes.label * 2.1 if content.attribution else 0.0
    body = zone._replace(bottom=zone.bottom - head - foot)
    setting = pen.fit(content.text, "strong", pen.sizes.heading * 1.1, body, leading=1.22)
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
