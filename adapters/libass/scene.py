"""One scene: backdrop geometry, heading, shots, transition and captions, in this order."""

from adapters.libass.canvas import STILL, Camera, Canvas, slide_in, slide_out
from adapters.libass.cues import draw_cues
from adapters.libass.drawing import polygon, rect, rounded
from adapters.libass.layout import Layout, Zone, layout_for
from adapters.libass.motion import Key, Pose, chain, ease_in, ease_out, enter, glide, hold
from adapters.libass.pen import Pen
from adapters.libass.pictograms import Pictograms
from adapters.libass.scenery import draw_scenery
from adapters.libass.shots_claim import draw_closing, draw_fact, draw_hook, draw_quote
from adapters.libass.shots_figures import draw_comparison, draw_number
from adapters.libass.shots_sequence import draw_list, draw_process, draw_timeline
from adapters.libass.text import FontBook
from domain.generation.palettes import LARGE_CONTRAST, TEXT_CONTRAST, blend, contrast
from domain.generation.storyboard import (
    ClosingContent,
    ComparisonContent,
    DrawnBackdrop,
    FactContent,
    HookContent,
    ListContent,
    NumberContent,
    Palette,
    ProcessContent,
    QuoteContent,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TimelineContent,
)

ZOOM = 0.03
"""The stage drifts 2 to 4 % a shot"""
SLIDE_IN_FRAMES, SLIDE_OUT_FRAMES = 11, 6
WIPE_IN_FRAMES, WIPE_OUT_FRAMES = 10, 6
HEADLESS = (HookContent, QuoteContent, ClosingContent)
"""Kinds that speak for themselves: no heading above them"""


def scene_canvas(
    book: FontBook, pictograms: Pictograms, board: Storyboard, scene: SceneBoard
) -> Canvas:
    """Everything that is drawn over one scene's backdrops.

    Of the board only its look, its size and the neighbours' transitions matter, so that an edit
    of one scene leaves the other scenes' tracks as they were.
    """
    captions = board.captions
    layout = layout_for(board.width, board.height, captions.position if captions.enabled else None)
    canvas = Canvas(board.width, board.height, book)
    position = next((n for n, s in enumerate(board.scenes) if s.scene == scene.scene), 0)
    follower = board.scenes[position + 1] if position + 1 < len(board.scenes) else None
    slides = ()
    if scene.transition == "slide" and position:
        slides += slide_in(0, SLIDE_IN_FRAMES, board.width * 0.9)
    if follower is not None and follower.transition == "slide":
        slides += slide_out(scene.frames, SLIDE_OUT_FRAMES, board.width * 0.9)
    for shot in scene.shots:
        _backdrop(canvas, board.palette, shot)
    canvas.camera = Camera(layout.stage.center, 0, scene.frames, 0.0, slides)
    _headings(canvas, layout, board.palette, scene)
    for shot in scene.shots:
        if shot.content is None:
            continue
        bare = scene.heading is None or isinstance(shot.content, HEADLESS)
        stage = layout.open_stage if bare else layout.stage
        canvas.camera = Camera(stage.center, shot.start, shot.end, ZOOM, slides)
        pen = Pen(
            canvas,
            layout,
            board.palette,
            book,
            pictograms,
            shot.start,
            shot.end,
            stage,
            _variant(shot),
            bare,
            shot is scene.shots[-1],
        )
        draw_content(pen, shot.content)
    canvas.camera = STILL
    if scene.transition == "wipe" and position:
        _wipe(canvas, board.palette, 0, arriving=True)
    if follower is not None and follower.transition == "wipe":
        _wipe(canvas, board.palette, scene.frames, arriving=False)
    if captions.enabled:
        draw_cues(canvas, layout, board.palette, captions, scene)
    return canvas


def draw_content(pen: Pen, content: ShotContent) -> None:
    """Draw one shot by its kind."""
    match content:
        case HookContent():
            draw_hook(pen, content)
        case NumberContent():
            draw_number(pen, content)
        case ComparisonContent():
            draw_comparison(pen, content)
        case ListContent():
            draw_list(pen, content)
        case TimelineContent():
            draw_timeline(pen, content)
        case ProcessContent():
            draw_process(pen, content)
        case QuoteContent():
            draw_quote(pen, content)
        case FactContent():
            draw_fact(pen, content)
        case ClosingContent():
            draw_closing(pen, content)


def _variant(shot: Shot) -> int:
    return shot.backdrop.variant if isinstance(shot.backdrop, DrawnBackdrop) else 0


def _backdrop(canvas: Canvas, palette: Palette, shot: Shot) -> None:
    if isinstance(shot.backdrop, DrawnBackdrop):
        draw_scenery(canvas, palette, shot.backdrop.variant, shot.start, shot.end)
    elif shot.content is not None:
        canvas.shape(
            rect(canvas.width, canvas.height),
            canvas.width / 2,
            canvas.height / 2,
            palette.ground,
            hold(shot.start, shot.end),
            layer=1,
            opacity=scrim_opacity(palette),
        )


def scrim_opacity(palette: Palette) -> float:
    """How dense the ground must lie over footage so that ink reads on white and black alike."""
    for percent in range(50, 100):
        worst = [
            blend(extreme, palette.ground, percent / 100) for extreme in ("#FFFFFF", "#000000")
        ]
        if all(
            contrast(palette.ink, c) >= TEXT_CONTRAST
            and contrast(palette.accent, c) >= LARGE_CONTRAST
            for c in worst
        ):
            return percent / 100
    return 1.0


def _headings(canvas: Canvas, layout: Layout, palette: Palette, scene: SceneBoard) -> None:
    """The heading over every run of shots that show one; it stays while they change."""
    if scene.heading is None:
        return
    run: list[Shot] = []
    for shot in [*scene.shots, None]:
        if shot is not None and shot.content is not None and not isinstance(shot.content, HEADLESS):
            run.append(shot)
        elif run:
            _heading(canvas, layout, palette, scene.heading, run[0].start, run[-1].end)
            run = []


def _heading(
    canvas: Canvas, layout: Layout, palette: Palette, text: str, start: int, end: int
) -> None:
    unit, zone = layout.unit, layout.heading
    mark = 12 * unit
    inner = Zone(zone.left + mark + 24 * unit, zone.top, zone.right, zone.bottom)
    pen = Pen(canvas, layout, palette, canvas.book, None, start, end, inner, 0, False)  # type: ignore[arg-type]
    setting = pen.fit(text, "display", layout.sizes.heading * 0.86, inner, max_lines=2)
    height = pen.block_height(setting, "display")
    canvas.shape(
        rounded(mark, height + 16 * unit, mark / 2),
        zone.left,
        zone.top + height / 2,
        palette.accent,
        enter(start, end, come=Pose(sy=0.05), go=Pose(opacity=0.0), over=12),
        pivot="left",
        layer=18,
    )
    pen.words(setting, "display", inner, zone.top, motion=lambda frame: pen.slide(frame, -36))


def _wipe(canvas: Canvas, palette: Palette, at: int, *, arriving: bool) -> None:
    """A slanted panel in the accent that crosses the frame: closing on one side of the cut,
    opening on the other."""
    w, h = canvas.width, canvas.height
    slant = h * 0.16
    panel = polygon((0, h), (slant, 0), (w + 2 * slant, 0), (w + slant, h))
    width = w + 2 * slant
    x, y = w / 2, h / 2
    for layer, color, lag in ((60, palette.accent, 0), (61, palette.ground_to, 2)):
        if arriving:
            keys = glide(at + lag, WIPE_IN_FRAMES, Pose(), Pose(dx=width), ease_in)
            if lag:
                keys = [Key(at, Pose()), *keys]
            motion = chain(keys)
        else:
            keys = glide(
                at - WIPE_OUT_FRAMES + lag, WIPE_OUT_FRAMES - lag, Pose(dx=-width), Pose(), ease_out
            )
            motion = chain(keys)
        canvas.shape(panel, x, y, color, motion, layer=120 - layer if arriving else layer)
