"""Burnt-in cues: every word once, in order, in step with the voice and the cuts."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from storyboard_scripts import SCRIPTS, board_of, narrate, narrations_of

from domain.generation.captions import Cue, burnt_cues
from domain.generation.narration import (
    SAMPLES_PER_FRAME,
    NarratedSentence,
    SceneNarration,
    Word,
)
from domain.generation.storyboard import DrawnBackdrop, Shot

LIMITS = {"9:16": (4, 16), "1:1": (4, 16), "16:9": (14, 42)}
NEAREST_FRAME_MS = 17
EARLY_FRAMES = 2.4
SHORT_GAP, LONG_GAP = 9, 15
"""frames: 300 ms hold, 500 ms clear"""


def shots_at(ends: list[int]) -> list[Shot]:
    starts = [0, *ends[:-1]]
    return [
        Shot(start=a, end=b, content=None, backdrop=DrawnBackdrop(variant=0))
        for a, b in zip(starts, ends, strict=True)
    ]


@st.composite
def narrations(draw) -> SceneNarration:
    """Up to four sentences of words of 60 to 900 ms, pauses of 0 to 1.2 s between them."""
    at = draw(st.integers(0, 20_000))
    sentences = []
    texts = st.text(
        st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=draw(st.integers(1, 50))
    )
    for _ in range(draw(st.integers(1, 4))):
        words = []
        for _ in range(draw(st.integers(1, 14))):
            length = draw(st.integers(2_880, 43_200))
            words.append(Word(draw(texts), at, at + length))
            at += length + draw(st.sampled_from([0, 0, 0, 5_760, 13_000, 40_000]))
        text = " ".join(word.text for word in words)
        sentences.append(
            NarratedSentence(text, words[0].start, words[-1].end, words, "proportional")
        )
        at += draw(st.sampled_from([0, 14_400, 57_600]))
    frames = -(-at // SAMPLES_PER_FRAME) + draw(st.integers(0, 30))
    return SceneNarration(audio="", frames=frames, sentences=sentences)


@st.composite
def cut_narrations(draw) -> tuple[SceneNarration, list[Shot]]:
    """A narration and cuts that fall up to 80 ms before a word, or in the pause before it."""
    narration = draw(narrations())
    cuts = set()
    for before, word in pairwise(narration.words):
        if draw(st.integers(0, 4)) == 0:
            earliest = max(before.end / SAMPLES_PER_FRAME, word.start / SAMPLES_PER_FRAME - 2.4)
            cut = min(int(earliest + 0.999), int(word.start / SAMPLES_PER_FRAME))
            cuts.add(cut)
    return narration, shots_at(
        [*sorted(c for c in cuts if 0 < c < narration.frames), narration.frames]
    )


def check(cues: list[Cue], narration: SceneNarration, shots: list[Shot], aspect_ratio: str) -> None:
    most_words, most_chars = LIMITS[aspect_ratio]
    said = narration.words
    shown = [word for cue in cues for word in cue.words]
    assert [word.text for word in shown] == [word.text for word in said]
    for lit, word in zip(shown, said, strict=True):
        off = abs(lit.start - word.start / SAMPLES_PER_FRAME) * 1000 / 30
        assert off <= NEAREST_FRAME_MS
        assert lit.start < lit.end
    assert all(a.end <= b.start for a, b in pairwise(shown))
    for cue in cues:
        assert 0 <= cue.start < cue.end <= narration.frames
        assert 1 <= len(cue.words) <= most_words
        assert 1 <= len(cue.lines) <= 2
        for line in cue.lines:
            assert len(line) == 1 or len(" ".join(w.text for w in line)) <= most_chars
        assert any(shot.start <= cue.start and cue.end <= shot.end for shot in shots)
        assert cue.start <= cue.words[0].start
    assert all(a.end <= b.start for a, b in pairwise(cues))


@settings(max_examples=150, deadline=None)
@given(cut_narrations(), st.sampled_from(sorted(LIMITS)))
def test_any_narration_is_cued_within_the_limits(made, aspect_ratio) -> None:
    narration, shots = made
    cues = burnt_cues(narration, shots, aspect_ratio)
    check(cues, narration, shots, aspect_ratio)
    begins = iter(word.start / SAMPLES_PER_FRAME for word in narration.words)
    for cue in cues:
        exact, *_ = [next(begins) for _ in cue.words]
        assert 0 <= exact - cue.start <= EARLY_FRAMES + 0.001
    for one, two in pairwise(cues):
        same_shot = any(s.start <= one.start and two.end <= s.end for s in shots)
        spoken_gap = two.words[0].start - one.words[-1].end
        if same_shot and two.start - one.end > 0:
            assert spoken_gap >= SHORT_GAP - 1
        if spoken_gap > LONG_GAP + 1:
            assert two.start > one.end


@settings(max_examples=60, deadline=None)
@given(narrations(), st.lists(st.integers(1, 400), max_size=4), st.sampled_from(sorted(LIMITS)))
def test_cuts_anywhere_are_never_straddled(narration, cuts, aspect_ratio) -> None:
    inside = sorted({cut for cut in cuts if cut < narration.frames})
    shots = shots_at([*inside, narration.frames])
    check(burnt_cues(narration, shots, aspect_ratio), narration, shots, aspect_ratio)


@pytest.mark.parametrize("aspect_ratio", sorted(LIMITS))
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.title)
class TestRealSentences:
    def test_stay_within_the_limits(self, script, aspect_ratio) -> None:
        board = board_of(script, aspect_ratio=aspect_ratio)
        for narration, scene in zip(narrations_of(script), board.scenes, strict=True):
            check(scene.cues, narration, scene.shots, aspect_ratio)

    def test_give_nearly_every_cue_half_a_second(self, script, aspect_ratio) -> None:
        cues = [c for s in board_of(script, aspect_ratio=aspect_ratio).scenes for c in s.cues]
        long_enough = sum(cue.end - cue.start >= 15 for cue in cues)
        assert long_enough / len(cues) >= 0.9


def test_cues_break_at_phrases() -> None:
    narration = narrate("The blood of an octopus is blue, because it carries copper.")
    cues = burnt_cues(narration, shots_at([narration.frames]), "9:16")
    texts = [" ".join(word.text for word in cue.words) for cue in cues]
    assert any(text.endswith("blue,") for text in texts)
    small = {"the", "of", "an", "because"}
    assert not any(text.split()[-1].casefold() in small for text in texts), texts


def test_a_word_longer_than_a_line_is_kept_whole_in_its_own_line() -> None:
    narration = narrate("He said pneumonoultramicroscopicsilicovolcanoconiosis twice.")
    cues = burnt_cues(narration, shots_at([narration.frames]), "9:16")
    (line,) = [
        line for cue in cues for line in cue.lines if any(w.text.startswith("pneu") for w in line)
    ]
    assert len(line) == 1


def test_a_landscape_sentence_is_one_caption() -> None:
    narration = narrate("An octopus has three hearts and nine brains in all.")
    (cue,) = burnt_cues(narration, shots_at([narration.frames]), "16:9")
    assert len(cue.words) == 10


def test_silence_has_no_cue() -> None:
    assert burnt_cues(SceneNarration(audio="", frames=30, sentences=[]), [], "9:16") == []


@given(st.integers(0, 30_000_000))
@example(28_799_999)
def test_highlights_are_as_exact_in_the_tenth_minute_as_in_the_first(start) -> None:
    word = Word("late", start, start + 9_600)
    sentence = NarratedSentence("late", start, word.end, [word], "engine")
    frames = -(-word.end // SAMPLES_PER_FRAME) + 5
    narration = SceneNarration(audio="", frames=frames, sentences=[sentence])
    (cue,) = burnt_cues(narration, shots_at([frames]), "9:16")
    off = abs(cue.words[0].start - start / SAMPLES_PER_FRAME) * 1000 / 30
    assert off <= NEAREST_FRAME_MS
