"""Storyboards to render: a stock video and a drawn one, with captions as in a real Short."""

from collections.abc import Callable

from domain.generation.brief import CaptionChoice, CaptionColors
from domain.generation.captions import Cue, CueWord
from domain.generation.storyboard import (
    Backdrop,
    Bar,
    ClipBackdrop,
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
    Reveal,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TimelineContent,
    TimelineMark,
)

SCENE_FRAMES = 180
SHOT_FRAMES = 90
WORD_FRAMES = 10
CUE_WORDS = 3
WORDS = "the octopus keeps nine brains three hearts and a skin that can taste light".split()

PALETTE = Palette(
    name="bench",
    ground="#0B1D3A",
    ground_to="#1B4965",
    ink="#FFFFFF",
    muted="#C8D4E0",
    accent="#FFB703",
)

CONTENTS: tuple[ShotContent, ...] = (
    HookContent(claim="Nine brains and no bones at all", key="Nine brains"),
    NumberContent(value=500, suffix=" million", label="nerve cells", land_frame=30),
    ComparisonContent(
        bars=[Bar("arms", "350 M", 1.0, 5), Bar("head", "150 M", 0.43, 30)], measured=True
    ),
    ListContent(title="It changes", rows=[Reveal("colour", 5), Reveal("shape", 30)]),
    TimelineContent(marks=[TimelineMark(1829, "described", 5), TimelineMark(2015, "read", 40)]),
    ProcessContent(nodes=[Reveal("light", 5), Reveal("skin", 30), Reveal("colour", 60)]),
    QuoteContent(text="The closest we will come to meeting another mind", frame=5),
    FactContent(groups=[Reveal("three hearts", 5), Reveal("blue blood", 40)], key="blue blood"),
    ClosingContent(text="Nine brains, one animal", key="one animal"),
)


ShotMaker = Callable[[int], tuple[ShotContent | None, Backdrop]]


def drawn_board(frames: int) -> Storyboard:
    """Every kind of shot in turn over gradients."""
    return _board(
        frames,
        lambda number: (CONTENTS[number % len(CONTENTS)], DrawnBackdrop(variant=number)),
    )


def stock_board(frames: int, clips: list[str]) -> Storyboard:
    """Bare clips, a new one every three seconds; ``clips`` are their hashes.

    Each begins at its start, as the clips of a video's scenes do.
    """

    def shot(number: int) -> tuple[ShotContent | None, Backdrop]:
        clip = clips[number % len(clips)]
        return None, ClipBackdrop(media=clip, name=clip, duration_ms=7_000)

    return _board(frames, shot)


def _board(frames: int, shot_of: ShotMaker) -> Storyboard:
    scenes: list[SceneBoard] = []
    for start in range(0, frames, SCENE_FRAMES):
        length = min(SCENE_FRAMES, frames - start)
        shots = []
        for at in range(0, length, SHOT_FRAMES):
            content, backdrop = shot_of((start + at) // SHOT_FRAMES)
            end = min(at + SHOT_FRAMES, length)
            shots.append(Shot(start=at, end=end, content=content, backdrop=backdrop))
        scenes.append(SceneBoard(scene=len(scenes), frames=length, shots=shots, cues=_cues(length)))
    return Storyboard(
        title="Benchmark",
        language="en",
        width=1080,
        height=1920,
        seed=1,
        palette=PALETTE,
        captions=CaptionChoice(
            style="highlight",
            colors=CaptionColors(text="#FFFFFF", highlight="#FFB703", outline="#000000"),
        ),
        scenes=scenes,
    )


def _cues(frames: int) -> list[Cue]:
    """Three words at a time, a third of a second each."""
    cues = []
    length = CUE_WORDS * WORD_FRAMES
    for start in range(0, frames - length + 1, length):
        words = [
            CueWord(
                WORDS[(start // WORD_FRAMES + n) % len(WORDS)],
                start + n * WORD_FRAMES,
                start + (n + 1) * WORD_FRAMES,
            )
            for n in range(CUE_WORDS)
        ]
        cues.append(Cue(start, start + length, [words]))
    return cues
