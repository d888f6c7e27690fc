"""``/api/capabilities``, ``/api/voices``, ``/api/music`` and ``/api/palettes``: what this server
can do, and what a request can choose from."""

import asyncio

from dishka import FromDishka
from litestar import Controller, HttpMethod, Response
from litestar.params import FromPath

from app.authentication import needs
from app.byte_ranges import plan_answer
from app.capabilities import Capabilities
from app.controllers.bodies import MusicList, PaletteList, VoiceBody, VoiceList
from app.controllers.files import REVALIDATE, content_disposition
from app.controllers.reading import read
from app.controllers.video_files import produces
from app.problems import RangeNotSatisfiable, problem_specs
from app.request_body import JsonRequest
from app.survey import VOICE_EXTRA, Survey
from domain.access import Scope
from domain.errors import CostCapReached, VoiceSampleNotFound
from domain.generation.palettes import PALETTES
from domain.generation.ports import MusicLibrary, Narrator
from domain.generation.voice_sample import VoiceSamples

WAV = "audio/wav"


class CatalogController(Controller):
    """What this installation offers."""

    path = "/api"
    tags = ("Catalog",)

    @read(
        "/capabilities",
        summary="What this server can do",
        description="And what is missing for the rest, with the setting to set or the extra to "
        "install. `providers` has each port's providers in the order of asking, and which of their "
        "keys aren't asked just now, for how long, and why: as the process that answers has come "
        "to know it, with its embedded worker; workers of their own keep that to themselves. "
        "Whether everything that it depends on answers just now is said by "
        "`/api/health/ready`.",
        **needs(Scope.JOBS_READ),
    )
    async def capabilities(self, survey: FromDishka[Survey]) -> Capabilities:
        return await survey.look()

    @read(
        "/voices",
        summary="List voices",
        description="The installed ones, the default first. `sample_url` lets each be heard.",
        **needs(Scope.JOBS_READ),
    )
    async def voices(self, narrator: FromDishka[Narrator]) -> VoiceList:
        found = await asyncio.to_thread(narrator.voices)  # the first time reads files
        return VoiceList([*map(VoiceBody.from_voice, found)], None if found else VOICE_EXTRA)

    @read(
        "/voices/{voice_id:str}/sample",
        summary="Listen to a voice",
        description="A sentence in the voice's language, three to five seconds: WAV, 48 kHz, "
        "mono. The first time takes some seconds; then it's kept. Understands Range, If-Range and "
        "If-None-Match.",
        responses=produces(WAV, "The sound.") | problem_specs(VoiceSampleNotFound, CostCapReached),
        **needs(Scope.JOBS_READ),
    )
    async def sample(
        self, request: JsonRequest, voice_id: FromPath[str], samples: FromDishka[VoiceSamples]
    ) -> Response[bytes]:
        sample = await samples.sample(request.account_id, voice_id)
        answer = plan_answer(
            size=len(sample.wav),
            etag=f'"{sample.tag}"',
            content_type=WAV,
            request_headers=request.headers,
        )
        if answer.status == RangeNotSatisfiable.status_code:
            raise RangeNotSatisfiable(
                f"The file has {len(sample.wav)} bytes; none of them is in the range asked for.",
                headers={"Content-Range": answer.headers["Content-Range"]},
            )
        disposition = content_disposition("voice.wav", voice_id, download=False)
        headers = answer.headers | {
            "Cache-Control": REVALIDATE,
            "Content-Disposition": disposition,
            "Content-Length": str(answer.length),
        }
        whole = b"".join(part.preamble + sample.wav[part.start : part.end] for part in answer.parts)
        if not answer.parts:
            del headers["Content-Length"]
        is_head = request.method == HttpMethod.HEAD
        return Response(
            b"" if is_head else whole + answer.epilogue,
            status_code=answer.status,
            headers=headers,
            media_type=headers["Content-Type"],
        )

    @read(
        "/music",
        summary="List music",
        description="Moods for `music.mood`, and the tracks with their licences. With "
        "`machine_made`, publishing has to say so.",
        **needs(Scope.JOBS_READ),
    )
    async def music(self, library: FromDishka[MusicLibrary]) -> MusicList:
        tracks = await asyncio.to_thread(library.tracks)  # reads files
        return MusicList(sorted({track.mood for track in tracks}), tracks)

    @read(
        "/palettes",
        summary="List palettes",
        description="For `brand.palette`.",
        **needs(Scope.JOBS_READ),
    )
    async def palettes(self) -> PaletteList:
        return PaletteList(list(PALETTES.values()))
