"""The voices of a service: its own list, with ids that say whose they are."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from domain.generation.languages import choose_voice, voice_named
from domain.generation.narration import TimingSource
from domain.generation.paces import pace_in
from domain.generation.packaging import Credit
from domain.generation.ports import Voice

SEPARATOR = ":"
"""between a service's name and its own id of a voice"""
UNMEASURED_ENGLISH_PACE = 165.0
"""words a minute at speed 1, pauses included, of a service's voice that hasn't spoken here yet:
between the 150 of audio books and the 180 of newsreaders"""


class ListedVoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A voice as a service lists it."""

    id: str
    """the service's own"""
    name: str
    language: str
    """BCP 47"""
    languages: list[str] = []
    """others that it speaks too"""


class VoiceShelf(Protocol):
    """Keeps the lists of services, so that nobody waits for the network to know a voice."""

    def get(self, service: str) -> list[ListedVoice] | None:
        """What was kept last; None for nothing."""
        ...

    def put(self, service: str, voices: Sequence[ListedVoice]) -> None:
        """Keep a list in place of the one before."""
        ...


class ServiceVoices:
    """Which voices there are of one service.

    Args:
        service: as the settings call it; the ids begin with it.
        listed: the list as it is now; cheap, without network, the same object while unchanged.
        credit: of one voice, to be named in the manifest.
        pace: the measured pace of a voice id in a language, or what is given third.
        timing: where the times of words come from in a language; left out: the service tells them.
        default_voice: an id of ours that comes first; others are passed over.
        hint: what to do when there's no voice at all.
    """

    def __init__(
        self,
        service: str,
        listed: Callable[[], Sequence[ListedVoice]],
        credit: Callable[[ListedVoice], Credit],
        pace: Callable[[str, str, float], float],
        *,
        timing: Callable[[str], TimingSource] = lambda _: "engine",
        default_voice: str = "",
        hint: str = "",
    ) -> None:
        self._timing = timing
        self._prefix = service + SEPARATOR
        self._listed = listed
        self._credit = credit
        self._pace = pace
        self._default_voice = default_voice
        self._hint = hint
        self._built: list[Voice] = []
        self._built_of: Sequence[ListedVoice] | None = None

    def all(self) -> list[Voice]:
        """Every voice, the default first."""
        listed = self._listed()
        if listed is not self._built_of:  # hundreds of them, and every request asks
            voices = [self._voice(one) for one in listed]
            self._built = sorted(voices, key=lambda voice: voice.id != self._default_voice)
            self._built_of = listed
        return [*self._built]

    def choose(self, language: str, voice_id: str | None) -> Voice:
        """The voice of an id, or the first that speaks a language.

        Raises:
            VoiceNotFound, LanguageUnsupported
        """
        chosen = choose_voice(self.all(), language, voice_id, hint=self._hint)
        otherwise = pace_in(chosen.language, UNMEASURED_ENGLISH_PACE)
        pace = self._pace(chosen.id, chosen.language, otherwise)
        timing = self._timing(chosen.language)
        return msgspec.structs.replace(chosen, words_per_minute=pace, word_timing=timing)

    def own_id(self, voice: Voice) -> str:
        """What the service calls a voice of ours; raises VoiceNotFound for another's."""
        return voice_named(self.all(), voice.id, hint=self._hint).id.removeprefix(self._prefix)

    def _voice(self, listed: ListedVoice) -> Voice:
        voice_id = self._prefix + listed.id
        otherwise = pace_in(listed.language, UNMEASURED_ENGLISH_PACE)
        return Voice(
            id=voice_id,
            name=listed.name,
            language=listed.language,
            languages=listed.languages,
            words_per_minute=self._pace(voice_id, listed.language, otherwise),
            word_timing=self._timing(listed.language),
            credit=self._credit(listed),
        )


def read_voices(text: str, language: str, languages: Sequence[str] = ()) -> list[ListedVoice]:
    """Voices as a setting lists them: ``alloy, nova=de``, divided by commas.

    One with a language speaks that one; one without speaks ``language`` and ``languages``. A name
    may follow in round brackets: ``JBFqnCBsd6RMkjVDRZzb=en-GB (George)``.

    Raises:
        ValueError: an entry without an id.
    """
    voices = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        bare, _, name = entry.partition("(")
        own_id, _, tag = (part.strip() for part in bare.partition("="))
        if not own_id or SEPARATOR in own_id:
            raise ValueError(f"{entry!r} is no voice: write ID, ID=LANGUAGE or ID=LANGUAGE (NAME)")
        voices.append(
            ListedVoice(
                id=own_id,
                name=name.rstrip(") ").strip() or own_id,
                language=tag or language,
                languages=[] if tag else [*languages],
            )
        )
    return voices
