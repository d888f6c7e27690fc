"""The real production with a ledger: every sentence spoken and segment rendered is written down.

Run as a program it works through the jobs of DATA_DIR until it's ended, as the embedded worker
does: ``python -m counted LEDGER``.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from dishka import AsyncContainer, Provider, Scope, decorate

from app.config import Settings, load_settings
from app.container import make_container
from app.storage import prepare_storage
from app.workshop import Workshop
from domain.generation.brief import Brief
from domain.generation.fingerprint import canonical, content_hash
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Encoding, Loudness
from domain.generation.pipeline import Pipeline
from domain.generation.ports import MixPlan, Narrator, Progress, SegmentPlan, VideoEngine, Voice
from domain.jobs.model import FINAL_STATUSES, LOCAL_ACCOUNT, Job
from domain.jobs.ports import Bell, JobStore
from domain.jobs.runner import Runner
from domain.jobs.service import Jobs
from domain.providers.errand import UNPAID, Errand

T = TypeVar("T")


class Entry(NamedTuple):
    """A line of the ledger; ``content`` is the SHA-256 of what was made, at its end."""

    moment: str
    what: str
    key: str
    content: str = ""


class Ledger:
    """An append-only file outside the system; a line is on disk before the call goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def noted(
        self, what: str, key: str, work: Awaitable[T], content: Callable[[T], bytes]
    ) -> T:
        """Do ``work`` between a line that says it starts and one that says what it made."""
        self._write(Entry("start", what, key))
        done = await work
        self._write(Entry("end", what, key, content_hash(content(done))))
        return done

    def _write(self, entry: Entry) -> None:
        with self.path.open("a") as file:
            file.write(" ".join(entry).strip() + "\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[Entry]:
        """Every line, in the order of writing."""
        text = self.path.read_text() if self.path.exists() else ""
        return [Entry(*line.split()) for line in text.splitlines()]

    def keys(self, moment: str, what: str) -> list[str]:
        """Keys of all lines of a kind, in order."""
        return [
            entry.key for entry in self.entries() if (entry.moment, entry.what) == (moment, what)
        ]


class CountedNarrator:
    """A narrator whose every call is noted."""

    def __init__(self, inner: Narrator, ledger: Ledger) -> None:
        self._inner = inner
        self._ledger = ledger
        self.voices = inner.voices
        self.voice_for = inner.voice_for
        self.alternatives = inner.alternatives
        self.identity = inner.identity
        self.check_speakable = inner.check_speakable

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        return await self._ledger.noted(
            "sentence",
            content_hash(sentence.text.encode())[:12],
            self._inner.speak(sentence, voice, speed, seed, errand),
            lambda utterance: utterance.pcm,
        )


class CountedEngine:
    """A video engine whose every call is noted."""

    def __init__(self, inner: VideoEngine, ledger: Ledger) -> None:
        self._inner = inner
        self._ledger = ledger
        self.identity = inner.identity
        self.tools = inner.tools
        self.draw_still = inner.draw_still

    async def render_segment(
        self, plan: SegmentPlan, media: Mapping[str, Path], out: Path, progress: Progress
    ) -> None:
        await self._ledger.noted(
            "segment",
            content_hash(canonical(plan))[:12],
            self._inner.render_segment(plan, media, out, progress),
            lambda _: out.read_bytes(),
        )

    async def mix_sound(
        self,
        plan: MixPlan,
        narration: Sequence[Path],
        music: Path | None,
        out: Path,
        progress: Progress,
    ) -> Loudness:
        return await self._ledger.noted(
            "mix",
            content_hash(canonical(plan))[:12],
            self._inner.mix_sound(plan, narration, music, out, progress),
            lambda _: out.read_bytes(),
        )

    async def assemble(
        self, segments: Sequence[Path], sound: Path, out: Path, progress: Progress
    ) -> Encoding:
        return await self._ledger.noted(
            "assembly",
            "video",
            self._inner.assemble(segments, sound, out, progress),
            lambda _: out.read_bytes(),
        )


class Counted(Provider):
    """Puts the ledger around the real voice and the real engine."""

    scope = Scope.APP

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    @decorate
    def narrator(self, inner: Narrator) -> Narrator:
        return CountedNarrator(inner, self._ledger)

    @decorate
    def engine(self, inner: VideoEngine) -> VideoEngine:
        return CountedEngine(inner, self._ledger)


class Factory:
    """Jobs, and one worker slot that is worked by hand."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.settings = settings
        self.ledger = ledger
        self.container: AsyncContainer = make_container(settings, Counted(ledger))

    async def jobs(self) -> Jobs:
        """The use cases."""
        return await self.container.get(Jobs)

    async def submit(self, **brief: Any) -> Job:
        """Accept a brief."""
        return await (await self.jobs()).submit(LOCAL_ACCOUNT, self.brief(**brief))

    @staticmethod
    def brief(**fields: Any) -> Brief:
        """A brief of plain values, as a request has them."""
        return msgspec.convert(msgspec.to_builtins(fields), Brief)

    async def runner(self) -> Runner:
        """One slot."""
        return Runner(
            await self.container.get(JobStore),
            await self.container.get(Bell),
            await self.container.get(Pipeline),
            "test",
            random=lambda: 0.5,
        )

    async def work_until(self, job: Job, reached: Callable[[Job], bool]) -> None:
        """Work unit by unit until the job has come so far."""
        runner = await self.runner()
        while not reached(await (await self.jobs()).get(job.account_id, job.id)):
            assert await runner.run_next(), "nothing is left to do"

    async def work_off(self, job: Job) -> Job:
        """Work until a job is over."""
        runner = await self.runner()
        while await runner.run_next():
            pass
        job = await (await self.jobs()).get(job.account_id, job.id)
        assert job.status in FINAL_STATUSES, job
        return job


async def open_factory(folder: Path, cache_dir: Path) -> Factory:
    """A factory on an empty store in ``folder``, with what ``cache_dir`` holds already."""
    folder.mkdir(exist_ok=True)
    (folder / "cache").symlink_to(cache_dir)
    settings = Settings(data_dir=folder, min_free_bytes=0)
    await prepare_storage(settings)
    return Factory(settings, Ledger(folder / "ledger"))


async def _work(ledger: Path) -> None:
    container = make_container(load_settings(env_file=None), Counted(Ledger(ledger)))
    await (await container.get(Workshop)).work()


if __name__ == "__main__":
    asyncio.run(_work(Path(sys.argv[1])))
