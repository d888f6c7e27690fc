"""The thumbnail: 1280x720, at most five words, huge, in the video's own look."""

from adapters.libass.art import draw_art
from adapters.libass.canvas import Canvas
from adapters.libass.drawing import circle, ring
from adapters.libass.layout import Zone, layout_for
from adapters.libass.motion import FPS, hold
from adapters.libass.ornaments import marker
from adapters.libass.pen import Pen
from adapters.libass.pictograms import Pictograms
from adapters.libass.scenery import draw_scenery
from adapters.libass.text import FontBook, clean
from domain.generation.palettes import tinted
from domain.generation.storyboard import Storyboard

WIDTH, HEIGHT = 1280, 720
MARGIN = 64
TEXT_RIGHT = 706
"""Where the words end when a hero stands beside them"""
HERO_CENTER = 1044, 360
ART = Zone(760, 90, 1240, 640)
"""Where a composition stands when no pictogram fits"""
MAX_WORDS = 5
TYPE_PX = 190.0
"""Readable at 168 px width from about 120 px here (16 px there) on"""


def thumbnail_canvas(
    book: FontBook, pictograms: Pictograms, board: Storyboard, text: str
) -> Canvas:
    """Everything that lies over the thumbnail's gradient."""
    canvas = Canvas(WIDTH, HEIGHT, book)
    palette = board.palette
    words = clean(text).split(" ")[:MAX_WORDS]
    shape = pictograms.drawing(_pictogram(pictograms, board, words) or "")
    if shape is not None:
        draw_scenery(canvas, palette, board.seed, 0, FPS)
    else:
        draw_art(canvas, palette, ART, variant=board.seed, start=0, end=FPS)
    zone = Zone(MARGIN, MARGIN, TEXT_RIGHT, HEIGHT - MARGIN)
    pen = Pen(
        canvas=canvas,
        layout=layout_for(WIDTH, HEIGHT, None),
        palette=palette,
        pictograms=pictograms,
        start=0,
        end=FPS,
        stage=zone,
    )
    setting = pen.fit(" ".join(words), "display", TYPE_PX, zone, leading=1.06, max_lines=4)
    height = pen.block_height(setting, "display")
    key = max(range(len(words)), key=lambda n: len(words[n]))
    placed = pen.words(
        setting,
        "display",
        zone,
        zone.top + (zone.height - height) / 2,
        color=lambda n: palette.ground if n == key else palette.ink,
        motion=lambda _frame: hold(0, FPS),
    )
    marker(pen, [word for word in placed if word.nth == key], setting.size, hold(0, FPS))
    if shape is not None:
        x, y = HERO_CENTER
        ink, accent, ground = palette.ink, palette.accent, palette.ground
        for drawing, color, layer, opacity in (
            (circle(300), tinted(palette), 8, 0.55),
            (ring(300, 10), ink, 9, 0.5),
            (circle(244), accent, 10, 1.0),
            (shape.fitted(310, 310), ground, 11, 1.0),
        ):
            canvas.shape(
                drawing, x=x, y=y, color=color, motion=hold(0, FPS), layer=layer, opacity=opacity
            )
    return canvas


def _pictogram(pictograms: Pictograms, board: Storyboard, words: list[str]) -> str | None:
    """What the topic or the words name, else what the hook shows.

    Not what later shots show: a wrong picture is worse than none.
    """
    hook = board.scenes[0].shots[0].content if board.scenes and board.scenes[0].shots else None
    named = pictograms.find([board.title, *board.title.split()])
    return named or pictograms.find([" ".join(words), *words]) or getattr(hook, "pictogram", None)
