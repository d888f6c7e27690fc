"""How a script will probably be spoken, told without speaking it: time in proportion to letters."""

from collections.abc import Mapping, Sequence

from domain.generation.brief import Brief
from domain.generation.casting import Cast, Role
from domain.generation.narration import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SceneNarration,
    SpokenSentence,
    SpokenSpan,
    Utterance,
    Word,
    assemble_scene,
    rhythm_for,
    silent_utterance,
    with_comma_pauses,
)
from domain.generation.ports import Verbalizer
from domain.generation.script import Script

LETTERS_PER_SECOND = 15.5
"""letters and figures of the spoken text, between commas, of a voice of ``MEASURED_PACE`` at speed
1: joe reading the openings of six encyclopedia articles (38 sentences, three and a half minutes).
``tests/production/test_dry_run.py`` holds whole scripts to within a tenth"""
MEASURED_PACE = 160.0
"""words a minute, pauses included"""


def estimate_narrations(
    script: Script, brief: Brief, cast: Cast, verbalizer: Verbalizer
) -> list[SceneNarration]:
    """A narration for each scene as its voices would give it, about; there is no sound of it."""
    rhythm = rhythm_for(brief.aspect_ratio)
    last = len(script.scenes) - 1
    narrations = []
    for number, scene in enumerate(script.scenes):
        said: Mapping[str, str] = {**brief.pronunciations, **scene.pronunciations}
        spoken = [
            estimate_utterance(
                verbalizer.verbalize(sentence.text, script.language, said),
                _rate(cast.role_of(sentence)),
            )
            for sentence in scene.sentences
        ]
        silence, sentences = assemble_scene(
            [sentence.text for sentence in scene.sentences],
            [with_comma_pauses(one, rhythm) for one in spoken],
            rhythm,
            pause_after_ms=scene.pause_after_ms,
            is_hook=number == 0,
            is_last=number == last,
            speakers=[sentence.speaker for sentence in scene.sentences],
        )
        frames = len(silence) // (BYTES_PER_SAMPLE * SAMPLES_PER_FRAME)
        narrations.append(SceneNarration(audio="", frames=frames, sentences=sentences))
    return narrations


def _rate(role: Role) -> float:
    return LETTERS_PER_SECOND * role.voice.words_per_minute / MEASURED_PACE * role.speed


def estimate_utterance(sentence: SpokenSentence, letters_per_second: float) -> Utterance:
    """A sentence's words, one after the other without pauses, over silence."""
    if not sentence.spans:
        return silent_utterance()
    words: list[Word] = []
    position = 0.0
    for span in sentence.spans:
        length = max(1, _letters(span.spoken)) * SAMPLE_RATE / letters_per_second
        for shown, share in zip(span.shown, _shares(span), strict=True):
            end = position + length * share
            words.append(Word(shown, round(position), round(end)))
            position = end
    return Utterance(bytes(round(position) * BYTES_PER_SAMPLE), words, "proportional")


def _shares(span: SpokenSpan) -> Sequence[float]:
    """Of a span's time, what each of its shown words takes."""
    weights = [max(1, _letters(word)) for word in span.shown]
    return [weight / sum(weights) for weight in weights]


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)
