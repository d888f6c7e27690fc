"""Quick stand-ins for voice, pictures, type and music: they make little, and write it down.

The voice never says a sentence twice alike, as some real ones don't: whatever mixed the first
saying with a second would show. Some work takes long enough that its lease has to be renewed,
and some fails the first time.
"""

import asyncio
import hashlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from dishka import Provider, Scope, provide

from domain.errors import RenderInterrupted
from domain.generation.captions import CaptionFormat, SidecarCue
from domain.generation.narration import SAMPLE_RATE, SpokenSentence, Utterance, Word
from domain.generation.packaging import Credit, Encoding, Loudness
from domain.generation.ports import (
    FontSet,
    MixPlan,
    MusicLibrary,
    Narrator,
    Progress,
    ScriptWriter,
    SegmentPlan,
    SentenceSegmenter,
    Track,
    Typesetter,
    VideoEngine,
    Voice,
)
from domain.generation.storyboard import SceneBoard, Storyboard
from domain.generation.writing import PlainWriter, Writers
from domain.providers.errand import UNPAID, Errand
from faults.failpoints import Failpoints, current_claim

POISON = "poison"
"""a sentence with this word ends whoever speaks it"""

WORD_SAMPLES = SAMPLE_RATE // 20
VOICE = Voice(
    id="stand-in",
    name="Stand-in",
    language="en-US",
    words_per_minute=160.0,
    credit=Credit(what="voice", title="stand-in"),
)


class Work:
    """A piece of work that a stand-in does: noted at its start and end."""

    SHORT_SECONDS = 0.01
    LONG_ONE_IN = 12
    FAILS_ONE_IN = 10

    def __init__(self, points: Failpoints, renew_seconds: float) -> None:
        self._points = points
        self._long = 3 * renew_seconds

    async def done(self, what: str, key: str) -> None:
        """Take the time that this work takes. Raises RenderInterrupted at some first attempts."""
        claim = current_claim.get()
        ledger = self._points.ledger
        if claim is None:  # a preview, which is no unit's work
            return
        ledger.write("start", what, claim, detail=key)
        self._points.reach("work.during", claim)
        if POISON in key:
            ledger.write("killed", POISON, claim)
            os.kill(os.getpid(), signal.SIGKILL)
        draw = int.from_bytes(hashlib.sha256(f"{claim.unit.id} {what}".encode()).digest()[:4])
        is_long = draw % self.LONG_ONE_IN == 0
        await asyncio.sleep(self._long if is_long else self.SHORT_SECONDS)
        if claim.unit.attempt == 0 and draw % self.FAILS_ONE_IN == 1:
            raise RenderInterrupted("The stand-in fails the first time.")
        ledger.write("end", what, claim, detail=key)


class StandInNarrator:
    """Implements ``Narrator``."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def voices(self) -> list[Voice]:
        return [VOICE]

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        return VOICE

    def alternatives(self, voice: Voice, language: str) -> list[Voice]:
        return []

    def identity(self, voice: Voice) -> str:
        return "stand-in 1"

    def check_speakable(self, text: str, voice: Voice) -> None:
        return None

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        await self._work.done("sentence", sentence.text)
        shown = [word for span in sentence.spans for word in span.shown]
        words = [
            Word(text, place * WORD_SAMPLES, (place + 1) * WORD_SAMPLES)
            for place, text in enumerate(shown)
        ]
        sound = os.urandom(2) * (WORD_SAMPLES * len(words))
        return Utterance(sound, words, "engine")


class StandInEngine:
    """Implements ``VideoEngine``: files that name what they were made from."""

    identity = "stand-in 1"

    def __init__(self, work: Work) -> None:
        self._work = work

    def tools(self) -> dict[str, str]:
        return {"stand-in": "1"}

    async def render_segment(
        self, plan: SegmentPlan, media: Mapping[str, Path], out: Path, progress: Progress
    ) -> None:
        await self._make("segment", out, plan.ass.encode(), progress)

    async def mix_sound(
        self,
        plan: MixPlan,
        narration: Sequence[Path],
        music: Path | None,
        out: Path,
        progress: Progress,
    ) -> Loudness:
        voices = [await asyncio.to_thread(path.read_bytes) for path in narration]
        await self._make("mix", out, b"".join(voices), progress)
        return Loudness(integrated_lufs=-14.0, true_peak_dbtp=-1.0)

    async def assemble(
        self, segments: Sequence[Path], sound: Path, out: Path, progress: Progress
    ) -> Encoding:
        parts = [await asyncio.to_thread(path.read_bytes) for path in (*segments, sound)]
        await self._make("assembly", out, b"".join(parts), progress)
        return Encoding(
            container="stand-in",
            video_codec="none",
            video_profile="none",
            pixel_format="none",
            color="none",
            width=1,
            height=1,
            fps=30.0,
            frames=1,
            video_bitrate=1,
            audio_codec="none",
            sample_rate=SAMPLE_RATE,
            channels=1,
            audio_bitrate=1,
            duration_ms=1000,
            size=out.stat().st_size,
        )

    async def draw_still(
        self, plan: SegmentPlan, frame: int, media: Mapping[str, Path], out: Path
    ) -> None:
        out.write_bytes(hashlib.sha256(plan.ass.encode()).digest())

    async def _make(self, what: str, out: Path, made_from: bytes, progress: Progress) -> None:
        digest = hashlib.sha256(made_from).hexdigest()
        await self._work.done(what, digest[:12])
        progress(0.9)
        out.write_text(f"{what} of {digest}\n")


class StandInTypesetter:
    """Implements ``Typesetter``."""

    identity = "stand-in 1"

    def fonts(self) -> FontSet:
        return FontSet(folder=Path(), digest="stand-in", credits=[])

    def scene_track(self, board: Storyboard, scene: SceneBoard) -> str:
        return repr(scene)

    def thumbnail_track(self, board: Storyboard, text: str) -> str:
        return text

    def caption_file(self, cues: Sequence[SidecarCue], file_format: CaptionFormat) -> str:
        return f"{file_format} {len(cues)}\n"

    def missing_glyphs(self, text: str) -> list[str]:
        return []

    def pictogram_for(self, words: Sequence[str]) -> str | None:
        return None

    def credits(self, board: Storyboard) -> list[Credit]:
        return []


class Silence:
    """Implements ``MusicLibrary``: none."""

    def tracks(self) -> list[Track]:
        return []

    def path(self, track: Track) -> Path:
        raise NotImplementedError("there are no tracks")

    def digest(self, track: Track) -> str:
        raise NotImplementedError("there are no tracks")


class StandIns(Provider):
    """Takes the place of everything that is slow to make or to load."""

    scope = Scope.APP

    def __init__(self, points: Failpoints, renew_seconds: float) -> None:
        """Long work takes several times ``renew_seconds``."""
        super().__init__()
        self._work = Work(points, renew_seconds)

    @provide
    def work(self) -> Work:
        return self._work

    narrator = provide(StandInNarrator, provides=Narrator)
    engine = provide(StandInEngine, provides=VideoEngine)
    typesetter = provide(StandInTypesetter, provides=Typesetter)
    music = provide(Silence, provides=MusicLibrary)

    @provide
    def writer(self, segmenter: SentenceSegmenter) -> ScriptWriter:
        plain = PlainWriter(segmenter)
        return Writers({"script": plain, "scenes": plain})
