"""Sidecar cues: the whole video cued anew, for reading."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from storyboard_scripts import SCRIPTS, narrate, narrations_of

from domain.generation.captions import sidecar_cues
from domain.generation.narration import (
    SAMPLES_PER_FRAME,
    NarratedSentence,
    SceneNarration,
    Word,
)

LINE_CHARS = 42
MIN_MS, MAX_MS = 833, 7_000
GAP_MS = 66
FASTEST_CPS = 20


def check(cues, narrations) -> None:
    said = [word.text for narration in narrations for word in narration.words]
    shown = [word for cue in cues for line in cue.lines for word in line.split(" ")]
    assert shown == said
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(len(line) <= LINE_CHARS or " " not in line for line in cue.lines)
        assert 0 < cue.end_ms - cue.start_ms <= MAX_MS
    assert all(b.start_ms - a.end_ms >= GAP_MS for a, b in pairwise(cues))
    total = sum(n.frames for n in narrations) * 1000 / 30
    assert cues[-1].end_ms <= total + 1


@st.composite
def spoken(draw) -> list[SceneNarration]:
    """One to three scenes at the pace of a voice: 45 to 80 ms a character, at least 120 ms."""
    scenes = []
    text = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=14)
    for _ in range(draw(st.integers(1, 3))):
        sentences = []
        at = 0
        for _ in range(draw(st.integers(1, 3))):
            words = []
            for _ in range(draw(st.integers(3, 25))):
                shown = draw(text)
                length = 48 * max(120, (len(shown) + 1) * draw(st.integers(55, 80)))
                words.append(Word(shown, at, at + length))
                at += length
            line = " ".join(word.text for word in words)
            sentences.append(NarratedSentence(line, words[0].start, at, words, "engine"))
            at += 48 * draw(st.integers(300, 900))
        at += 48 * 900
        frames = -(-at // SAMPLES_PER_FRAME)
        scenes.append(SceneNarration(audio="", frames=frames, sentences=sentences))
    return scenes


@settings(max_examples=80, deadline=None)
@given(spoken())
def test_any_text_at_a_voices_pace_is_readable(narrations) -> None:
    cues = sidecar_cues(narrations)
    check(cues, narrations)
    for cue in cues:
        duration = cue.end_ms - cue.start_ms
        assert duration >= MIN_MS
        assert len(" ".join(cue.lines)) * 1000 / duration <= FASTEST_CPS + 0.5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=90),
                st.integers(4_800, 60_000),
                st.integers(0, 96_000),
            ),
            min_size=1,
            max_size=20,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_even_a_hurried_voice_is_cued_whole_and_in_order(scenes) -> None:
    narrations = []
    for scene in scenes:
        at = 0
        words = []
        for text, length, pause in scene:
            words.append(Word(text, at, at + length))
            at += length + pause
        line = " ".join(word.text for word in words)
        sentence = NarratedSentence(line, 0, words[-1].end, words, "proportional")
        frames = -(-at // SAMPLES_PER_FRAME)
        narrations.append(SceneNarration(audio="", frames=frames, sentences=[sentence]))
    check(sidecar_cues(narrations), narrations)


def test_real_scripts_read_at_most_seventeen_characters_a_second_nearly_throughout() -> None:
    cues = [cue for script in SCRIPTS for cue in sidecar_cues(narrations_of(script))]
    speeds = [len(" ".join(c.lines)) * 1000 / (c.end_ms - c.start_ms) for c in cues]
    assert max(speeds) <= FASTEST_CPS
    assert sum(speed <= 17.05 for speed in speeds) / len(speeds) >= 0.9


def test_lines_break_at_phrases() -> None:
    (cue,) = sidecar_cues(
        [narrate("The blood of an octopus is blue, because it carries copper not iron.")]
    )
    assert cue.lines[0].endswith("blue,")


def test_a_cue_is_a_sentence_where_it_fits() -> None:
    cues = sidecar_cues([narrate("Octopuses have three hearts.", "Two of them pump to the gills.")])
    assert [" ".join(cue.lines) for cue in cues] == [
        "Octopuses have three hearts.",
        "Two of them pump to the gills.",
    ]


def test_scenes_follow_one_another_without_drift() -> None:
    scene = narrate("One sentence in each scene here.")
    cues = sidecar_cues([scene] * 40)
    starts = [cue.start_ms for cue in cues]
    assert starts == [round(k * scene.frames * 1000 / 30) for k in range(40)]


def test_no_words_give_no_cues() -> None:
    assert sidecar_cues([]) == []
    assert sidecar_cues([SceneNarration(audio="", frames=30, sentences=[])]) == []
