"""``/api/health``: for whoever watches the server."""

import asyncio

import structlog
from dishka import AsyncContainer, FromDishka
from litestar import Controller, Response, get

from app.controllers.bodies import Health, Readiness
from app.openapi import version
from app.problems import problem_specs
from domain.errors import ServiceUnavailable
from domain.jobs.ports import JobStore

log = structlog.get_logger("app.health")

READY_WITHIN_SECONDS = 2.0


class HealthController(Controller):
    """Whether the server lives, and whether it can work."""

    path = "/api/health"
    tags = ("Health",)

    @get(summary="Is the server alive?", description="Looks at nothing else.")
    async def alive(self) -> Response[Health]:
        return Response(Health("ok", version()), headers={"Cache-Control": "no-store"})

    @get(
        "/ready",
        summary="Can the server work?",
        description="Asks the database.",
        responses=problem_specs(503),
    )
    async def ready(self, container: FromDishka[AsyncContainer]) -> Response[Readiness]:
        try:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                store = await container.get(JobStore)
                await store.now()
        except Exception as error:
            log.warning("not ready", exc_info=error)
            raise ServiceUnavailable(
                "The database doesn't answer.", hint="Look at the log, and at DATABASE_URL."
            ) from error
        return Response(Readiness("ok", {"database": "ok"}), headers={"Cache-Control": "no-store"})
