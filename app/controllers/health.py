"""``/api/health``: for whoever watches the server."""

from dishka import FromDishka
from litestar import Controller, Response

from app.authentication import OPEN
from app.controllers.bodies import Health
from app.controllers.reading import read
from app.problems import problem_specs
from app.readiness import Readiness, Watch
from app.version import version


class HealthController(Controller):
    """Whether the server lives, and whether it can work."""

    path = "/api/health"
    tags = ("Health",)

    @read(summary="Is the server alive?", description="Looks at nothing else.", **OPEN)
    async def alive(self) -> Response[Health]:
        return Response(Health("ok", version()), headers={"Cache-Control": "no-store"})

    @read(
        "/ready",
        summary="Can the server work?",
        description="Asks the database, the data folder, the embedded worker, MongoDB, Redis and "
        "the bucket, as far as they are used, within two seconds. `degraded` is an answer of 200: "
        "jobs are accepted, but the work on them is held up. 503: no job can be accepted.",
        responses=problem_specs(503),
        **OPEN,
    )
    async def ready(self, watch: FromDishka[Watch]) -> Response[Readiness]:
        return Response(await watch.look(), headers={"Cache-Control": "no-store"})
