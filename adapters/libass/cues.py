"""Burnt-in captions: cues that follow the voice, word by word."""

from typing import NamedTuple

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import rounded
from adapters.libass.layout import Layout
from adapters.libass.motion import Key, Motion, Pose, glide
from adapters.libass.text import Role, clean
from domain.generation.brief import CaptionChoice
from domain.generation.captions import Cue
from domain.generation.storyboard import DrawnBackdrop, Palette, SceneBoard

LAYER = 80
LEADING = 1.24
"""From baseline to baseline, in ems"""
POP = 1.06
"""The spoken word stands 6 % larger"""
POP_FRAMES = 3
HOLD_GAP_FRAMES = 9
"""300 ms: a shorter pause keeps the word lit until the next one"""
OUTLINE = 0.07
"""Ems"""
SHADOW_BLUR = 9.0
SHADOW_OPACITY = 0.55
BOX_OPACITY = 0.88


class _Style(NamedTuple):
    style: str
    text: str
    highlight: str
    outline: str


class _Line(NamedTuple):
    """Words of a line with their times, cleaned."""

    words: list[tuple[str, int, int]]

    @property
    def text(self) -> str:
        return " ".join(word for word, _, _ in self.words)


def draw_cues(
    canvas: Canvas, layout: Layout, palette: Palette, choice: CaptionChoice, scene: SceneBoard
) -> None:
    """Draw every cue of the scene in the style that was chosen."""
    style = _Style(
        choice.style or ("plain" if layout.wide else "highlight"),
        choice.colors.text or palette.ink,
        choice.colors.highlight or palette.accent,
        choice.colors.outline or palette.ground,
    )
    for cue in scene.cues:
        footage = any(
            shot.start <= cue.start < shot.end and not isinstance(shot.backdrop, DrawnBackdrop)
            for shot in scene.shots
        )
        _draw(canvas, layout, cue, style, footage=footage)


def _draw(canvas: Canvas, layout: Layout, cue: Cue, style: _Style, *, footage: bool) -> None:
    lines = [
        _Line([(clean(w.text), w.start, w.end) for w in line if clean(w.text)])
        for line in cue.lines
    ]
    lines = [line for line in lines if line.words]
    if not lines or cue.end <= cue.start:
        return
    zone, book = layout.captions, canvas.book
    role: Role = "strong" if layout.wide else "display"
    size = layout.sizes.caption
    widest = max(1.0, *(book.width(line.text, role, size) for line in lines))
    room = zone.width / (POP if style.style == "highlight" else 1.0)
    size *= min(1.0, room / widest, zone.height / (size * (1 + LEADING * (len(lines) - 1))))
    cap = book.face(role).cap_height * size
    block = cap + LEADING * size * (len(lines) - 1)
    # at the foot of wide frames captions sit on their baseline and grow upwards
    low = layout.wide and layout.captions_low
    top = zone.bottom - block if low else zone.center[1] - block / 2
    if style.style == "box":
        pad = size * 0.46
        canvas.shape(
            rounded(widest * size / layout.sizes.caption + 2.4 * pad, block + 2 * pad, size * 0.3),
            x=zone.center[0],
            y=top + block / 2,
            color=style.outline,
            motion=_while(cue.start, cue.end),
            layer=LAYER - 2,
            opacity=BOX_OPACITY,
        )
    starts = [start for line in lines for _, start, _ in line.words]
    for n, line in enumerate(lines):
        baseline = top + cap + n * LEADING * size
        x = zone.center[0] - book.width(line.text, role, size) / 2
        if footage and style.style != "box":
            canvas.text(
                line.text,
                role,
                size=size,
                x=zone.center[0],
                baseline=baseline + size * 0.04,
                color=style.outline,
                motion=_while(cue.start, cue.end),
                anchor="center",
                layer=LAYER - 1,
                border=size * 0.14,
                border_color=style.outline,
                blur=SHADOW_BLUR * layout.unit,
                opacity=SHADOW_OPACITY,
            )
        for word, start, end in line.words:
            width = book.width(word, role, size)
            place = _Place(word, role, size, x + width / 2, baseline)
            until = _lit_until(cue, starts, end)
            lit = (max(start, cue.start), min(until, cue.end))
            _word(canvas, place, cue, style, lit if style.style == "highlight" else None)
            x += width + book.width(" ", role, size)


class _Place(NamedTuple):
    word: str
    role: Role
    size: float
    x: float
    baseline: float


def _word(
    canvas: Canvas, place: _Place, cue: Cue, style: _Style, lit: tuple[int, int] | None
) -> None:
    """A word in the cue's colour, but in the highlight's while it is spoken."""

    def put(motion: Motion, color: str, layer: int = LAYER) -> None:
        canvas.text(
            place.word,
            place.role,
            size=place.size,
            x=place.x,
            baseline=place.baseline,
            color=color,
            motion=motion,
            anchor="center",
            layer=layer,
            border=0.0 if style.style == "box" else OUTLINE * place.size,
            border_color=style.outline,
        )

    if lit is None or lit[1] <= lit[0]:
        put(_while(cue.start, cue.end), style.text)
        return
    begin, until = lit
    if begin > cue.start:
        put(_while(cue.start, begin), style.text)
    keys = glide(begin, min(POP_FRAMES, until - begin), Pose(), Pose(sx=POP, sy=POP), lead=0.3)
    if keys[-1].frame < until:
        keys.append(Key(until, keys[-1].pose))
    put(Motion(tuple(keys)), style.highlight, LAYER + 1)
    if until < cue.end:
        put(_while(until, cue.end), style.text)


def _while(start: int, end: int) -> Motion:
    return Motion((Key(start, Pose()), Key(end, Pose())))


def _lit_until(cue: Cue, starts: list[int], end: int) -> int:
    """To the next word's start when the pause before it is short."""
    following = min((start for start in starts if start >= end), default=cue.end)
    return following if following - end <= HOLD_GAP_FRAMES else end
