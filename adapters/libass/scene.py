"""One scene: backdrop geometry, progress, heading, shots, transition and captions."""

from collections.abc import Sequence
from itertools import pairwise

from adapters.libass.art import draw_art
from adapters.libass.canvas import STILL, Camera, Canvas, slide_in, slide_out
from adapters.libass.cues import draw_cues
from adapters.libass.drawing import rounded
from adapters.libass.layout import Layout, Zone, layout_for
from adapters.libass.motion import Key, Pose, enter, hold
from adapters.libass.pen import Pen
from adapters.libass.pictograms import Pictograms
from adapters.libass.scenery import draw_scenery
from adapters.libass.shots_claim import draw_closing, draw_hook
from adapters.libass.shots_comparison import draw_comparison
from adapters.libass.shots_fact import draw_fact
from adapters.libass.shots_link import draw_link
from adapters.libass.shots_number import draw_number
from adapters.libass.shots_quote import draw_quote
from adapters.libass.shots_steps import draw_list, draw_process
from adapters.libass.shots_term import draw_term
from adapters.libass.shots_timeline import draw_timeline
from adapters.libass.text import FontBook
from adapters.libass.transitions import SLIDE_IN_FRAMES, SLIDE_OUT_FRAMES, wipe_away, wipe_over
from domain.generation.palettes import LARGE_CONTRAST, TEXT_CONTRAST, blend, contrast
from domain.generation.storyboard import (
    ClosingContent,
    ComparisonContent,
    DrawnBackdrop,
    FactContent,
    HookContent,
    LinkContent,
    ListContent,
    NumberContent,
    Palette,
    ProcessContent,
    QuoteContent,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TermContent,
    TimelineContent,
)

ZOOM = 0.03
"""The stage drifts 2 to 4 % a shot"""
HEADLESS = (HookContent, QuoteContent, ClosingContent)
"""Kinds that speak for themselves: no heading above them but one that the caller wrote"""
CARD_PADDING = 32.0
"""Between what lies on a card over footage and its edge"""
PANEL_PADDING = 24.0
"""The same around a heading that stands alone over footage: less, as progress runs close above"""
FEWEST_DASHES, MOST_DASHES = 3, 16
"""More scenes than this, and the progress dashes would be dust"""


def scene_canvas(
    book: FontBook, pictograms: Pictograms, board: Storyboard, scene: SceneBoard
) -> Canvas:
    """Everything that is drawn over one scene's backdrops.

    Of the board only its look, its size, the number of scenes and the next one's transition
    matter, so that an edit of one scene leaves the other scenes' tracks as they were.
    """
    captions = board.captions
    layout = layout_for(board.width, board.height, captions.position if captions.enabled else None)
    canvas = Canvas(board.width, board.height, book)
    position = next((n for n, other in enumerate(board.scenes) if other.scene == scene.scene), 0)
    after = board.scenes[position + 1] if position + 1 < len(board.scenes) else None
    slides: tuple[tuple[int, float], ...] = ()
    if scene.transition == "slide" and position:
        slides += slide_in(0, SLIDE_IN_FRAMES, board.width * 0.9)
    if after is not None and after.transition == "slide":
        slides += slide_out(scene.frames, SLIDE_OUT_FRAMES, board.width * 0.9)

    framing = 0
    for shot in scene.shots:
        _backdrop(canvas, layout, board.palette, shot, _composition(scene) + framing)
        framing += 1 + len(shot.reframes)
    _progress(
        canvas,
        layout,
        board.palette,
        position=position,
        scenes=len(board.scenes),
        frames=scene.frames,
    )
    floor = _headings(canvas, pictograms, layout, board.palette, scene, slides=slides)
    for shot in scene.shots:
        if shot.content is None:
            continue
        headless = not _is_headed(scene, shot)
        stage = layout.open_stage if headless else layout.stage._replace(top=floor)
        cuts = tuple(shot.start + frame for frame in shot.reframes)
        canvas.camera = Camera(stage.center, shot.start, shot.end, ZOOM, slides, cuts)
        draw_content(
            Pen(
                canvas=canvas,
                layout=layout,
                palette=board.palette,
                pictograms=pictograms,
                start=shot.start,
                end=shot.end,
                stage=stage,
                headless=headless,
            ),
            shot.content,
        )
    canvas.camera = STILL
    if scene.transition == "wipe" and position:
        wipe_away(canvas, board.palette, 0)
    if after is not None and after.transition == "wipe":
        wipe_over(canvas, board.palette, scene.frames)
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
        case TermContent():
            draw_term(pen, content)
        case LinkContent():
            draw_link(pen, content)
        case ClosingContent():
            draw_closing(pen, content)


# -- behind ----------------------------------------------------------------------------------------


def _composition(scene: SceneBoard) -> int:
    """The composition that a scene begins with; its other framings go on from there in turn."""
    backdrop = scene.shots[0].backdrop if scene.shots else None
    return backdrop.variant if isinstance(backdrop, DrawnBackdrop) else 0


def _backdrop(
    canvas: Canvas, layout: Layout, palette: Palette, shot: Shot, composition: int
) -> None:
    """Geometry over a gradient; over footage that carries words, a card in the ground."""
    if isinstance(shot.backdrop, DrawnBackdrop):
        framings = [shot.start, *(shot.start + frame for frame in shot.reframes), shot.end]
        for nth, (start, end) in enumerate(pairwise(framings)):
            if _leaves_room(layout, shot.content):
                draw_art(
                    canvas, palette, layout.art, variant=composition + nth, start=start, end=end
                )
            else:
                draw_scenery(canvas, palette, composition + nth, start, end)
    elif shot.content is not None:
        zone, pad = layout.open_stage, CARD_PADDING * layout.unit
        top = min(zone.top, layout.heading.top) - pad
        canvas.shape(
            rounded(zone.width + 2 * pad, zone.bottom + pad - top, 40 * layout.unit),
            x=zone.center[0],
            y=(top + zone.bottom + pad) / 2,
            color=palette.ground,
            motion=hold(shot.start, shot.end),
            layer=1,
            opacity=card_opacity(palette),
        )


def _leaves_room(layout: Layout, content: ShotContent | None) -> bool:
    """Whether a shot leaves the art's zone free: in wide frames only words alone do."""
    if not layout.wide or isinstance(content, ClosingContent):
        return True
    if isinstance(content, ListContent | QuoteContent):
        return True
    return (
        isinstance(content, HookContent | FactContent)
        and getattr(content, "pictogram", None) is None
    )


def card_opacity(palette: Palette) -> float:
    """How dense the ground must lie over footage so that ink and accent read on any of it."""
    for percent in range(50, 100):
        seen = [blend(extreme, palette.ground, percent / 100) for extreme in ("#FFFFFF", "#000000")]
        ink = min(contrast(palette.ink, color) for color in seen)
        accent = min(contrast(palette.accent, color) for color in seen)
        if ink >= TEXT_CONTRAST and accent >= LARGE_CONTRAST:
            return percent / 100
    return 1.0


def _progress(
    canvas: Canvas, layout: Layout, palette: Palette, *, position: int, scenes: int, frames: int
) -> None:
    """A dash for every scene; this one's fills while it runs."""
    if not FEWEST_DASHES <= scenes <= MOST_DASHES:
        return
    unit, zone = layout.unit, layout.progress
    gap = 10 * unit
    length = (zone.width - gap * (scenes - 1)) / scenes
    dash = rounded(length, zone.height, zone.height / 2)
    for n in range(scenes):
        canvas.shape(
            dash,
            x=zone.left + n * (length + gap),
            y=zone.center[1],
            color=palette.ink,
            motion=hold(0, frames),
            pivot="left",
            layer=4,
            opacity=0.75 if n < position else 0.2,
        )
    canvas.shape(
        dash,
        x=zone.left + position * (length + gap),
        y=zone.center[1],
        color=palette.accent,
        motion=hold(0, frames, Pose(sx=0.06), Pose()),
        pivot="left",
        layer=5,
    )


# -- heading ---------------------------------------------------------------------------------------


def _headings(
    canvas: Canvas,
    pictograms: Pictograms,
    layout: Layout,
    palette: Palette,
    scene: SceneBoard,
    *,
    slides: tuple[tuple[int, float], ...],
) -> float:
    """The heading over every run of shots that show one; it stays while they change.

    Returns where the stage below it begins.
    """
    floor = layout.stage.top
    canvas.camera = Camera(layout.stage.center, 0, scene.frames, 0.0, slides)
    run: list[Key] = []
    for shot in scene.shots:
        headed = _is_headed(scene, shot)
        if headed and run and run[-1].frame == shot.start:
            run[-1] = Key(shot.end, Pose())
        elif headed:
            run += [Key(shot.start, Pose()), Key(shot.end, Pose())]
    if scene.heading is None:
        return floor
    for start, end in zip(run[::2], run[1::2], strict=True):
        pen = Pen(
            canvas=canvas,
            layout=layout,
            palette=palette,
            pictograms=pictograms,
            start=start.frame,
            end=end.frame,
            stage=layout.heading,
        )
        bare = [shot for shot in scene.shots if _is_bare(shot)]
        panels = [(shot.start, shot.end) for shot in bare if start.frame <= shot.start < end.frame]
        floor = _heading(pen, scene.heading, panels)
    return floor


def _is_headed(scene: SceneBoard, shot: Shot) -> bool:
    """Whether a shot shows the scene's heading; one that the caller wrote stands over every shot.

    One that was made up stays away from shots that speak for themselves.
    """
    if scene.heading is None or scene.heading_given:
        return scene.heading is not None
    return shot.content is not None and not isinstance(shot.content, HEADLESS)


def _is_bare(shot: Shot) -> bool:
    """Whether a shot is a clip or still alone, without the card that words have over it."""
    return shot.content is None and not isinstance(shot.backdrop, DrawnBackdrop)


def _heading(pen: Pen, text: str, panels: Sequence[tuple[int, int]]) -> float:
    """Set the heading, in each of the frame ranges ``panels`` on a panel in the ground."""
    unit, zone = pen.unit, pen.stage
    mark = 12 * unit
    inner = Zone(zone.left + mark + 26 * unit, zone.top, zone.right, zone.bottom)
    setting = pen.fit(text, "display", pen.sizes.heading, inner, max_lines=2)
    if len(setting.lines) > 1:  # two lines stand smaller, but one a little smaller is better still
        single = pen.fit(text, "display", pen.sizes.heading, inner, max_lines=1)
        if single.size >= pen.sizes.heading * 0.8:
            setting = single
    height = pen.block_height(setting, "display")
    pen.canvas.shape(
        rounded(mark, height + 20 * unit, mark / 2),
        x=zone.left,
        y=zone.top + height / 2,
        color=pen.palette.accent,
        motion=enter(pen.start, pen.end, come=Pose(sy=0.1), go=Pose(sy=0.1, opacity=0.0), over=12),
        pivot="left",
        layer=18,
    )
    words = pen.words(
        setting, "display", inner, zone.top, motion=lambda frame: pen.slide(frame, -36)
    )
    pad = PANEL_PADDING * unit
    right = max((word.x + word.width for word in words), default=inner.left)
    for start, end in panels:
        pen.canvas.shape(
            rounded(right - zone.left + 2 * pad, height + 2 * pad, 20 * unit),
            x=(zone.left + right) / 2,
            y=zone.top + height / 2,
            color=pen.palette.ground,
            motion=hold(start, end),
            layer=16,
            opacity=card_opacity(pen.palette),
        )
    if zone.bottom <= pen.layout.captions.top < pen.layout.stage.top:
        return pen.layout.stage.top  # captions lie between the heading and the stage
    return min(pen.layout.stage.top, zone.top + height + 84 * unit)
