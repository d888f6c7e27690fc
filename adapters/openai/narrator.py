"""The ``Narrator`` over ``POST /audio/speech``, as OpenAI documents it and others offer it.

https://platform.openai.com/docs/api-reference/audio/createSpeech: the answer is the sound alone,
so the words are looked for in it.
"""

import hashlib
import time
from collections.abc import Sequence
from typing import Literal

import msgspec

from adapters.openai.endpoints import address_of, without_secrets
from adapters.openai.failures import failure_of, read_trouble
from domain.generation.languages import check_writing_system
from domain.generation.mastering import Mastering, Take, unsounded
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import Voice
from domain.generation.service_voices import ListedVoice, ServiceVoices, read_voices
from domain.generation.speech import UnreadableSound
from domain.providers.answers import REDIRECTS, verdict_of_status
from domain.providers.errand import UNPAID, Errand
from domain.providers.exchange import Answer, Exchange
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.spending import Purchase, Sold

URL = "https://api.openai.com/v1"
POLICIES = "https://openai.com/policies"
OPENAI = "OpenAI"
MODEL = "gpt-4o-mini-tts"
LANGUAGES = (
    "af ar hy az be bs bg ca zh hr cs da nl et fi fr gl de el he hi hu is id it ja kn kk ko lv lt "
    "mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy"
).split()
"""beside English, as OpenAI's guide to speech lists them"""
VOICES = read_voices(
    "alloy, ash, ballad, coral, echo, fable, nova, onyx, sage, shimmer, verse", "en", LANGUAGES
)
"""what OpenAI offers for ``MODEL``"""
MAX_CHARACTERS = 4096
"""of ``input``"""
PCM_RATE = 24_000
"""hertz of ``pcm``, which has no header that says so"""
SLOWEST, FASTEST = 0.25, 4.0

Form = Literal["wav", "pcm", "mp3"]
_FORMS = {"wav": "wav", "pcm": f"pcm_{PCM_RATE}", "mp3": "mp3"}


class OpenAINarrator:
    """Speaks through an OpenAI-compatible endpoint.

    Args:
        base_url: with its ``/v1``.
        key: empty for a server that asks for none.
        voices: those that may be asked for, the default first.
        response_format: ``wav`` and ``pcm`` lose nothing; ``mp3`` for servers without them.
        service: the endpoint's name in the settings; voice ids begin with it.
    """

    def __init__(
        self,
        exchange: Exchange,
        mastering: Mastering,
        *,
        base_url: str = URL,
        key: str = "",
        model: str = MODEL,
        voices: Sequence[ListedVoice] = VOICES,
        response_format: Form = "wav",
        service: str = "openai",
        default_voice: str = "",
    ) -> None:
        self._exchange = exchange
        self._mastering = mastering
        self._url = address_of(base_url, "/audio/speech")
        self._endpoint = without_secrets(base_url)
        self._is_openai = self._endpoint.startswith("https://api.openai.com/")
        self._key = key
        self._model = model
        self._form: Form = response_format
        self._service = service
        self._voices = ServiceVoices(
            service,
            lambda: voices,
            self._credit,
            mastering.pace,
            timing=mastering.timing,
            default_voice=default_voice,
        )

    def voices(self) -> list[Voice]:
        """Every voice, the default first."""
        return self._voices.all()

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, or the first that speaks the language."""
        return self._voices.choose(language, voice_id)

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:  # noqa: ARG002
        """None: its other voices fail when one does."""
        return []

    def identity(self, voice: Voice) -> str:
        """Changes with endpoint, model, format, and whatever is done to the sound afterwards."""
        where = hashlib.sha256(self._endpoint.encode()).hexdigest()[:12]
        return (
            f"{self._service}-speech/{where}/{self._model}/{voice.id}/{self._form}"
            f"/{self._mastering.identity(voice.language)}"
        )

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Raise WritingSystemUnsupported when most letters of ``text`` can't be spoken."""
        check_writing_system(text, voice)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,  # noqa: ARG002 - the service takes none
        errand: Errand = UNPAID,
    ) -> Utterance:
        """Buy the sound of one sentence, and find its words."""
        if (silence := unsounded(sentence)) is not None:
            return silence
        text = sentence.spoken
        if len(text) > MAX_CHARACTERS:
            raise ProviderFailed(
                f"{self._service} speaks at most {MAX_CHARACTERS:,} characters at a time; "
                f"a sentence has {len(text):,}.",
                Verdict.NEXT,
                hint="Divide the sentence.",
            )
        pace = min(max(speed, SLOWEST), FASTEST)
        asked = {
            "model": self._model,
            "voice": self._voices.own_id(voice),
            "input": text,
            "response_format": self._form,
            "speed": round(pace, 3),
        }

        async def send(idempotency_key: str) -> Sold:
            sound = await self._sound(asked, idempotency_key)
            return Sold(sound, {"characters": len(text)})

        sound = await errand.purse.buy(
            Purchase(
                provider=self._service,
                model=self._model,
                service="speech",
                parts={"url": self._endpoint, **asked},
                most={"characters": len(text)},
            ),
            send,
        )
        take = Take(data=sound, form=_FORMS[self._form], tempo=speed / pace)
        try:
            return await self._mastering.utterance(take, sentence, voice, speed)
        except UnreadableSound as error:
            raise ProviderFailed(
                f"What {self._service} sent is no usable sound: {error}.",
                Verdict.NEXT,
                is_charged=True,
            ) from error

    async def _sound(self, asked: dict[str, object], idempotency_key: str) -> bytes:
        headers = {"idempotency-key": idempotency_key}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        answer = await self._exchange.ask(
            self._service,
            "POST",
            self._url,
            headers=headers,
            body=msgspec.json.encode(asked),
        )
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise self._failure(answer)
        if not answer.body or "json" in answer.headers.get("content-type", ""):
            raise ProviderFailed(f"{self._service} sent no sound.", Verdict.NEXT, is_charged=None)
        return answer.body

    def _failure(self, answer: Answer) -> ProviderFailed:
        whose = f"set for {self._service}"
        hint = ""
        if answer.status in REDIRECTS:
            hint = f"The address that is {whose} isn't the service's own: it ends in /v1."
        elif verdict_of_status(answer.status) is Verdict.NEXT:
            hint = f"See whether the model and the voices that are {whose} are among its own."
        return failure_of(
            self._service,
            answer.status,
            read_trouble(answer.body),
            answer.headers,
            now=time.time(),
            key=self._key,
            hint=hint,
            key_hint=f"See whether the key that is {whose} is valid and has credit.",
        )

    def _credit(self, listed: ListedVoice) -> Credit:
        return Credit(
            what="voice",
            title=f"voice {listed.name} of the model {self._model}",
            author=OPENAI if self._is_openai else "",
            license="as the terms of the service state; listeners are to be told that it's an "
            "artificial voice",
            # where a server of one's own is, is nobody else's business
            url=POLICIES if self._is_openai else "",
            proof=f"spoken by the model {self._model} of the service that is set as "
            f"{self._service}",
            machine_made=True,
        )
