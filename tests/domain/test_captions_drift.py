"""A highlight sits on its word in the tenth minute as in the first: scenes are whole frames."""

import random

from storyboard_scripts import no_pictogram, script_of

from domain.generation.brief import Brief
from domain.generation.narration import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SceneNarration,
    Utterance,
    Word,
    assemble_scene,
    rhythm_for,
)
from domain.generation.palettes import PALETTES
from domain.generation.planning import plan_storyboard

MINUTES = 10
NEAREST_FRAME_SECONDS = 0.5 / 30 + 1e-9


def spoken(text: str, randomness: random.Random) -> Utterance:
    """Words of any length in samples, as a voice speaks them: none ends on a frame."""
    words, at = [], randomness.randrange(100, 1_400)
    for word in text.split():
        end = at + randomness.randrange(6_000, 30_001)
        words.append(Word(word, at, end))
        at = end + randomness.randrange(0, 1_500)
    return Utterance(bytes(at * BYTES_PER_SAMPLE), words, "engine")


def test_highlights_start_on_the_frame_nearest_their_word_for_ten_minutes() -> None:
    randomness = random.Random(5)
    rhythm = rhythm_for("16:9")
    texts: list[str] = []
    narrations: list[SceneNarration] = []
    samples = 0
    while samples < MINUTES * 60 * SAMPLE_RATE:
        text = f"Word {len(texts)} of many more that follow in this long and steady account."
        pcm, sentences = assemble_scene(
            [text],
            [spoken(text, randomness)],
            rhythm,
            pause_after_ms=None,
            is_hook=not texts,
            is_last=False,
        )
        frames = len(pcm) // (BYTES_PER_SAMPLE * SAMPLES_PER_FRAME)
        narrations.append(SceneNarration(audio="", frames=frames, sentences=sentences))
        samples += len(pcm) // BYTES_PER_SAMPLE
        texts.append(text)
    board = plan_storyboard(
        script_of("Long", *[[text] for text in texts]),
        narrations,
        Brief(topic="Long", aspect_ratio="16:9", seed=1),
        PALETTES["midnight"],
        pictogram_for=no_pictogram,
    )

    first_frame = heard = 0
    worst_by_minute = [0.0] * (MINUTES + 1)
    for scene, narration in zip(board.scenes, narrations, strict=True):
        shown = [word for cue in scene.cues for word in cue.words]
        for word, said in zip(shown, narration.words, strict=True):
            seen_at = (first_frame + word.start) / board.fps
            heard_at = (heard + said.start) / SAMPLE_RATE
            minute = int(heard_at // 60)
            worst_by_minute[minute] = max(worst_by_minute[minute], abs(seen_at - heard_at))
        first_frame += scene.frames
        heard += narration.frames * SAMPLES_PER_FRAME

    assert heard >= MINUTES * 60 * SAMPLE_RATE
    assert max(worst_by_minute) <= NEAREST_FRAME_SECONDS
