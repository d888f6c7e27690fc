"""The ASGI application: ``uvicorn app.main:app``.

Importing this reads no settings and connects to nothing; both happen when the application is
served.
"""

from dishka import Provider
from dishka.integrations.litestar import DishkaRouter
from litestar import Litestar

from app.admission import admit
from app.config import Settings
from app.controllers.catalog import CatalogController
from app.controllers.costs import CostsController
from app.controllers.events import EventsController
from app.controllers.health import HealthController
from app.controllers.job_files import JobFilesController
from app.controllers.jobs import GenerateController, JobsController
from app.controllers.keys import KeysController
from app.controllers.metrics import MetricsController
from app.controllers.presets import PresetsController
from app.controllers.shelf import ShelfProvider
from app.controllers.video_files import VideoFilesController
from app.controllers.videos import VideosController
from app.controllers.webhook_deliveries import DeliveriesController
from app.controllers.webhooks import WebhooksController
from app.explorers import scalar_page
from app.front_page import front_page, page_file
from app.openapi import openapi_config
from app.problems import answer_problem
from app.request_body import JsonRequest
from app.server import Server

__all__ = ["app", "create_app"]


API = DishkaRouter(
    "",
    route_handlers=[
        GenerateController,
        JobsController,
        EventsController,
        JobFilesController,
        VideosController,
        VideoFilesController,
        PresetsController,
        CostsController,
        CatalogController,
        KeysController,
        WebhooksController,
        DeliveriesController,
        HealthController,
        MetricsController,
    ],
)
"""made once: every application registers a copy"""


def create_app(
    settings: Settings | None = None, *overrides: Provider, for_one_command: bool = False
) -> Litestar:
    """Make the application.

    Args:
        settings: read from the environment and ``.env`` when it's served, if absent.
        overrides: providers that replace the container's own of the same types.
        for_one_command: it's over within a few requests: nothing is counted, looked at or made
            ready beforehand.
    """
    server = Server(settings, (ShelfProvider(), *overrides), for_one_command=for_one_command)
    application = Litestar(
        route_handlers=[API, front_page, page_file, scalar_page],
        request_class=JsonRequest,
        before_request=admit,
        exception_handlers={Exception: answer_problem},
        openapi_config=openapi_config(),
        lifespan=[server.lifespan],
        request_max_body_size=None,  # `app.observation` limits it, once the settings are known
        logging_config=None,  # `app.logging` does it, once the settings are known
        debug=False,
    )
    application.asgi_handler = server.wrap(application)
    return application


app = create_app()
