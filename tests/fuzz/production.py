"""Work that takes no time and leaves behind what the API serves: documents, files, a video."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from dishka import Provider, Scope
from faults.failpoints import Failpoints
from faults.ledger import Ledger
from faults.standins import StandInEngine, StandInTypesetter
from faults.standins import Work as Pretence
from finished_video import FILES, SCENES, script, storyboard

from domain.errors import RenderFailed, RenderInterrupted, UrlUnreachable
from domain.generation.fingerprint import content_hash
from domain.generation.packaging import Encoding, Loudness, Manifest, Metadata, Video
from domain.generation.pipeline import Pipeline
from domain.generation.ports import Typesetter, VideoEngine
from domain.generation.stages.script import units_for
from domain.generation.stages.stage import Stage, Studio, Task, Work
from domain.jobs.model import JobResult, Result, UnitKind
from domain.jobs.ports import Finish
from domain.outbound import Answer, SourceClient, WebClient, WebUrl
from domain.outbound.ports import Fetched

DOCUMENTS = {
    UnitKind.SCRIPT: msgspec.json.encode(script()),
    UnitKind.STORYBOARD: msgspec.json.encode(storyboard()),
}
"""what units of these kinds write"""

METADATA = Metadata(title="Octopus", description="Eight arms.", tags=["octopus"], language="en")
ENCODING = Encoding(
    container="mp4",
    video_codec="h264",
    video_profile="High",
    pixel_format="yuv420p",
    color="bt709",
    width=1080,
    height=1920,
    fps=30.0,
    frames=120,
    video_bitrate=1,
    audio_codec="aac",
    sample_rate=48_000,
    channels=2,
    audio_bitrate=1,
    duration_ms=4_000,
    size=len(FILES["video.mp4"]),
)

SILENCE = bytes(960)
"""10 ms of what a voice says"""


class NoOpStage(Stage):
    """A unit's document, result and, at the end, its video: the same for every job."""

    version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        """Nothing but a name: every unit is another, so that nothing is found finished.

        Of four jobs one fails, to be retried, and one waits for its next attempt, to be cancelled;
        those that pause for approval are whole.
        """
        unit = work.claim.unit

        async def produce(name: str) -> Result:
            fate = unit.job_id.int % 4 if work.claim.job.request.pause_after is None else 0
            if fate == 1:
                raise RenderFailed("This one fails.")
            if fate == 2:
                raise RenderInterrupted("This one has to be tried again.")
            if (body := DOCUMENTS.get(unit.kind)) is not None:
                await self._studio.documents.put(work.account_id, unit.kind, name, body)
            done = Result(fingerprint=name, kind=unit.kind, content=content_hash(name.encode()))
            if unit.kind is not UnitKind.NARRATION:
                return done
            sound = await self._studio.artifacts.put_bytes(SILENCE)
            return msgspec.structs.replace(done, artifacts={"audio": sound.sha256})

        parts = {"job": unit.job_id, "revision": unit.revision, "unit": unit.ordinal}
        return Task(parts=parts, produce=produce)

    async def finish(self, work: Work, result: Result) -> Finish:
        """What the real stage would tell: the units to come, or the finished video."""
        kind = work.claim.unit.kind
        if kind is UnitKind.SCRIPT:
            units = units_for(SCENES, pause_after=work.claim.job.request.pause_after)
            return Finish(result=result, units=units)
        if kind is not UnitKind.PACKAGE:
            return Finish(result=result)
        return await self._finished(work, result)

    async def _finished(self, work: Work, result: Result) -> Finish:
        job = work.claim.job
        bodies = FILES | {
            "metadata.json": msgspec.json.encode(METADATA),
            "manifest.json": msgspec.json.encode(_manifest(work)),
        }
        stored = {n: await self._studio.artifacts.put_bytes(b) for n, b in bodies.items()}
        names = {kind: work.inputs[kind, 0].fingerprint for kind in DOCUMENTS}
        video = Video(
            id=job.video_id,
            account_id=job.account_id,
            job_id=job.id,
            revision=job.revision,
            title="Octopus",
            slug="octopus",
            aspect_ratio=job.request.aspect_ratio,
            width=ENCODING.width,
            height=ENCODING.height,
            duration=ENCODING.duration_ms / 1000,
            draft=False,
            files={name: artifact.sha256 for name, artifact in stored.items()},
            sizes={name: artifact.size for name, artifact in stored.items()},
            documents={kind.value: name for kind, name in names.items()},
        )
        base = f"/api/videos/{video.id}"
        done = JobResult(
            video_id=str(video.id),
            url=f"{base}/file",
            thumbnail_url=f"{base}/thumbnail",
            captions={kind: f"{base}/captions.{kind}" for kind in ("srt", "vtt")},
            duration=video.duration,
            width=video.width,
            height=video.height,
            path=None,
        )
        return Finish(result=result, video=video, job_result=done)


class NoOpPipeline(Pipeline):
    """The real pipeline with stages that make nothing."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._stages: Mapping[UnitKind, Stage] = dict.fromkeys(UnitKind, NoOpStage(studio))


class NobodyOutside(WebClient):
    """Reaches no server: what the tests make up is told to nobody."""

    async def post(self, url: WebUrl, headers: Mapping[str, str], body: bytes) -> Answer:  # noqa: ARG002
        raise UrlUnreachable(f"{url.host} isn't asked in this test.")

    async def get(self, url: str, *, max_bytes: int) -> Fetched:  # noqa: ARG002
        raise UrlUnreachable(f"{url} isn't asked in this test.")


def no_op_production(folder: Path) -> Provider:
    """Takes the place of whatever is slow; words, voices and music are looked up for real."""
    pretence = Pretence(Failpoints(Ledger(folder / "ledger.jsonl")), renew_seconds=1.0)
    provider = Provider(scope=Scope.APP)
    provider.provide(NoOpPipeline, provides=Pipeline)
    provider.provide(lambda: StandInEngine(pretence), provides=VideoEngine)
    provider.provide(NobodyOutside, provides=WebClient)
    provider.provide(NobodyOutside, provides=SourceClient)
    provider.provide(StandInTypesetter, provides=Typesetter)
    return provider


def _manifest(work: Work) -> Manifest:
    job = work.claim.job
    request: dict[str, Any] = msgspec.to_builtins(job.request)
    return Manifest(
        video_id=str(job.video_id),
        job_id=str(job.id),
        revision=job.revision,
        title="Octopus",
        seed=work.seed,
        request=request,
        sources=[],
        credits=[],
        verbatim_share=0.0,
        draft=False,
        voice="none",
        word_timing={},
        loudness=Loudness(integrated_lufs=None, true_peak_dbtp=-1.0),
        encoding=ENCODING,
        fingerprints={},
        artifacts={},
        tools={},
        warnings=[],
    )
