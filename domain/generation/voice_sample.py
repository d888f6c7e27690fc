"""How a voice sounds: one sentence in its own language, made once and kept."""

import asyncio
import struct

import msgspec

from domain.errors import VoiceSampleNotFound
from domain.generation.fingerprint import fingerprint
from domain.generation.narration import BYTES_PER_SAMPLE, SAMPLE_RATE
from domain.generation.ports import Narrator, SampleShelf, Verbalizer, Voice
from domain.providers.book import Payer
from domain.providers.errand import Errand
from domain.providers.till import Till

VERSION = 1
"""raised when the same voice would get another file"""

SEED = 7
SPEED = 1.0

ENGLISH = "Every good story begins with a question that somebody dared to ask."
SENTENCES = {
    "cs": "Každý dobrý příběh začíná otázkou, kterou se někdo odvážil položit.",
    "da": "Enhver god historie begynder med et spørgsmål, som nogen turde stille.",
    "de": "Jede gute Geschichte beginnt mit einer Frage, die jemand zu stellen wagte.",
    "en": ENGLISH,
    "es": "Toda buena historia empieza con una pregunta que alguien se atrevió a hacer.",
    "fi": "Jokainen hyvä tarina alkaa kysymyksestä, jonka joku uskalsi esittää.",
    "fr": "Toute bonne histoire commence par une question que quelqu'un a osé poser.",
    "hu": "Minden jó történet egy kérdéssel kezdődik, amelyet valaki fel mert tenni.",
    "it": "Ogni bella storia comincia con una domanda che qualcuno ha osato fare.",
    "nl": "Elk goed verhaal begint met een vraag die iemand durfde te stellen.",
    "no": "Enhver god historie begynner med et spørsmål som noen våget å stille.",
    "pl": "Każda dobra historia zaczyna się od pytania, które ktoś odważył się zadać.",
    "pt": "Toda boa história começa com uma pergunta que alguém se atreveu a fazer.",
    "ro": "Orice poveste bună începe cu o întrebare pe care cineva a îndrăznit să o pună.",
    "ru": "Каждая хорошая история начинается с вопроса, который кто-то решился задать.",
    "sv": "Varje god berättelse börjar med en fråga som någon vågade ställa.",
    "tr": "Her iyi hikâye, birinin sormaya cesaret ettiği bir soruyla başlar.",
    "uk": "Кожна добра історія починається з питання, яке хтось наважився поставити.",
}
"""the same sentence by language, three to five seconds of it; a voice of another says it in
English"""


class VoiceSample(msgspec.Struct, frozen=True):
    """A spoken sentence."""

    tag: str
    """SHA-256 of everything that it's made from: another one sounds different"""
    wav: bytes
    """48 kHz, mono, 16 bit"""


class VoiceSamples:
    """Lets voices be heard. However many ask at once, a voice speaks once."""

    def __init__(
        self, narrator: Narrator, verbalizer: Verbalizer, shelf: SampleShelf, till: Till
    ) -> None:
        self._narrator = narrator
        self._verbalizer = verbalizer
        self._shelf = shelf
        self._till = till
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def sample(self, account_id: str, voice_id: str) -> VoiceSample:
        """How a voice sounds, from the shelf if it was heard before. Where speaking costs
        something, the account that asks first pays it.

        Raises:
            CostCapReached
            VoiceSampleNotFound: no installed voice has this id.
            NarrationFailed: the engine gave no usable sound.
        """
        voices = await asyncio.to_thread(self._narrator.voices)
        voice = next((voice for voice in voices if voice.id == voice_id), None)
        if voice is None:
            raise VoiceSampleNotFound(f"No installed voice has the id {voice_id!r}.")
        # in a thread: for the first time it reads the whole model
        identity = await asyncio.to_thread(self._narrator.identity, voice)
        text = sentence_for(voice.language)
        tag = fingerprint("voice sample", VERSION, {"voice": identity, "text": text, "seed": SEED})
        task = self._under_way.get(tag)
        if task is None:
            task = asyncio.create_task(self._made(account_id, voice, text, tag))
            self._under_way[tag] = task
            task.add_done_callback(lambda done: self._forget(tag, done))
        # whoever goes away meanwhile doesn't take it from the others
        return VoiceSample(tag, await asyncio.shield(task))

    def _forget(self, tag: str, done: asyncio.Task[bytes]) -> None:
        self._under_way.pop(tag, None)
        if not done.cancelled():
            done.exception()  # read, for everybody who asked may have gone

    async def _made(self, account_id: str, voice: Voice, text: str, tag: str) -> bytes:
        kept = await self._shelf.get(tag)
        if kept is not None:
            return kept
        sentence = self._verbalizer.verbalize(text, voice.language, {})
        errand = Errand(purse=self._till.purse(Payer(account_id=account_id)))
        spoken = await self._narrator.speak(sentence, voice, SPEED, SEED, errand)
        wav = as_wav(spoken.pcm)
        await self._shelf.put(tag, wav)
        return wav


def sentence_for(language: str) -> str:
    """What a voice of a language (BCP 47) says."""
    return SENTENCES.get(language.replace("_", "-").split("-")[0].lower(), ENGLISH)


def as_wav(pcm: bytes) -> bytes:
    """48 kHz mono s16le samples as a WAV file (RIFF, format 1)."""
    form = struct.pack(
        "<4sIHHIIHH",
        b"fmt ",
        16,
        1,
        1,
        SAMPLE_RATE,
        SAMPLE_RATE * BYTES_PER_SAMPLE,
        BYTES_PER_SAMPLE,
        8 * BYTES_PER_SAMPLE,
    )
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(pcm)) + pcm
    return struct.pack("<4sI", b"RIFF", len(body)) + body
