"""``/metrics``: for Prometheus, beside the API and not part of it."""

from dishka import FromDishka
from litestar import Controller, Response

from adapters.prometheus import CONTENT_TYPE
from app.authentication import needs
from app.controllers.reading import read
from app.metrics import Scrape
from domain.access import Scope


class MetricsController(Controller):
    """What happened in every process that shares this one's DATA_DIR, and how things stand."""

    path = "/metrics"
    include_in_schema = False

    @read(**needs(Scope.ADMIN))
    async def metrics(self, scrape: FromDishka[Scrape]) -> Response[bytes]:
        return Response(
            await scrape.text(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"}
        )
