"""Burnt-in captions: cues that follow the voice, word by word."""

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import rounded
from adapters.libass.layout import Layout
from adapters.libass.motion import Key, Motion, Pose, glide
from adapters.libass.text import FontBook, clean
from domain.generation.brief import CaptionChoice
from domain.generation.captions import Cue
from domain.generation.storyboard import Palette, SceneBoard

LAYER = 80
LEADING = 1.24
POP = 1.06
"""The spoken word stands 6 % larger"""
POP_FRAMES = 3
HOLD_GAP_FRAMES = 9
"""300 ms: a shorter pause keeps the word lit until the next one"""


def draw_cues(
    canvas: Canvas, layout: Layout, palette: Palette, choice: CaptionChoice, scene: SceneBoard
) -> None:
    """Draw every cue of the scene in the style that was chosen."""
    style = choice.style or ("plain" if layout.wide else "highlight")
    colors = choice.colors
    text = colors.text or palette.ink
    highlight = colors.highlight or palette.accent
    outline = colors.outline or palette.ground
    for cue in scene.cues:
        if cue.end > cue.start and cue.words:
            _draw(canvas, layout, cue, style, (text, highlight, outline))


def _draw(
    canvas: Canvas, layout: Layout, cue: Cue, style: str, colors: tuple[str, str, str]
) -> None:
    zone, unit = layout.captions, layout.unit
    book = canvas.book
    text, highlight, outline = colors
    size = layout.sizes.caption
    role = "strong" if layout.wide else "display"
    lines = [[w for w in line if clean(w.text)] for line in cue.lines]
    lines = [line for line in lines if line]
    if not lines:
        return

    def width_of(line: list[str], size: float) -> float:
        return book.width(" ".join(line), role, size)

    texts = [[clean(w.text) for w in line] for line in lines]
    widest = max(width_of(line, size) for line in texts)
    tallest = zone.height / (1 + LEADING * (len(lines) - 1))
    size = min(size, size * zone.width / widest / (POP if style == "highlight" else 1), tallest)
    leading = size * LEADING
    cap = book.face(role).cap_height * size
    block = cap + leading * (len(lines) - 1)
    middle = zone.center[1]
    baseline = (zone.bottom if layout.wide else middle + block / 2) - (
        20 * unit if layout.wide else 0
    )
    baseline -= leading * (len(lines) - 1)
    if style == "box":
        pad = size * 0.5
        widest = max(width_of(line, size) for line in texts)
        canvas.shape(
            rounded(widest + 2 * pad, block + 2 * pad * 0.86, 22 * unit),
            zone.center[0],
            baseline - cap + block / 2,
            outline,
            Motion((Key(cue.start, Pose()), Key(cue.end, Pose()))),
            layer=LAYER - 2,
            opacity=0.88,
        )
    words = cue.words
    starts = [w.start for w in words]
    position = 0
    for line, line_texts in zip(lines, texts, strict=True):
        x = zone.center[0] - width_of(line_texts, size) / 2
        for word, shown in zip(line, line_texts, strict=True):
            width = book.width(shown, role, size)
            until = _lit_until(cue, starts, position, word.end)
            _word(
                canvas,
                shown,
                role,
                size,
                x + width / 2,
                baseline,
                cue,
                (word.start, until) if style == "highlight" else None,
                (text, highlight, outline),
                0.0 if style == "box" else 5 * unit,
            )
            x += width + book.width(" ", role, size)
            position += 1
        baseline += leading


def _lit_until(cue: Cue, starts: list[int], position: int, end: int) -> int:
    following = next((s for s in starts[position + 1 :] if s >= end), cue.end)
    return following if following - end <= HOLD_GAP_FRAMES else end


def _word(
    canvas: Canvas,
    shown: str,
    role: str,
    size: float,
    x: float,
    baseline: float,
    cue: Cue,
    lit: tuple[int, int] | None,
    colors: tuple[str, str, str],
    border: float,
) -> None:
    text, highlight, outline = colors

    def put(
        first: int, after: int, color: str, motion: Motion | None = None, layer: int = LAYER
    ) -> None:
        if after > first:
            canvas.text(
                shown,
                role,
                size,
                x,
                baseline,
                color,  # type: ignore[arg-type]
                motion or Motion((Key(first, Pose()), Key(after, Pose()))),
                anchor="center",
                layer=layer,
                border=border,
                border_color=outline,
            )

    if lit is None:
        put(cue.start, cue.end, text)
        return
    begin, until = max(cue.start, lit[0]), min(cue.end, max(lit[1], lit[0] + 1))
    put(cue.start, begin, text)
    if until > begin:
        keys = glide(begin, min(POP_FRAMES, until - begin), Pose(), Pose(sx=POP, sy=POP), lead=0.3)
        if keys[-1].frame < until:
            keys.append(Key(until, keys[-1].pose))
        put(begin, until, highlight, Motion(tuple(keys)), LAYER + 1)
    put(until, cue.end, text)


__all__ = ["FontBook", "draw_cues"]
