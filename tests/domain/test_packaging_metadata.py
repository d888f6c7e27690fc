"""What goes out beside the video stays within YouTube's limits, whatever the text."""

from datetime import date
from itertools import pairwise
from uuid import UUID

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from storyboard_scripts import SCRIPTS, board_of, narrate, narrations_of, script_of

from domain.generation.brief import Brief
from domain.generation.limits import (
    MAX_SLUG_BYTES,
    cut_to_bytes,
    cut_to_chars,
    fitting_tags,
    is_boundary,
    plain_text,
)
from domain.generation.packaging import (
    Credit,
    Metadata,
    build_metadata,
    chapters,
    folder_name,
    slugify,
    thumbnail_text,
    youtube_length,
)
from domain.generation.script import Scene, Script, Sentence, Source

FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇯🇵"
HARD_TEXT = st.one_of(
    st.text(max_size=6_000),
    st.lists(
        st.sampled_from(["e\u0301", "字", FAMILY, FLAG, "👍🏽", " ", "a", ".", "<"]),
        max_size=3_000,
    ).map("".join),
)
MUSIC = Credit(
    what="music",
    title="Calm 3",
    author="immich-memories",
    license="MIT",
    machine_made=True,
)
ICONS = Credit(
    what="pictogram",
    title="Font Awesome Free",
    author="Fonticons",
    license="CC BY 4.0",
    url="https://fontawesome.com",
    attribution_required=True,
)
VOICE = Credit(what="voice", title="Joe", license="dataset CC0", machine_made=True)
FONT = Credit(what="font", title="Inter", license="OFL-1.1")


def metadata_of(script: Script, *, aspect_ratio="9:16", credits_=(), **brief) -> Metadata:
    return build_metadata(
        script,
        Brief(topic="x", aspect_ratio=aspect_ratio, seed=1, **brief),
        board_of(SCRIPTS[8], aspect_ratio=aspect_ratio),
        narrations_of(script),
        list(credits_),
    )


class TestDescription:
    def test_names_sources_and_their_licence_and_the_narrations(self) -> None:
        text = metadata_of(SCRIPTS[0]).description
        assert "Text adapted from Octopus, Wikipedia contributors (CC BY-SA 4.0), changed" in text
        assert "narration under the same licence" in text
        assert "https://en.wikipedia.org/wiki/Octopus" in text

    def test_names_what_must_be_attributed_and_what_a_machine_made(self) -> None:
        text = metadata_of(SCRIPTS[0], credits_=[MUSIC, ICONS, VOICE, FONT]).description
        assert "Font Awesome Free by Fonticons (CC BY 4.0)" in text
        assert "Calm 3 by immich-memories (MIT), machine-made" in text
        assert "Voice: Joe (dataset CC0), machine-made" in text
        assert "Inter" not in text

    def test_puts_the_summary_first_and_few_hashtags_last(self) -> None:
        script = msgspec.structs.replace(
            SCRIPTS[0],
            summary="Three hearts, blue blood.",
            tags=["octopus", "sea life", "a-b", "ink", "arms"],
        )
        blocks = metadata_of(script).description.split("\n\n")
        assert blocks[0] == "Three hearts, blue blood."
        assert blocks[-1] == "#Octopus #SeaLife #Ink"

    def test_keeps_the_attribution_when_the_summary_is_too_long(self) -> None:
        script = msgspec.structs.replace(SCRIPTS[0], summary="Ink flows. " * 1_000)
        text = metadata_of(script, credits_=[ICONS]).description
        assert 4_900 <= len(text.encode()) <= 5_000
        assert "Font Awesome Free" in text
        assert "CC BY-SA 4.0" in text
        assert text.split("\n\n")[0].endswith("flows.")

    @settings(max_examples=60, deadline=None)
    @given(HARD_TEXT, HARD_TEXT, st.lists(st.text(max_size=80), max_size=60))
    @example("字" * 5_000, FAMILY * 900, ["<tag>"])
    def test_keeps_every_limit_for_any_text(self, summary, title, tags) -> None:
        script = msgspec.structs.replace(SCRIPTS[8], summary=summary, title=title, tags=tags)
        made = metadata_of(script, credits_=[MUSIC])
        assert len(made.description.encode()) <= 5_000
        assert len(made.title) <= 100
        assert not set("<>") & set(made.title + made.description)
        assert youtube_length(made.tags) <= 500
        assert "CC BY-SA 4.0" in made.description


class TestSyntheticMedia:
    def test_is_declared_for_machine_made_music(self) -> None:
        assert metadata_of(SCRIPTS[0], credits_=[MUSIC]).contains_synthetic_media

    def test_is_not_declared_for_a_synthetic_voice_or_drawings(self) -> None:
        assert not metadata_of(SCRIPTS[0], credits_=[VOICE, ICONS]).contains_synthetic_media

    def test_is_not_made_for_kids(self) -> None:
        assert not metadata_of(SCRIPTS[0]).made_for_kids


class TestTitle:
    def test_is_the_callers_where_given(self) -> None:
        assert metadata_of(SCRIPTS[0], title="Eight <arms>").title == "Eight ‹arms›"
        assert metadata_of(SCRIPTS[0]).title == "Octopus"

    def test_is_cut_at_a_word(self) -> None:
        script = msgspec.structs.replace(SCRIPTS[0], title="Octopuses are clever " * 8)
        title = metadata_of(script).title
        assert title.endswith(("are…", "clever…", "Octopuses…"))
        assert 80 <= len(title) <= 100


class TestTags:
    def test_are_counted_as_youtube_does(self) -> None:
        assert youtube_length([]) == 0
        assert youtube_length(["ink"]) == 3
        assert youtube_length(["ink", "sea life"]) == 3 + 1 + 8 + 2

    def test_hold_the_script_s_tags_and_the_title_once_each(self) -> None:
        script = msgspec.structs.replace(SCRIPTS[0], tags=["Ink", "ink", "sea, deep", "octopus"])
        assert metadata_of(script).tags == ["Ink", "sea deep", "octopus"]

    @given(st.lists(st.text(max_size=200), max_size=80))
    def test_fit_whatever_comes(self, tags) -> None:
        kept = fitting_tags(tags)
        assert youtube_length(kept) <= 500
        assert all(tag and "," not in tag and '"' not in tag for tag in kept)
        assert len({tag.casefold() for tag in kept}) == len(kept)


class TestChapters:
    def script(self, *, seconds: list[int]) -> tuple[Script, list]:
        scenes = [
            Scene(sentences=[Sentence("Words.")], heading=f"Part {n}", section=n)
            for n in range(len(seconds))
        ]
        narrations = [
            msgspec.structs.replace(narrate("Words."), frames=second * 30) for second in seconds
        ]
        return Script(title="Whole", language="en", scenes=scenes), narrations

    def test_follow_sections_from_zero_on(self) -> None:
        found = chapters(*self.script(seconds=[20, 30, 40]))
        assert [(c.start_ms, c.title) for c in found] == [
            (0, "Part 0"),
            (20_000, "Part 1"),
            (50_000, "Part 2"),
        ]

    def test_are_left_out_below_three(self) -> None:
        assert chapters(*self.script(seconds=[60, 60])) == []
        assert chapters(*self.script(seconds=[60, 5, 60])) == []

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
    def test_last_at_least_ten_seconds_each(self, seconds) -> None:
        script, narrations = self.script(seconds=seconds)
        found = chapters(script, narrations)
        assert not found or len(found) >= 3
        if found:
            starts = [c.start_ms for c in found] + [sum(seconds) * 1000]
            assert starts[0] == 0
            assert all(b - a >= 10_000 for a, b in pairwise(starts))

    def test_stand_in_the_description_of_landscape_videos_only(self) -> None:
        script, narrations = self.script(seconds=[20, 30, 3_600, 20])
        for aspect_ratio, listed in (("16:9", True), ("9:16", False)):
            made = build_metadata(
                script,
                Brief(topic="x", seed=1, aspect_ratio=aspect_ratio),
                board_of(SCRIPTS[8], aspect_ratio=aspect_ratio),
                narrations,
                [],
            )
            assert (
                "00:00 Part 0\n00:20 Part 1\n00:50 Part 2\n1:00:50 Part 3" in made.description
            ) is listed
            assert bool(made.chapters) is listed


class TestThumbnailText:
    @pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
    def test_has_one_to_five_words(self, script) -> None:
        assert 1 <= len(thumbnail_text(script).split()) <= 5

    def test_is_the_figure_of_the_hook(self) -> None:
        assert thumbnail_text(SCRIPTS[0]) == "Three hearts"

    def test_is_the_title_when_the_hook_says_little(self) -> None:
        assert thumbnail_text(script_of("Deep Sea", ["Here it is."])) == "Deep Sea"


class TestNames:
    def test_slugs_are_ascii_where_they_can_be(self) -> None:
        assert slugify("What Exactly Are Bees?") == "what-exactly-are-bees"
        assert slugify("Łódź’s café — 50 % off!") == "odzs-cafe-50-off"
        assert slugify("Осьминог") == "осьминог"
        assert slugify("🐙") == "video"

    @given(st.text(max_size=300))
    def test_slugs_are_safe_in_paths(self, title) -> None:
        slug = slugify(title)
        assert slug
        assert len(slug.encode()) <= MAX_SLUG_BYTES
        assert not set("/\\.\0 \n:") & set(slug)
        assert not slug.startswith("-")

    def test_folders_are_named_by_day_topic_and_id(self) -> None:
        name = folder_name(
            date(2026, 11, 22), "octopus", UUID("018f3c7e-0000-7000-8000-0000000a3f2a")
        )
        assert name == "2026-11-22-octopus-3f2a"


class TestCutting:
    @given(HARD_TEXT, st.integers(4, 200))
    def test_bytes_are_never_exceeded_and_no_sign_is_taken_apart(self, text, limit) -> None:
        cut = cut_to_bytes(text, limit)
        assert len(cut.encode()) <= limit
        if cut.endswith("…") and cut != text:
            kept = cut[:-1]
            end = len(kept)
            while end < len(text) and text[end] == " ":
                end += 1
            assert text.startswith(kept)
            assert is_boundary(text, end) or is_boundary(text, len(kept))

    def test_families_flags_and_accents_stay_whole(self) -> None:
        for sign in (FAMILY, FLAG, "e\u0301", "👍🏽"):
            for limit in range(4, 60):
                kept = cut_to_bytes(sign * 20, limit).removesuffix("…")
                assert kept == sign * (len(kept) // len(sign)), (sign, limit)

    def test_exactly_five_thousand_bytes_stay_untouched(self) -> None:
        text = "字" * 1_666 + "ab"
        assert len(text.encode()) == 5_000
        assert cut_to_bytes(text, 5_000) == text
        assert len(cut_to_bytes(text + "c", 5_000).encode()) <= 5_000

    def test_characters_are_cut_at_words(self) -> None:
        assert cut_to_chars("one two three", 9) == "one two…"

    def test_controls_and_angle_brackets_go(self) -> None:
        assert plain_text("a <b>\x00\tc\u200b") == "a ‹b›c"


def described(source: Source) -> str:
    return metadata_of(script_of("Notes", ["My own words here."], sources=[source])).description


def test_sources_without_a_licence_are_named_plainly() -> None:
    source = Source(title="A Book", author="Ann", changed=False)
    assert "Text adapted from A Book, Ann." in described(source)


def test_a_text_that_the_caller_sent_is_no_source_to_name() -> None:
    assert "adapted" not in described(Source(title="My notes"))


@pytest.mark.parametrize("draft", [True, False])
def test_a_draft_says_so_beside_its_title(draft) -> None:
    script = msgspec.structs.replace(SCRIPTS[0], draft=draft)
    assert metadata_of(script).draft is draft
