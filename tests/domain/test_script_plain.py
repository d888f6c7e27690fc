"""Scripts and scenes that the caller wrote are kept word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sentencex import SentencexSegmenter
from domain.errors import InvalidRequest, TopicNotFound
from domain.generation.brief import Brief, SceneInput, ShotKind
from domain.generation.script import Script
from domain.generation.writing import PlainWriter

LINES = st.lists(
    st.one_of(
        st.just(""),
        st.text(alphabet='abcd .,!?"', min_size=1, max_size=60),
        st.text(alphabet="efgh ", min_size=1, max_size=10).map("# {}".format),
    ),
    max_size=12,
).map("\n".join)


async def write(brief: Brief) -> Script:
    return await PlainWriter(SentencexSegmenter()).write(brief, 1, 165.0)


def words_of(script: Script) -> list[str]:
    words: list[str] = []
    for scene in script.scenes:
        words += (scene.heading or "").split() + scene.text.split()
    return words


@given(LINES)
async def test_no_word_is_lost_added_or_moved(text: str) -> None:
    try:
        script = await write(Brief(script=text))
    except InvalidRequest:
        return
    given_words = [w for line in text.splitlines() for w in line.removeprefix("# ").split()]
    if text.rstrip("# \t\r\n").rpartition("\n")[2].startswith("# "):
        return  # a heading with nothing below it has no scene to stand over
    assert words_of(script) == given_words


async def test_paragraphs_become_scenes_of_one_to_three_sentences() -> None:
    script = await write(Brief(script="One. Two. Three. Four.\n\nFive."))
    assert [len(scene.sentences) for scene in script.scenes] == [3, 1, 1]


async def test_headings_stand_over_the_scene_below_and_begin_a_section() -> None:
    script = await write(Brief(script="Hello there.\n\n## The sea ##\nIt is deep.\n# Fish\nMany."))
    assert [(s.heading, s.text, s.section) for s in script.scenes] == [
        (None, "Hello there.", 0),
        ("The sea", "It is deep.", 1),
        ("Fish", "Many.", 2),
    ]


async def test_headings_alone_are_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidRequest) as caught:
        await write(Brief(script="# One\n# Two"))
    assert caught.value.errors[0].pointer == "/script"
    assert caught.value.errors[0].hint


async def test_given_scenes_keep_what_the_caller_said_about_them() -> None:
    given_scene = SceneInput(
        text="A reef. It lives.", heading="Reefs", kind=ShotKind.FACT, search_terms=["coral"],
        media="reef.mp4", pause_after_ms=900,
    )  # fmt: skip
    script = await write(Brief(scenes=[given_scene, SceneInput(text="The coral dies.")]))
    first, second = script.scenes
    assert [s.text for s in first.sentences] == ["A reef.", "It lives."]
    assert (first.heading, first.kind, first.media) == ("Reefs", ShotKind.FACT, "reef.mp4")
    assert (first.search_terms, first.pause_after_ms) == (["coral"], 900)
    assert second.kind is None
    assert second.search_terms


async def test_the_title_is_the_callers_or_the_first_sentence_made_fit() -> None:
    assert (await write(Brief(script="Hi there.", title="Mine"))).title == "Mine"
    long = await write(Brief(script="An <odd> " + "very long opening " * 10 + "indeed. Two."))
    assert len(long.title) <= 100
    assert not set("<>") & set(long.title)


async def test_a_duration_that_the_words_miss_is_said() -> None:
    script = await write(Brief(script="Only five words are here.", duration=60))
    assert [(w.code, w.pointer) for w in script.warnings] == [("duration_not_met", "/duration")]
    assert (await write(Brief(script="word " * 165, duration=60))).warnings == []


async def test_ones_own_words_are_no_draft() -> None:
    script = await write(Brief(script="My own words."))
    assert (script.verbatim_share, script.draft, script.sources) == (0.0, False, [])


def test_it_knows_no_topics() -> None:
    with pytest.raises(TopicNotFound):
        PlainWriter(SentencexSegmenter()).match_topic("octopus", "en")


async def test_an_address_keeps_its_small_letters() -> None:
    text = "https://example.com/reefs lists them. It is long."
    for brief in (Brief(script=text), Brief(scenes=[SceneInput(text=text)])):
        assert " ".join((await write(brief)).text.split()) == text
