"""The ``Narrator`` over ``POST /v1/text-to-speech/{voice_id}/with-timestamps``.

https://elevenlabs.io/docs/api-reference/text-to-speech/convert-with-timestamps. Neighbouring
sentences aren't sent along (``previous_text``): a sentence would then sound different after a
correction of the one before it, and be paid again.
"""

import binascii
import hashlib
import time
from base64 import b64decode
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from adapters.elevenlabs.failures import WHO, failure_of
from adapters.elevenlabs.voices import MAX_PAGES, PREMADE, listed, page_of, page_query
from domain.generation.languages import check_writing_system, primary_language
from domain.generation.mastering import Mastering, Take, unsounded
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import Voice
from domain.generation.service_voices import ListedVoice, ServiceVoices, VoiceShelf
from domain.generation.speech import UnreadableSound
from domain.generation.told_times import Piece, times_of_words
from domain.providers.errand import UNPAID, Errand
from domain.providers.exchange import Answer, Exchange
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.spending import Purchase, Sold

URL = "https://api.elevenlabs.io"
MODEL = "eleven_multilingual_v2"
FORM = "pcm_24000"
"""the best plain samples that every plan has"""
SLOWEST, FASTEST = 0.7, 1.2
MAX_CHARACTERS = 10_000
_TAKES_LANGUAGE = "_v2_5"
"""models that can be told the language; others guess it, and refuse to be told"""
_OK = 200


class _Alignment(msgspec.Struct):
    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


class _Spoken(msgspec.Struct):
    audio_base64: str
    alignment: _Alignment | None = None


class ElevenLabsNarrator:
    """Speaks through ElevenLabs.

    Args:
        key: sent as ``xi-api-key``.
        voices: those that may be asked for; empty for the account's list, as ``shelf`` has it.
        output_format: ``pcm_RATE`` or ``mp3_RATE_BITRATE``, as the plan allows.
    """

    def __init__(
        self,
        exchange: Exchange,
        mastering: Mastering,
        shelf: VoiceShelf,
        *,
        key: str,
        base_url: str = URL,
        model: str = MODEL,
        voices: Sequence[ListedVoice] = (),
        output_format: str = FORM,
        service: str = "elevenlabs",
        default_voice: str = "",
    ) -> None:
        self._exchange = exchange
        self._mastering = mastering
        self._shelf = shelf
        self._url = base_url.rstrip("/")
        self._key = key
        self._model = model
        self._set = [*voices]
        self._form = output_format
        self._service = service
        self._voices = ServiceVoices(
            service, self._listed, self._credit, mastering.pace, default_voice=default_voice
        )

    def voices(self) -> list[Voice]:
        """Every voice, the default first: as set, else as fetched last, else the premade ones."""
        return self._voices.all()

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, or the first that speaks the language."""
        return self._voices.choose(language, voice_id)

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:  # noqa: ARG002
        """None: its other voices fail when one does."""
        return []

    def identity(self, voice: Voice) -> str:
        """Changes with endpoint, model, format, and whatever is done to the sound afterwards."""
        where = hashlib.sha256(self._url.encode()).hexdigest()[:12]
        return (
            f"elevenlabs/{where}/{self._model}/{voice.id}/{self._form}"
            f"/{self._mastering.identity(voice.language)}"
        )

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Raise WritingSystemUnsupported when most letters of ``text`` can't be spoken."""
        check_writing_system(text, voice)

    async def refresh(self) -> int:
        """Fetch the account's list of voices and keep it; how many there are.

        Raises:
            ProviderFailed
        """
        items, token = [], None
        for _ in range(MAX_PAGES):
            answer = await self._ask("GET", f"/v2/voices?{page_query(token)}")
            page = page_of(answer)
            items += page.voices
            token = page.next_page_token
            if not page.has_more or not token:
                break
        voices = listed(items)
        self._shelf.put(self._service, voices)
        return len(voices)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,  # noqa: ARG002 - so that other jobs have what one has paid for
        errand: Errand = UNPAID,
    ) -> Utterance:
        """Buy the sound of one sentence with the times of its characters."""
        if (silence := unsounded(sentence)) is not None:
            return silence
        text = sentence.spoken
        if len(text) > MAX_CHARACTERS:
            raise ProviderFailed(
                f"{WHO} speaks at most {MAX_CHARACTERS:,} characters at a time; a sentence has "
                f"{len(text):,}.",
                Verdict.NEXT,
                hint="Divide the sentence.",
            )
        pace = min(max(speed, SLOWEST), FASTEST)
        voice_id = self._voices.own_id(voice)
        asked: dict[str, object] = {"text": text, "model_id": self._model}
        if pace != 1.0:
            asked["voice_settings"] = {"speed": round(pace, 3)}
        if _TAKES_LANGUAGE in self._model:
            asked["language_code"] = primary_language(voice.language)

        async def send(_: str) -> Sold:
            path = f"/v1/text-to-speech/{quote(voice_id, safe='')}/with-timestamps"
            answer = await self._ask(
                "POST", f"{path}?output_format={self._form}", asked, voice_id=voice_id
            )
            _spoken(answer.body)  # what can't be used isn't kept
            return Sold(answer.body, {"characters": _charged(answer, len(text))})

        body = await errand.purse.buy(
            Purchase(
                provider=self._service,
                model=self._model,
                service="speech",
                parts={"url": self._url, "voice": voice_id, "form": self._form, **asked},
                most={"characters": len(text)},
            ),
            send,
        )
        data, pieces = _spoken(body)
        take = Take(
            data=data,
            form="mp3" if self._form.startswith("mp3") else self._form,
            times=times_of_words(text.split(), pieces) if pieces else None,
            tempo=speed / pace,
        )
        try:
            return await self._mastering.utterance(take, sentence, voice, speed)
        except UnreadableSound as error:
            raise ProviderFailed(
                f"What {WHO} sent is no usable sound: {error}.", Verdict.NEXT, is_charged=True
            ) from error

    async def _ask(
        self, method: str, path: str, asked: object = None, *, voice_id: str = ""
    ) -> Answer:
        answer = await self._exchange.ask(
            WHO,
            method,
            self._url + path,
            headers={"xi-api-key": self._key, "accept": "application/json"},
            body=None if asked is None else msgspec.json.encode(asked),
        )
        if answer.status != _OK:
            raise failure_of(answer, now=time.time(), secret=self._key, voice_id=voice_id)
        return answer

    def _listed(self) -> Sequence[ListedVoice]:
        return self._set or self._shelf.get(self._service) or PREMADE

    def _credit(self, voice: ListedVoice) -> Credit:
        return Credit(
            what="voice",
            title=f"ElevenLabs voice {voice.name} ({self._model})",
            author="ElevenLabs",
            license="as the terms of ElevenLabs state for the account's plan: without a paid one, "
            "no commercial use, and the voice has to be attributed",
            url="https://elevenlabs.io/terms-of-use",
            proof=f"spoken by the model {self._model}, voice id {voice.id}",
            machine_made=True,
        )


def _spoken(body: bytes) -> tuple[bytes, list[Piece]]:
    """Sound and character times of an answer; no times where they don't fit each other.

    Raises:
        ProviderFailed: there is no sound in it.
    """
    try:
        spoken = msgspec.json.decode(body, type=_Spoken)
        sound = b64decode(spoken.audio_base64, validate=True)
    except (msgspec.MsgspecError, binascii.Error) as error:
        raise ProviderFailed(
            f"{WHO}' answer isn't as documented: {error}.", Verdict.NEXT, is_charged=None
        ) from error
    if not sound:
        raise ProviderFailed(f"{WHO} sent no sound.", Verdict.NEXT, is_charged=None)
    told = spoken.alignment
    if told is None:
        return sound, []
    starts, ends = told.character_start_times_seconds, told.character_end_times_seconds
    if not len(told.characters) == len(starts) == len(ends):
        return sound, []
    return sound, [Piece(*one) for one in zip(told.characters, starts, ends, strict=True)]


def _charged(answer: Answer, otherwise: int) -> float:
    """Characters that ElevenLabs says it charged."""
    told = answer.headers.get("character-cost", "")
    return float(told) if told.isascii() and told.isdigit() else float(otherwise)
