"""The API's description (OpenAPI 3.1), brought to what the API really does.

Litestar derives it from the routes. What it can't know is added here: problem details instead
of its own error bodies, objects that take no unknown fields, and examples.
"""

import copy
from typing import Any

from litestar import Litestar, Response, Router
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Server, Tag
from litestar.types import Method

from app.authentication import OPEN
from app.controllers.examples import REQUEST_EXAMPLES
from app.described_answers import (
    HEADERS,
    describe_answers,
    describe_parameters,
    say_what_comes,
)
from app.described_models import Models
from app.described_problems import describe_problems
from app.described_webhooks import describe_webhooks
from app.explorers import ApiDocument, SwaggerPage, script_file
from app.version import version

DESCRIPTION = """\
Turns a topic, an article, a finished script or a list of scenes into a narrated, captioned,
scored video with thumbnail and metadata.

`POST /api/generate` answers at once with a **job**. Ask `GET /api/jobs/{id}` for it, or follow
`GET /api/jobs/{id}/events`; when it has succeeded, its `result` names the **video**. A mistake
is mended scene by scene (`PATCH /api/videos/{id}/scenes/{n}`) and made into a new revision
(`POST /api/videos/{id}/revisions`).

- **Look first:** `POST /api/generate?dry_run=true` answers script, storyboard and length, and
  makes nothing.
- **Approve:** with `pause_after` a job waits after its script, narration or package, until
  `POST /api/jobs/{id}/approve` (with corrections, if there are any) or `/reject`.
- **Be told:** webhooks (`POST /api/webhooks`, or `webhook_url` in one request) are sent signed
  messages; `GET /api/events` streams what happens to all jobs.
- **Repeat yourself less:** a preset (`PUT /api/presets/{name}`) holds the defaults of requests.
- **Send twice, make once:** `Idempotency-Key` makes a POST safe to repeat.

From the machine that the server runs on, no key is needed unless `AUTH=required` is set; from
elsewhere one always is. `faceless keys create --name laptop --scope jobs:write` makes one.

Every error is an `application/problem+json` object (RFC 9457) with a stable `code`, a `hint`,
and, for wrong input, every wrong field by its JSON pointer.
"""

TAGS = {
    "Generate": "Ask for a video.",
    "Jobs": "Follow the work, approve it, cancel it, try again.",
    "Videos": "What came out, and mending a mistake in it.",
    "Files": "What a video consists of.",
    "Presets": "Defaults of requests, by name.",
    "Webhooks": "Be told what happens, at an address of your own.",
    "Catalog": "What this server can do, and what a request can choose from.",
    "Costs": "What calls to paid providers have cost.",
    "Keys": "Who may ask for what.",
    "Health": "For whoever watches the server.",
}


SECURITY = {
    "bearer": SecurityScheme(
        type="http",
        scheme="bearer",
        bearer_format="fk_<id>_<secret>",
        description="A key, as `faceless keys create` prints it.",
    ),
    "header": SecurityScheme(
        type="apiKey",
        name="X-API-Key",
        security_scheme_in="header",
        description="The same, where `Authorization` is somebody else's, such as a proxy's.",
    ),
}
"""where a key may stand in a request"""


def openapi_config() -> OpenAPIConfig:
    """How Litestar describes the API and serves the description."""
    return OpenAPIConfig(
        title="faceless",
        version=version(),
        description=DESCRIPTION,
        servers=[Server(url="/", description="This server")],
        license=License(name="Apache 2.0", identifier="Apache-2.0"),
        components=Components(security_schemes={**SECURITY}),
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        operation_id_creator=operation_id,
        render_plugins=[SwaggerPage(path="/"), ApiDocument(describe)],
        openapi_router=Router(
            "/schema",
            route_handlers=[script_file],
            include_in_schema=False,
            **OPEN,
            after_request=_no_html_not_found,
        ),
    )


def describe(described: dict[str, Any], app: Litestar) -> dict[str, Any]:
    """The description of ``app``, out of what Litestar makes of its routes."""
    return finish(described, Models(app))


def finish(described: dict[str, Any], models: Models) -> dict[str, Any]:
    """Complete Litestar's description of the API."""
    document = copy.deepcopy(described)
    for path, operations in document["paths"].items():
        # HEAD answers like GET, without the body; described once is enough
        operations.pop("head", None)
        for method, operation in operations.items():
            describe_parameters(path, operation, models.from_zero)
            describe_problems(method, path, operation)
            describe_answers(operation)
            if (method, path) in REQUEST_EXAMPLES:
                body = operation["requestBody"]["content"]["application/json"]
                body["examples"] = REQUEST_EXAMPLES[method, path]
    document["paths"] = dict(sorted(document["paths"].items(), key=_place))
    document["components"]["headers"] = HEADERS
    schemas = document["components"]["schemas"]
    models.describe(schemas)
    document["webhooks"] = describe_webhooks(schemas)
    for operations in document["paths"].values():
        for operation in operations.values():
            say_what_comes(operation, schemas)
    return document


HANDLER_NAMES = {"page": "list", "one": "get", "remove": "delete"}
"""what a client calls that whose name in a controller is shorter"""


def operation_id(handler: HTTPRouteHandler, method: Method, _: object) -> str:
    """A short name for generated clients: ``generate``, ``jobs_list``, ``files_thumbnail``."""
    tags = [tag for layer in handler.ownership_layers for tag in layer.tags or ()]
    tag = tags[-1].lower() if tags else "api"
    head = "_head" if method == "HEAD" else ""
    name = HANDLER_NAMES.get(handler.handler_name, handler.handler_name)
    return name + head if name == tag else f"{tag}_{name}{head}"


def _place(path: tuple[str, Any]) -> tuple[int, str]:
    """Where a path stands in the document: with its tag, short before long."""
    tag = next(iter(path[1].values()))["tags"][0]
    return list(TAGS).index(tag) if tag in TAGS else len(TAGS), path[0]


async def _no_html_not_found(response: Response[Any]) -> Response[Any]:
    """Litestar answers unknown paths under ``/schema`` with a page; here they're problems too."""
    if response.status_code == NotFoundException.status_code:
        raise NotFoundException
    return response
