"""Voices of two services and one at hand, which say nothing in particular and fail when told to."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from dishka import Provider, Scope, decorate

from domain.generation.narration import SAMPLE_RATE, SpokenSentence, Utterance, Word
from domain.generation.packaging import Credit
from domain.generation.ports import Narrator, Voice
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

WORD = SAMPLE_RATE // 5
"""samples that each word takes"""


def _voice(voice_id: str) -> Voice:
    credit = Credit(what="voice", title=voice_id.title())
    return Voice(
        id=voice_id, name=voice_id.title(), language="en", words_per_minute=160, credit=credit
    )


VOICES = {name: _voice(name) for name in ("cloud", "cloud-2", "edge", "local")}
REASON = "403: the quota is spent"


@dataclass
class Services:
    """Implements ``Narrator``; ``cloud`` and ``cloud-2`` are of one service."""

    spoken: list[tuple[str, str]] = field(default_factory=list)
    """voices and sentences, in order"""
    speeds: list[float] = field(default_factory=list)
    """at which they were spoken"""
    paces: dict[str, float] = field(default_factory=dict)
    """words a minute of voices that were measured meanwhile"""
    breaks: Callable[[str, str], bool] = lambda _voice, _text: False
    """whether a voice fails on a sentence"""

    def voices(self) -> list[Voice]:
        return list(VOICES.values())

    def voice_for(self, language: str, voice_id: str | None) -> Voice:  # noqa: ARG002
        voice = VOICES[voice_id or "cloud"]
        pace = self.paces.get(voice.id, voice.words_per_minute)
        return msgspec.structs.replace(voice, words_per_minute=pace)

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:  # noqa: ARG002
        service = voice.id.partition("-")[0]
        return [other for other in self.voices() if not other.id.startswith(service)]

    def identity(self, voice: Voice) -> str:
        return f"{voice.id}/1"

    def check_speakable(self, text: str, voice: Voice) -> None:  # noqa: ARG002
        return None

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,  # noqa: ARG002 - the port's
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Utterance:
        if self.breaks(voice.id, sentence.text):
            raise ProviderFailed(REASON, Verdict.BLOCKED)
        self.spoken.append((voice.id, sentence.text))
        self.speeds.append(speed)
        shown = [word for span in sentence.spans for word in span.shown]
        words = [Word(word, n * WORD, (n + 1) * WORD) for n, word in enumerate(shown)]
        sample = sorted(VOICES).index(voice.id) + 1
        pcm = sample.to_bytes(2, "little") * (WORD * len(shown))
        return Utterance(pcm, words, "engine")


class Broken(Provider):
    """Puts these voices in the place of the real one."""

    scope = Scope.APP

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services

    @decorate
    def narrator(self, inner: Narrator) -> Narrator:  # noqa: ARG002 - what it stands in for
        return self._services
