"""The ``Narrator`` that speaks with Piper voices, in this process."""

import asyncio
import errno
import threading
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from adapters.piper.model import PATCH_VERSION, file_digest, patched_copy
from adapters.piper.sound import Sound, to_pcm
from adapters.piper.speaker import Speaker
from adapters.piper.voices import InstalledVoice, packaged_voices, voices_in
from domain.errors import NarrationFailed, StorageFull
from domain.generation.languages import check_writing_system, choose_voice, voice_named
from domain.generation.narration import (
    SAMPLE_RATE,
    SpokenSentence,
    Utterance,
    Word,
    silent_utterance,
)
from domain.generation.ports import Voice
from domain.generation.word_times import MIN_WORD, in_order, shown_times
from domain.installing import how_to_install
from domain.providers.errand import UNPAID, Errand

TIMING_VERSION = 1
"""Counted up whenever the same sound would get other word times, or other edges."""

INSTALL_HINT = f"Install the offline voice: {how_to_install('voice')}."
_LIBRARIES = ("piper", "onnx", "onnxruntime", "soxr")
_UNSOUNDED = SAMPLE_RATE * 300 // 1000


class PiperNarrator:
    """Speaks with the packaged voice and those of a folder; needs the extra ``voice``.

    Nothing is loaded before it is used: without the extra there are simply no voices.
    """

    def __init__(
        self, cache_dir: Path, voice_dir: Path | None = None, default_voice: str = ""
    ) -> None:
        """``cache_dir`` keeps the patched models, 61 MB a voice; it may be emptied at any time."""
        self._cache_dir = cache_dir
        self._voice_dir = voice_dir
        self._default_voice = default_voice
        self._lock = threading.Lock()
        self._speakers: dict[str, Speaker] = {}
        self._digests: dict[str, str] = {}

    @cached_property
    def _installed(self) -> dict[str, InstalledVoice]:
        if any(find_spec(library) is None for library in _LIBRARIES):
            return {}
        found = {
            installed.voice.id: installed
            for installed in [*packaged_voices(), *voices_in(self._voice_dir)]
        }
        default_first = sorted(found, key=lambda voice_id: voice_id != self._default_voice)
        return {voice_id: found[voice_id] for voice_id in default_first}

    def voices(self) -> list[Voice]:
        """Every voice, the default first; a voice of the folder hides a packaged namesake."""
        return [installed.voice for installed in self._installed.values()]

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, or the first that speaks the language.

        Languages match by their primary subtag: an en-US voice reads en-GB.
        """
        return choose_voice(self.voices(), language, voice_id, hint=INSTALL_HINT)

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:  # noqa: ARG002
        """None: a voice that fails here fails for a reason that the others have as well."""
        return []

    def identity(self, voice: Voice) -> str:
        """Changes with the model, the engine, the patch and everything that shapes the sound."""
        installed = self._installed_voice(voice.id)
        engine = "+".join(
            f"{name}-{_version(name)}" for name in ("piper-tts", "onnxruntime", "soxr")
        )
        return (
            f"piper/{voice.id}/{self._digest(installed)}/{engine}"
            f"/patch-{PATCH_VERSION}/timing-{TIMING_VERSION}"
        )

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Raise WritingSystemUnsupported when most letters are of a script the voice can't say."""
        check_writing_system(text, voice)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,  # noqa: ARG002 - nothing here is paid
    ) -> Utterance:
        """Speak one sentence, in a thread; several may be spoken at once."""
        if not sentence.spans:
            return silent_utterance()
        return await asyncio.to_thread(self._speak, sentence, voice, speed, seed)

    def _speak(self, sentence: SpokenSentence, voice: Voice, speed: float, seed: int) -> Utterance:
        installed = self._installed_voice(voice.id)
        try:
            speaker = self._speaker(installed)
            recording = speaker.say(sentence.spoken.split(), speed, seed)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise StorageFull(f"No space is left in {self._cache_dir} for the voice.") from error
        except Exception as error:
            raise NarrationFailed(
                f"The voice {voice.id!r} failed on {sentence.text!r}: {error}"
            ) from error
        sound = recording.sound
        if not np.isfinite(sound).all():
            raise NarrationFailed(f"The voice {voice.id!r} gave no usable sound.")
        shown = [word for span in sentence.spans for word in span.shown]
        sound = _at_least(sound, max(MIN_WORD * len(shown), _UNSOUNDED if not len(sound) else 0))
        times = in_order(shown_times(sentence.spans, recording.times), len(sound))
        return Utterance(
            pcm=to_pcm(sound),
            words=[Word(text, start, end) for text, (start, end) in zip(shown, times, strict=True)],
            timing="engine" if recording.measured else "proportional",
        )

    def _installed_voice(self, voice_id: str) -> InstalledVoice:
        return self._installed[voice_named(self.voices(), voice_id, hint=INSTALL_HINT).id]

    def _digest(self, installed: InstalledVoice) -> str:
        with self._lock:
            return self._digest_locked(installed)

    def _digest_locked(self, installed: InstalledVoice) -> str:
        voice_id = installed.voice.id
        if voice_id not in self._digests:
            self._digests[voice_id] = file_digest(installed.model)
        return self._digests[voice_id]

    def _speaker(self, installed: InstalledVoice) -> Speaker:
        """The opened voice; opened once, by whoever asks first."""
        with self._lock:
            speaker = self._speakers.get(installed.voice.id)
            if speaker is None:
                digest = self._digest_locked(installed)
                copy = patched_copy(installed.model, digest, self._cache_dir)
                speaker = Speaker(copy, installed.config)
                self._speakers[installed.voice.id] = speaker
            return speaker


def _at_least(sound: Sound, length: int) -> Sound:
    """The sound, with silence after it when it has no room for its words."""
    return np.pad(sound, (0, max(0, length - len(sound))))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
