"""Sound of services: decoded, brought to 48 kHz and a tempo, trimmed."""

import numpy as np
import pytest
from toned_speech import LEAD, as_mp3, as_wav, toned

from adapters.pyav import PyavReader
from domain.generation.narration import SAMPLE_RATE
from domain.generation.speech import UnreadableSound

MS = SAMPLE_RATE // 1000
SAID = toned("Three hearts, and nine brains.")
FORMS = {
    "wav": as_wav(SAID),
    "pcm_24000": SAID.samples.tobytes(),
    "mp3": as_mp3(SAID),
}
SPEECH = SAID.words[-1][2] - SAID.words[0][1]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_begins_where_the_speech_does(form: str) -> None:
    """MP3 too, which by itself begins 46 ms late."""
    clip = PyavReader().read(FORMS[form], form)
    kept = clip.stretches[0][0]
    assert kept <= 30 * MS
    assert (clip.cut + kept) / SAMPLE_RATE == pytest.approx(LEAD, abs=0.008)
    assert len(clip.pcm) / 2 / SAMPLE_RATE == pytest.approx(SPEECH + 0.04, abs=0.02)


@pytest.mark.parametrize("form", FORMS)
def test_a_pause_divides_the_stretches(form: str) -> None:
    clip = PyavReader().read(FORMS[form], form)
    assert len(clip.stretches) == 2
    begin = SAID.words[2][1] - SAID.words[0][1]
    first, second = clip.stretches
    assert (second[0] - first[0]) / SAMPLE_RATE == pytest.approx(begin, abs=0.012)


@pytest.mark.parametrize("tempo", [0.4, 0.8, 1.25, 2.5])
def test_another_tempo_changes_the_length_and_not_the_pitch(tempo: float) -> None:
    steady = toned("a" * 60).samples.tobytes()
    clip = PyavReader().read(steady, "pcm_24000", tempo)
    once = PyavReader().read(steady, "pcm_24000")
    assert len(once.pcm) / len(clip.pcm) == pytest.approx(tempo, rel=0.06)
    assert pitch(clip.pcm) == pytest.approx(pitch(once.pcm), rel=0.03)


def pitch(pcm: bytes) -> float:
    """Hertz of the strongest tone in the middle."""
    sound = np.frombuffer(pcm, "<i2").astype(float)
    middle = sound[len(sound) // 4 : len(sound) * 3 // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum) * SAMPLE_RATE / len(middle))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("data", [b"", b"\x00" * 40_000])
def test_silence_and_nothing_are_no_sound(form: str, data: bytes) -> None:
    with pytest.raises(UnreadableSound):
        PyavReader().read(data, form)


@pytest.mark.parametrize("form", ["wav", "mp3"])
def test_a_page_of_words_is_no_sound(form: str) -> None:
    with pytest.raises(UnreadableSound, match=f"can't be read as {form}"):
        PyavReader().read(b"<html>Bad gateway</html>" * 100, form)


def test_sound_without_an_end_is_refused() -> None:
    with pytest.raises(UnreadableSound, match="more than 300 s"):
        PyavReader().read(b"\x00\x40" * (8_000 * 301), "pcm_8000")
