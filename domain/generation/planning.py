"""The choice and timing of shots: from a narrated script to a storyboard.

Each scene is cut by a shortest path over its words. A step of the path is a shot; it costs by
where it is cut (a sentence's end is free, the middle of a phrase dear), by how far its length
lies from the format's range, and by its kind (a figure or a list is worth more than key words).
No kind follows itself, inside a scene or over the border of two: a stretch of words that is
no figure, list or contrast is a fact, a term or a link by turns. Only what the caller asks for
may repeat.

A scene is planned from its own words, its seed from (seed, words), so that editing one scene
leaves the others' boards as they were. On a border only the kind that the scene before ends with
is looked at, and it matters only where this scene would begin with the same; a scene that must
begin otherwise ends as it would have, so that the change goes no further.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Literal

import msgspec

from domain.generation.brief import Brief, CaptionChoice, CaptionColors, ShotKind, caption_style
from domain.generation.captions import burnt_cues
from domain.generation.cuts import Pace
from domain.generation.cutting import Planned, cut_scene
from domain.generation.footage import backdrops_in_turn
from domain.generation.headings import said_in
from domain.generation.kinds import is_plain
from domain.generation.linebreaks import break_cost
from domain.generation.narration import FRAME_RATE, SceneNarration
from domain.generation.script import Scene, Script, Source
from domain.generation.shots import content_words, undangled
from domain.generation.storyboard import (
    Backdrop,
    ClipChoice,
    ClosingContent,
    DrawnBackdrop,
    FactContent,
    FactLayout,
    HookContent,
    NumberContent,
    Offer,
    Palette,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TermContent,
)
from domain.generation.tokens import tokens_of

PictogramFinder = Callable[[Sequence[str]], str | None]

MAX_HEADING_WORDS = 6
SOURCE_FRAMES = FRAME_RATE * 3 // 2
"""a source line is shown for at most 1.5 s"""
BACKDROP_VARIANTS = 2**16
SPOTLIT_CHARS = 22
"""a longer key can't stand much larger than its surroundings"""
LONG_SHARE = 1.1
"""of the pace's longest: a shot beyond that is framed anew"""
SHORTEST_FRAMING = round(1.7 * FRAME_RATE)


def plan_storyboard(
    script: Script,
    narrations: Sequence[SceneNarration],
    brief: Brief,
    palette: Palette,
    *,
    pictogram_for: PictogramFinder,
    media: Mapping[int, Sequence[Backdrop]] | None = None,
    choices: Mapping[int, Sequence[ClipChoice]] | None = None,
    passed_over: Mapping[int, Offer] | None = None,
) -> Storyboard:
    """Plan the whole picture; the same arguments give the same board.

    ``narrations`` has one entry a scene, ``media`` the clips and stills of the scenes that have
    any: one a shot, in turn. Over them only shots that carry information are drawn. ``choices`` say
    why, one for each of them; ``passed_over`` what scenes without any were offered.
    """
    seed = brief.seed or 0
    width, height = brief.frame_size
    pace = Pace.of(brief.aspect_ratio)
    boards: list[SceneBoard] = []
    before: Shot | None = None
    last = len(script.scenes) - 1
    for number, (scene, narration) in enumerate(zip(script.scenes, narrations, strict=True)):
        planned = cut_scene(
            tokens_of(narration.sentences),
            narration.frames,
            pace,
            opens=number == 0,
            closes=number == last,
            wanted=scene.kind,
            previous=before.kind if before is not None else None,
            following=_border_kind(script.scenes, number),
            known=frozenset(_plain(script.theme or script.title)),
            over_media=bool((media or {}).get(number)),
        )
        shots = _finish(
            planned,
            _Drawing(
                seed=_seed_of(seed, scene.text),
                topic=script.theme or script.title,
                pictogram_for=pictogram_for,
                media=(media or {}).get(number, ()),
                choices=(choices or {}).get(number, ()),
                before=before,
                pace=pace,
            ),
        )
        if number == last:
            shots[-1] = _with_source(shots[-1], script.sources)
        cues = burnt_cues(narration, shots, brief.aspect_ratio) if brief.captions.enabled else []
        boards.append(
            SceneBoard(
                scene=number,
                frames=narration.frames,
                heading=_heading(scene, own=brief.scenes is not None),
                heading_given=bool(scene.heading)
                and (brief.scenes is not None or brief.script is not None),
                shots=shots,
                cues=cues,
                transition=_transition(script.scenes, number, seed),
                passed_over=(passed_over or {}).get(number),
            )
        )
        before = shots[-1]
    return Storyboard(
        title=script.title,
        language=script.language,
        width=width,
        height=height,
        fps=FRAME_RATE,
        seed=seed,
        palette=palette,
        captions=_resolved(brief, palette),
        scenes=boards,
    )


def _border_kind(scenes: Sequence[Scene], number: int) -> ShotKind:
    """The kind that a scene is better not to end with.

    What the scene after it asks for; else facts and terms by turns, so that the ends of two
    neighbours differ and a change of one of them stops there.
    """
    asked = scenes[number + 1].kind if number + 1 < len(scenes) else None
    return asked or (ShotKind.FACT if number % 2 else ShotKind.TERM)


class _Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to finish the shots of one scene."""

    seed: int
    topic: str
    pictogram_for: PictogramFinder
    media: Sequence[Backdrop]
    choices: Sequence[ClipChoice]
    before: Shot | None
    pace: Pace


def _finish(planned: Sequence[Planned], drawing: _Drawing) -> list[Shot]:
    """Give each planned shot its pictogram, layout and backdrop."""
    shots: list[Shot] = []
    used: set[str] = set()
    earlier = drawing.before.content if drawing.before is not None else None
    taken = earlier.layout if isinstance(earlier, FactContent) else None
    footage = list(backdrops_in_turn(drawing.media, (plan.end - plan.start for plan in planned)))
    for index, plan in enumerate(planned):
        content: ShotContent | None = plan.content
        reason = plan.because
        if footage:
            backdrop = footage[index]
            if is_plain(plan.content):
                content = None
                reason = f"{reason}; a clip or still shows it, its words are in the captions"
        else:
            backdrop = DrawnBackdrop(variant=_drawn(drawing.seed, f"backdrop{index}"))
        if content is not None and not footage:
            content = _with_pictogram(content, plan, drawing, used)
        if isinstance(content, FactContent):
            drawn = _drawn(drawing.seed, f"layout{index}")
            taken = _layout(content, drawn, taken)
            content = msgspec.structs.replace(content, layout=taken)
        shot = Shot(
            start=plan.start,
            end=plan.end,
            content=content,
            backdrop=backdrop,
            chosen_because=reason,
            reframes=_reframes(plan, drawing.pace),
            choice=drawing.choices[index % len(drawing.choices)] if drawing.choices else None,
        )
        shots.append(shot)
    return shots


def _layout(content: FactContent, drawn: int, taken: FactLayout | None) -> FactLayout:
    """A composition that suits the words, another than the one before."""
    key = content.key or ""
    fitting: list[FactLayout] = ["picture"] if content.pictogram else []
    if len(content.groups) > 1:
        fitting.append("split")
    if key not in ("", " ".join(group.text for group in content.groups)):
        fitting.append("circled")
    if (
        len(content.groups) > 1
        and len(key) <= SPOTLIT_CHARS
        and any(group.text == key for group in content.groups)
    ):
        fitting.append("spotlight")
    fitting.append("stack")
    free = [layout for layout in fitting if layout != taken]
    return free[drawn % len(free)] if free else "circled"


def _reframes(plan: Planned, pace: Pace) -> list[int]:
    """Where a shot that stays longer than the eye does is framed anew: at a phrase, in time."""
    length = plan.end - plan.start
    parts = ceil(length / (pace.longest * LONG_SHARE))
    starts = [
        (token.enters - plan.start, break_cost(before.text, token.text))
        for before, token in pairwise(plan.tokens)
    ]
    frames: list[int] = []
    for number in range(1, parts):
        ideal = length * number / parts
        around = [
            (cost + abs(frame - ideal) / FRAME_RATE, frame)
            for frame, cost in starts
            if min(frame - max([0, *frames]), length - frame) >= SHORTEST_FRAMING
        ]
        if around:
            frames.append(min(around)[1])
    return frames


def _with_pictogram(
    content: ShotContent, plan: Planned, drawing: _Drawing, used: set[str]
) -> ShotContent:
    """Add the pictogram that fits the shot's words, once a scene; the hook shows the topic."""
    if not isinstance(
        content, HookContent | NumberContent | FactContent | TermContent | ClosingContent
    ):
        return content
    pictogram = None
    if isinstance(content, HookContent | ClosingContent):
        pictogram = drawing.pictogram_for(drawing.topic.casefold().split())
    if pictogram is None:
        words = _pictured(content, plan)
        pictogram = drawing.pictogram_for(words) if words else None
    if pictogram is None or pictogram in used:
        return content
    used.add(pictogram)
    return msgspec.structs.replace(content, pictogram=pictogram)


def _pictured(content: ShotContent, plan: Planned) -> list[str]:
    """The words a pictogram may stand for: only such as are on screen beside it."""
    if isinstance(content, FactContent):
        shown = " ".join(group.text for group in content.groups)
    elif isinstance(content, NumberContent):
        shown = content.label
    elif isinstance(content, TermContent):
        shown = content.text
    else:
        return content_words(plan.tokens)
    plain = set(_plain(shown))
    return [word for word in content_words(plan.tokens) if "".join(_plain(word)) in plain]


def _with_source(shot: Shot, sources: Sequence[Source]) -> Shot:
    """Name the source over the last 1.5 s of the closing shot."""
    line = source_line(sources)
    if not line or not isinstance(shot.content, ClosingContent):
        return shot
    frames = shot.end - shot.start
    content = msgspec.structs.replace(
        shot.content, source=line, source_frame=max(0, frames - SOURCE_FRAMES)
    )
    return msgspec.structs.replace(shot, content=content)


def source_line(sources: Sequence[Source]) -> str:
    """The published sources in one short line: "Wikipedia: Octopus, CC BY-SA 4.0"."""
    named = [source for source in sources if source.is_published]
    if not named:
        return ""
    first = named[0]
    site = "Wikipedia: " if "wikipedia" in f"{first.author} {first.url}".casefold() else ""
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    title = first.title.removeprefix("Wikipedia: ")
    licence = f", {first.license}" if first.license else ""
    return f"{site}{title}{more}{licence}"


def _heading(scene: Scene, *, own: bool) -> str | None:
    """The scene's heading, at most six words; none when it would only repeat the captions.

    A heading that the caller wrote for a scene of their own stays whatever it says.
    """
    if scene.heading is None or not scene.heading.strip():
        return None
    words = scene.heading.split()
    if own:
        return " ".join(words[:MAX_HEADING_WORDS])
    if said_in(scene.heading, scene.text):
        return None
    return undangled(words[:MAX_HEADING_WORDS]) or None


def _plain(text: str) -> list[str]:
    return ["".join(c for c in word if c.isalnum()).casefold() for word in text.split()]


def _transition(scenes: Sequence[Scene], number: int, seed: int) -> Literal["cut", "wipe", "slide"]:
    """Hard cuts inside a section; a new one comes in by the move that the seed picks."""
    if number == 0 or scenes[number].section == scenes[number - 1].section:
        return "cut"
    wipes = _drawn(_seed_of(seed, scenes[number].text), "transition") % 2
    return "wipe" if wipes else "slide"


def _seed_of(seed: int, text: str) -> int:
    """A scene's own seed: from its words, not its position, so that edits don't ripple."""
    return int.from_bytes(hashlib.blake2b(f"{seed}\n{text}".encode(), digest_size=8).digest())


def _drawn(seed: int, purpose: str) -> int:
    digest = hashlib.blake2b(f"{seed}\n{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % BACKDROP_VARIANTS


def _resolved(brief: Brief, palette: Palette) -> CaptionChoice:
    """The captions' style and colours with every default filled in."""
    colors = brief.captions.colors
    return msgspec.structs.replace(
        brief.captions,
        style=caption_style(brief),
        colors=CaptionColors(
            text=colors.text or palette.ink,
            highlight=colors.highlight or palette.accent,
            outline=colors.outline or palette.ground,
        ),
    )


def footage_needed(narrations: Sequence[SceneNarration], aspect_ratio: str) -> dict[int, int]:
    """How many clips or stills each scene has room for: one for each shot it is likely to get."""
    pace = Pace.of(aspect_ratio)
    typical = (pace.shortest + pace.longest) / 2
    return {
        number: max(1, round(narration.frames / typical))
        for number, narration in enumerate(narrations)
    }


def kinds_of(board: Storyboard) -> list[ShotKind]:
    """The drawn kinds in order, bare clips and stills left out."""
    return [shot.kind for scene in board.scenes for shot in scene.shots if shot.kind is not None]
