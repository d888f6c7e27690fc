"""Sound like speech with known times: each word a row of hums, one a letter."""

import io
import wave
from dataclasses import dataclass

import av
import numpy as np

RATE = 24_000
LETTER = 0.07
GAP = 0.05
PAUSE = 0.25
"""after a mark"""
LEAD = 0.12
"""silence before the first word and after the last"""


@dataclass(frozen=True)
class Toned:
    """A spoken text."""

    samples: "np.ndarray[tuple[int], np.dtype[np.int16]]"
    """mono at ``RATE``"""
    characters: list[tuple[str, float, float]]
    """every character of the text with its start and end in seconds"""

    @property
    def words(self) -> list[tuple[str, float, float]]:
        """Words without their marks, with the times of what sounds of them."""
        found: list[list[tuple[str, float, float]]] = [[]]
        for one in self.characters:
            if one[0].isspace():
                found.append([])
            elif one[0].isalnum():
                found[-1].append(one)
        return [("".join(c for c, _, _ in w), w[0][1], w[-1][2]) for w in found if w]


def toned(text: str, speed: float = 1.0) -> Toned:
    """Speak a text in hums."""
    pieces = [_silence(LEAD)]
    characters: list[tuple[str, float, float]] = []
    position = LEAD
    for character in text:
        sounds = character.isalnum()
        length = (LETTER if sounds else GAP if character.isspace() else PAUSE / 2) / speed
        pieces.append(_hum(character, length) if sounds else _silence(length))
        characters.append((character, position, position + length))
        position += len(pieces[-1]) / RATE
    pieces.append(_silence(LEAD))
    return Toned((np.concatenate(pieces) * 32_767).astype("<i2"), characters)


def as_wav(said: Toned) -> bytes:
    """A WAV file whose sizes are those of a stream without a known end, as OpenAI sends it."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(said.samples.tobytes())
    data = bytearray(buffer.getvalue())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    return bytes(data)


def as_mp3(said: Toned) -> bytes:
    """MP3 at 48 kbit/s without any header, as Edge sends it."""
    buffer = io.BytesIO()
    options = {"write_xing": "0", "id3v2_version": "0"}
    with av.open(buffer, "w", format="mp3", options=options) as file:
        stream = file.add_stream("libmp3lame", rate=RATE, layout="mono")
        stream.bit_rate = 48_000
        frame = av.AudioFrame.from_ndarray(said.samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        file.mux([*stream.encode(frame), *stream.encode(None)])
    return buffer.getvalue()


def _silence(seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.zeros(round(seconds * RATE))


def _hum(character: str, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = 110 + ord(character) % 26 * 8
    return 0.2 * np.sign(np.sin(2 * np.pi * pitch * time)) * (0.7 + 0.3 * np.sin(np.pi * time))
