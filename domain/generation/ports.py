"""What generation needs from outside. Each port is implemented by an adapter, chosen in
``app/container.py``; one contract suite in ``tests/contracts`` specifies each.

Every provider has an ``identity``: a string that changes whenever its output for the same
input may change (name, version, model hash, tool build). It goes into fingerprints.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from domain.generation.brief import Brief
from domain.generation.captions import CaptionFormat, SidecarCue
from domain.generation.credits import Credit
from domain.generation.narration import SpokenSentence, TimingSource, Utterance
from domain.generation.packaging import Encoding, Loudness
from domain.generation.script import Script, TopicMatch
from domain.generation.storyboard import Backdrop, Palette, SceneBoard, Storyboard
from domain.providers.errand import UNPAID, Errand

Progress = Callable[[float], None]
"""Told the finished share of a piece of work, 0 to 1. Cheap; may be called often."""


T = TypeVar("T")


# -- files that nobody has vouched for -----------------------------------------------------


class LookFailed(Exception):
    """A file can't be looked at: whatever decodes it crashes, hangs or runs out of memory.

    The message says which, for a sentence such as "octopus.mp4 is passed over: ...".
    """


class Quarantine(Protocol):
    """Looks at files where a decoder's crash harms nothing."""

    def look(self, function: Callable[..., T], *arguments: str | float | bool) -> T:
        """Call a function of a module that can be loaded by itself; blocking.

        What it returns has to be what msgspec makes of its annotation.

        Raises:
            LookFailed: it raised an error, crashed, or took too long.
        """
        ...


# -- words ---------------------------------------------------------------------------------


class SentenceSegmenter(Protocol):
    """Splits running text into sentences."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def split(self, text: str, language: str) -> list[str]:
        """Sentences in order, stripped, none empty; together they hold every word of ``text``.

        Doesn't break after abbreviations, initials, decimals, or inside quotes.
        """
        ...


class ScriptWriter(Protocol):
    """Writes the script of one kind of source."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """Find what a topic means.

        Raises:
            TopicNotFound: nothing matches; carries suggestions.
        """
        ...

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        """Write the script for ``brief``; without a model, the same seed gives the same script.

        Raises:
            ProviderFailed: a model's answer can't be used, or it gave none.
        """
        ...


class Verbalizer(Protocol):
    """Says how shown text is spoken."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def verbalize(
        self, text: str, language: str, pronunciations: Mapping[str, str]
    ) -> SpokenSentence:
        """Align a sentence's shown words with its spoken ones.

        The shown words of all spans, joined by spaces, are ``text.split()`` joined by spaces.
        A sentence without anything to say gives no spans.
        """
        ...


# -- voice ---------------------------------------------------------------------------------


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice that can be asked for."""

    id: str
    name: str
    language: str
    """BCP 47"""
    languages: list[str] = []
    """others that it speaks too"""
    words_per_minute: float
    """measured at speed 1 over running text, pauses included"""
    quality: str | None = None
    """as the model's makers grade it (``x_low`` to ``high``), where they do"""
    word_timing: TimingSource | None = None
    """where the times of its words come from in ``language``, as a rule; None: nobody has said.
    What became of a sentence is in its utterance"""
    credit: Credit


class Narrator(Protocol):
    """Speaks sentences."""

    def voices(self) -> list[Voice]:
        """Every voice, the default first."""
        ...

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        """The voice that ``voice_id`` names, or the default for a language.

        Raises:
            VoiceNotFound: no voice has this id.
            LanguageUnsupported: no voice (or not this one) speaks the language.
        """
        ...

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:
        """Voices that could speak in its place when its service fails: those of other providers,
        in the order in which they are to be tried."""
        ...

    def identity(self, voice: Voice) -> str:
        """Changes whenever this voice would sound different (model hash, engine version)."""
        ...

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Raise WritingSystemUnsupported when most letters of ``text`` can't be spoken."""
        ...

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        """Speak one sentence; every shown word gets a start and an end.

        What runs on this machine gives the same samples for the same arguments; a service may
        not, and what it spoke is kept by whoever asked.

        Raises:
            NarrationFailed: the engine gave no usable sound.
            ProviderFailed: a service did not do what it was asked for.
        """
        ...


class SampleShelf(Protocol):
    """Keeps how voices sound. What is lost is spoken again."""

    async def get(self, tag: str) -> bytes | None:
        """What was kept under a tag, a SHA-256 in hex; None for nothing."""
        ...

    async def put(self, tag: str, wav: bytes) -> None:
        """Keep it, if that's possible."""
        ...


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of music."""

    id: str
    mood: str
    title: str
    seconds: float
    credit: Credit


class MusicLibrary(Protocol):
    """Music by mood."""

    def tracks(self) -> list[Track]:
        """Every track, in a stable order."""
        ...

    def path(self, track: Track) -> Path:
        """The track's file, readable by ffmpeg."""
        ...

    def digest(self, track: Track) -> str:
        """SHA-256 of the track's file, in hex."""
        ...


# -- picture ---------------------------------------------------------------------------------

Vector = Sequence[float]
"""a direction in the space of a model's meanings; of length 1"""


class Embedder(Protocol):
    """Turns texts into vectors whose product says how near their meanings are."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def speaks(self, language: str) -> bool:
        """Whether meanings in this language (BCP 47) are known to it."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A unit vector for each text, in order. The same text always has the same one."""
        ...


class VisualRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene would like to see."""

    terms: list[str]
    """search terms and key words, most telling first"""
    media: str | None
    """a file that the user named"""
    milliseconds: int
    width: int
    height: int
    sentence: str = ""
    """what is said meanwhile"""
    queries: list[str] = []
    """the same as ready searches, from specific to general: each is worth trying only where those
    before it found too little"""
    language: str = "en"
    """of all of it; BCP 47"""


class VisualCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A clip or still that a source offers; ``score`` 0 to 1, comparable within the source.

    Whoever chooses judges by ``label`` and ``tags`` what can be seen in it, the same for every
    source.
    """

    id: str
    name: str
    type: Literal["clip", "still"]
    score: float
    width: int
    height: int
    duration_ms: int = 0
    credit: Credit
    source: str = ""
    """which source offers it, as the settings call it; ``id`` is unique in it"""
    label: str = ""
    """what can be seen, in words: a title, a description, a prompt; else ``name`` has to tell"""
    tags: list[str] = []


class VisualSource(Protocol):
    """Finds clips and stills."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    async def search(
        self, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        """Candidates, best first; empty when nothing fits. A named ``media`` scores 1.

        A source without files that users name answers a named ``media`` with nothing, at once.

        Raises:
            MediaNotFound: ``media`` is named and isn't there.
            MediaUnreadable: ``media`` is named and can't be decoded.
        """
        ...

    def problems(self) -> list[tuple[str, str]]:
        """Files that the searches so far left out: name, and the reason in words."""
        ...

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        """Copy the candidate's file into ``folder``; the copy is the caller's to move away."""
        ...


@runtime_checkable
class VisualSources(Protocol):
    """What a ``VisualSource`` that stands for several offers besides.

    Whoever chooses asks each by itself, the next only where those before have too little that's
    good enough, and has candidates fetched by the one that stands for all.
    """

    @property
    def sources(self) -> Mapping[str, VisualSource]:
        """By the names that settings and ``VisualCandidate.source`` call them, in the order to be
        asked."""
        ...


class FontSet(msgspec.Struct, frozen=True, kw_only=True):
    """The fonts that text is drawn with."""

    folder: Path
    digest: str
    credits: list[Credit]


class Typesetter(Protocol):
    """Turns the storyboard's text and drawings into ASS tracks, and cues into caption files."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def fonts(self) -> FontSet:
        """The font folder to give to libass.

        Raises:
            FontMissing: a font that styles refer to is not there.
        """
        ...

    def scene_track(self, board: Storyboard, scene: SceneBoard) -> str:
        """The ASS script of one scene: shots, heading, captions; times from the scene's start."""
        ...

    def thumbnail_track(self, board: Storyboard, text: str) -> str:
        """The ASS script of the 1280x720 thumbnail, to be drawn at time 0."""
        ...

    def caption_file(self, cues: Sequence[SidecarCue], file_format: CaptionFormat) -> str:
        """A sidecar file."""
        ...

    def missing_glyphs(self, text: str) -> list[str]:
        """Characters that no font can draw, each once, in order."""
        ...

    def pictogram_for(self, words: Sequence[str]) -> str | None:
        """The id of a pictogram that truly fits the words, or None."""
        ...

    def credits(self, board: Storyboard) -> list[Credit]:
        """Fonts and pictograms that the board uses."""
        ...


class SegmentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one segment is rendered from; its encoding is its fingerprint."""

    width: int
    height: int
    frames: int
    palette: Palette
    backdrops: list[tuple[int, Backdrop]]
    """(frames, backdrop) in order; the frames add up to ``frames``"""
    ass: str


class MixPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the sound is mixed from."""

    narration: list[str]
    """SHA-256 of each scene's PCM, in order; their lengths add up to the video's"""
    frames: int
    speech: list[tuple[int, int]]
    """spoken stretches in samples from the video's start, ascending"""
    music_level_lu: float
    """under the voice while it speaks"""
    fade_in_ms: int
    fade_out_ms: int


class VideoEngine(Protocol):
    """Renders, mixes, joins. Cancelling any call ends every child process before it returns."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    async def render_segment(
        self, plan: SegmentPlan, media: Mapping[str, Path], out: Path, progress: Progress
    ) -> None:
        """Render one segment without sound; ``media`` maps the SHA-256 in backdrops to files.

        Raises:
            RenderFailed, RenderInterrupted, StorageFull, MediaUnreadable.
        """
        ...

    async def mix_sound(
        self,
        plan: MixPlan,
        narration: Sequence[Path],
        music: Path | None,
        out: Path,
        progress: Progress,
    ) -> Loudness:
        """Mix voice and ducked music into AAC-LC 48 kHz stereo at -14 LUFS, at most -1 dBTP."""
        ...

    async def assemble(
        self, segments: Sequence[Path], sound: Path, out: Path, progress: Progress
    ) -> Encoding:
        """Join the segments without re-encoding, add the sound, put the index first."""
        ...

    async def draw_still(
        self, plan: SegmentPlan, frame: int, media: Mapping[str, Path], out: Path
    ) -> None:
        """Draw one frame of a plan as JPEG (by ``out``'s suffix also PNG), at most 2 MB."""
        ...

    def tools(self) -> dict[str, str]:
        """Names and versions of the tools, for the manifest."""
        ...
