"""Transitions between sections. Scenes are rendered apart, so each draws its own half."""

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import polygon
from adapters.libass.motion import Key, Motion, Pose, chain, ease_in, ease_out, glide
from domain.generation.storyboard import Palette

SLIDE_IN_FRAMES = 11
SLIDE_OUT_FRAMES = 6
WIPE_AWAY_FRAMES = 9
WIPE_OVER_FRAMES = 6
LAG_FRAMES = 2
"""The ground follows the accent so far behind"""
LAYER = 60


def wipe_away(canvas: Canvas, palette: Palette, start: int) -> None:
    """The half after the cut: a slanted panel that covers all moves out to the right."""
    reach = canvas.width + 2 * _slant(canvas)
    rest = Pose()
    gone = Pose(dx=reach)
    ground = glide(start, WIPE_AWAY_FRAMES, rest, gone, ease_in)
    accent = [Key(start, rest), *glide(start + LAG_FRAMES, WIPE_AWAY_FRAMES, rest, gone, ease_in)]
    _panel(canvas, palette.accent, chain(accent), LAYER)
    _panel(canvas, palette.ground_to, chain(ground), LAYER + 1)


def wipe_over(canvas: Canvas, palette: Palette, end: int) -> None:
    """The half before the cut: the panel comes in from the left until it covers all."""
    reach = canvas.width + 2 * _slant(canvas)
    start = max(0, end - WIPE_OVER_FRAMES)
    waiting, rest = Pose(dx=-reach), Pose()
    _panel(canvas, palette.accent, chain(glide(start, end - start, waiting, rest, ease_out)), LAYER)
    late = min(start + LAG_FRAMES, end - 1)
    ground = chain(glide(late, end - late, waiting, rest, ease_out))
    _panel(canvas, palette.ground_to, ground, LAYER + 1)


def _slant(canvas: Canvas) -> float:
    return canvas.height * 0.16


def _panel(canvas: Canvas, color: str, motion: Motion, layer: int) -> None:
    w, h, slant = canvas.width, canvas.height, _slant(canvas)
    panel = polygon((0, h), (slant, 0), (w + 2 * slant, 0), (w + slant, h))
    canvas.shape(panel, x=w / 2, y=h / 2, color=color, motion=motion, layer=layer)
