"""Facts: a telegram of the sentence, in one of five compositions that don't look alike.

Whatever the composition, words come as they are spoken and the key is what the eye is led to.
"""

from typing import NamedTuple

from adapters.libass.drawing import rounded
from adapters.libass.layout import Zone
from adapters.libass.motion import Pose, chain, ease_in_out, enter, glide
from adapters.libass.ornaments import beats, hero, sheen, underline
from adapters.libass.pen import Pen, Placed, key_words
from adapters.libass.text import Setting, clean
from domain.generation.storyboard import FactContent, Reveal

FACT_SCALE = 1.15
"""Three to six words stand larger than a whole claim"""
SPOT_SCALE = 1.75
"""The key of a spotlight, by the title's size"""
LEAD_SCALE = 0.62
"""What leads to a key or follows it, by the title's size"""
GROUP_GAP = 0.62
"""Ems between one group's baseline and the next group's capitals"""
SMALLEST_FACT = 0.25
"""Of the size first tried: where shrinking stops"""
BAR_ROOM = 58.0
"""What the bar over a stack takes off its zone"""
WIDE_TEXT_SHARE = 0.57
"""Of the stage's width where art stands beside the words"""
PICTURE_MOST = 360.0
BEYOND_EDGE = 0.12
"""Of the frame's width"""
FIRST_BY_FRAMES = 12
"""The stage is never left empty: the first words come by then, spoken or not"""
STROKE = 0.085
"""Thickness of the stroke around a key, in ems"""


class _Line(NamedTuple):
    """A group of words as it is set: its type, colour and when it comes."""

    reveal: Reveal
    setting: Setting
    keyed: bool
    height: float


def draw_fact(pen: Pen, content: FactContent) -> None:
    """Draw a fact by its layout; what the words can't carry falls back to the stack."""
    groups = [group for group in content.groups if clean(group.text)]
    if not groups:
        return
    groups[0] = Reveal(groups[0].text, min(groups[0].frame, FIRST_BY_FRAMES))
    zone = pen.stage
    if pen.layout.wide:
        zone = zone._replace(right=zone.left + zone.width * WIDE_TEXT_SHARE)
    key = clean(content.key or "")
    parted = len(groups) > 1 and any(_is_keyed(group, key) for group in groups)
    shape = pen.pictogram(content.pictogram)
    if content.layout == "picture" and shape is not None:
        _picture(pen, groups, key, content, zone)
        return
    if pen.layout.wide and shape is not None:
        zone, hero_zone = pen.layout.split(pen.stage)
        hero(pen, shape, hero_zone)
    if content.layout == "spotlight" and parted:
        _spotlight(pen, groups, key, zone)
    elif content.layout == "split" and parted:
        _split(pen, groups, key, zone)
    elif content.layout == "circled":
        _circled(pen, groups, content.key, zone)
    else:
        _stack(pen, groups, content.key, zone)


# -- stack ---------------------------------------------------------------------------------------


def _stack(pen: Pen, groups: list[Reveal], key: str | None, zone: Zone) -> None:
    """The groups under one another, alike, the key in the accent over a drawn stroke."""
    zone = zone._replace(top=zone.top + BAR_ROOM * pen.unit)
    settings = _settings(pen, [group.text for group in groups], zone)
    heights = [pen.block_height(setting, "display") for setting in settings]
    size = settings[0].size
    gap = GROUP_GAP * size
    top = zone.top + (zone.height - sum(heights) - gap * (len(heights) - 1)) / 2
    pen.canvas.shape(
        rounded(110 * pen.unit, 12 * pen.unit, 6 * pen.unit),
        x=zone.left,
        y=top - 52 * pen.unit,
        color=pen.palette.accent,
        motion=pen.stretch(pen.start, 0.3, over=16),
        pivot="left",
    )
    lines = list(zip(groups, settings, strict=True))
    _build_up(pen, lines, key_words(_whole(groups), key), zone=zone, top=top)


def _build_up(
    pen: Pen, lines: list[tuple[Reveal, Setting]], keyed: set[int], *, zone: Zone, top: float
) -> None:
    before = 0
    accents: list[Placed] = []
    size = lines[0][1].size
    for group, setting in lines:

        def color(nth: int, before: int = before) -> str:
            return pen.palette.accent if before + nth in keyed else pen.palette.ink

        placed = pen.words(setting, "display", zone, top, color=color, start=pen.at(group.frame))
        accents += [word for word in placed if before + word.nth in keyed]
        before += len(placed)
        top += pen.block_height(setting, "display") + GROUP_GAP * size
    if accents:
        underline(pen, accents, size, min(accents[0].frame + 8, pen.end - 4))


def _is_keyed(group: Reveal, key: str) -> bool:
    """Whether a group is the key, or leads to it with a word of its own ("through small gaps")."""
    return bool(key) and f" {clean(group.text)}".endswith(f" {key}")


def _whole(groups: list[Reveal]) -> str:
    return " ".join(clean(group.text) for group in groups)


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


# -- spotlight and split -------------------------------------------------------------------------


def _lines(
    pen: Pen, groups: list[Reveal], key: str, zone: Zone, *, large: float
) -> tuple[list[_Line], float]:
    """The key as large as fits, the others small; and the gap between them."""
    gap = pen.sizes.title * 0.5
    while True:
        lines = []
        for group in groups:
            keyed = _is_keyed(group, key)
            size = pen.sizes.title * (large if keyed else LEAD_SCALE)
            most = 2 if keyed else 3
            setting = pen.fit(group.text, "display", size, zone, max_lines=most, leading=1.06)
            lines.append(_Line(group, setting, keyed, pen.block_height(setting, "display")))
        tall = sum(line.height for line in lines) + gap * (len(lines) - 1)
        if tall <= zone.height or large < LEAD_SCALE:
            return lines, gap
        large *= 0.92


def _spotlight(pen: Pen, groups: list[Reveal], key: str, zone: Zone) -> None:
    """The key set as large as the zone takes, what leads to it small above it."""
    lines, gap = _lines(pen, groups, key, zone, large=SPOT_SCALE)
    tall = sum(line.height for line in lines) + gap * (len(lines) - 1)
    top = zone.top + (zone.height - tall) / 2
    for line in lines:
        start = pen.at(line.reveal.frame)
        if line.keyed:
            placed = pen.words(
                line.setting,
                "display",
                zone,
                top,
                start=start,
                color=pen.palette.accent,
                motion=lambda frame: pen.pop(frame, 0.72),
            )
            bottom = max(word.baseline for word in placed)
            right = max(word.x + word.width for word in placed)
            box = (zone.left, top - 8, right, bottom + 8)
            for beat in beats(pen, start + 10):
                sheen(pen, box, beat, color=pen.palette.ground_to, opacity=0.35)
        else:
            pen.words(line.setting, "display", zone, top, start=start, color=pen.palette.ink)
        top += line.height + gap


def _split(pen: Pen, groups: list[Reveal], key: str, zone: Zone) -> None:
    """The key in the ground's colour on an accent block that runs in from the frame's edge."""
    pad = 34 * pen.unit
    room = zone._replace(right=zone.right - pad, top=zone.top + pad, bottom=zone.bottom - pad)
    lines, gap = _lines(pen, groups, key, room, large=FACT_SCALE * 1.1)
    gap += pad * 0.7
    tall = sum(line.height for line in lines) + gap * (len(lines) - 1)
    top = zone.top + (zone.height - tall) / 2
    for line in lines:
        start = pen.at(line.reveal.frame)
        if line.keyed:
            _block(pen, line, left=zone.left, top=top, pad=pad, start=start)
        pen.words(
            line.setting,
            "display",
            zone,
            top,
            start=start + (3 if line.keyed else 0),
            color=pen.palette.ground if line.keyed else pen.palette.ink,
            motion=(lambda frame: pen.slide(frame, -60)) if line.keyed else None,
        )
        top += line.height + gap


def _block(pen: Pen, line: _Line, *, left: float, top: float, pad: float, start: int) -> None:
    """The accent block behind a line, from beyond the frame's edge to a little after it."""
    spacing = line.setting.size * -0.018
    widest = max(
        pen.book.width(" ".join(words), "display", line.setting.size, spacing)
        for words in line.setting.lines
    )
    beyond = BEYOND_EDGE * pen.layout.width  # the stage stands back, the block still bleeds
    width, height = left + widest + pad * 1.2, line.height + 2 * pad
    pen.canvas.shape(
        rounded(width + beyond, height, 26 * pen.unit, left=False),
        x=-beyond,
        y=top + line.height / 2,
        color=pen.palette.accent,
        motion=pen.stretch(start, 0.02, over=11),
        pivot="left",
        layer=14,
    )
    box = (0.0, top - pad, width, top + line.height + pad)
    for beat in beats(pen, start + 12):
        sheen(pen, box, beat, color="#FFFFFF", opacity=0.35)


# -- circled -------------------------------------------------------------------------------------


def _circled(pen: Pen, groups: list[Reveal], key: str | None, zone: Zone) -> None:
    """One running line, the key in a hand-drawn frame: two strokes that cross at its corners."""
    text = _whole(groups)
    keyed = key_words(text, key)
    frames: list[int] = []
    for group in groups:
        count = len(clean(group.text).split(" "))
        frames += [pen.at(group.frame) + 2 * n for n in range(count)]
    inner = zone._replace(left=zone.left + 18 * pen.unit, right=zone.right - 18 * pen.unit)
    setting = pen.fit(
        text, "display", pen.sizes.title * FACT_SCALE, inner, leading=1.36, max_lines=5
    )
    height = pen.block_height(setting, "display")
    top = zone.top + (zone.height - height) / 2
    nth = iter(frames)
    placed = pen.words(
        setting,
        "display",
        inner,
        top,
        color=lambda n: pen.palette.accent if n in keyed else pen.palette.ink,
        stagger=0,
        motion=lambda _frame: pen.rise(min(next(nth), pen.end - 10), 30),
    )
    marked = [word for word in placed if word.nth in keyed]
    for line in sorted({word.line for word in marked}):
        words = [word for word in marked if word.line == line]
        _bracket(pen, words, setting.size, frames[words[-1].nth] + 6)


def _bracket(pen: Pen, words: list[Placed], size: float, frame: int) -> None:
    """A stroke over and one under the words, drawn in turn, each a little beyond their ends."""
    thick = max(4.0, size * STROKE)
    left, right = words[0].x - size * 0.12, words[-1].x + words[-1].width + size * 0.12
    baseline = words[0].baseline
    for nth, y in enumerate((baseline - size * 0.93, baseline + size * 0.23)):
        begin = min(frame + 5 * nth, pen.end - 3)
        pen.canvas.shape(
            rounded(right - left, thick, thick / 2),
            x=left if nth == 0 else right,
            y=y,
            color=pen.palette.accent,
            motion=pen.stretch(begin),
            pivot="left" if nth == 0 else "right",
            layer=15,
        )
    for beat in beats(pen, frame + 12):
        over = min(16, pen.end - beat - 1)
        if over > 8:  # noqa: PLR2004 - too short to be seen otherwise
            dot = Pose(), Pose(dx=right - left)
            pen.canvas.shape(
                rounded(thick * 2.2, thick * 2.2, thick * 1.1),
                x=left,
                y=baseline + size * 0.23,
                color=pen.palette.ink,
                motion=chain(glide(beat, over, *dot, ease_in_out)),
                layer=16,
            )


# -- picture -------------------------------------------------------------------------------------


def _picture(pen: Pen, groups: list[Reveal], key: str, content: FactContent, zone: Zone) -> None:
    """A large pictogram in the accent, without a disc, that leads; the words beside or below."""
    shape = pen.pictogram(content.pictogram)
    if shape is None:
        return
    unit = pen.unit
    if pen.layout.wide:
        zone, right = pen.layout.split(pen.stage)
        size = min(right.width, right.height) * 0.86
        x, y = right.center
        text = zone
    else:
        size = min(pen.stage.height * 0.46, PICTURE_MOST * unit)
        x, y = zone.left + size / 2, pen.stage.top + size / 2
        text = zone._replace(top=pen.stage.top + size + 56 * unit)
    pen.canvas.shape(
        shape.fitted(size, size),
        x=x,
        y=y,
        color=pen.palette.accent,
        motion=enter(
            pen.start,
            pen.end,
            come=Pose(sx=0.7, sy=0.7, spin=8, opacity=0.0),
            settle=Pose(sx=1.05, sy=1.05, spin=-3),
            go=Pose(sx=0.94, sy=0.94, opacity=0.0),
        ),
        layer=14,
    )
    settings = _settings(pen, [group.text for group in groups], text)
    heights = [pen.block_height(setting, "display") for setting in settings]
    whole = sum(heights) + GROUP_GAP * settings[0].size * (len(heights) - 1)
    top = text.top + (text.height - whole) / 2 if pen.layout.wide else text.top
    lines = list(zip(groups, settings, strict=True))
    _build_up(pen, lines, key_words(_whole(groups), key), zone=text, top=top)
    box = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    for beat in beats(pen, pen.start + 12):
        sheen(pen, box, beat, color=pen.palette.ground_to, opacity=0.4)
