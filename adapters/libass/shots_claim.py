"""The first and the last shot: a claim that stops the thumb, and its answer."""

from adapters.libass.layout import Zone
from adapters.libass.motion import Motion, Pose, chain, glide
from adapters.libass.ornaments import badge, beats, hero, leaving, marker, ripple, underline
from adapters.libass.pen import Pen, key_words
from adapters.libass.text import Setting, clean
from domain.generation.storyboard import ClosingContent, HookContent

TALL_CLAIM_SHARE, LONG_CLAIM_SHARE = 0.57, 0.68
"""Of the stage's height when the hero stands above the claim"""
SHORT_CLAIM_WORDS = 7
TALL_HERO_MOST = 330.0
FEWEST_DISC = 480.0
"""A lower stage has room for the answer alone"""
WIDE_CLAIM_SHARE = 0.57
"""Of the stage's width when the claim stands alone"""


def draw_hook(pen: Pen, content: HookContent) -> None:
    """A claim that stands finished in frame 0 (a Short's cover) while everything in it moves."""
    shape = pen.pictogram(content.pictogram)
    zone, hero_zone = pen.stage, None
    if shape is not None:
        zone, hero_zone = pen.layout.split(pen.stage)
    elif pen.layout.wide:
        zone = zone._replace(right=zone.left + zone.width * WIDE_CLAIM_SHARE)
    if hero_zone is not None and not pen.layout.wide:
        long = len(clean(content.claim).split()) > SHORT_CLAIM_WORDS
        room = pen.stage.height * (LONG_CLAIM_SHARE if long else TALL_CLAIM_SHARE)
        zone = pen.stage._replace(top=pen.stage.bottom - room)
    setting = pen.fit(content.claim, "display", pen.sizes.title, zone)
    height = pen.block_height(setting, "display")
    top = zone.top + (zone.height - height) / 2
    if hero_zone is not None and shape is not None:
        if not pen.layout.wide:
            hero_zone, top = _stack(pen, height)
        hero(pen, shape, hero_zone, covered=True)
    _claim(pen, setting, zone, top, key_words(content.claim, content.key))


def _stack(pen: Pen, height: float) -> tuple[Zone, float]:
    """Hero zone above and the claim's top below, the two of them in the middle of the stage."""
    gap = 64 * pen.unit
    most = TALL_HERO_MOST * pen.unit
    size = min(pen.stage.height - height - gap, most)
    top = pen.stage.top + (pen.stage.height - size - gap - height) / 2
    return Zone(pen.stage.left, top, pen.stage.left + size, top + size), top + size + gap


def _claim(pen: Pen, setting: Setting, zone: Zone, top: float, keyed: set[int]) -> None:
    def settle(frame: int) -> Motion:
        keys = glide(frame, 12, Pose(dy=12 * pen.unit), Pose())
        return chain(keys, leaving(pen))

    placed = pen.words(
        setting,
        "display",
        zone,
        top,
        color=lambda n: pen.palette.ground if n in keyed else pen.palette.ink,
        stagger=0,
        motion=settle,
    )
    marked = [word for word in placed if word.nth in keyed]
    keys = glide(pen.start, 10, Pose(sx=1.04, sy=1.16), Pose())
    marker(pen, marked, setting.size, chain(keys, leaving(pen)))


def draw_closing(pen: Pen, content: ClosingContent) -> None:
    """The answer to the hook, then its source. In landscape the right half stays free for the
    end screen."""
    unit, zone = pen.unit, pen.stage
    shape = pen.pictogram(content.pictogram) if zone.height >= FEWEST_DISC * unit else None
    foot = pen.sizes.label * 2 if content.source else 0.0
    if pen.layout.wide:
        zone, _ = pen.layout.split(zone)
    disc = 190 * unit if shape is not None else 0.0
    gap = 48 * unit if disc else 0.0
    room = zone._replace(bottom=zone.bottom - foot - disc - gap)
    setting = pen.fit(content.text, "display", pen.sizes.title, room)
    height = pen.block_height(setting, "display")
    top = zone.top + (zone.height - foot - disc - gap - height) / 2
    if shape is not None:
        x, y = zone.left + disc / 2, top + disc / 2
        badge(pen, shape, x=x, y=y, diameter=disc, motion=pen.pop(pen.start))
        for beat in beats(pen, pen.start + 10):
            ripple(pen, x=x, y=y, radius=disc / 2, frame=beat)
    top += disc + gap
    keyed = key_words(content.text, content.key)
    placed = pen.words(
        setting,
        "display",
        zone,
        top,
        color=lambda n: pen.palette.accent if n in keyed else pen.palette.ink,
    )
    if marked := [word for word in placed if word.nth in keyed]:
        underline(pen, marked, setting.size, marked[-1].frame + 8)
    if content.source:
        size = pen.sizes.label * 0.74
        pen.line(
            content.source,
            "text",
            size=size,
            x=zone.left,
            baseline=top + height + size * 2.7,
            width=zone.width,
            motion=pen.rise(pen.at(content.source_frame), 18),
            color=pen.palette.muted,
        )
