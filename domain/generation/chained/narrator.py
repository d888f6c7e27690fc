"""Narrators in order: everybody's voices, each spoken by its own provider only."""

import logging
from collections.abc import Iterator

from domain.errors import (
    DomainError,
    LanguageUnsupported,
    ProvidersExhausted,
    VoiceNotFound,
)
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.ports import Narrator, Voice
from domain.providers.chain import Chain
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed

LIST_SECONDS = 60.0
"""after which a list of voices that couldn't be read is worth another try"""

log = logging.getLogger(__name__)


class ChainedNarrator:
    """Implements ``Narrator`` over several of them.

    A voice's id names its provider; of two voices with one id, the first provider's is meant. No
    other provider is asked to speak in its place: whoever would rather have another voice than
    none takes one of ``alternatives`` and speaks everything again.

    Args:
        default_voice: an id; taken where nobody asks for a voice and it speaks the language.
    """

    def __init__(self, chain: Chain[Narrator], default_voice: str = "") -> None:
        self._chain = chain
        self._default_voice = default_voice
        self._owners: dict[str, str] = {}
        """by voice: to list a service's voices may take a request, which a sentence isn't held up
        by"""

    def voices(self) -> list[Voice]:
        """Every voice in the order of the providers, but the default first."""
        found: dict[str, Voice] = {}
        for _, voice in self._all([]):
            found.setdefault(voice.id, voice)
        return sorted(found.values(), key=lambda voice: voice.id != self._default_voice)

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, else the default for a language: the first provider's
        that speaks it.

        Raises:
            VoiceNotFound, LanguageUnsupported
            ProvidersExhausted: somebody may have the voice whose list can't be read just now.
        """
        if voice_id:
            return self._owner(voice_id)[1].voice_for(language, voice_id)
        if self._default_voice:
            try:
                _, narrator = self._owner(self._default_voice)
                return narrator.voice_for(language, self._default_voice)
            except (VoiceNotFound, LanguageUnsupported, ProviderFailed, ProvidersExhausted):
                log.debug("the default voice doesn't speak %s", language)
        last: DomainError | None = None
        for narrator in self._chain.providers.values():
            try:
                return narrator.voice_for(language, None)
            except LanguageUnsupported as error:
                last = error
            except (VoiceNotFound, ProviderFailed) as error:  # it has none, or they aren't known
                last = last or error
        if len(self._chain.providers) == 1 and last is not None:
            raise last
        spoken = sorted({voice.language for voice in self.voices()})
        if not spoken:
            raise last or VoiceNotFound("No voice is set up.")
        raise LanguageUnsupported(
            f"No voice of any provider speaks {language!r}; there is {', '.join(spoken)}.",
            language=language,
            available=", ".join(spoken),
        )

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:
        """Who could speak in a voice's place: each other provider's default for the language."""
        own, _ = self._owner(voice.id)
        found = []
        for provider, narrator in self._chain.providers.items():
            if provider == own:
                continue
            try:
                found.append(narrator.voice_for(language, None))
            except (LanguageUnsupported, VoiceNotFound, ProviderFailed):
                log.debug("%s has no voice for %s", provider, language)
        return found

    def identity(self, voice: Voice) -> str:
        """As the voice's own provider says."""
        return self._owner(voice.id)[1].identity(voice)

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Ask the voice's own provider."""
        self._owner(voice.id)[1].check_speakable(text, voice)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        """Have the voice's own provider speak, with one of its keys.

        Raises:
            ProvidersExhausted, NoProviderLeft, CostCapReached: it can't.
        """
        provider, _ = self._owner(voice.id)
        taken = await self._chain.ask(
            lambda narrator: narrator.speak(sentence, voice, speed, seed, errand),
            only={provider},
            note=errand.note,
        )
        return taken.value

    def _all(self, unread: list[str]) -> Iterator[tuple[str, Voice]]:
        """Every voice with its provider; adds those whose lists can't be read to ``unread``."""
        for provider, narrator in self._chain.providers.items():
            try:
                voices = narrator.voices()
            except ProviderFailed as failure:  # others have voices too
                log.warning("the voices of %s aren't known: %s", provider, failure.message)
                unread.append(provider)
                continue
            for voice in voices:
                yield provider, voice

    def _owner(self, voice_id: str) -> tuple[str, Narrator]:
        providers = self._chain.providers
        if (known := self._owners.get(voice_id)) is not None:
            return known, providers[known]
        unread: list[str] = []
        for provider, voice in self._all(unread):
            if voice.id == voice_id:
                self._owners[voice_id] = provider
                return provider, providers[provider]
        if len(providers) == 1:  # it says best what it has, and how to have more
            [(provider, narrator)] = providers.items()
            return provider, narrator
        if unread:  # no job is to be lost for what passes
            raise ProvidersExhausted(
                f"Nobody knows the voice {voice_id!r}, and the voices of {', '.join(unread)} "
                "can't be read just now.",
                retry_after_seconds=LIST_SECONDS,
            )
        there = ", ".join(voice.id for voice in self.voices())
        raise VoiceNotFound(
            f"No voice has the id {voice_id!r}; " + (f"there is {there}." if there else "")
        )
