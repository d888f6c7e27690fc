"""The ``SoundReader``: files of voice services, as 48 kHz mono speech with trimmed edges.

The forms are few and fixed: nobody's file decides by its content which decoder reads it.
"""

import re
from io import BytesIO
from itertools import pairwise

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from av.filter import Graph
from numpy.typing import NDArray

from domain.generation.narration import SAMPLE_RATE
from domain.generation.speech import Clip, UnreadableSound
from domain.generation.word_times import Times

Sound = NDArray[np.float32]

LONGEST_SECONDS = 300
"""of one sentence; whatever goes on for longer is no sentence"""
MP3_DELAY = 1105
"""samples of its own rate that MP3 sound begins late, where the file doesn't say so itself: 576 of
the encoder and 529 of the decoder (LAME's technical FAQ)"""

_HOP = SAMPLE_RATE // 400
"""step of the level curve: 2.5 ms"""
_SILENCE_BELOW_SPEECH_DB = 32.0
"""under the sentence's own level; pauses lie 40 dB and more below it in MP3 of 48 kbit/s too"""
_EDGE = SAMPLE_RATE * 20 // 1000
"""silence kept at either end"""
_FADE = SAMPLE_RATE * 3 // 1000
_PAUSE = SAMPLE_RATE * 120 // 1000
_CLICK = SAMPLE_RATE * 8 // 1000
"""sound shorter than this, alone in silence, is a click and not where speech begins"""
_FLOOR = 1e-4
_RATE = re.compile(r"pcm_(\d{4,6})")
_SLOWEST, _FASTEST = 0.25, 4.0
_LEAST_CHANGE = 0.005


class PyavReader:
    """Reads WAV, MP3 and plain samples."""

    def read(self, data: bytes, form: str, tempo: float = 1.0) -> Clip:
        """Decode, resample, bring to a tempo, and trim; see the port."""
        if not _SLOWEST <= tempo <= _FASTEST:
            raise ValueError(f"tempo {tempo} is not between {_SLOWEST} and {_FASTEST}")
        try:
            sound = _decoded(data, form, 1.0 if abs(tempo - 1) < _LEAST_CHANGE else tempo)
        except (FFmpegError, ValueError, IndexError) as error:
            raise UnreadableSound(f"it can't be read as {form}: {error}") from error
        loud = _loud(sound)
        if not len(loud):
            raise UnreadableSound("there is nothing to be heard in it")
        first = max(0, loud[0][0] - _EDGE)
        last = min(len(sound), loud[-1][1] + _EDGE)
        pcm = np.rint(np.clip(_faded(sound[first:last]), -1.0, 1.0) * 32_767.0).astype("<i2")
        stretches = [(start - first, end - first) for start, end in loud]
        return Clip(pcm=pcm.tobytes(), cut=first, stretches=stretches)


def _decoded(data: bytes, form: str, tempo: float) -> Sound:
    """All of it at 48 kHz; the delay of MP3 is taken off."""
    rate = _RATE.fullmatch(form)
    options = {"sample_rate": rate[1], "ch_layout": "mono"} if rate else {}
    demuxer = "s16le" if rate else {"wav": "wav", "mp3": "mp3"}[form]
    with av.open(BytesIO(data), "r", format=demuxer, options=options) as file:
        stream = file.streams.audio[0]
        chain = _Chain(tempo)
        delay = 0
        samples = 0
        for frame in file.decode(stream):
            if form == "mp3" and not samples:
                # a start time says that the file tells its delay, and that it's left out already
                delay = 0 if stream.start_time else MP3_DELAY * SAMPLE_RATE // frame.sample_rate
            samples += frame.samples
            if samples > LONGEST_SECONDS * frame.sample_rate:
                raise UnreadableSound(f"it goes on for more than {LONGEST_SECONDS} s")
            chain.push(frame)
        sound = chain.finished()
    return sound[round(delay / tempo) :]


class _Chain:
    """Resampling and, where it's wanted, another tempo at the same pitch (``atempo``)."""

    def __init__(self, tempo: float) -> None:
        self._tempo = tempo
        self._graph: Graph | None = None
        self._pieces: list[Sound] = []

    def push(self, frame: AudioFrame) -> None:
        if self._graph is None:
            self._graph = _graph_for(frame, self._tempo)
        frame.pts = None
        self._graph.push(frame)
        self._pull()

    def finished(self) -> Sound:
        if self._graph is not None:
            self._graph.push(None)
            self._pull()
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.float32)

    def _pull(self) -> None:
        while self._graph is not None:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(frame, AudioFrame):
                self._pieces.append(frame.to_ndarray().reshape(-1).astype(np.float32))


def _graph_for(frame: AudioFrame, tempo: float) -> Graph:
    graph = Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name
        ),
        graph.add("aresample", f"{SAMPLE_RATE}:filter_size=64"),
        graph.add("aformat", f"sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=mono"),
    ]
    left = tempo
    while left != 1.0:
        step = min(max(left, 0.5), 2.0)  # beyond these atempo leaves samples out
        nodes.append(graph.add("atempo", f"{step:.6f}"))
        left = left / step if left != step else 1.0
    nodes.append(graph.add("abuffersink"))
    for source, sink in pairwise(nodes):
        source.link_to(sink)
    graph.configure()
    return graph


def _loud(sound: Sound) -> list[Times]:
    """Where it isn't silent; pauses shorter than ``_PAUSE`` and clicks are passed over."""
    if not len(sound):
        return []
    padded = np.pad(np.square(sound, dtype=np.float64), (0, -len(sound) % _HOP))
    levels = np.sqrt(padded.reshape(-1, _HOP).mean(axis=1))
    smooth = np.sqrt(np.convolve(np.square(levels), np.full(4, 0.25), mode="same"))
    whole = float(np.sqrt(np.mean(np.square(levels))))
    quiet = smooth < max(_FLOOR, whole * 10 ** (-_SILENCE_BELOW_SPEECH_DB / 20))
    edges = np.flatnonzero(np.diff(np.concatenate([[1], quiet.astype(np.int8), [1]])))
    found: list[Times] = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        start, until = int(begin) * _HOP, min(int(end) * _HOP, len(sound))
        if found and start - found[-1][1] < _PAUSE:
            found[-1] = (found[-1][0], until)
        else:
            found.append((start, until))
    return [(start, end) for start, end in found if end - start >= _CLICK]


def _faded(sound: Sound) -> Sound:
    """The same sound with its edges faded, so that no cut clicks."""
    length = min(_FADE, len(sound) // 2)
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    out = sound.copy()
    out[:length] *= ramp
    out[len(out) - length :] *= ramp[::-1]
    return out
