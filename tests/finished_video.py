"""A finished video, made without making it: its row, files and documents are in the stores."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec
from live_server import Backstage
from tiny_production import (
    ACCOUNT,
    claim_unit,
    finish_for,
    new_job,
    result_for,
    video_for,
    work_off,
)

from domain.generation.brief import CaptionChoice
from domain.generation.packaging import Video
from domain.generation.palettes import PALETTES
from domain.generation.script import Scene, Script, Sentence
from domain.generation.stages.script import units_for
from domain.generation.stores import Artifact
from domain.generation.storyboard import (
    DrawnBackdrop,
    FactContent,
    Reveal,
    SceneBoard,
    Shot,
    Storyboard,
)
from domain.jobs.model import NewUnit, UnitKind
from domain.jobs.ports import Finish

SCENES = 2
FRAMES_PER_SCENE = 60
PCM = bytes(range(200)) * 16
"""a scene's narration: 48 kHz, 16 bits"""
TITLE = 'Осьминог "8/8": ¿qué?'

FILES = {
    "video.mp4": bytes(range(256)) * 40,
    "thumbnail.jpg": b"\xff\xd8 a picture",
    "captions.srt": "1\n00:00:00,000 --> 00:00:01,000\nÉight arms\n".encode(),
    "captions.vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nÉight arms\n".encode(),
    "script.txt": b"Eight arms.",
    "metadata.json": b'{"title":"Octopus","description":"Arms.","tags":[],"language":"en"}',
    "manifest.json": (Path(__file__).parent / "documents/0.1.0/package.json").read_bytes(),
}


def hash_of(name: str) -> str:
    return sha256(FILES[name]).hexdigest()


def script() -> Script:
    sentences = [[Sentence("It has eight arms.")], [Sentence("It has three hearts.")]]
    return Script(title=TITLE, language="en", scenes=[Scene(sentences=s) for s in sentences])


def storyboard() -> Storyboard:
    shot = Shot(
        start=0,
        end=FRAMES_PER_SCENE,
        content=FactContent(groups=[Reveal("eight arms", 0)]),
        backdrop=DrawnBackdrop(variant=0),
    )
    scenes = [
        SceneBoard(scene=n, frames=FRAMES_PER_SCENE, shots=[shot], cues=[]) for n in range(SCENES)
    ]
    return Storyboard(
        title=TITLE,
        language="en",
        width=1080,
        height=1920,
        seed=7,
        palette=PALETTES["midnight"],
        captions=CaptionChoice(style="highlight"),
        scenes=scenes,
    )


async def finish_a_video(
    backstage: Backstage, others: Mapping[str, Artifact] | None = None
) -> Video:
    """Run a job through to its video, with ``others`` in place of files of the same name."""
    await backstage.jobs.add(await new_job(backstage.jobs), [NewUnit(UnitKind.SCRIPT)])
    return await finish_the_job(backstage, others)


async def finish_the_job(
    backstage: Backstage, others: Mapping[str, Artifact] | None = None
) -> Video:
    """Run the job that was accepted through to its video, which the store then has."""
    await work_off(backstage.jobs, scenes=SCENES, until=UnitKind.PACKAGE)
    stored = {name: await backstage.artifacts.put_bytes(body) for name, body in FILES.items()}
    stored |= others or {}
    files = {name: artifact.sha256 for name, artifact in stored.items()}
    claim = await claim_unit(backstage.jobs)
    job = claim.job
    documents = {"script": script(), "storyboard": storyboard()}
    for kind, document in documents.items():
        body = msgspec.json.encode(document)
        await backstage.documents.put(ACCOUNT, kind, _fingerprint(job.id, kind), body)
    video = msgspec.structs.replace(
        video_for(claim),
        title=TITLE,
        files=files,
        sizes={name: artifact.size for name, artifact in stored.items()},
        documents={kind: _fingerprint(job.id, kind) for kind in documents},
        path=await backstage.artifacts.export(f"octopus-{job.id.hex[:4]}", files),
    )
    finish = msgspec.structs.replace(finish_for(claim, SCENES), video=video)
    await backstage.jobs.finish(claim, finish)
    return await backstage.videos.get(ACCOUNT, video.id)


async def work_until_it_waits(backstage: Backstage) -> None:
    """Run the job that was accepted until it waits for approval; it has ``script``, and ``PCM`` is
    what is spoken."""
    claim = await claim_unit(backstage.jobs)
    result = result_for(claim)
    body = msgspec.json.encode(script())
    await backstage.documents.put(ACCOUNT, UnitKind.SCRIPT, result.fingerprint, body)
    units = units_for(SCENES, pause_after=claim.job.request.pause_after)
    await backstage.jobs.finish(claim, Finish(result=result, units=units))
    while (claim := await backstage.jobs.claim("w1", list(UnitKind))) is not None:
        if claim.unit.kind is UnitKind.NARRATION:
            audio = await backstage.artifacts.put_bytes(PCM)
            result = msgspec.structs.replace(
                result_for(claim), content=audio.sha256, artifacts={"audio": audio.sha256}
            )
            await backstage.jobs.finish(claim, Finish(result=result))
        else:
            await backstage.jobs.release(claim)
            await work_off(backstage.jobs)


def _fingerprint(job_id: UUID, kind: str) -> str:
    return sha256(f"{kind} of {job_id}".encode()).hexdigest()
