"""Shots that carry a claim in large type: hook, closing, fact and quote."""

from adapters.libass.drawing import circle, ring, rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import FPS, Motion, Pose, chain, enter, glide, hold
from adapters.libass.pen import Pen, Placed, key_words
from adapters.libass.text import clean
from domain.generation.storyboard import ClosingContent, FactContent, HookContent, QuoteContent


def draw_hook(pen: Pen, content: HookContent) -> None:
    """A claim that stands finished in frame 0 (a Short's cover) while its hero already moves."""
    hero = pen.pictogram(content.pictogram)
    text, hero_zone = pen.layout.split(pen.stage) if hero else (_claim_zone(pen), None)
    setting = pen.fit(content.claim, "display", pen.layout.sizes.title, text)
    keyed = key_words(content.claim, content.key)
    height = pen.block_height(setting, "display")
    tall = not pen.layout.wide
    top = text.top if hero and tall else text.top + (text.height - height) / 2
    settle = Pose(dy=10 * pen.unit)

    def land(frame: int) -> Motion:
        keys = glide(frame, 12, settle, Pose())
        return chain(keys, [keys[-1]._replace(frame=pen.end)])

    placed = pen.words(
        setting,
        "display",
        text,
        top,
        color=lambda n: pen.palette.accent if n in keyed else pen.palette.ink,
        frame=lambda _n, _line: pen.start,
        motion=land,
    )
    marked = [word for word in placed if word.index in keyed]
    if marked:
        pen.underline(marked, setting.size, pen.start, share=0.3)
    if hero_zone is not None and content.pictogram is not None:
        _hero(pen, content.pictogram, hero_zone, from_first=True)


def draw_closing(pen: Pen, content: ClosingContent) -> None:
    """The answer to the hook; its source beneath. In landscape the right stays free."""
    hero = pen.pictogram(content.pictogram)
    text = _claim_zone(pen)
    foot = pen.layout.sizes.label * 1.6 if content.source else 0.0
    text = text._replace(bottom=text.bottom - foot)
    if pen.layout.wide:
        text = text._replace(right=pen.layout.width * 0.55)
    badge = 0.0
    if hero and content.pictogram:
        badge = 168 * pen.unit
        text = text._replace(top=text.top + badge + 36 * pen.unit)
    setting = pen.fit(content.text, "display", pen.layout.sizes.title * 0.92, text)
    keyed = key_words(content.text, content.key)
    height = pen.block_height(setting, "display")
    top = text.top + (text.height - height) / 2
    placed = pen.words(
        setting,
        "display",
        text,
        top,
        color=lambda n: pen.palette.accent if n in keyed else pen.palette.ink,
    )
    marked = [word for word in placed if word.index in keyed]
    if marked:
        pen.underline(marked, setting.size, marked[0].frame + 8)
    if badge and content.pictogram:
        y = top - 36 * pen.unit - badge / 2
        pen.badge(content.pictogram, text.left + badge / 2, y, badge, pen.pop(pen.start))
    if content.source:
        size = pen.layout.sizes.label * 0.72
        start = pen.at(content.source_frame)
        pen.line(
            content.source,
            "text",
            size,
            text.left,
            top + height + size * 2.6,
            pen.palette.muted,
            pen.rise(start, 18),
            width=text.width,
        )


def draw_fact(pen: Pen, content: FactContent) -> None:
    """Key words in groups, each entering on its word."""
    hero = pen.pictogram(content.pictogram)
    zone, hero_zone = pen.layout.split(pen.stage) if hero else (_claim_zone(pen), None)
    whole = " ".join(clean(group.text) for group in content.groups)
    keyed = key_words(whole, content.key)
    gap = 26 * pen.unit
    room = zone.height - gap * (len(content.groups) - 1)
    size = pen.layout.sizes.title
    while True:
        settings = [
            pen.fit(group.text, "display", size, zone._replace(bottom=zone.top + 4000))
            for group in content.groups
        ]
        size = min(setting.size for setting in settings)
        heights = [
            pen.block_height(
                pen.fit(group.text, "display", size, zone._replace(bottom=zone.top + 4000)),
                "display",
            )
            for group in content.groups
        ]
        if sum(heights) <= room or size < 24:
            break
        size *= 0.95
    top = zone.top + (zone.height - sum(heights) - gap * (len(heights) - 1)) / 2
    first = 0
    accents: list[Placed] = []
    for group, height in zip(content.groups, heights, strict=True):
        setting = pen.fit(group.text, "display", size, zone._replace(bottom=zone.top + 4000))
        start = pen.at(group.frame)

        def color(n: int, first: int = first) -> str:
            return pen.palette.accent if first + n in keyed else pen.palette.ink

        placed = pen.words(
            setting,
            "display",
            zone,
            top,
            color=color,
            frame=lambda n, _line, start=start: start + n,  # type: ignore[misc]
        )
        accents += [word for word in placed if first + word.index in keyed]
        first += len(placed)
        top += height + gap
    if accents:
        pen.underline(accents, size, min(accents[0].frame + 8, pen.end - 4))
    if hero_zone is not None and content.pictogram is not None:
        _hero(pen, content.pictogram, hero_zone)


def draw_quote(pen: Pen, content: QuoteContent) -> None:
    """Quote marks, the words, and after a dash who said them."""
    zone = _claim_zone(pen)
    unit = pen.unit
    marks = 150 * unit
    foot = 110 * unit if content.attribution else 0.0
    body = Zone(zone.left, zone.top + marks, zone.right, zone.bottom - foot)
    setting = pen.fit(content.text, "strong", pen.layout.sizes.heading * 0.92, body, leading=1.24)
    height = pen.block_height(setting, "strong")
    top = body.top + (body.height - height) / 2
    start = pen.at(content.frame)
    pen.canvas.text(
        "“",
        "display",
        320 * unit,
        zone.left - 12 * unit,
        top + 120 * unit,
        pen.palette.accent,
        pen.pop(pen.start),
        layer=14,
    )
    pen.words(
        setting,
        "strong",
        body,
        top,
        frame=lambda n, _line: min(start + n, pen.end - 4),
        motion=lambda frame: pen.rise(frame, 24, 8),
    )
    if content.attribution:
        baseline = top + height + 92 * unit
        late = pen.at(content.frame + 14)
        dash = 64 * unit
        pen.canvas.shape(
            rounded(dash, 8 * unit, 4 * unit),
            body.left,
            baseline - pen.layout.sizes.label * 0.27,
            pen.palette.accent,
            pen.stretch(late),
            pivot="left",
        )
        pen.line(
            content.attribution,
            "text",
            pen.layout.sizes.label,
            body.left + dash + 24 * unit,
            baseline,
            pen.palette.muted,
            pen.slide(late, -40),
            width=body.width - dash - 24 * unit,
        )


def _claim_zone(pen: Pen) -> Zone:
    """Where large type stands alone: in landscape it leaves some air on the right."""
    if pen.layout.wide:
        return pen.stage._replace(right=pen.stage.left + pen.stage.width * 0.78)
    return pen.stage


def _hero(pen: Pen, name: str, zone: Zone, *, from_first: bool = False) -> None:
    """A pictogram as the hero of its zone: on a disc, in rings that keep moving."""
    unit = pen.unit
    wide = pen.layout.wide
    diameter = min(zone.width, zone.height) * (0.66 if wide else 0.92)
    x = zone.center[0] if wide else zone.left + diameter / 2
    y = zone.center[1]
    if from_first:
        keys = glide(pen.start, 14, Pose(sx=1.1, sy=1.1), Pose())
        motion = chain(keys, [keys[-1]._replace(frame=pen.end)])
    else:
        motion = pen.pop(pen.start)
    for n, growth in enumerate((1.22, 1.46)):
        pen.canvas.shape(
            ring(diameter / 2 * growth, 3 * unit),
            x,
            y,
            pen.palette.ink,
            enter(
                pen.start,
                pen.end,
                come=Pose(sx=0.8, sy=0.8, opacity=0.5),
                settle=Pose(sx=1.06, sy=1.06),
                over=16 + 6 * n,
            ),
            layer=8,
            opacity=0.22 - 0.09 * n,
        )
    pen.badge(name, x, y, diameter, motion)
    for frame in beats(pen, after=pen.start + 16):
        ripple(pen, x, y, diameter / 2, frame)


BEAT_FRAMES = int(1.9 * FPS)
"""A visible change every 1.5 to 2.5 s"""


def beats(pen: Pen, after: int) -> list[int]:
    """Frames at which something has to happen again before the shot ends."""
    return list(range(after + BEAT_FRAMES, pen.end - FPS // 2, BEAT_FRAMES))


def ripple(pen: Pen, x: float, y: float, radius: float, frame: int) -> None:
    """A ring that spreads once and fades."""
    over = min(26, pen.end - frame)
    keys = glide(frame, over, Pose(opacity=0.7), Pose(sx=1.5, sy=1.5, opacity=0.0))
    pen.canvas.shape(
        ring(radius, 5 * pen.unit), x, y, pen.palette.accent, chain(keys), layer=9, opacity=0.8
    )


__all__ = [
    "draw_closing",
    "draw_fact",
    "draw_hook",
    "draw_quote",
    "beats",
    "ripple",
    "circle",
    "hold",
]
