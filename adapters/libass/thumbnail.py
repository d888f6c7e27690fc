"""The thumbnail: 1280x720, at most five words, huge, in the video's own look."""

from adapters.libass.canvas import Canvas
from adapters.libass.drawing import circle, ring, rounded
from adapters.libass.layout import Zone, layout_for
from adapters.libass.motion import hold
from adapters.libass.pen import Pen
from adapters.libass.pictograms import Pictograms
from adapters.libass.scenery import draw_scenery
from adapters.libass.text import FontBook, clean
from domain.generation.storyboard import Storyboard

WIDTH, HEIGHT = 1280, 720
MAX_WORDS = 5
TYPE_PX = 190.0
"""Readable at 168 px width from about 120 px here (16 px there) on"""


def thumbnail_canvas(
    book: FontBook, pictograms: Pictograms, board: Storyboard, text: str
) -> Canvas:
    """Everything that lies over the thumbnail's gradient."""
    canvas = Canvas(WIDTH, HEIGHT, book)
    layout = layout_for(WIDTH, HEIGHT, None)
    palette = board.palette
    words = clean(text).split(" ")[:MAX_WORDS]
    name = pictograms.find([" ".join(words), *words]) or _hook_pictogram(board)
    draw_scenery(canvas, palette, board.seed % 6, 0, 30)
    zone = Zone(64, 56, 800 if name else 1216, 664)
    pen = Pen(canvas, layout, palette, book, pictograms, 0, 30, zone, 0, True)
    setting = pen.fit(" ".join(words), "display", TYPE_PX, zone, leading=1.04, max_lines=4)
    height = pen.block_height(setting, "display")
    longest = max(range(len(words)), key=lambda n: len(words[n]))
    top = zone.top + (zone.height - height) / 2 - 20
    placed = pen.words(
        setting,
        "display",
        zone,
        top,
        color=lambda n: palette.accent if n == longest else palette.ink,
        motion=lambda _frame: hold(0, 30),
    )
    del placed
    canvas.shape(
        rounded(180, 20, 10),
        zone.left,
        top + height + 60,
        palette.accent,
        hold(0, 30),
        pivot="left",
    )
    if name:
        shape = pictograms.drawing(name)
        if shape is not None:
            x, y = 1010, 360
            canvas.shape(ring(290, 8), x, y, palette.ink, hold(0, 30), layer=8, opacity=0.25)
            canvas.shape(circle(240), x, y, palette.accent, hold(0, 30), layer=9)
            canvas.shape(shape.fitted(290, 290), x, y, palette.ground, hold(0, 30), layer=11)
    return canvas


def _hook_pictogram(board: Storyboard) -> str | None:
    for scene in board.scenes:
        for shot in scene.shots:
            name = getattr(shot.content, "pictogram", None)
            if name:
                return str(name)
    return None
