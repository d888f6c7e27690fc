"""Geometry of the ASS templates: what is read stays in the safe zone and clear of captions."""

import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import pysubs2
import pytest

from adapters.libass import LibassTypesetter, fonts
from adapters.libass.canvas import frame_start_ms
from adapters.libass.layout import layout_for
from adapters.libass.motion import Pose, enter, glide
from adapters.libass.text import FontBook, clean, escape, fit
from domain.generation.brief import FRAME_SIZES, CaptionChoice
from domain.generation.captions import Cue, CueWord
from domain.generation.palettes import PALETTES
from domain.generation.storyboard import (
    Bar,
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

LONG = "Incomprehensibilities of electroencephalographically measured thoughts"
WORDS = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"

CROWDED: list[ShotContent] = [
    HookContent(claim=f"{LONG} are longer than {WORDS} by far", key="longer", pictogram="fa:brain"),
    HookContent(claim=f"{LONG} are longer than {WORDS}"),
    NumberContent(value=123456789012, prefix="€", suffix=" kilometres", label=LONG, land_frame=30),
    NumberContent(value=7, label=WORDS, land_frame=30),
    ComparisonContent(bars=[Bar(LONG, WORDS, 1, 0), Bar(WORDS, LONG, 0.02, 5)], measured=True),
    ComparisonContent(bars=[Bar(LONG, WORDS, 1, 0), Bar(WORDS, LONG, 1, 5)], measured=False),
    ListContent(title=LONG, rows=[Reveal(LONG, 0), *[Reveal(WORDS, 5)] * 5]),
    TimelineContent(marks=[TimelineMark(1900 + n, LONG, n) for n in range(5)]),
    ProcessContent(nodes=[Reveal(LONG, 0), Reveal(WORDS, 5), Reveal("x", 6), Reveal(LONG, 7)]),
    QuoteContent(text=f"{LONG}. {LONG}. {WORDS}!", attribution=LONG),
    FactContent(groups=[Reveal(LONG, 0), Reveal(WORDS, 5), Reveal(LONG, 9)], pictogram="fa:brain"),
    TermContent(text=f"{LONG} {WORDS}", pictogram="fa:brain"),
    TermContent(text=WORDS),
    LinkContent(ends=[Reveal(LONG, 0), Reveal(WORDS, 9)], said=LONG),
    ClosingContent(text=f"{LONG} {WORDS}", key=WORDS, source=LONG, pictogram="fa:brain"),
]


class Line(NamedTuple):
    """A line of text as it stands on a frame, in pixels."""

    text: str
    layer: int
    start: int
    left: float
    right: float
    capitals: float
    baseline: float


@pytest.fixture(scope="module")
def typesetter(tmp_path_factory: pytest.TempPathFactory) -> LibassTypesetter:
    return LibassTypesetter(tmp_path_factory.getbasetemp() / "typesetter-fonts")


@pytest.fixture(scope="module")
def book(typesetter: LibassTypesetter) -> FontBook:
    return FontBook(typesetter.fonts().folder)


def scene_with(content: ShotContent, size: tuple[int, int], position: str) -> Storyboard:
    words = [[CueWord(WORDS, 0, 60)], [CueWord("two", 60, 120)]]
    scene = SceneBoard(
        scene=0,
        frames=120,
        heading=f"{WORDS} and more",
        heading_given=True,
        shots=[Shot(start=0, end=120, content=content, backdrop=DrawnBackdrop(variant=0))],
        cues=[Cue(0, 120, words)],
    )
    return Storyboard(
        title="Test",
        language="en",
        width=size[0],
        height=size[1],
        seed=1,
        palette=PALETTES["paper"],
        captions=CaptionChoice(position=position),  # type: ignore[arg-type]
        scenes=[scene],
    )


def lines_at_rest(track: str, book: FontBook) -> list[Line]:
    """Every line of text that is fully there, where its event ends."""
    faces = {role: book.face(role) for role in ("display", "text", "strong")}
    by_family = {face.family: role for role, face in faces.items()}
    found = []
    for event in pysubs2.SSAFile.from_string(track):
        head = event.text
        if "\\p4" in head or "\\alpha" in head:
            continue
        align = int(re.findall(r"\\an(\d)", head)[0])
        place = re.search(r"\\(?:pos|move)\(([^)]*)\)", head)
        assert place is not None
        numbers = [float(n) for n in place[1].split(",")]
        x, y = numbers[2:4] if len(numbers) > 2 else numbers[:2]
        scale = [float(n) for n in re.findall(r"\\fscx([\d.]+)", head)] or [100.0]
        (family,) = re.findall(r"\\fn([^\\]+)", head)
        role = by_family[family]
        text = head.rsplit("}", 1)[1]
        em = float(re.findall(r"\\fs([\d.]+)\}", head)[0]) / faces[role].ass_size * scale[-1] / 100
        spacing = [float(n) for n in re.findall(r"\\fsp(-?[\d.]+)", head)] or [0.0]
        width = book.width(text, role, em, spacing[0])
        left = {4: x, 5: x - width / 2, 6: x - width}[align]
        baseline = y + (faces[role].ascent - faces[role].descent) * em / 2
        top = baseline - faces[role].cap_height * em
        found.append(Line(text, event.layer, event.start, left, left + width, top, baseline))
    return found


@pytest.mark.parametrize("position", ["lower", "middle", "upper"])
@pytest.mark.parametrize("aspect", FRAME_SIZES)
@pytest.mark.parametrize("content", CROWDED, ids=lambda c: type(c).__name__)
def test_crowded_text_stays_in_the_safe_zone_and_clear_of_the_captions(
    typesetter: LibassTypesetter, book: FontBook, content: ShotContent, aspect: str, position: str
) -> None:
    size = FRAME_SIZES[aspect]
    board = scene_with(content, size, position)
    layout = layout_for(*size, position)  # type: ignore[arg-type]
    lines = lines_at_rest(typesetter.scene_track(board, board.scenes[0]), book)
    assert lines
    for line in lines:
        if line.text == "“":  # hangs by its side bearing, so that its ink is flush
            continue
        assert line.left >= layout.safe.left - 2, line
        assert line.right <= layout.safe.right + 2, line
        assert line.capitals >= layout.safe.top - 2, line
        assert line.baseline <= layout.safe.bottom + 2, line
        if line.layer >= 80:
            assert layout.captions.left - 2 <= line.left
            assert line.right <= layout.captions.right + 2
            assert layout.captions.top - 2 <= line.capitals
            assert line.baseline <= layout.captions.bottom + 2
        else:
            clear = layout.captions
            assert line.baseline <= clear.top or line.capitals >= clear.bottom, line


@pytest.mark.parametrize("position", ["lower", "middle", "upper"])
@pytest.mark.parametrize("aspect", FRAME_SIZES)
def test_an_answer_is_read_from_afar_whatever_stands_around_it(
    typesetter: LibassTypesetter, book: FontBook, aspect: str, position: str
) -> None:
    size = FRAME_SIZES[aspect]
    answer = ClosingContent(
        text="The heart and blood vessels together make up the circulatory system",
        source="Wikipedia: Heart, CC BY-SA 4.0",
        source_frame=60,
        pictogram="fa:heart",
    )
    board = scene_with(answer, size, position)
    lines = lines_at_rest(typesetter.scene_track(board, board.scenes[0]), book)
    (word,) = {line.baseline - line.capitals for line in lines if line.text == "circulatory"}
    assert word >= 30


def test_portrait_captions_are_at_most_696_pixels_wide_around_the_middle() -> None:
    zone = layout_for(1080, 1920, "lower").captions
    assert (zone.width, zone.center[0]) == (696, 540)


def test_art_stands_clear_of_all_that_is_read() -> None:
    for width, height in FRAME_SIZES.values():
        for position in ("lower", "middle", "upper", None):
            layout = layout_for(width, height, position)  # type: ignore[arg-type]
            for zone in (layout.heading, layout.stage, layout.open_stage, layout.captions):
                below = zone.bottom <= layout.art.top
                assert below or layout.wide, (layout.format, position)


def test_every_zone_lies_within_the_safe_one() -> None:
    for width, height in FRAME_SIZES.values():
        for position in ("lower", "middle", "upper", None):
            layout = layout_for(width, height, position)  # type: ignore[arg-type]
            for zone in (layout.heading, layout.stage, layout.open_stage, layout.captions):
                assert layout.safe.left <= zone.left < zone.right <= layout.safe.right
                assert layout.safe.top <= zone.top < zone.bottom <= layout.safe.bottom


# -- time ------------------------------------------------------------------------------------------


def test_an_event_is_first_seen_on_its_frame_in_the_first_and_the_thirtieth_minute() -> None:
    for frame in range(1, 54_000):
        start = frame_start_ms(frame)
        assert start % 10 == 0
        assert (frame - 1) * 1000 // 30 < start <= frame * 1000 // 30


def test_what_enters_is_at_rest_within_400_milliseconds_and_leaves_within_200() -> None:
    motion = enter(10, 90, come=Pose(dy=40, opacity=0), go=Pose(opacity=0))
    assert motion.at(10).opacity > 0.2, "its first frame shows it already"
    assert motion.at(22) == Pose()
    assert motion.at(84) == Pose()
    assert motion.at(90).opacity == 0


def test_ease_out_never_turns_back_or_overshoots() -> None:
    keys = glide(0, 12, Pose(dx=-100), Pose())
    xs = [key.pose.dx for key in keys]
    assert xs == sorted(xs)
    steps = [(b.pose.dx - a.pose.dx) / (b.frame - a.frame) for a, b in pairwise(keys)]
    assert steps == sorted(steps, reverse=True)


# -- type ------------------------------------------------------------------------------------------


def test_lines_are_balanced_and_no_wider_than_asked_for(book: FontBook) -> None:
    setting = fit(book, "one two three four five six", "display", size=100, width=700, height=900)
    widths = [book.width(" ".join(line), "display", setting.size) for line in setting.lines]
    assert setting.size == 100
    assert max(widths) <= 700
    assert min(widths) > 0.5 * max(widths)
    assert [w for line in setting.lines for w in line] == "one two three four five six".split()


def test_a_word_that_is_too_long_shrinks_instead_of_breaking(book: FontBook) -> None:
    setting = fit(book, WORDS, "display", size=100, width=500, height=900)
    assert setting.lines == [[WORDS]]
    assert book.width(WORDS, "display", setting.size) <= 500


def test_control_characters_and_line_breaks_become_single_spaces() -> None:
    assert clean(" a\n\tb\x00\u2028c  d ") == "a b c d"


def test_escaped_text_holds_no_override_and_no_break() -> None:
    escaped = escape(r"{\b1} \N \n \h \{")
    assert not re.search(r"(?<!\\)[{}]", escaped)
    assert not re.search(r"\\[Nnh]", escaped)


# -- fonts -----------------------------------------------------------------------------------------


def test_fonts_are_made_once_and_whole(typesetter: LibassTypesetter, tmp_path: Path) -> None:
    folder = typesetter.fonts().folder
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(before) == {fonts.face_file(source) for source in fonts.SOURCES}
    assert fonts.make_faces(folder.parent) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path for path in folder.parent.iterdir() if path.name.startswith(".fonts-")] == []


def test_a_face_that_was_removed_is_missed_by_name(
    typesetter: LibassTypesetter, tmp_path: Path
) -> None:
    for source in fonts.SOURCES[1:]:
        name = fonts.face_file(source)
        (tmp_path / name).write_bytes((typesetter.fonts().folder / name).read_bytes())
    with pytest.raises(fonts.FontMissing, match="Montserrat 800"):
        FontBook(tmp_path)


def test_a_font_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(fonts.FontMissing, match="no_such_fonts"):
        fonts.source_path(fonts.DISPLAY._replace(package="no_such_fonts"))


def test_a_word_stays_in_one_face_where_one_has_all_of_it(book: FontBook) -> None:
    runs = book.runs("Zeus Ζεύς", "display")
    assert [(run.face.source.title, run.text.strip()) for run in runs] == [
        ("Montserrat", "Zeus"),
        ("Inter", "Ζεύς"),
    ]


def test_a_track_of_a_scene_is_the_same_every_time(typesetter: LibassTypesetter) -> None:
    board = scene_with(CROWDED[0], (1080, 1920), "lower")
    assert typesetter.scene_track(board, board.scenes[0]) == typesetter.scene_track(
        msgspec.json.decode(msgspec.json.encode(board), type=Storyboard), board.scenes[0]
    )
