"""The narration: what is spoken, when each shown word sounds, and the pauses between.

Audio is 48 kHz, mono, signed 16-bit little-endian; times are in samples. A frame at 30 fps
is exactly 1,600 samples, so a scene padded to whole frames never drifts from its picture.
"""

import struct
from collections.abc import Sequence
from typing import Literal

import msgspec

SAMPLE_RATE = 48_000
FRAME_RATE = 30
SAMPLES_PER_FRAME = SAMPLE_RATE // FRAME_RATE
BYTES_PER_SAMPLE = 2

TimingSource = Literal["engine", "forced_alignment", "proportional"]


class SpokenSpan(msgspec.Struct, frozen=True):
    """Some neighbouring shown words and the words that are spoken for them.

    "$3.5 million" is two shown words and five spoken ones: "three point five million
    dollars". A shown word that is not spoken by itself (a dash, an emoji) joins a neighbour.
    """

    shown: list[str]
    """words as captions show them, in order, none empty"""
    spoken: str
    """words as the voice says them, separated by single spaces, not empty; with the punctuation
    that shapes the melody attached to them"""


class SpokenSentence(msgspec.Struct, frozen=True):
    """One sentence in both its texts, aligned."""

    text: str
    spans: list[SpokenSpan]

    @property
    def spoken(self) -> str:
        """The whole sentence as the voice is given it."""
        return " ".join(span.spoken for span in self.spans)


class Word(msgspec.Struct, frozen=True):
    """A shown word and when it sounds: samples from the start of what contains it."""

    text: str
    start: int
    end: int


class Utterance(msgspec.Struct, frozen=True):
    """One spoken sentence: sound, and its words in order, without overlap, inside the sound."""

    pcm: bytes
    """48 kHz mono s16le; at most 30 ms of silence at either end"""
    words: list[Word]
    timing: TimingSource

    @property
    def samples(self) -> int:
        """Length of the sound in samples."""
        return len(self.pcm) // BYTES_PER_SAMPLE


class NarratedSentence(msgspec.Struct, frozen=True):
    """A sentence in its scene: start and end in samples from the scene's start."""

    text: str
    start: int
    end: int
    words: list[Word]
    timing: TimingSource


class SceneNarration(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's sound (in the artifact store under ``audio``) and all its word timings."""

    schema: int = 1
    audio: str
    """SHA-256 of the PCM bytes"""
    frames: int
    """length in frames; the sound is exactly ``frames * 1600`` samples long"""
    sentences: list[NarratedSentence]

    @property
    def words(self) -> list[Word]:
        """All words of the scene in order."""
        return [word for sentence in self.sentences for word in sentence.words]


# -- rhythm --------------------------------------------------------------------------------------


class Rhythm(msgspec.Struct, frozen=True):
    """Lengths of the narrator's pauses in milliseconds; figures of ``look.md``, "Sound"."""

    comma_ms: int
    """after a comma, semicolon or dash inside a sentence"""
    sentence_ms: int
    scene_ms: int
    """between scenes, and what the video ends with after its last word"""
    hook_ms: int
    """after the first scene"""
    reveal_ms: int
    """after a colon: what it announced comes next"""
    turn_ms: int
    """between two sentences of a scene, where somebody else begins to speak"""


SHORT_FORM = Rhythm(
    comma_ms=120, sentence_ms=300, scene_ms=450, hook_ms=350, reveal_ms=200, turn_ms=400
)
LONG_FORM = Rhythm(
    comma_ms=160, sentence_ms=420, scene_ms=750, hook_ms=500, reveal_ms=250, turn_ms=560
)

SHORT_FORM_WORDS_PER_MINUTE = 172.0
"""the middle of 165 to 180"""
LONG_FORM_WORDS_PER_MINUTE = 158.0
"""the middle of 150 to 165"""

UNSPOKEN_SENTENCE_MS = 400
"""how long a sentence stays that has nothing to say, such as a single emoji"""
SPEECH_GAP_MS = 300
"""pauses shorter than this don't end a stretch of speech: the music doesn't come up in them"""
FADE_MS = 2.5
"""fade on both sides of a cut, so that it doesn't click"""

_REVEALS = ":"
_PAUSES = ",;—–" + _REVEALS
_CLOSING = "\"'”’»)]}*_"


def rhythm_for(aspect_ratio: str) -> Rhythm:
    """The pauses that suit a format: landscape is long form, everything else short."""
    return LONG_FORM if aspect_ratio == "16:9" else SHORT_FORM


def pace_for(aspect_ratio: str) -> float:
    """The pace to aim at, in words a minute with all pauses."""
    return LONG_FORM_WORDS_PER_MINUTE if aspect_ratio == "16:9" else SHORT_FORM_WORDS_PER_MINUTE


def speed_for(aspect_ratio: str, words_per_minute: float, chosen: float = 1.0) -> float:
    """The speed to ask a voice for: its own pace brought to the format's, times the user's choice.

    ``words_per_minute`` is the voice's at speed 1. Bringing it to the format's pace may change
    the voice by at most a fifth: beyond that it no longer sounds like itself.
    """
    natural = min(max(pace_for(aspect_ratio) / words_per_minute, 1 / 1.2), 1.2)
    return round(natural * chosen, 3)


def milliseconds(duration: float) -> int:
    """Samples in so many milliseconds."""
    return round(duration * SAMPLE_RATE / 1000)


def silent_utterance(duration_ms: int = UNSPOKEN_SENTENCE_MS) -> Utterance:
    """What is heard of a sentence without anything to say."""
    return Utterance(bytes(milliseconds(duration_ms) * BYTES_PER_SAMPLE), [], "engine")


def with_comma_pauses(utterance: Utterance, rhythm: Rhythm) -> Utterance:
    """Give the pauses inside a sentence the rhythm's length.

    The pause after a word that ends in a comma, semicolon, dash or colon is cut or filled with
    silence, between the words only; later words move with the sound. A shown word without any
    letter or figure (an emoji, a dash) that follows the mark stays with the word before it.
    """
    pieces: list[bytes] = []
    words: list[Word] = []
    copied = shift = 0
    pause_ms = 0
    for index, word in enumerate(utterance.words):
        words.append(Word(word.text, word.start + shift, word.end + shift))
        if index + 1 == len(utterance.words):
            break
        pause_ms = _pause_after(word.text, rhythm) or (pause_ms if _unspoken(word.text) else 0)
        following = utterance.words[index + 1]
        if not pause_ms or _unspoken(following.text):
            continue
        gap = following.start - word.end
        wanted = milliseconds(pause_ms)
        # half of what stays of the old pause goes to either side: both words keep their edges
        kept = min(gap, wanted)
        left = word.end + kept // 2
        right = following.start - (kept - kept // 2)
        pieces.append(_faded(utterance.pcm, copied, left, fades_in=bool(pieces), fades_out=True))
        pieces.append(bytes((wanted - kept) * BYTES_PER_SAMPLE))
        copied = right
        shift += wanted - gap
    if not pieces:
        return utterance
    pieces.append(_faded(utterance.pcm, copied, utterance.samples, fades_in=True, fades_out=False))
    return Utterance(b"".join(pieces), words, utterance.timing)


def assemble_scene(
    sentences: Sequence[str],
    utterances: Sequence[Utterance],
    rhythm: Rhythm,
    *,
    pause_after_ms: int | None,
    is_hook: bool,
    is_last: bool,
    speakers: Sequence[str | None] = (),
) -> tuple[bytes, list[NarratedSentence]]:
    """Join a scene's sentences with their pauses: PCM of whole frames, and all word times.

    ``speakers`` are who says each sentence; none: one and the same.

    ``pause_after_ms`` replaces the pause at the scene's end. The first scene (``is_hook``) never
    begins with the silence of a sentence that says nothing: its first word comes at once.
    """
    pieces: list[bytes] = []
    narrated: list[NarratedSentence] = []
    position = 0
    has_words = any(utterance.words for utterance in utterances)
    for index, (text, utterance) in enumerate(zip(sentences, utterances, strict=True)):
        pcm = utterance.pcm
        if is_hook and has_words and not utterance.words and not any(s.words for s in narrated):
            pcm = b""
        elif index and position:
            turns = bool(speakers) and speakers[index] != speakers[index - 1]
            length = milliseconds(rhythm.turn_ms if turns else rhythm.sentence_ms)
            pause = bytes(length * BYTES_PER_SAMPLE)
            pieces.append(pause)
            position += len(pause) // BYTES_PER_SAMPLE
        pieces.append(pcm)
        end = position + len(pcm) // BYTES_PER_SAMPLE
        words = [Word(w.text, w.start + position, w.end + position) for w in utterance.words]
        narrated.append(NarratedSentence(text, position, end, words, utterance.timing))
        position = end

    if pause_after_ms is None:
        pause_after_ms = rhythm.hook_ms if is_hook and not is_last else rhythm.scene_ms
    length = position + milliseconds(pause_after_ms)
    length = max(1, -(-length // SAMPLES_PER_FRAME)) * SAMPLES_PER_FRAME
    pieces.append(bytes((length - position) * BYTES_PER_SAMPLE))
    return b"".join(pieces), narrated


def speech_stretches(narrations: Sequence[SceneNarration]) -> list[tuple[int, int]]:
    """Where somebody speaks: stretches in samples from the video's start, in order.

    Gaps under ``SPEECH_GAP_MS`` are part of a stretch.
    """
    stretches: list[tuple[int, int]] = []
    offset = 0
    for narration in narrations:
        for word in narration.words:
            start, end = offset + word.start, offset + word.end
            if stretches and start - stretches[-1][1] < milliseconds(SPEECH_GAP_MS):
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((start, end))
        offset += narration.frames * SAMPLES_PER_FRAME
    return stretches


def _pause_after(word: str, rhythm: Rhythm) -> int:
    """Milliseconds of pause that a word's last mark asks for; 0 for none."""
    mark = word.rstrip(_CLOSING)[-1:]
    if not mark or mark not in _PAUSES:
        return 0
    return rhythm.reveal_ms if mark in _REVEALS else rhythm.comma_ms


def _unspoken(word: str) -> bool:
    return not any(character.isalnum() for character in word)


def _faded(pcm: bytes, start: int, end: int, *, fades_in: bool, fades_out: bool) -> bytes:
    """Samples ``start`` to ``end``, faded where they were cut."""
    piece = bytearray(pcm[start * BYTES_PER_SAMPLE : end * BYTES_PER_SAMPLE])
    length = min(milliseconds(FADE_MS), (end - start) // 2)
    for step in range(length):
        if fades_in:
            _scale(piece, step, step / length)
        if fades_out:
            _scale(piece, end - start - 1 - step, step / length)
    return bytes(piece)


def _scale(pcm: bytearray, sample: int, factor: float) -> None:
    (value,) = struct.unpack_from("<h", pcm, sample * BYTES_PER_SAMPLE)
    struct.pack_into("<h", pcm, sample * BYTES_PER_SAMPLE, round(value * factor))
