"""The specification of the port Typesetter: what every typesetter's tracks must hold to."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import msgspec
import numpy as np
import pysubs2
import pytest

from adapters.libass import LibassTypesetter
from domain.generation.brief import FRAME_SIZES, CaptionChoice, CaptionColors
from domain.generation.captions import Cue, CueWord, SidecarCue
from domain.generation.palettes import PALETTES, TEXT_CONTRAST, contrast
from domain.generation.ports import Typesetter
from domain.generation.storyboard import (
    Bar,
    ClipBackdrop,
    ClosingContent,
    ComparisonContent,
    DrawnBackdrop,
    FactContent,
    HookContent,
    LinkContent,
    ListContent,
    NumberContent,
    ProcessContent,
    QuoteContent,
    Reveal,
    SceneBoard,
    Shot,
    ShotContent,
    Storyboard,
    TermContent,
    TimelineContent,
    TimelineMark,
)

SHOT_FRAMES = 90
BRAIN = "fa:brain"

KINDS: dict[str, ShotContent] = {
    "hook": HookContent(claim="Two of three hearts stop", key="three hearts", pictogram=BRAIN),
    "number": NumberContent(value=3.5, decimals=1, prefix="$", suffix=" billion", land_frame=40),
    "comparison": ComparisonContent(
        bars=[Bar("Blue whale", "30 m", 1.0, 4), Bar("School bus", "12 m", 0.4, 40)], measured=True
    ),
    "facing": ComparisonContent(
        bars=[Bar("Short days", "winter", 1.0, 4), Bar("Long nights", "", 1.0, 40)], measured=False
    ),
    "list": ListContent(title="Needs", rows=[Reveal("Salt water", 4), Reveal("Crabs", 40)]),
    "timeline": TimelineContent(
        marks=[TimelineMark(1610, "Galileo sees moons", 4), TimelineMark(1930, "Pluto", 50)]
    ),
    "process": ProcessContent(nodes=[Reveal("Water rises", 4), Reveal("Rain falls", 50)]),
    "quote": QuoteContent(text="Imagination is more.", attribution="Albert Einstein", frame=4),
    "fact": FactContent(groups=[Reveal("Nine brains", 4), Reveal("one per arm", 40)], key="brains"),
    "term": TermContent(text="Chromatophores", frame=4, pictogram=BRAIN),
    "link": LinkContent(ends=[Reveal("Arms", 4), Reveal("Brain", 40)], said="obey"),
    "closing": ClosingContent(
        text="So they crawl", key="crawl", source="Wikipedia", source_frame=50
    ),
}


@pytest.fixture(scope="module", params=[LibassTypesetter], ids=["libass"])
def typesetter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Typesetter:
    # one folder for every test module of a session: making fonts takes seconds
    made: Typesetter = request.param(tmp_path_factory.getbasetemp() / "typesetter-fonts")
    return made


def board_of(
    contents: list[ShotContent],
    *,
    size: tuple[int, int] = (1080, 1920),
    cues: list[Cue] | None = None,
    captions: CaptionChoice | None = None,
    heading: str | None = None,
    frames: int = SHOT_FRAMES,
) -> Storyboard:
    """One scene that shows each content for ``frames``."""
    shots = [
        Shot(
            start=n * frames,
            end=(n + 1) * frames,
            content=content,
            backdrop=DrawnBackdrop(variant=n),
        )
        for n, content in enumerate(contents)
    ]
    scene = SceneBoard(
        scene=0, frames=frames * len(shots), heading=heading, shots=shots, cues=cues or []
    )
    return Storyboard(
        title="Test",
        language="en",
        width=size[0],
        height=size[1],
        seed=1,
        palette=PALETTES["midnight"],
        captions=captions or CaptionChoice(),
        scenes=[scene],
    )


def draw(
    typesetter: Typesetter,
    track: str,
    size: tuple[int, int],
    frames: list[int],
    folder: Path,
    *,
    rows: tuple[int, int] | None = None,
    grey: int = 0x40,
    pixels: str = "gbrp",
) -> tuple[np.ndarray, str]:
    """Render frames (or some rows of them) on plain grey: (frame, y, x, rgb), ffmpeg's log."""
    path = folder / "track.ass"
    path.write_text(track, encoding="utf-8")
    width, height = size
    top, bottom = rows or (0, height)
    wanted = "+".join(f"eq(n\\,{frame})" for frame in frames)
    plain = f"color=c=0x{grey * 0x010101:06x}:s={width}x{height}:r=30"
    plain += f",trim=end_frame={max(frames) + 1}"
    ass = f"ass={path}:fontsdir={typesetter.fonts().folder}"
    look = f"format={pixels},select='{wanted}',{ass},crop={width}:{bottom - top}:0:{top}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-v", "info", "-f", "lavfi"]
    command += ["-i", plain, "-vf", look, "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    run = subprocess.run(command, capture_output=True, check=True)
    shape = (len(frames), bottom - top, width, 3)
    return np.frombuffer(run.stdout, np.uint8).reshape(shape), run.stderr.decode()


# -- fonts -----------------------------------------------------------------------------------------


def test_fonts_lie_in_one_folder_and_say_whose_they_are(typesetter: Typesetter) -> None:
    fonts = typesetter.fonts()
    assert list(fonts.folder.iterdir())
    assert fonts.digest
    assert {credit.what for credit in fonts.credits} == {"font"}
    assert all(credit.author and credit.license and credit.url for credit in fonts.credits)
    assert typesetter.fonts() == fonts


def test_characters_that_no_font_draws_are_named_once_and_in_order(typesetter: Typesetter) -> None:
    assert typesetter.missing_glyphs("Größe, Ελλάδα, Россия, ½ € – “x” \U0001f419\ufe0f") == []
    assert typesetter.missing_glyphs("a漢b字漢") == ["漢", "字"]


@pytest.mark.parametrize("aspect", FRAME_SIZES)
def test_every_kind_renders_in_its_own_fonts_without_a_warning(
    typesetter: Typesetter, aspect: str, tmp_path: Path
) -> None:
    size = FRAME_SIZES[aspect]
    words = [CueWord("Ελλάδα", 0, 30), CueWord("Россия", 30, 60), CueWord("\U0001f419", 60, 90)]
    board = board_of(
        list(KINDS.values()), size=size, cues=[Cue(0, 90, [words])], heading="Thinking arms"
    )
    frames = [n * SHOT_FRAMES + at for n in range(len(KINDS)) for at in (0, 62)]
    pictures, log = draw(
        typesetter, typesetter.scene_track(board, board.scenes[0]), size, frames, tmp_path
    )
    chosen = re.findall(r"fontselect: .*? -> (.*?), ", log)
    assert chosen, "ffmpeg tells which fonts it took"
    own = {path.stem.replace("-", "") for path in typesetter.fonts().folder.iterdir()}
    assert all(Path(name).stem.replace("-", "") in own for name in chosen), chosen
    assert "not found" not in log
    assert "Error" not in log
    for name, picture in zip(KINDS, pictures[1::2], strict=True):
        assert (picture.max(axis=2) > 150).mean() > 0.01, f"{name} shows something"


# -- time ------------------------------------------------------------------------------------------


def lit_cue() -> tuple[Storyboard, list[int]]:
    words = [CueWord("one", 3, 10), CueWord("two", 10, 17), CueWord("three", 17, 31)]
    cue = Cue(2, 40, [words])
    choice = CaptionChoice(style="highlight", colors=CaptionColors(highlight="#00FF00"))
    shot = Shot(
        start=0, end=60, content=None, backdrop=ClipBackdrop(media="0" * 64, name="clip.mp4")
    )
    board = board_of([KINDS["fact"]], captions=choice)
    scene = SceneBoard(scene=0, frames=60, shots=[shot], cues=[cue])
    return msgspec.structs.replace(board, scenes=[scene]), [3, 10, 17]


def test_a_highlight_starts_on_the_very_frame_of_its_word(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    board, starts = lit_cue()
    frames = list(range(32))
    pictures, _ = draw(
        typesetter,
        typesetter.scene_track(board, board.scenes[0]),
        (board.width, board.height),
        frames,
        tmp_path,
        rows=(900, 1300),
    )
    green = (pictures[..., 1] > 200) & (pictures[..., 0] < 90) & (pictures[..., 2] < 90)
    centers = [float(np.nonzero(mask)[1].mean()) if mask.any() else None for mask in green]
    assert centers[:3] == [None, None, None]
    for frame, (before, now) in enumerate(pairwise(centers), start=1):
        moved = now is not None and (before is None or now - before > 40)
        assert moved == (frame in starts), f"frame {frame}"


def test_all_events_lie_on_the_frame_grid_of_the_scene(typesetter: Typesetter) -> None:
    board = board_of(list(KINDS.values()))
    subs = pysubs2.SSAFile.from_string(typesetter.scene_track(board, board.scenes[0]))
    last = board.frames * 1000 / 30
    for event in subs:
        for ms in (event.start, event.end):
            # a time takes effect on the first frame at or after it: never within 10 ms of one
            after = -ms * 30 / 1000 % 1
            assert ms == 0 or 0.3 <= after <= 0.7
        assert 0 <= event.start < event.end <= last


def test_a_hook_stands_finished_in_frame_0_and_is_already_moving(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    board = board_of([KINDS["hook"]], captions=CaptionChoice(enabled=False))
    track = typesetter.scene_track(board, board.scenes[0])
    pictures, _ = draw(typesetter, track, (1080, 1920), [0, 1, 40], tmp_path)
    ink = [(picture.min(axis=2) > 200).sum() for picture in pictures]
    assert ink[0] > 0.9 * ink[2]
    assert (pictures[0] != pictures[1]).any(axis=2).sum() > 2000


def test_a_figure_lands_on_its_frame_and_not_before(typesetter: Typesetter) -> None:
    board = board_of([NumberContent(value=1234, land_frame=50)])
    subs = pysubs2.SSAFile.from_string(typesetter.scene_track(board, board.scenes[0]))
    landed = min(event.start for event in subs if event.text.endswith("}1,234"))
    assert landed == round((50 - 0.5) * 100 / 30) * 10


# -- words -----------------------------------------------------------------------------------------

HOSTILE = [
    r"{\pos(0,0)}here",
    r"back\Nslash\nand\h",
    r"%{metadata} ‘quoted’",
    'a "b" c, d; e',
    r"\{\fs400}big\\",
    "ends in a backslash\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_drawn_as_text_whatever_it_holds(
    typesetter: Typesetter, text: str, tmp_path: Path
) -> None:
    rows = [Reveal(text, 2)]
    plain = Reveal("x" * 8, 2)
    pictures = []
    for n, shown in enumerate((rows, [plain])):
        board = board_of([ListContent(rows=shown)], captions=CaptionChoice(enabled=False))
        folder = tmp_path / str(n)
        folder.mkdir()
        track = typesetter.scene_track(board, board.scenes[0])
        drawn, log = draw(typesetter, track, (1080, 1920), [50], folder)
        assert "not found" not in log
        pictures.append(drawn[0].min(axis=2) > 200)
    hostile, reference = pictures
    (top, bottom), (left, right) = ink_box(hostile)
    (ref_top, ref_bottom), (ref_left, _) = ink_box(reference)
    assert abs(left - ref_left) <= 12, "it starts where any row's text starts"
    assert right <= 888
    assert ref_top - 60 <= top, "it stays in its row"
    assert bottom <= ref_bottom + 60
    assert right - left > 200


def ink_box(mask: np.ndarray) -> tuple[tuple[int, int], tuple[int, int]]:
    ys, xs = np.nonzero(mask)
    return (int(ys.min()), int(ys.max())), (int(xs.min()), int(xs.max()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u202eabc",
        "שלום עולם",
        "مرحبا",
        "नमस्ते",
        "\x00\x07\u2028x",
        "e\u0301" * 40,
        "W" * 300,
    ],
)
def test_no_text_breaks_a_track(typesetter: Typesetter, text: str) -> None:
    contents: list[ShotContent] = [
        HookContent(claim=text, key=text),
        NumberContent(value=0, prefix=text, suffix=text, label=text, land_frame=0),
        ComparisonContent(bars=[Bar(text, text, 0.0, 0)], measured=True),
        ComparisonContent(bars=[Bar(text, text, 1.0, 500)], measured=False),
        ListContent(title=text, rows=[Reveal(text, 0)] * 9),
        ListContent(rows=[]),
        TimelineContent(marks=[TimelineMark(-44, text, 0)] * 7),
        TimelineContent(marks=[]),
        ProcessContent(nodes=[Reveal(text, 400)] * 5),
        ProcessContent(nodes=[]),
        QuoteContent(text=text, attribution=text, frame=999),
        FactContent(groups=[Reveal(text, 0)] * 3, key=text, pictogram="fa:nothing"),
        FactContent(groups=[]),
        TermContent(text=text, frame=999, pictogram="fa:nothing"),
        LinkContent(ends=[Reveal(text, 0), Reveal(text, 400)], said=text),
        LinkContent(ends=[]),
        ComparisonContent(bars=[], measured=True),
        ClosingContent(text=text, source=text, source_frame=-5),
    ]
    cues = [Cue(0, 30, [[CueWord(text, 0, 30)]]), Cue(30, 30, [])]
    for frames in (2, 60):
        board = board_of(contents, cues=cues, heading=text or None, frames=frames)
        subs = pysubs2.SSAFile.from_string(typesetter.scene_track(board, board.scenes[0]))
        assert all(event.end > event.start for event in subs)
    pysubs2.SSAFile.from_string(typesetter.thumbnail_track(board, text))


# -- revisions and neighbours ----------------------------------------------------------------------


def test_a_scene_is_drawn_alike_whatever_is_said_in_its_neighbours(typesetter: Typesetter) -> None:
    one = board_of([KINDS["hook"]])
    first = one.scenes[0]
    other = msgspec.structs.replace(board_of([KINDS["fact"]]).scenes[0], scene=1)
    longer = msgspec.structs.replace(board_of([KINDS["list"]], frames=200).scenes[0], scene=1)
    tracks = {
        typesetter.scene_track(msgspec.structs.replace(one, scenes=[first, second]), first)
        for second in (other, longer)
    }
    assert len(tracks) == 1


@pytest.mark.parametrize("transition", ["wipe", "slide"])
def test_a_transition_is_seen_on_both_sides_of_the_cut(
    typesetter: Typesetter, transition: str, tmp_path: Path
) -> None:
    one = board_of([KINDS["list"]])
    second = msgspec.structs.replace(
        board_of([KINDS["hook"]]).scenes[0], scene=1, transition=transition
    )
    both = msgspec.structs.replace(one, scenes=[one.scenes[0], second])
    cut = msgspec.structs.replace(
        both, scenes=[one.scenes[0], msgspec.structs.replace(second, transition="cut")]
    )
    for scene, plain, frame in (
        (both.scenes[0], cut.scenes[0], SHOT_FRAMES - 3),
        (both.scenes[1], cut.scenes[1], 1),
    ):
        with_it, without = (
            draw(typesetter, typesetter.scene_track(b, s), (1080, 1920), [frame], tmp_path)[0]
            for b, s in ((both, scene), (cut, plain))
        )
        assert (with_it != without).any(axis=3).mean() > 0.005


def test_words_over_footage_have_a_card_behind_them(typesetter: Typesetter, tmp_path: Path) -> None:
    board = board_of([KINDS["fact"]])
    scene = board.scenes[0]
    clip = ClipBackdrop(media="0" * 64, name="clip.mp4")
    shots = [msgspec.structs.replace(scene.shots[0], backdrop=clip)]
    over = msgspec.structs.replace(scene, shots=shots)
    track = typesetter.scene_track(board, over)
    picture = draw(typesetter, track, (1080, 1920), [0], tmp_path)[0][0]
    # between the lines the ground shows nearly alone, at the foot the footage does
    assert picture[320, 850].tolist() != [0x40, 0x40, 0x40]
    assert picture[1800, 540].tolist() == [0x40, 0x40, 0x40]


@pytest.mark.parametrize("size", FRAME_SIZES.values(), ids=FRAME_SIZES)
@pytest.mark.parametrize("grey", [0x00, 0xFF])
def test_a_given_heading_reads_over_any_bare_footage(
    typesetter: Typesetter, tmp_path: Path, size: tuple[int, int], grey: int
) -> None:
    board = board_of([KINDS["fact"]], size=size, heading="Thinking arms")
    clip = ClipBackdrop(media="0" * 64, name="clip.mp4")
    bare = msgspec.structs.replace(board.scenes[0].shots[0], content=None, backdrop=clip)
    scene = msgspec.structs.replace(board.scenes[0], shots=[bare], heading_given=True)
    track = typesetter.scene_track(board, scene)
    picture = draw(typesetter, track, size, [40], tmp_path, grey=grey, pixels="yuv444p")[0][0]
    rows, columns = np.nonzero((np.abs(picture.astype(int) - grey) > 4).any(axis=2))
    seen = picture[rows.min() : rows.max(), columns.min() : columns.max()].reshape(-1, 3)
    ink = np.array(list(bytes.fromhex(board.palette.ink[1:])))
    is_ink = np.abs(seen.astype(int) - ink).max(axis=1) <= 4
    assert is_ink.sum() > 1_000
    colors, counts = np.unique(seen[~is_ink], axis=0, return_counts=True)
    panel = "#" + bytes(colors[counts.argmax()]).hex()
    assert contrast(board.palette.ink, panel) >= TEXT_CONTRAST


@pytest.mark.parametrize("kind", ["hook", "quote", "closing"])
def test_a_heading_stands_over_shots_that_speak_for_themselves_only_where_it_was_given(
    typesetter: Typesetter, kind: str
) -> None:
    board = board_of([KINDS[kind]], heading="Kelp")
    made_up = board.scenes[0]
    given = msgspec.structs.replace(made_up, heading_given=True)
    assert "}Kelp" not in typesetter.scene_track(board, made_up)
    assert "}Kelp" in typesetter.scene_track(board, given)


# -- thumbnail and sidecars ------------------------------------------------------------------------


def test_a_thumbnail_shows_at_most_five_words_huge(typesetter: Typesetter, tmp_path: Path) -> None:
    board = board_of([KINDS["hook"]])
    track = typesetter.thumbnail_track(board, "one two three four five six seven")
    subs = pysubs2.SSAFile.from_string(track)
    assert (subs.info["PlayResX"], subs.info["PlayResY"]) == ("1280", "720")
    words = [e.text.rsplit("}", 1)[1] for e in subs if "\\p4" not in e.text]
    assert words == ["one", "two", "three", "four", "five"]
    picture = draw(typesetter, track, (1280, 720), [0], tmp_path)[0][0]
    rows = np.nonzero((picture[:, :700].min(axis=2) > 200).any(axis=1))[0]
    assert rows.max() - rows.min() > 300


CUES = [
    SidecarCue(1_000, 2_500, ["Tom & Jerry <b>run</b>", "x --> y {\\an8} & \\N"]),
    SidecarCue(3_000, 3_900, ["Ελλάδα, Россия"]),
]


def test_an_srt_file_holds_its_cues_and_no_markup(typesetter: Typesetter) -> None:
    text = typesetter.caption_file(CUES, "srt")
    assert text.startswith("1\n00:00:01,000 --> 00:00:02,500\nTom & Jerry")
    assert text.count("-->") == len(CUES)
    assert "Ελλάδα, Россия" in text
    assert not re.search(r"<[\w/]|\{\\", text), "a player would take this for a tag"
    assert "b>run" in text
    assert "\\an8}" in text
    assert text.endswith("\n")


def test_a_vtt_file_escapes_what_would_be_markup(typesetter: Typesetter) -> None:
    text = typesetter.caption_file(CUES, "vtt")
    assert text.startswith("WEBVTT\n")
    assert "00:00:01.000 --> 00:00:02.500" in text
    assert "Tom &amp; Jerry &lt;b&gt;run&lt;/b&gt;" in text
    assert text.count("-->") == len(CUES)


@pytest.mark.parametrize("file_format", ["srt", "vtt"])
def test_a_cue_keeps_its_lines_and_a_blank_one_is_left_out(
    typesetter: Typesetter, file_format: str
) -> None:
    cues = [SidecarCue(0, 900, ["one", "two"]), SidecarCue(1_000, 2_000, ["", "  "])]
    text = typesetter.caption_file(cues, file_format)  # type: ignore[arg-type]
    assert "one\ntwo\n" in text
    assert text.count("-->") == 1


# -- pictograms ------------------------------------------------------------------------------------


def test_a_pictogram_fits_truly_or_there_is_none(typesetter: Typesetter) -> None:
    for words in (["octopuses"], ["the brain", "arm"], ["volcano", "lava"], ["dolphins"]):
        assert typesetter.pictogram_for(words), words
    wrong = (["rock"], ["Bank of England"], ["ruler", "king"], ["idea of it"], ["hole's"], [], [""])
    for words in wrong:
        assert typesetter.pictogram_for(words) is None, words


def test_pictograms_are_credited_once_where_they_are_shown(typesetter: Typesetter) -> None:
    board = board_of([KINDS["hook"], HookContent(claim="x", pictogram=BRAIN)])
    shown = [c for c in typesetter.credits(board) if c.what == "pictogram"]
    assert [(c.license, c.attribution_required) for c in shown] == [("CC BY 4.0", True)]
    assert [c for c in typesetter.credits(board_of([KINDS["list"]])) if c.what != "font"] == []
