"""The ``Narrator`` over Edge's websocket, with its word boundaries.

No key and no contract: the service is there for the browser's "read aloud", changes without
notice, and refuses whole networks (403). edge-tts (LGPL-3) keeps up with it.
"""

import asyncio
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from adapters.edge.failures import SERVICE, sorted_failure
from adapters.edge.voices import KNOWN, listed
from domain.generation.languages import check_writing_system
from domain.generation.mastering import Mastering, Take, unsounded
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import Voice
from domain.generation.service_voices import ListedVoice, ServiceVoices, VoiceShelf
from domain.generation.speech import UnreadableSound
from domain.generation.told_times import Piece, share_told, times_of_words
from domain.installing import how_to_install
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

INSTALL_HINT = f"Install what Edge's voices need: {how_to_install('voices')}."
SLOWEST, FASTEST = 0.5, 2.0
TICKS_PER_SECOND = 10_000_000
SECONDS = 90.0
"""for one sentence, however slowly it comes"""
MAX_BYTES = 8 * 1024 * 1024
"""20 minutes of MP3 at 48 kbit/s"""


class EdgeNarrator:
    """Speaks through Edge; needs the extra ``voices``. Without it there are no voices.

    Args:
        voices: those that may be asked for; empty for the service's list, as ``shelf`` has it.
        seconds: the longest that one sentence may take.
    """

    def __init__(
        self,
        mastering: Mastering,
        shelf: VoiceShelf,
        *,
        voices: Sequence[ListedVoice] = (),
        service: str = "edge",
        default_voice: str = "",
        seconds: float = SECONDS,
    ) -> None:
        self._mastering = mastering
        self._shelf = shelf
        self._set = [*voices]
        self._service = service
        self._seconds = seconds
        self._voices = ServiceVoices(
            service,
            self._listed,
            _credit,
            mastering.pace,
            default_voice=default_voice,
            hint=INSTALL_HINT,
        )

    def voices(self) -> list[Voice]:
        """Every voice, the default first: as set, else as fetched last, else the known ones."""
        return self._voices.all()

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, or the first that speaks the language."""
        return self._voices.choose(language, voice_id)

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:  # noqa: ARG002
        """None: its other voices fail when one does."""
        return []

    def identity(self, voice: Voice) -> str:
        """Changes with the package and whatever is done to the sound; the service tells nothing."""
        return f"edge/{voice.id}/edge-tts-{_version()}/{self._mastering.identity(voice.language)}"

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Raise WritingSystemUnsupported when most letters of ``text`` can't be spoken."""
        check_writing_system(text, voice)

    async def refresh(self) -> int:
        """Fetch the service's list of voices and keep it; how many there are.

        Raises:
            ProviderFailed
        """
        from edge_tts import list_voices

        try:
            async with asyncio.timeout(self._seconds):
                voices = listed(await list_voices())
        except Exception as error:
            raise sorted_failure(error) from error
        if voices:
            self._shelf.put(self._service, voices)
        return len(voices)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,  # noqa: ARG002 - the service takes none
        errand: Errand = UNPAID,  # noqa: ARG002 - it's free
    ) -> Utterance:
        """Fetch one sentence with the times of its words."""
        if (silence := unsounded(sentence)) is not None:
            return silence
        percent = round((min(max(speed, SLOWEST), FASTEST) - 1) * 100)
        words = sentence.spoken.split()
        sound, pieces = await self._spoken(
            " ".join(words), self._voices.own_id(voice), f"{percent:+d}%"
        )
        if pieces and share_told(words, pieces) < 1:
            # the websocket may close in mid-sentence without a word
            raise ProviderFailed(f"{SERVICE} broke off within a sentence.", Verdict.RETRY)
        take = Take(
            data=sound,
            form="mp3",
            times=times_of_words(words, pieces) if pieces else None,
            tempo=speed / (1 + percent / 100),
        )
        try:
            return await self._mastering.utterance(take, sentence, voice, speed)
        except UnreadableSound as error:
            raise ProviderFailed(
                f"What {SERVICE} sent is no usable sound: {error}.", Verdict.NEXT
            ) from error

    async def _spoken(self, text: str, voice: str, rate: str) -> tuple[bytes, list[Piece]]:
        from edge_tts import Communicate

        sound = bytearray()
        pieces: list[Piece] = []
        try:
            async with asyncio.timeout(self._seconds):
                asked = Communicate(text, voice, rate=rate, boundary="WordBoundary")
                async for chunk in asked.stream():
                    if chunk["type"] == "audio":
                        sound += chunk["data"]
                        if len(sound) > MAX_BYTES:
                            raise ProviderFailed(
                                f"{SERVICE} sent more than {MAX_BYTES:,} bytes.", Verdict.NEXT
                            )
                    elif chunk["type"] == "WordBoundary":
                        start = chunk["offset"] / TICKS_PER_SECOND
                        end = start + chunk["duration"] / TICKS_PER_SECOND
                        pieces.append(Piece(chunk["text"], start, end))
        except ProviderFailed:
            raise
        except Exception as error:
            raise sorted_failure(error) from error
        return bytes(sound), pieces

    def _listed(self) -> Sequence[ListedVoice]:
        if find_spec("edge_tts") is None:
            return []
        return self._set or self._shelf.get(self._service) or KNOWN


def _credit(listed: ListedVoice) -> Credit:
    return Credit(
        what="voice",
        title=f"Microsoft Edge voice {listed.id}",
        author="Microsoft",
        license="none is granted: the service is meant for reading aloud in the browser Edge; "
        "whoever publishes its sound answers for that",
        url="https://github.com/rany2/edge-tts",
        proof="fetched with edge-tts, which is not Microsoft's",
        machine_made=True,
    )


def _version() -> str:
    try:
        return version("edge-tts")
    except PackageNotFoundError:
        return "none"
