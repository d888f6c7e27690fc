"""What every template draws with: one shot's canvas, zones, colours and time, and its type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from adapters.libass.canvas import Anchor, Canvas
from adapters.libass.drawing import Drawing
from adapters.libass.layout import Layout, TypeSizes, Zone
from adapters.libass.motion import IN_FRAMES, STAGGER_FRAMES, Motion, Pose, enter
from adapters.libass.pictograms import Pictograms
from adapters.libass.text import FontBook, Role, Setting, clean, fit
from domain.generation.storyboard import Palette

DISPLAY_TRACKING = -0.018
"""Large display type is set tighter; in ems"""
DISPLAY_LEADING = 1.12
TEXT_LEADING = 1.26


class Placed(NamedTuple):
    """A word on the canvas: its left end, baseline, width, and when it comes."""

    nth: int
    line: int
    x: float
    baseline: float
    width: float
    frame: int


@dataclass(frozen=True, kw_only=True)
class Pen:
    """One shot in the making. ``start`` and ``end`` are frames of the scene, ``end`` exclusive."""

    canvas: Canvas
    layout: Layout
    palette: Palette
    pictograms: Pictograms
    start: int
    end: int
    stage: Zone
    headless: bool = True
    """no heading above: the stage is all there is"""

    @property
    def unit(self) -> float:
        """Pixels per pixel of a frame that is 1080 on its shorter side."""
        return self.layout.unit

    @property
    def sizes(self) -> TypeSizes:
        """Type sizes of the frame format."""
        return self.layout.sizes

    @property
    def book(self) -> FontBook:
        """The faces."""
        return self.canvas.book

    def at(self, frame: int) -> int:
        """A frame counted from the shot's start, as one of the scene; inside the shot."""
        return max(self.start, min(self.start + frame, self.end - 2))

    # -- motions -----------------------------------------------------------------------------

    def rise(self, frame: int, distance: float = 44.0, over: int = IN_FRAMES) -> Motion:
        """Come up from below while fading in; leave by fading."""
        return enter(
            frame,
            self.end,
            come=Pose(dy=distance * self.unit, opacity=0.0),
            go=Pose(dy=-14 * self.unit, opacity=0.0),
            over=over,
        )

    def slide(self, frame: int, distance: float = -70.0, over: int = IN_FRAMES) -> Motion:
        """Come in from the side; leave towards it."""
        return enter(
            frame,
            self.end,
            come=Pose(dx=distance * self.unit, opacity=0.0),
            go=Pose(dx=distance * 0.3 * self.unit, opacity=0.0),
            over=over,
        )

    def pop(self, frame: int, small: float = 0.55, over: int = IN_FRAMES) -> Motion:
        """Come in growing; leave shrinking a little."""
        return enter(
            frame,
            self.end,
            come=Pose(sx=small, sy=small, opacity=0.0),
            go=Pose(sx=0.94, sy=0.94, opacity=0.0),
            over=over,
        )

    def stretch(self, frame: int, share: float = 0.0, over: int = 12) -> Motion:
        """Grow to the right from ``share`` of the length (draw with the pivot on the left)."""
        return enter(
            frame,
            self.end,
            come=Pose(sx=max(share, 0.001)),
            go=Pose(opacity=0.0),
            over=over,
        )

    def stay(self, frame: int | None = None) -> Motion:
        """Be there, nearly from the first frame on: for what waits to be filled."""
        begin = self.start if frame is None else frame
        return enter(begin, self.end, come=Pose(opacity=0.4), go=Pose(opacity=0.0), over=5)

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
        """From the capitals' top of the first line to the baseline of the last."""
        cap = self.book.face(role).cap_height * setting.size
        return cap + setting.leading * max(0, len(setting.lines) - 1)

    def words(
        self,
        setting: Setting,
        role: Role,
        zone: Zone,
        top: float,
        *,
        anchor: Anchor = "left",
        color: Callable[[int], str] | str | None = None,
        start: int | None = None,
        stagger: int | None = None,
        motion: Callable[[int], Motion] | None = None,
        layer: int = 20,
    ) -> list[Placed]:
        """Set lines word by word with the capitals' top at ``top``.

        Words come ``stagger`` frames after one another (default: about 70 ms, half of that in
        longer texts) from ``start`` on (default: the shot's),
        by ``motion`` of their frame; ``color`` gives a word's colour by its index.
        """
        tracking = DISPLAY_TRACKING if role == "display" else 0.0
        size, spacing = setting.size, tracking * setting.size
        space = self.book.width(" ", role, size, spacing)
        baseline = top + self.book.face(role).cap_height * size
        first = self.start if start is None else start
        if stagger is None:
            count = sum(map(len, setting.lines))
            stagger = STAGGER_FRAMES if count * STAGGER_FRAMES <= IN_FRAMES else 1
        placed: list[Placed] = []
        for number, line in enumerate(setting.lines):
            widths = [self.book.width(word, role, size, spacing) for word in line]
            total = sum(widths) + space * (len(line) - 1)
            x = {
                "left": zone.left,
                "center": (zone.left + zone.right - total) / 2,
                "right": zone.right - total,
            }[anchor]
            for word, width in zip(line, widths, strict=True):
                nth = len(placed)
                when = max(self.start, min(first + nth * stagger, self.end - IN_FRAMES))
                self.canvas.text(
                    word,
                    role,
                    size=size,
                    x=x,
                    baseline=baseline,
                    color=(color(nth) if callable(color) else color) or self.palette.ink,
                    motion=(motion or self.rise)(max(when, self.start)),
                    layer=layer,
                    tracking=tracking,
                )
                placed.append(Placed(nth, number, x, baseline, width, when))
                x += width + space
            baseline += setting.leading
        return placed

    def line(
        self,
        text: str,
        role: Role,
        *,
        size: float,
        x: float,
        baseline: float,
        width: float,
        motion: Motion,
        color: str | None = None,
        anchor: Anchor = "left",
        layer: int = 20,
    ) -> float:
        """One line, made smaller if it is wider than ``width``; the size that it was set in."""
        natural = self.book.width(clean(text), role, size)
        if natural > width:
            size *= width / natural
        self.canvas.text(
            text,
            role,
            size=size,
            x=x,
            baseline=baseline,
            color=color or self.palette.ink,
            motion=motion,
            anchor=anchor,
            layer=layer,
        )
        return size

    def pictogram(self, name: str | None) -> Drawing | None:
        """The drawing of a pictogram, if there is one of this name."""
        return self.pictograms.drawing(name) if name else None


def key_words(text: str, key: str | None) -> set[int]:
    """Which words of ``text`` the key covers, by index: the whole phrase, else its words."""
    wanted = [plain for word in clean(key or "").split(" ") if (plain := _plain(word))]
    if not wanted:
        return set()
    words = [_plain(word) for word in clean(text).split(" ")]
    for first in range(len(words) - len(wanted) + 1):
        if words[first : first + len(wanted)] == wanted:
            return set(range(first, first + len(wanted)))
    return {n for n, word in enumerate(words) if word in wanted}


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
