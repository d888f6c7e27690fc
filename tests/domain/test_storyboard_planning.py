"""The storyboard: shots fill their scenes, follow the words, and survive edits elsewhere."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storyboard_scripts import (
    SCRIPTS,
    board_of,
    fewest_kinds_a_minute,
    narrate,
    narrations_of,
    no_pictogram,
    repeated_kinds,
    script_of,
)

from domain.generation.brief import Brief, CaptionChoice, SceneInput, ShotKind
from domain.generation.narration import SAMPLES_PER_FRAME
from domain.generation.planning import (
    footage_needed,
    kinds_of,
    plan_storyboard,
    source_line,
)
from domain.generation.script import Script, Sentence, Source
from domain.generation.storyboard import ClipBackdrop, DrawnBackdrop, Storyboard

MIN_SHOT_FRAMES = 36
EARLY_FRAMES = 2.4
"""80 ms; a cut falls on the frame at or before that"""
FORMATS = ["9:16", "16:9", "1:1"]
ON_SCREEN_WORDS = 12


def check_shots_fill(board: Storyboard) -> None:
    for scene in board.scenes:
        assert scene.shots[0].start == 0
        assert scene.shots[-1].end == scene.frames
        assert all(a.end == b.start for a, b in pairwise(scene.shots))
        if len(scene.shots) > 1:
            assert min(shot.end - shot.start for shot in scene.shots) >= MIN_SHOT_FRAMES


def reveals(content) -> list[int]:  # noqa: PLR0911 - one line a kind
    """Every enter frame of a shot's content."""
    match content.__struct_config__.tag:
        case "number":
            return [content.land_frame]
        case "comparison":
            return [bar.frame for bar in content.bars]
        case "list":
            return [row.frame for row in content.rows]
        case "timeline":
            return [mark.frame for mark in content.marks]
        case "process":
            return [node.frame for node in content.nodes]
        case "fact":
            return [group.frame for group in content.groups]
        case "quote" | "term":
            return [content.frame]
        case "link":
            return [end.frame for end in content.ends]
        case "closing":
            return [content.source_frame]
        case _:
            return []


def _without_articles(text: str) -> str:
    """A telegram leaves out articles, and nothing else of what it shows."""
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def words_on_screen(content) -> int:
    texts = [
        value
        for part in [content, *getattr(content, "rows", []), *getattr(content, "bars", [])]
        for name in ("claim", "text", "label", "value_text", "title", "attribution")
        if isinstance(value := getattr(part, name, None), str)
    ]
    texts += [part.text for part in getattr(content, "groups", [])]
    texts += [part.text for part in getattr(content, "nodes", [])]
    texts += [part.text for part in getattr(content, "ends", [])]
    texts.append(getattr(content, "said", ""))
    return sum(len(text.split()) for text in texts)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
@pytest.mark.parametrize("aspect_ratio", FORMATS)
class TestEveryBoard:
    def test_fills_each_scene_without_gap_or_overlap(self, script, aspect_ratio) -> None:
        board = board_of(script, aspect_ratio=aspect_ratio)
        check_shots_fill(board)
        assert [s.frames for s in board.scenes] == [n.frames for n in narrations_of(script)]

    def test_opens_with_the_hook_and_ends_with_the_closing(self, script, aspect_ratio) -> None:
        kinds = kinds_of(board_of(script, aspect_ratio=aspect_ratio))
        assert kinds[0] is ShotKind.HOOK
        assert kinds.count(ShotKind.HOOK) == 1
        assert kinds[-1] is ShotKind.CLOSING or len(kinds) == 1
        assert kinds.count(ShotKind.CLOSING) <= 1

    def test_lets_everything_enter_while_its_shot_is_seen(self, script, aspect_ratio) -> None:
        for scene in board_of(script, aspect_ratio=aspect_ratio).scenes:
            for shot in scene.shots:
                assert all(0 <= f < shot.end - shot.start for f in reveals(shot.content))

    def test_shows_at_most_twelve_words_besides_heading_and_captions(
        self, script, aspect_ratio
    ) -> None:
        for scene in board_of(script, aspect_ratio=aspect_ratio).scenes:
            for shot in scene.shots:
                assert words_on_screen(shot.content) <= ON_SCREEN_WORDS, shot

    def test_shows_only_words_of_the_scene(self, script, aspect_ratio) -> None:
        for source, scene in zip(
            script.scenes, board_of(script, aspect_ratio=aspect_ratio).scenes, strict=True
        ):
            said = _without_articles(source.text.casefold())
            for shot in scene.shots:
                for name in ("groups", "rows", "nodes", "ends"):
                    for part in getattr(shot.content, name, []):
                        shown = _without_articles(part.text.casefold().strip("…. "))
                        assert shown in said.replace('"', ""), shot

    def test_cuts_just_before_a_word_and_never_inside_one(self, script, aspect_ratio) -> None:
        board = board_of(script, aspect_ratio=aspect_ratio)
        for narration, scene in zip(narrations_of(script), board.scenes, strict=True):
            starts = [w.start / SAMPLES_PER_FRAME for w in narration.words]
            ends = [w.end / SAMPLES_PER_FRAME for w in narration.words]
            for shot in scene.shots[1:]:
                nearest = min(s for s in starts if s >= shot.start)
                assert nearest - shot.start < EARLY_FRAMES + 1
                inside = [s < shot.start < e - 1 for s, e in zip(starts, ends, strict=True)]
                assert not any(inside)

    def test_says_why_each_shot_was_chosen(self, script, aspect_ratio) -> None:
        for scene in board_of(script, aspect_ratio=aspect_ratio).scenes:
            assert all(shot.chosen_because for shot in scene.shots)

    def test_is_the_same_for_the_same_seed(self, script, aspect_ratio) -> None:
        one, two = (board_of(script, aspect_ratio=aspect_ratio, seed=4) for _ in range(2))
        assert msgspec.json.encode(one) == msgspec.json.encode(two)
        other = board_of(script, aspect_ratio=aspect_ratio, seed=5)
        assert msgspec.json.encode(one) != msgspec.json.encode(other)


def test_portrait_shots_last_two_to_four_seconds_and_landscape_four_to_seven() -> None:
    for aspect_ratio, low, high in (("9:16", 2, 4), ("16:9", 3.5, 7)):
        shots = [
            shot
            for script in SCRIPTS
            for scene in board_of(script, aspect_ratio=aspect_ratio).scenes
            for shot in scene.shots
        ]
        seconds = [(shot.end - shot.start) / 30 for shot in shots]
        assert low <= sum(seconds) / len(seconds) <= high
        assert sum(s <= 1.5 * high + 0.01 for s in seconds) / len(seconds) > 0.97


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
@pytest.mark.parametrize("aspect_ratio", FORMATS)
def test_no_kind_comes_twice_running_and_a_minute_has_at_least_four(script, aspect_ratio) -> None:
    for seed in range(3):
        board = board_of(script, aspect_ratio=aspect_ratio, seed=seed)
        assert repeated_kinds(board) == []
        assert fewest_kinds_a_minute(board) >= 4


def test_ten_minutes_hold_four_kinds_in_every_one_of_them() -> None:
    bodies = [[s.text for s in scene.sentences] for x in SCRIPTS for scene in x.scenes[1:-1]]
    script = script_of("All", ["It begins with an octopus."], *bodies * 4, ["That was all of it."])
    for aspect_ratio in FORMATS:
        board = board_of(script, aspect_ratio=aspect_ratio)
        assert board.frames > 600 * 30
        assert repeated_kinds(board) == []
        assert fewest_kinds_a_minute(board) >= 4


PLAIN = st.sampled_from(
    """
    The tide is low. / Fog hides the old harbour from the town. / It was late. / There it was. /
    Nobody saw the ship leave. / Light falls on the water, and the water throws it back. /
    Three gulls sat on the pier. / So it goes. / In 1912 the lighthouse burned. /
    Rain, wind and salt wear the stones down. / The keeper knew the bay better than his house.
    """.replace("\n", " ").split("/")
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(PLAIN, min_size=1, max_size=3), min_size=1, max_size=8),
    st.sampled_from(FORMATS),
    st.integers(0, 99),
)
def test_no_kind_repeats_however_plain_the_scenes_are(scenes, aspect_ratio, seed) -> None:
    script = script_of("Harbour", *[[text.strip() for text in scene] for scene in scenes])
    assert repeated_kinds(board_of(script, aspect_ratio=aspect_ratio, seed=seed)) == []


def test_a_kind_repeats_where_the_caller_asks_for_it_twice() -> None:
    script = script_of("Ink", ["Ink is old."], *[["Squid make ink."]] * 2, ["Ink stays with us."])
    scenes = [msgspec.structs.replace(scene, kind=ShotKind.FACT) for scene in script.scenes[1:3]]
    asked = msgspec.structs.replace(script, scenes=[script.scenes[0], *scenes, script.scenes[3]])
    assert kinds_of(board_of(asked)) == [
        ShotKind.HOOK, ShotKind.FACT, ShotKind.FACT, ShotKind.CLOSING
    ]  # fmt: skip


def test_the_source_shows_for_at_most_a_second_and_a_half_at_the_end() -> None:
    last = board_of(SCRIPTS[0]).scenes[-1].shots[-1]
    assert last.content.source == "Wikipedia: Octopus, CC BY-SA 4.0"
    assert last.end - last.start - last.content.source_frame == 45


def test_several_sources_stay_one_short_line() -> None:
    octopus = Source(title="Octopus", author="Wikipedia contributors", license="CC BY-SA 4.0")
    squid = Source(title="Squid", author="Wikipedia contributors", license="CC BY-SA 4.0")
    assert source_line([octopus, squid]) == "Wikipedia: Octopus and 1 more, CC BY-SA 4.0"
    assert source_line([]) == ""


def test_a_text_that_the_caller_sent_is_no_source_to_name() -> None:
    assert source_line([Source(title="My notes")]) == ""
    assert source_line([Source(title="My notes"), Source(title="A Book", author="Ann")]) == "A Book"


def edited(script: Script, number: int, text: str) -> Script:
    scenes = list(script.scenes)
    scenes[number] = msgspec.structs.replace(scenes[number], sentences=[Sentence(text, 0)])
    return msgspec.structs.replace(script, scenes=scenes)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
def test_an_edit_leaves_the_boards_of_other_scenes_as_they_were(script) -> None:
    before = board_of(script)
    for number in range(1, len(script.scenes) - 1):
        after = board_of(edited(script, number, "Nobody had expected this at all."))
        changed = [
            scene.scene
            for scene, was in zip(after.scenes, before.scenes, strict=True)
            if msgspec.json.encode(scene) != msgspec.json.encode(was)
        ]
        assert number in changed
        assert set(changed) <= {number, number + 1}, changed


def test_an_inserted_scene_leaves_the_backdrops_of_the_others_as_they_were() -> None:
    script = SCRIPTS[0]
    longer = msgspec.structs.replace(
        script, scenes=[*script.scenes[:2], SCRIPTS[1].scenes[1], *script.scenes[2:]]
    )
    before, after = board_of(script), board_of(longer)
    assert [s.backdrop for s in before.scenes[4].shots] == [
        s.backdrop for s in after.scenes[5].shots
    ]


def test_the_kind_that_the_caller_asks_for_is_honoured_where_the_text_carries_it() -> None:
    def kind_of(text: str, kind: ShotKind) -> ShotKind:
        script = script_of("Ink", ["Ink is old."], [text], ["Ink stays with us."])
        scenes = list(script.scenes)
        scenes[1] = msgspec.structs.replace(scenes[1], kind=kind)
        board = board_of(msgspec.structs.replace(script, scenes=scenes))
        return board.scenes[1].shots[0].kind

    assert kind_of("Ink comes in 12 colors, and some of it glows.", ShotKind.FACT) is ShotKind.FACT
    assert kind_of("It is called the sepia stain.", ShotKind.TERM) is ShotKind.TERM
    assert kind_of("Squid, cuttlefish and octopuses make it.", ShotKind.LIST) is ShotKind.LIST
    assert kind_of("Nobody knows why it is so dark.", ShotKind.TIMELINE) is not ShotKind.TIMELINE


def test_sections_begin_with_a_wipe_or_a_slide_and_all_else_is_cut() -> None:
    script = SCRIPTS[0]
    scenes = [
        msgspec.structs.replace(scene, section=number // 2)
        for number, scene in enumerate(script.scenes)
    ]
    board = board_of(msgspec.structs.replace(script, scenes=scenes))
    comes_in = [scene.transition for scene in board.scenes]
    assert comes_in[0] == comes_in[1] == comes_in[3] == comes_in[5] == "cut"
    assert {comes_in[2], comes_in[4]} <= {"wipe", "slide"}


class TestHeadings:
    def heading(self, heading: str, brief_scenes=None) -> str | None:
        script = SCRIPTS[0]
        scenes = [msgspec.structs.replace(script.scenes[0], heading=heading), *script.scenes[1:]]
        brief = Brief(topic="x", seed=1) if brief_scenes is None else Brief(scenes=brief_scenes)
        return (
            plan_storyboard(
                msgspec.structs.replace(script, scenes=scenes),
                narrations_of(script),
                brief,
                board_of(script).palette,
                pictogram_for=no_pictogram,
            )
            .scenes[0]
            .heading
        )

    def test_have_at_most_six_words(self) -> None:
        assert self.heading("a b c d e f g h") == "a b c d e f"

    def test_never_repeat_the_captions(self) -> None:
        assert self.heading("Three hearts") is None
        assert self.heading("A strange heart") == "A strange heart"

    @pytest.mark.parametrize(
        ("brief", "given"),
        [
            (Brief(topic="x", seed=1), False),
            (Brief(script="x", seed=1), True),
            (Brief(scenes=[SceneInput(text="x")], seed=1), True),
        ],
    )
    def test_stand_over_every_shot_when_the_caller_wrote_them(self, brief, given) -> None:
        script = SCRIPTS[0]
        headed = msgspec.structs.replace(script.scenes[0], heading="A strange heart")
        scenes = [headed, *(msgspec.structs.replace(s, heading=None) for s in script.scenes[1:])]
        board = plan_storyboard(
            msgspec.structs.replace(script, scenes=scenes),
            narrations_of(script),
            brief,
            board_of(script).palette,
            pictogram_for=no_pictogram,
        )
        assert [s.heading_given for s in board.scenes] == [given] + [False] * (len(scenes) - 1)

    def test_stay_when_the_caller_wrote_them(self) -> None:
        assert self.heading("Three hearts", [SceneInput(text="x")]) == "Three hearts"


class TestMedia:
    clips = tuple(ClipBackdrop(media=letter * 64, name=f"{letter}.mp4") for letter in "ab")

    def test_clips_take_turns_and_plain_words_leave_the_picture_to_them(self) -> None:
        script = SCRIPTS[6]
        board = board_of(script, media={0: self.clips, 1: self.clips, 2: self.clips})
        for scene in board.scenes[:3]:
            used = [shot.backdrop for shot in scene.shots]
            assert used == [self.clips[k % 2] for k in range(len(used))]
            plain = {ShotKind.FACT, ShotKind.TERM, ShotKind.LINK}
            assert all(shot.kind not in plain for shot in scene.shots)
        assert board.scenes[0].shots[0].kind is ShotKind.HOOK
        drawn = [shot.backdrop for scene in board.scenes[3:] for shot in scene.shots]
        assert all(isinstance(backdrop, DrawnBackdrop) for backdrop in drawn)

    def test_longer_scenes_ask_for_more_clips(self) -> None:
        narrations = [narrate("One."), narrate(*["This sentence goes on for a while."] * 4)]
        needed = footage_needed(narrations, "9:16")
        assert needed[0] == 1
        assert needed[1] >= 3
        assert footage_needed(narrations, "16:9")[1] < needed[1]


class TestPictograms:
    def test_a_picture_stands_at_most_once_in_a_scene(self) -> None:
        script = script_of(
            "Sun", *[["The Sun is hot, and the Sun is far, and the Sun is old."]] * 3
        )
        board = plan_storyboard(
            script,
            narrations_of(script),
            Brief(topic="Sun", seed=1),
            board_of(script).palette,
            pictogram_for=lambda words: "sun" if "sun" in words else None,
        )
        for scene in board.scenes:
            shown = [getattr(shot.content, "pictogram", None) for shot in scene.shots]
            assert shown.count("sun") <= 1
        assert board.scenes[0].shots[0].content.pictogram == "sun"


def test_captions_carry_every_default_filled_in() -> None:
    board = board_of(SCRIPTS[0])
    assert board.captions.style == "highlight"
    assert board.captions.colors.text == board.palette.ink
    assert board.captions.colors.highlight == board.palette.accent
    assert board_of(SCRIPTS[0], aspect_ratio="16:9").captions.style == "plain"
    silent = board_of(SCRIPTS[0], captions=CaptionChoice(enabled=False))
    assert all(scene.cues == [] for scene in silent.scenes)


WORDS = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=18)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.lists(WORDS, min_size=1, max_size=25), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(FORMATS),
)
def test_any_text_gives_a_whole_board(scenes, aspect_ratio) -> None:
    script = script_of("Any", *[[" ".join(words) for words in scene] for scene in scenes])
    board = board_of(script, aspect_ratio=aspect_ratio)
    check_shots_fill(board)
    assert repeated_kinds(board) == []
    assert msgspec.json.decode(msgspec.json.encode(board), type=Storyboard) == board


def test_a_scene_without_words_is_one_empty_shot() -> None:
    script = script_of("Quiet", ["Hush now, dear reader."], ["…"], ["That was all of it."])
    narrations = narrations_of(script)
    narrations[1] = msgspec.structs.replace(narrations[1], sentences=[])
    board = plan_storyboard(
        script,
        narrations,
        Brief(topic="Quiet", seed=1),
        board_of(script).palette,
        pictogram_for=no_pictogram,
    )
    assert len(board.scenes[1].shots) == 1
    assert board.scenes[1].cues == []
