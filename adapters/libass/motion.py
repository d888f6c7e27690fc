"""Motion as keyframes. ASS moves in straight lines only, so curves are chains of short ones."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

FPS = 30

IN_FRAMES = 10
"""333 ms: what enters takes 250 to 400 ms"""
OUT_FRAMES = 5
"""167 ms: what leaves takes 150 to 200 ms"""
STAGGER_FRAMES = 2
"""67 ms between neighbours that enter together"""

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels"""


class Pose(NamedTuple):
    """Where and how an element stands, relative to its place in the layout."""

    dx: float = 0.0
    dy: float = 0.0
    sx: float = 1.0
    sy: float = 1.0
    opacity: float = 1.0
    spin: float = 0.0
    """degrees, anticlockwise"""
    window: Box | None = None
    """what of it is seen; None: all"""


REST = Pose()


def mix(a: Pose, b: Pose, share: float) -> Pose:
    """The pose ``share`` of the way from ``a`` to ``b``."""

    def between(x: float, y: float) -> float:
        return x + (y - x) * share

    window: Box | None = None
    if a.window is not None and b.window is not None:
        left, top, right, bottom = (between(p, q) for p, q in zip(a.window, b.window, strict=True))
        window = (left, top, right, bottom)
    else:
        window = a.window or b.window
    return Pose(
        between(a.dx, b.dx),
        between(a.dy, b.dy),
        between(a.sx, b.sx),
        between(a.sy, b.sy),
        between(a.opacity, b.opacity),
        between(a.spin, b.spin),
        window,
    )


class Key(NamedTuple):
    """A pose at a frame."""

    frame: int
    pose: Pose


class Motion(NamedTuple):
    """Keys in ascending order: an element is there from the first to before the last."""

    keys: tuple[Key, ...]

    def at(self, frame: int) -> Pose:
        """The pose at a frame, in a straight line between the keys around it."""
        before = self.keys[0]
        for key in self.keys:
            if key.frame >= frame:
                if key.frame == before.frame:
                    return key.pose
                return mix(
                    before.pose, key.pose, (frame - before.frame) / (key.frame - before.frame)
                )
            before = key
        return before.pose

    @property
    def start(self) -> int:
        return self.keys[0].frame

    @property
    def end(self) -> int:
        return self.keys[-1].frame


# -- easing --------------------------------------------------------------------------------------

Easing = Callable[[float], float]


def ease_out(t: float) -> float:
    """Ease-out-cubic: fast at first, settling at the end."""
    return 1 - (1 - t) ** 3


def ease_in(t: float) -> float:
    """Ease-in-cubic: for what leaves."""
    return t**3


def ease_in_out(t: float) -> float:
    """Ease-in-out-cubic: for what travels from place to place."""
    return (2 * t) ** 3 / 2 if 2 * t < 1 else 1 - (2 - 2 * t) ** 3 / 2


def glide(
    start: int, frames: int, a: Pose, b: Pose, easing: Easing = ease_out, *, lead: float = 0.0
) -> list[Key]:
    """Keys of a move that follows ``easing``; ``lead`` is the share already done at ``start``."""
    if frames <= 0:
        return [Key(start, b)]
    steps = sorted({0, 1, 2, 4, 6, 8, *range(8, frames, 3), frames} & set(range(frames + 1)))
    return [Key(start + n, mix(a, b, easing(lead + (1 - lead) * n / frames))) for n in steps]


LEAD = 0.1
"""What enters has begun to: its first frame is a tenth of the way in time, a quarter in space."""


def enter(
    start: int,
    end: int,
    *,
    come: Pose,
    rest: Pose = REST,
    go: Pose | None = None,
    over: int = IN_FRAMES,
    easing: Easing = ease_out,
    settle: Pose | None = None,
) -> Motion:
    """Come in at ``start``, rest (drifting to ``settle``), be gone at ``end``.

    ``go`` is the pose to leave by in the last frames; None cuts.
    """
    end = max(end, start + 2)
    over = min(over, max(1, end - start - 1))
    keys = glide(start, over, come, rest, easing, lead=LEAD)
    last = settle or rest
    if go is not None and end - OUT_FRAMES > start + over:
        keys += [
            Key(end - OUT_FRAMES, last),
            *glide(end - OUT_FRAMES, OUT_FRAMES, last, go, ease_in)[1:],
        ]
    elif keys[-1].frame < end:
        keys.append(Key(end, last))
    return Motion(tuple(keys))


def hold(start: int, end: int, pose: Pose = REST, settle: Pose | None = None) -> Motion:
    """Be there from ``start`` to before ``end``, drifting from ``pose`` to ``settle``."""
    return Motion((Key(start, pose), Key(max(end, start + 1), settle or pose)))


def chain(*parts: Sequence[Key]) -> Motion:
    """One motion of several: later keys win over earlier ones at or behind their frame."""
    keys: list[Key] = []
    for part in parts:
        for key in part:
            while keys and keys[-1].frame >= key.frame:
                keys.pop()
            keys.append(key)
    if len(keys) == 1:
        keys.append(Key(keys[0].frame + 1, keys[0].pose))
    return Motion(tuple(keys))
