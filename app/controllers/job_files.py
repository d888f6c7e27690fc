"""What a job has made so far, to be looked at before it's approved: words, plan and sound."""

import struct
from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

from dishka import FromDishka
from litestar import Controller, Response
from litestar.params import FromPath
from litestar.response import Stream

from app.authentication import needs
from app.controllers.reading import read
from app.controllers.shelf import answer_if_tagged, validator
from app.controllers.video_files import JSON, produces
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import ArtifactNotFound, NotMadeYet, SceneNotFound
from domain.generation.documents import DOCUMENTS, decode, schema_of, shown
from domain.generation.narration import BYTES_PER_SAMPLE, SAMPLE_RATE
from domain.generation.script import Script, ShownScript
from domain.generation.stores import ArtifactStore, DocumentStore
from domain.generation.storyboard import Storyboard
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import JobStore

WAV = "audio/wav"
MONO = 1
PCM = 1
"""uncompressed, in the format field of a WAV file"""
MAX_WAV_BYTES = 2**32 - 1 - 36


def wav_header(size: int) -> bytes:
    """What stands before ``size`` bytes of narration in a WAV file (RIFF, 44 bytes)."""
    size = min(size, MAX_WAV_BYTES)
    rate = SAMPLE_RATE * BYTES_PER_SAMPLE
    bits = 8 * BYTES_PER_SAMPLE
    form = struct.pack("<IHHIIHH", 16, PCM, MONO, SAMPLE_RATE, rate, BYTES_PER_SAMPLE, bits)
    length = struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + form + b"data" + length


class JobFilesController(Controller):
    """What there is of a video before it's finished."""

    path = "/api/jobs/{job_id:uuid}"
    tags = ("Jobs",)

    @read(
        "/script",
        summary="The script so far",
        description="Scenes of sentences; scenes are numbered from 0. There is none until the "
        "stage `script` is done.",
        responses=produces(JSON, "The script.", ShownScript, awaited=True),
        **needs(Scope.JOBS_READ),
    )
    async def script(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        jobs: FromDishka[JobStore],
        documents: FromDishka[DocumentStore],
    ) -> Response[bytes]:
        return await _document(request, job_id, UnitKind.SCRIPT, jobs, documents)

    @read(
        "/storyboard",
        summary="The storyboard so far",
        description="There is none until the stage `storyboard` is done.",
        responses=produces(JSON, "The storyboard.", Storyboard, awaited=True),
        **needs(Scope.JOBS_READ),
    )
    async def storyboard(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        jobs: FromDishka[JobStore],
        documents: FromDishka[DocumentStore],
    ) -> Response[bytes]:
        return await _document(request, job_id, UnitKind.STORYBOARD, jobs, documents)

    @read(
        "/scenes/{number:int}/narration",
        summary="A scene as it is spoken",
        description="WAV, 48 kHz. There is none until the scene was spoken.",
        responses=produces(WAV, "The sound.", partial=False, awaited=True),
        **needs(Scope.JOBS_READ),
    )
    async def narration(
        self,
        request: JsonRequest,
        job_id: FromPath[UUID],
        number: FromPath[int],
        *,
        jobs: FromDishka[JobStore],
        documents: FromDishka[DocumentStore],
        artifacts: FromDishka[ArtifactStore],
    ) -> Response[bytes] | Stream:
        made = await jobs.results(request.account_id, job_id)
        spoken = made.get((UnitKind.NARRATION, number))
        if spoken is None:
            script = made.get((UnitKind.SCRIPT, 0))
            await _check_scene(request.account_id, job_id, number, script, documents)
            raise NotMadeYet(f"Scene {number} of job {job_id} isn't spoken yet", UnitKind.NARRATION)
        audio = spoken.artifacts["audio"]
        if (seen := answer_if_tagged(request, audio)) is not None:
            return seen
        size = await artifacts.size(audio)
        header = wav_header(size)
        headers = validator(audio) | {"Content-Length": str(len(header) + size)}
        return Stream(_sound(header, artifacts.read(audio)), media_type=WAV, headers=headers)


async def _sound(header: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield header
    async for piece in pieces:
        yield piece


async def _check_scene(
    account_id: str, job_id: UUID, number: int, made: Result | None, documents: DocumentStore
) -> None:
    """Tell a scene that isn't spoken yet from one that never will be, once there is a script.

    Raises:
        SceneNotFound
    """
    if made is None:
        return
    body = await documents.get(account_id, UnitKind.SCRIPT, made.fingerprint)
    count = len(decode(body, Script).scenes) if body is not None else 0
    if body is not None and number >= count:
        raise SceneNotFound(
            f"Job {job_id} has no scene {number}; it has 0 to {count - 1}.",
            hint="Scenes are numbered from 0; `GET /api/jobs/{id}/script` lists them.",
        )


async def _document(
    request: JsonRequest,
    job_id: UUID,
    kind: Literal[UnitKind.SCRIPT, UnitKind.STORYBOARD],
    jobs: JobStore,
    documents: DocumentStore,
) -> Response[bytes]:
    made = (await jobs.results(request.account_id, job_id)).get((kind, 0))
    if made is None:
        raise NotMadeYet(f"Job {job_id} has no {kind} yet", kind)
    body = await documents.get(request.account_id, kind, made.fingerprint)
    if body is None:
        raise ArtifactNotFound(f"The {kind} of job {job_id} is gone.")
    document_type = DOCUMENTS[kind]
    tag = f"{made.fingerprint}-{schema_of(document_type)}"
    return answer_if_tagged(request, tag) or Response(
        shown(body, document_type), media_type=JSON, headers=validator(tag)
    )
