"""Texts that look like libass's own language: drawn as they are written, and nothing more."""

import re
from pathlib import Path

import numpy as np
import pysubs2
import pytest
from PIL import Image

from adapters.ffmpeg import FfmpegEngine
from adapters.libass import LibassTypesetter
from domain.generation.brief import CaptionChoice
from domain.generation.captions import Cue, CueWord, SidecarCue
from domain.generation.palettes import PALETTES
from domain.generation.ports import SegmentPlan
from domain.generation.storyboard import (
    ClosingContent,
    DrawnBackdrop,
    FactContent,
    ListContent,
    QuoteContent,
    Reveal,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TermContent,
)

MARK = "zqx"
"""in every attack's arguments, and in nothing that the typesetter writes itself"""

ATTACKS = {
    "an override": "{\\fnzqx\\fs400}Bees",
    "an override that stays open": "Bees {\\fnzqx",
    "an override that was closed before": "Bees} {\\fnzqx} bees",
    "a drawing": "{\\p1\\fnzqx}m 0 0 l 1080 0 1080 1920 0 1920{\\p0}",
    "a clip": "{\\clip(0,0,1,1)\\fnzqx}Bees",
    "invisible": "{\\alpha&HFF&\\fnzqx}Bees",
    "moved away": "{\\pos(-999,-999)\\fnzqx}Bees",
    "animated": "{\\t(0,9,\\fnzqx)}Bees",
    "karaoke": "{\\k9\\fnzqx}Bees",
    "a reset": "{\\rzqx}Bees",
    "breaks": "Bees\\Nzqx\\nzqx\\hzqx",
    "a line of a script": "Bees\nDialogue: 9,0:00:00.00,9:00:00.00,zqx,,0,0,0,,zqx",
    "a carriage return": "Bees\rDialogue: 9,0:00:00.00,9:00:00.00,zqx,,0,0,0,,zqx",
    "a separator": "Bees\u2028Dialogue: 9,0:00:00.00,9:00:00.00,zqx,,0,0,0,,zqx",
    "a section": "Bees\n\n[Fonts]\nfontname: zqx.ttf\n",
    "a style": "Bees\nStyle: zqx,zqx,400,&H0,&H0,&H0,&H0",
    "commas": "Bees,0:00:00.00,9:00:00.00,zqx,,0,0,0,,bees",
    "backslashes": "\\\\{\\\\fnzqx\\\\}\\",
    "a comment": "{zqx}Bees{zqx}",
    "escaped by hand": "\\{\\fnzqx\\}Bees",
    "a null": "Bees\0{\\fnzqx}",
}
OVERRIDE = re.compile(r"(?<!\\)\{([^}]*)\}")

PLACES = ("heading", "fact", "list", "quote", "term", "closing", "caption")


@pytest.fixture(scope="module")
def typesetter(tmp_path_factory: pytest.TempPathFactory) -> LibassTypesetter:
    return LibassTypesetter(tmp_path_factory.getbasetemp() / "typesetter-fonts")


def board_with(text: str, place: str) -> Storyboard:
    """A scene that shows a text in one place, and harmless ones elsewhere."""
    contents: dict[str, ShotContent] = {
        "fact": FactContent(groups=[Reveal(text, 0)]),
        "list": ListContent(title=text, rows=[Reveal(text, 0), Reveal("Crabs", 4)]),
        "quote": QuoteContent(text=text, attribution=text, frame=0),
        "term": TermContent(text=text, frame=0),
        "closing": ClosingContent(text=text, key="x", source=text, source_frame=0),
    }
    content = contents.get(place, FactContent(groups=[Reveal("Bees", 0)]))
    words = text.split() if place == "caption" else ["Bees"]
    cue = Cue(start=0, end=60, lines=[[CueWord(text=word, start=0, end=60) for word in words]])
    shot = Shot(start=0, end=60, content=content, backdrop=DrawnBackdrop(variant=0))
    scene = SceneBoard(
        scene=0,
        frames=60,
        heading=text if place == "heading" else None,
        shots=[shot],
        cues=[cue],
    )
    return Storyboard(
        title="Bees",
        language="en",
        width=1080,
        height=1920,
        seed=7,
        palette=PALETTES["midnight"],
        captions=CaptionChoice(style="highlight"),
        scenes=[scene],
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", PLACES)
def test_a_text_is_drawn_and_commands_nothing(
    typesetter: LibassTypesetter, attack: str, place: str
) -> None:
    board = board_with(ATTACKS[attack], place)
    track = typesetter.scene_track(board, board.scenes[0])

    script = pysubs2.SSAFile.from_string(track, format_="ass")
    assert MARK not in script.styles
    assert MARK not in str(script.info)
    assert "\0" not in track
    assert "[Fonts]" not in track.splitlines()
    for event in script.events:
        assert event.style in script.styles
        assert event.end <= 60 * 1000
        for commands in OVERRIDE.findall(event.text):
            assert MARK not in commands, event.text
        for broken in ("\\N" + MARK, "\\n" + MARK, "\\h" + MARK):
            assert broken not in event.text
    sections = [line for line in track.splitlines() if line.startswith("[")]
    assert len(sections) == len(set(sections)), "no section comes twice"
    for line in track.splitlines():
        assert not line.startswith(("Dialogue: 9,", f"Style: {MARK}", "fontname:")), line


@pytest.mark.parametrize("attack", ["a drawing", "invisible", "moved away", "an override"])
async def test_the_picture_shows_the_text_and_no_drawing(
    typesetter: LibassTypesetter, tmp_path: Path, attack: str
) -> None:
    engine = FfmpegEngine(typesetter.fonts().folder)

    async def drawn(text: str) -> float:
        """The share of the picture that differs from one without any text in that place."""
        pictures = []
        for shown in (text, None):
            board = board_with(shown or "", "heading")
            plan = SegmentPlan(
                width=1080,
                height=1920,
                frames=60,
                palette=board.palette,
                backdrops=[(60, DrawnBackdrop(variant=0))],
                ass=typesetter.scene_track(board, board.scenes[0]),
            )
            out = tmp_path / f"{len(pictures)}.png"
            await engine.draw_still(plan, 50, {}, out)
            pictures.append(np.asarray(Image.open(out).convert("L"), dtype=np.int16))
        return float((np.abs(pictures[0] - pictures[1]) > 24).mean())

    assert 0.0005 < await drawn(ATTACKS[attack]) < 0.25


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_caption_files_hold_one_cue_with_the_text(
    typesetter: LibassTypesetter, attack: str, form: str
) -> None:
    hostile = ATTACKS[attack] + "\n\n2\n00:00:09,000 --> 00:00:10,000\n<script>x</script>"
    cue = SidecarCue(start_ms=0, end_ms=1_000, lines=[hostile])

    text = typesetter.caption_file([cue], form)  # type: ignore[arg-type]

    assert text.count("-->") == 1
    assert "<script>" not in text
