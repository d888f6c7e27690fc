"""The drawing surface of one scene: elements with a motion become chains of ASS events."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pysubs2

from adapters.libass.drawing import Drawing
from adapters.libass.motion import FPS, Box, Motion, Pose, ease_in, ease_out
from adapters.libass.text import FontBook, Role, clean, escape

Anchor = Literal["left", "center", "right"]
Pivot = Literal["center", "left", "right", "top", "bottom"]

_TEXT_AN: dict[Anchor, int] = {"left": 4, "center": 5, "right": 6}
_SHAPE_AN: dict[Pivot, int] = {"center": 5, "left": 4, "right": 6, "top": 8, "bottom": 2}


def frame_start_ms(frame: int) -> int:
    """When an event must start to be first seen in ``frame``: half a frame early, in whole
    centiseconds, since ASS counts no finer (rounding moves it by 5 ms, a third of the slack)."""
    return max(0, round((frame - 0.5) * 100 / FPS)) * 10


def ass_color(hex_color: str) -> str:
    """``#RRGGBB`` as ASS writes it."""
    return f"&H{hex_color[5:7]}{hex_color[3:5]}{hex_color[1:3]}&".upper()


class Camera(NamedTuple):
    """What the whole stage does: it grows by ``zoom`` over the shot, and may slide in and out."""

    center: tuple[float, float]
    start: int
    end: int
    zoom: float = 0.0
    """grows from 1 - zoom to 1, so that nothing leaves its margins"""
    slides: tuple[tuple[int, float], ...] = ()
    """(frame, pixels to the right), ascending; straight lines in between"""

    def frames(self) -> list[int]:
        """Frames where its movement changes."""
        return [frame for frame, _ in self.slides]

    def view(self, frame: int, x: float, y: float) -> tuple[float, float, float]:
        """Where a point is seen, and how large things are there."""
        share = min(1.0, max(0.0, (frame - self.start) / max(1, self.end - self.start)))
        scale = 1 - self.zoom * (1 - share)
        cx, cy = self.center
        return cx + (x - cx) * scale + self._slide(frame), cy + (y - cy) * scale, scale

    def _slide(self, frame: int) -> float:
        before: tuple[int, float] | None = None
        for key in self.slides:
            if key[0] >= frame:
                if before is None or key[0] == before[0]:
                    return key[1]
                share = (frame - before[0]) / (key[0] - before[0])
                return before[1] + (key[1] - before[1]) * share
            before = key
        return before[1] if before else 0.0


STILL = Camera((0, 0), 0, 1)
"""A camera that doesn't move."""


def slide_in(start: int, frames: int, distance: float) -> tuple[tuple[int, float], ...]:
    """Camera keys that bring the stage in from ``distance`` pixels to the right."""
    steps = (0, 1, 2, 4, 6, 8, frames)
    return tuple(
        (start + n, distance * (1 - ease_out((n + 1) / (frames + 1)))) for n in steps[:-1]
    ) + ((start + frames, 0.0),)


def slide_out(end: int, frames: int, distance: float) -> tuple[tuple[int, float], ...]:
    """Camera keys that take the stage out to the left."""
    return tuple(
        (end - frames + n, -distance * ease_in(n / frames)) for n in range(0, frames + 1, 2)
    )


class Canvas:
    """Collects events; ``ass()`` writes them."""

    def __init__(self, width: int, height: int, book: FontBook) -> None:
        self.width = width
        self.height = height
        self.book = book
        self.camera = STILL
        self.events: list[pysubs2.SSAEvent] = []

    # -- elements ----------------------------------------------------------------------------

    def text(
        self,
        text: str,
        role: Role,
        size: float,
        x: float,
        baseline: float,
        color: str,
        motion: Motion,
        *,
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
        look = f"\\1c{ass_color(color)}\\bord{border:g}\\shad0"
        if border:
            look += f"\\3c{ass_color(border_color)}"
        if blur:
            look += f"\\blur{blur:g}"
        if tracking:
            look += f"\\fsp{tracking * size:.2f}"
        body = ""
        for run in self.book.runs(line, role):
            body += f"{{\\fn{run.face.family}\\fs{size * run.face.ass_size:.2f}}}{escape(run.text)}"
        # libass centres the line box on the anchor; we want the baseline where it was asked for
        y = baseline - (ascent - descent) / 2
        self._emit(f"\\an{_TEXT_AN[anchor]}{look}", body, x, y, motion, layer, opacity)

    def shape(
        self,
        drawing: Drawing,
        x: float,
        y: float,
        color: str,
        motion: Motion,
        *,
        pivot: Pivot = "center",
        layer: int = 10,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """A shape with the ``pivot`` of its box at x, y; it grows and turns around that."""
        look = f"\\1c{ass_color(color)}\\bord0\\shad0" + (f"\\blur{blur:g}" if blur else "")
        body = f"{{\\p4}}{drawing.normal().ass()}"
        self._emit(f"\\an{_SHAPE_AN[pivot]}{look}", body, x, y, motion, layer, opacity)

    def flipbook(
        self,
        pages: Sequence[tuple[int, Drawing]],
        end: int,
        x: float,
        y: float,
        color: str,
        *,
        layer: int = 10,
        opacity: float = 1.0,
    ) -> None:
        """Shapes that take turns, each from its frame on, all around the same x, y."""
        for (start, page), (after, _) in zip(pages, [*pages[1:], (end, pages[-1][1])], strict=True):
            if after <= start:
                continue
            left, top, right, bottom = page.box
            motion = Motion(((start, Pose()), (after, Pose())))  # type: ignore[arg-type]
            self.shape(
                page,
                x + (left + right) / 2,
                y + (top + bottom) / 2,
                color,
                motion,
                layer=layer,
                opacity=opacity,
            )

    # -- events --------------------------------------------------------------------------------

    def _emit(
        self,
        look: str,
        body: str,
        x: float,
        y: float,
        motion: Motion,
        layer: int,
        opacity: float,
    ) -> None:
        turning = [f for f in self.camera.frames() if motion.start < f < motion.end]
        frames = sorted({key.frame for key in motion.keys} | set(turning))
        for first, after in zip(frames, frames[1:], strict=False):
            a, b = motion.at(first), motion.at(after)
            if max(a.opacity, b.opacity) * opacity < 0.004:
                continue
            start = frame_start_ms(first)
            times = (
                round(first * 1000 / FPS) - start,
                round(after * 1000 / FPS) - start,
            )
            tags = look + self._between(first, after, a, b, x, y, times, opacity)
            self.events.append(
                pysubs2.SSAEvent(
                    start=start, end=frame_start_ms(after), layer=layer, text=f"{{{tags}}}{body}"
                )
            )

    def _between(
        self,
        first: int,
        after: int,
        a: Pose,
        b: Pose,
        x: float,
        y: float,
        times: tuple[int, int],
        opacity: float,
    ) -> str:
        x0, y0, scale0 = self.camera.view(first, x + a.dx, y + a.dy)
        x1, y1, scale1 = self.camera.view(after, x + b.dx, y + b.dy)
        t0, t1 = times
        if max(abs(x1 - x0), abs(y1 - y0)) < 0.02:
            tags = f"\\pos({x0:.2f},{y0:.2f})"
        else:
            tags = f"\\move({x0:.2f},{y0:.2f},{x1:.2f},{y1:.2f},{t0},{t1})"
        still, moving = "", ""
        for name, v0, v1 in (
            ("\\fscx", a.sx * scale0 * 100, b.sx * scale1 * 100),
            ("\\fscy", a.sy * scale0 * 100, b.sy * scale1 * 100),
            ("\\frz", a.spin, b.spin),
        ):
            text0, text1 = f"{max(v0, 0.0) if name != chr(92) + 'frz' else v0:.2f}", f"{v1:.2f}"
            neutral = "0.00" if name == "\\frz" else "100.00"
            if text0 != neutral or text1 != text0:
                still += name + text0
            if text1 != text0:
                moving += name + text1
        alpha0, alpha1 = _alpha(a.opacity * opacity), _alpha(b.opacity * opacity)
        if alpha0 != "&H00&" or alpha1 != alpha0:
            still += f"\\alpha{alpha0}"
        if alpha1 != alpha0:
            moving += f"\\alpha{alpha1}"
        if a.window is not None and b.window is not None:
            window0, window1 = self._window(first, a.window), self._window(after, b.window)
            still += window0
            if window1 != window0:
                moving += window1
        return tags + still + (f"\\t({t0},{t1},{moving})" if moving else "")

    def _window(self, frame: int, window: Box) -> str:
        left, top, _ = self.camera.view(frame, window[0], window[1])
        right, bottom, _ = self.camera.view(frame, window[2], window[3])
        return f"\\clip({left:.0f},{top:.0f},{right:.0f},{bottom:.0f})"

    def ass(self) -> str:
        """The whole script."""
        subs = pysubs2.SSAFile()
        subs.info = {
            "ScriptType": "v4.00+",
            "PlayResX": str(self.width),
            "PlayResY": str(self.height),
            "WrapStyle": "2",
            "ScaledBorderAndShadow": "yes",
        }
        subs.styles = {
            "Default": pysubs2.SSAStyle(
                fontname=self.book.face("text").family,
                fontsize=48,
                bold=False,
                outline=0,
                shadow=0,
                marginl=0,
                marginr=0,
                marginv=0,
            )
        }
        order = sorted(range(len(self.events)), key=lambda n: (self.events[n].start, n))
        subs.events = [self.events[n] for n in order]
        return subs.to_string("ass")


def _alpha(opacity: float) -> str:
    return f"&H{255 - round(255 * min(1.0, max(0.0, opacity))):02X}&"
