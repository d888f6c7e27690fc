"""What every template draws with: one shot's canvas, zones, colours and time, and its type."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from adapters.libass.canvas import Anchor, Canvas
from adapters.libass.drawing import Drawing, circle, rounded
from adapters.libass.layout import Layout, Zone
from adapters.libass.motion import STAGGER_FRAMES, Motion, Pose, enter
from adapters.libass.pictograms import Pictograms
from adapters.libass.text import FontBook, Role, Setting, clean, fit
from domain.generation.storyboard import Palette

DISPLAY_TRACKING = -0.018
"""Large display type is set tighter; in ems"""
DISPLAY_LEADING = 1.1
TEXT_LEADING = 1.3


class Placed(NamedTuple):
    """A word on the canvas: its left end, baseline, width, and when it comes."""

    index: int
    line: int
    x: float
    baseline: float
    width: float
    frame: int


class Pen(NamedTuple):
    """One shot in the making. Frames of ``start`` and ``end`` count from the scene's start."""

    canvas: Canvas
    layout: Layout
    palette: Palette
    book: FontBook
    pictograms: Pictograms
    start: int
    end: int
    stage: Zone
    variant: int
    wide_open: bool
    """no heading above: the stage is all there is"""
    last: bool = False
    """the scene ends with this shot: what it shows stays until the cut"""

    @property
    def unit(self) -> float:
        return self.layout.unit

    def at(self, frame: int) -> int:
        """A frame counted from the shot's start, in the scene; never past the shot."""
        return min(max(self.start + frame, self.start), self.end - 2)

    # -- motions -----------------------------------------------------------------------------

    def rise(self, frame: int, distance: float = 44.0, over: int = 10) -> Motion:
        """Come up from below and fade in; leave by fading."""
        return enter(
            frame,
            self.end,
            come=Pose(dy=distance * self.unit, opacity=0.0),
            go=Pose(dy=-16 * self.unit, opacity=0.0),
            over=over,
        )

    def slide(self, frame: int, distance: float = -70.0, over: int = 10) -> Motion:
        """Come in from the side."""
        return enter(
            frame,
            self.end,
            come=Pose(dx=distance * self.unit, opacity=0.0),
            go=Pose(dx=distance * 0.3 * self.unit, opacity=0.0),
            over=over,
        )

    def pop(self, frame: int, over: int = 10, small: float = 0.55) -> Motion:
        """Come in growing."""
        return enter(
            frame,
            self.end,
            come=Pose(sx=small, sy=small, opacity=0.0),
            go=Pose(sx=0.94, sy=0.94, opacity=0.0),
            over=over,
        )

    def stretch(self, frame: int, over: int = 12, share: float = 0.0) -> Motion:
        """Grow to the right from the left end (draw with the pivot on the left)."""
        return enter(
            frame,
            self.end,
            come=Pose(sx=max(share, 0.001)),
            go=Pose(opacity=0.0),
            over=over,
        )

    # -- type --------------------------------------------------------------------------------

    def fit(
        self,
        text: str,
        role: Role,
        size: float,
        zone: Zone,
        *,
        max_lines: int = 8,
        leading: float | None = None,
    ) -> Setting:
        """Wrap text into a zone (see ``text.fit``) with the spacing of its role."""
        display = role == "display"
        return fit(
            self.book,
            text,
            role,
            size=size,
            width=zone.width,
            height=zone.height,
            leading=leading or (DISPLAY_LEADING if display else TEXT_LEADING),
            max_lines=max_lines,
            tracking=DISPLAY_TRACKING if display else 0.0,
        )

    def block_height(self, setting: Setting, role: Role) -> float:
        """From the capitals of the first line to the baseline of the last."""
        cap = self.book.face(role).cap_height * setting.size
        return cap + setting.leading * (len(setting.lines) - 1)

    def words(
        self,
        setting: Setting,
        role: Role,
        zone: Zone,
        top: float,
        *,
        anchor: Anchor = "left",
        color: Callable[[int], str] | None = None,
        frame: Callable[[int, int], int] | None = None,
        motion: Callable[[int], Motion] | None = None,
        layer: int = 20,
    ) -> list[Placed]:
        """Set lines word by word with the capitals' top at ``top``.

        ``color`` gives a word's colour by its index, ``frame`` when it comes by index and line
        (default: line after line), ``motion`` how, given the frame.
        """
        tracking = DISPLAY_TRACKING if role == "display" else 0.0
        size, spacing = setting.size, tracking * setting.size
        space = self.book.width(" ", role, size, spacing)
        baseline = top + self.book.face(role).cap_height * size
        placed: list[Placed] = []
        index = 0
        for number, line in enumerate(setting.lines):
            widths = [self.book.width(w, role, size, spacing) for w in line]
            total = sum(widths) + space * (len(line) - 1)
            x = {
                "left": zone.left,
                "center": (zone.left + zone.right - total) / 2,
                "right": zone.right - total,
            }[anchor]
            for word, width in zip(line, widths, strict=True):
                when = frame(index, number) if frame else self.start + number * STAGGER_FRAMES
                self.canvas.text(
                    word,
                    role,
                    size,
                    x,
                    baseline,
                    color(index) if color else self.palette.ink,
                    (motion or self.rise)(when),
                    layer=layer,
                    tracking=tracking,
                )
                placed.append(Placed(index, number, x, baseline, width, when))
                x += width + space
                index += 1
            baseline += setting.leading
        return placed

    def line(
        self,
        text: str,
        role: Role,
        size: float,
        x: float,
        baseline: float,
        color: str,
        motion: Motion,
        *,
        width: float,
        anchor: Anchor = "left",
        layer: int = 20,
    ) -> float:
        """One line, made smaller if it is wider than ``width``; the size that it was set in."""
        line = clean(text)
        natural = self.book.width(line, role, size)
        if natural > width:
            size *= width / natural
        self.canvas.text(line, role, size, x, baseline, color, motion, anchor=anchor, layer=layer)
        return size

    # -- ornaments -----------------------------------------------------------------------------

    def underline(
        self, words: Sequence[Placed], size: float, frame: int, share: float = 0.0
    ) -> None:
        """An accent stroke below words of one colour, drawn from left to right, line by line."""
        lines = sorted({word.line for word in words})
        for n, number in enumerate(lines):
            row = [word for word in words if word.line == number]
            left, right = row[0].x, row[-1].x + row[-1].width
            thick = max(4.0, size * 0.075)
            self.canvas.shape(
                rounded(right - left, thick, thick / 2),
                left,
                row[0].baseline + size * 0.17,
                self.palette.accent,
                self.stretch(frame + n * 4, share=share),
                pivot="left",
                layer=15,
            )

    def badge(
        self, pictogram: str, x: float, y: float, diameter: float, motion: Motion, layer: int = 14
    ) -> bool:
        """A pictogram on an accent disc around x, y; False when there is no such pictogram."""
        shape = self.pictograms.drawing(pictogram)
        if shape is None:
            return False
        self.canvas.shape(circle(diameter / 2), x, y, self.palette.accent, motion, layer=layer)
        self.canvas.shape(
            shape.fitted(diameter * 0.54, diameter * 0.54),
            x,
            y,
            self.palette.ground,
            motion,
            layer=layer + 1,
        )
        return True

    def pictogram(self, name: str | None) -> Drawing | None:
        """The drawing of a pictogram, if there is one of this name."""
        return self.pictograms.drawing(name) if name else None


def key_words(text: str, key: str | None) -> set[int]:
    """Which words of ``text`` the key covers, by index: the whole phrase, else its words."""
    if not key:
        return set()
    words = [_plain(w) for w in clean(text).split(" ")]
    wanted = [_plain(w) for w in clean(key).split(" ") if _plain(w)]
    if not wanted:
        return set()
    for first in range(len(words) - len(wanted) + 1):
        if words[first : first + len(wanted)] == wanted:
            return set(range(first, first + len(wanted)))
    return {n for n, word in enumerate(words) if word in wanted}


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
