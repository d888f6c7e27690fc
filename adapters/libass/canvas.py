"""The drawing surface of one scene: elements with a motion become chains of ASS events."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import pysubs2

from adapters.libass.drawing import Drawing
from adapters.libass.motion import FPS, Box, Key, Motion, Pose, ease_in, ease_out
from adapters.libass.text import FontBook, Role, clean, escape

Anchor = Literal["left", "center", "right"]
Pivot = Literal["center", "left", "right", "top", "bottom"]

_TEXT_AN: dict[Anchor, int] = {"left": 4, "center": 5, "right": 6}
_SHAPE_AN: dict[Pivot, int] = {"center": 5, "left": 4, "right": 6, "top": 8, "bottom": 2}

INVISIBLE = 1 / 255
"""Opacity below which nothing is drawn"""
OFFSTAGE_PX = 40
"""How far out of the frame a part must be to be left out"""
STANDSTILL_PX = 0.02
"""A move shorter than this is none"""


def frame_start_ms(frame: int) -> int:
    """When an event must start to be first seen in ``frame``: half a frame early, in whole
    centiseconds, since ASS counts no finer (rounding moves it by 5 ms, a third of the slack)."""
    return max(0, round((frame - 0.5) * 100 / FPS)) * 10


def ass_color(hex_color: str) -> str:
    """``#RRGGBB`` as ASS writes it."""
    return f"&H{hex_color[5:7]}{hex_color[3:5]}{hex_color[1:3]}&".upper()


# -- camera --------------------------------------------------------------------------------------


STEP_BACK = 0.09
"""A cut from one framing to the next is seen as one from about 8 % on"""


class Camera(NamedTuple):
    """What the whole stage does: it grows by ``zoom`` over the shot, and may slide in and out."""

    center: tuple[float, float]
    start: int
    end: int
    zoom: float = 0.0
    """grows from 1 - zoom to 1, so that nothing leaves its margins"""
    slides: tuple[tuple[int, float], ...] = ()
    """(frame, pixels to the right), ascending; straight lines in between"""
    cuts: tuple[int, ...] = ()
    """frames at which it is set anew: every other framing stands back by ``STEP_BACK``"""

    def frames(self) -> list[int]:
        """Frames where its movement changes."""
        return [frame for frame, _ in self.slides] + list(self.cuts)

    def view(
        self, frame: int, x: float, y: float, *, until: bool = False
    ) -> tuple[float, float, float]:
        """Where a point is seen, and how large things are there; ``until``: just before then."""
        share = min(1.0, max(0.0, (frame - self.start) / max(1, self.end - self.start)))
        passed = sum(cut < frame or (cut == frame and not until) for cut in self.cuts)
        back = STEP_BACK if passed % 2 == 0 and self.cuts else 0.0
        scale = (1 - self.zoom * (1 - share)) * (1 - back)
        cx, cy = self.center
        return cx + (x - cx) * scale + self._slide(frame), cy + (y - cy) * scale, scale

    def _slide(self, frame: int) -> float:
        if not self.slides:
            return 0.0
        before = self.slides[0]
        for key in self.slides:
            if key[0] >= frame:
                if key[0] == before[0]:
                    return key[1]
                share = (frame - before[0]) / (key[0] - before[0])
                return before[1] + (key[1] - before[1]) * share
            before = key
        return before[1]


STILL = Camera((0, 0), 0, 1)
"""A camera that doesn't move."""


def slide_in(start: int, frames: int, distance: float) -> tuple[tuple[int, float], ...]:
    """Camera keys that bring the stage in from ``distance`` pixels to the right."""
    steps = [n for n in (0, 1, 2, 4, 6, 8) if n < frames]
    moving = ((start + n, distance * (1 - ease_out((n + 1) / (frames + 1)))) for n in steps)
    return (*moving, (start + frames, 0.0))


def slide_out(end: int, frames: int, distance: float) -> tuple[tuple[int, float], ...]:
    """Camera keys that take the stage out to the left."""
    return tuple(
        (end - frames + n, -distance * ease_in(n / frames)) for n in range(0, frames + 1, 2)
    )


# -- canvas --------------------------------------------------------------------------------------


class Canvas:
    """Collects events; ``ass()`` writes them."""

    def __init__(self, width: int, height: int, book: FontBook) -> None:
        self.width = width
        self.height = height
        self.book = book
        self.camera = STILL
        self.events: list[pysubs2.SSAEvent] = []

    def text(
        self,
        text: str,
        role: Role,
        *,
        size: float,
        x: float,
        baseline: float,
        color: str,
        motion: Motion,
        anchor: Anchor = "left",
        layer: int = 20,
        opacity: float = 1.0,
        tracking: float = 0.0,
        border: float = 0.0,
        border_color: str = "#000000",
        blur: float = 0.0,
    ) -> None:
        """One line of text; ``size`` in pixels an em, ``tracking`` in ems."""
        line = clean(text)
        if not line:
            return
        ascent, descent = self.book.line_box(line, role, size)
        look = f"\\an{_TEXT_AN[anchor]}\\1c{ass_color(color)}\\bord{border:g}\\shad0"
        if border:
            look += f"\\3c{ass_color(border_color)}"
        if blur:
            look += f"\\blur{blur:g}"
        if tracking:
            look += f"\\fsp{tracking * size:.2f}"
        body = "".join(
            f"{{\\fn{run.face.family}\\fs{size * run.face.ass_size:.2f}}}{escape(run.text)}"
            for run in self.book.runs(line, role)
        )
        # libass centres the line box on the anchor; we want the baseline where it was asked for
        y = baseline - (ascent - descent) / 2
        self._emit(look, body, x=x, y=y, motion=motion, layer=layer, opacity=opacity)

    def shape(
        self,
        drawing: Drawing,
        *,
        x: float,
        y: float,
        color: str,
        motion: Motion,
        pivot: Pivot = "center",
        layer: int = 10,
        opacity: float = 1.0,
    ) -> None:
        """A shape with the ``pivot`` of its box at x, y; it grows and turns around that."""
        look = f"\\an{_SHAPE_AN[pivot]}\\1c{ass_color(color)}\\bord0\\shad0"
        body = f"{{\\p4}}{drawing.normal().ass()}"
        self._emit(look, body, x=x, y=y, motion=motion, layer=layer, opacity=opacity)

    def cluster(
        self,
        parts: Sequence[Drawing],
        *,
        x: float,
        y: float,
        color: str,
        motion: Motion,
        layer: int = 10,
        opacity: float = 1.0,
    ) -> None:
        """Parts of one shape whose 0, 0 is at x, y, moving and growing around it as one.

        What a shape costs is the area of its box, empty or not (5.5 ns a pixel and frame): a
        thin ring in twelve parts costs a fifth of it in one. Parts out of the frame are left
        out. Parts don't turn.
        """
        for part in parts:
            left, top, right, bottom = part.box
            ox, oy = (left + right) / 2, (top + bottom) / 2
            keys = tuple(
                Key(
                    frame,
                    pose._replace(dx=pose.dx + ox * (pose.sx - 1), dy=pose.dy + oy * (pose.sy - 1)),
                )
                for frame, pose in motion.keys
            )
            if self._on_stage(part.box, x, y, motion):
                self.shape(
                    part,
                    x=x + ox,
                    y=y + oy,
                    color=color,
                    motion=Motion(keys),
                    layer=layer,
                    opacity=opacity,
                )

    def _on_stage(self, box: Box, x: float, y: float, motion: Motion) -> bool:
        """Whether a box is ever within the frame."""
        left, top, right, bottom = box
        return any(
            x + pose.dx + right > -OFFSTAGE_PX
            and x + pose.dx + left < self.width + OFFSTAGE_PX
            and y + pose.dy + bottom > -OFFSTAGE_PX
            and y + pose.dy + top < self.height + OFFSTAGE_PX
            for _, pose in motion.keys
        )

    def flipbook(
        self,
        pages: Sequence[tuple[int, Drawing]],
        end: int,
        *,
        x: float,
        y: float,
        color: str,
        layer: int = 10,
        opacity: float = 1.0,
    ) -> None:
        """Shapes that take turns, each from its frame on; 0, 0 of each of them at x, y."""
        for (start, page), (after, _) in pairwise([*pages, (end, pages[-1][1])]):
            if after > start:
                left, top, right, bottom = page.box
                self.shape(
                    page,
                    x=x + (left + right) / 2,
                    y=y + (top + bottom) / 2,
                    color=color,
                    motion=Motion((Key(start, Pose()), Key(after, Pose()))),
                    layer=layer,
                    opacity=opacity,
                )

    def _emit(
        self,
        look: str,
        body: str,
        *,
        x: float,
        y: float,
        motion: Motion,
        layer: int,
        opacity: float,
    ) -> None:
        """One event for each stretch between two keys of the element or of the camera."""
        turns = (f for f in self.camera.frames() if motion.start < f < motion.end)
        for first, after in pairwise(sorted({*(key.frame for key in motion.keys), *turns})):
            a, b = motion.at(first), motion.at(after)
            a, b = (pose._replace(opacity=pose.opacity * opacity) for pose in (a, b))
            if max(a.opacity, b.opacity) < INVISIBLE:
                continue
            tags = look + self._tags(_Leg(first, a), _Leg(after, b), x, y)
            self.events.append(
                pysubs2.SSAEvent(
                    start=frame_start_ms(first),
                    end=frame_start_ms(after),
                    layer=layer,
                    text=f"{{{tags}}}{body}",
                )
            )

    def _tags(self, first: "_Leg", after: "_Leg", x: float, y: float) -> str:
        """Overrides that lead from one pose to the other in a straight line."""
        start = frame_start_ms(first.frame)
        times = ",".join(str(round(leg.frame * 1000 / FPS) - start) for leg in (first, after))
        (x0, y0, tags0), (x1, y1, tags1) = (
            self._pose(leg, x, y, until=leg is after) for leg in (first, after)
        )
        if max(abs(x1 - x0), abs(y1 - y0)) < STANDSTILL_PX:
            place = f"\\pos({x0:.2f},{y0:.2f})"
        else:
            place = f"\\move({x0:.2f},{y0:.2f},{x1:.2f},{y1:.2f},{times})"
        changed = {name: value for name, value in tags1.items() if tags0[name] != value}
        fixed = "".join(
            name + value
            for name, value in tags0.items()
            if value != NEUTRAL.get(name) or name in changed
        )
        moving = "".join(name + value for name, value in changed.items())
        return place + fixed + (f"\\t({times},{moving})" if moving else "")

    def _pose(
        self, leg: "_Leg", x: float, y: float, *, until: bool
    ) -> tuple[float, float, dict[str, str]]:
        """Where the element is seen, and its overrides by name."""
        pose = leg.pose
        seen_x, seen_y, scale = self.camera.view(leg.frame, x + pose.dx, y + pose.dy, until=until)
        tags = {
            "\\fscx": f"{max(0.0, pose.sx) * scale * 100:.2f}",
            "\\fscy": f"{max(0.0, pose.sy) * scale * 100:.2f}",
            "\\frz": f"{pose.spin:.2f}",
            "\\alpha": f"&H{255 - round(255 * min(1.0, max(0.0, pose.opacity))):02X}&",
        }
        if pose.window is not None:
            tags["\\clip"] = self._window(leg.frame, pose.window, until=until)
        return seen_x, seen_y, tags

    def _window(self, frame: int, window: Box, *, until: bool) -> str:
        left, top, _ = self.camera.view(frame, window[0], window[1], until=until)
        right, bottom, _ = self.camera.view(frame, window[2], window[3], until=until)
        return f"({left:.0f},{top:.0f},{right:.0f},{bottom:.0f})"

    def ass(self) -> str:
        """The whole script, in the order in which events start."""
        subs = pysubs2.SSAFile()
        subs.info = {
            "ScriptType": "v4.00+",
            "PlayResX": str(self.width),
            "PlayResY": str(self.height),
            "WrapStyle": "2",
            "ScaledBorderAndShadow": "yes",
        }
        style = pysubs2.SSAStyle(
            fontname=self.book.face("text").family,
            fontsize=48,
            outline=0,
            shadow=0,
            marginl=0,
            marginr=0,
            marginv=0,
        )
        subs.styles = {"Default": style}
        subs.events = sorted(self.events, key=lambda event: event.start)
        return subs.to_string("ass")


class _Leg(NamedTuple):
    """A pose at a frame, opacity of the element included."""

    frame: int
    pose: Pose


NEUTRAL = {"\\fscx": "100.00", "\\fscy": "100.00", "\\frz": "0.00", "\\alpha": "&H00&"}
"""What libass assumes without an override"""
