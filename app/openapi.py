"""The API's description (OpenAPI 3.1), brought to what the API really does.

Litestar derives it from the routes. What it can't know is added here: problem details instead
of its own error bodies, objects that take no unknown fields, and examples.
"""

import copy
from typing import Any

from litestar import Response, Router
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Tag
from litestar.types import Method

from app.authentication import OPEN
from app.capabilities import Capabilities
from app.controllers.bodies import (
    ApprovalRequest,
    Health,
    JobList,
    MusicList,
    NotedEdits,
    PaletteList,
    RejectionRequest,
    RevisionRequest,
    VideoList,
    VoiceList,
)
from app.controllers.examples import REQUEST_EXAMPLES
from app.controllers.keys import KeyList, KeyRequest, KeyWithToken
from app.controllers.presets import PresetList
from app.controllers.webhook_deliveries import DeliveryList
from app.controllers.webhooks import WebhookChanges, WebhookList, WebhookRequest
from app.explorers import ApiDocument, SwaggerPage, script_file
from app.problems import PROBLEM_JSON, Problem
from app.readiness import Readiness
from app.struct_notes import closed_structs, field_notes, structs_in, summary_of, values_of
from app.version import version
from domain.access import Scope
from domain.generation.brief import Brief, ShotKind
from domain.generation.packaging import Manifest, Metadata
from domain.generation.script import SceneEdit, Script
from domain.generation.sketching import Sketch
from domain.generation.storyboard import Storyboard
from domain.presets import PartialBrief
from domain.webhooks import AccountSecret, EventType, NewSecret

REQUEST_MODELS = (
    Brief,
    PartialBrief,
    SceneEdit,
    RevisionRequest,
    KeyRequest,
    WebhookRequest,
    WebhookChanges,
    ApprovalRequest,
    RejectionRequest,
)
RESPONSE_MODELS = (
    JobList,
    VideoList,
    NotedEdits,
    Sketch,
    Script,
    Storyboard,
    Metadata,
    Manifest,
    PresetList,
    Capabilities,
    MusicList,
    VoiceList,
    PaletteList,
    KeyList,
    KeyWithToken,
    WebhookList,
    NewSecret,
    AccountSecret,
    DeliveryList,
    Health,
    Readiness,
    Problem,
)
MODELS = (*REQUEST_MODELS, *RESPONSE_MODELS)
PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}

DESCRIPTION = """\
Turns a topic, an article, a finished script or a list of scenes into a narrated, captioned,
scored video with thumbnail and metadata.

`POST /api/generate` answers at once with a **job**. Ask `GET /api/jobs/{id}` for it, or follow
`GET /api/jobs/{id}/events`; when it has succeeded, its `result` names the **video**. A mistake
is mended scene by scene (`PATCH /api/videos/{id}/scenes/{n}`) and made into a new revision
(`POST /api/videos/{id}/revisions`).

From the machine that the server runs on, no key is needed unless `AUTH=required` is set; from
elsewhere one always is. `faceless keys create --name laptop --scope jobs:write` makes one.

Every error is an `application/problem+json` object (RFC 9457) with a stable `code`, a `hint`,
and, for wrong input, every wrong field by its JSON pointer.
"""

TAGS = {
    "Generate": "Ask for a video.",
    "Jobs": "Follow the work, cancel it, try again.",
    "Videos": "What came out, and mending a mistake in it.",
    "Files": "What a video consists of.",
    "Presets": "Defaults of requests, by name.",
    "Catalog": "What a request can choose from.",
    "Webhooks": "Be told what happens.",
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

REFUSALS = {
    "401": "The key is missing, unknown, revoked or expired.",
    "403": "The key has no scope for this.",
    "429": "Too many requests, or too much at once; `Retry-After` says when to come back.",
}


def openapi_config() -> OpenAPIConfig:
    """How Litestar describes the API and serves the description."""
    return OpenAPIConfig(
        title="faceless",
        version=version(),
        description=DESCRIPTION,
        license=License(name="Apache 2.0", identifier="Apache-2.0"),
        components=Components(security_schemes={**SECURITY}),
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        operation_id_creator=operation_id,
        render_plugins=[SwaggerPage(path="/"), ApiDocument(finish)],
        openapi_router=Router(
            "/schema",
            route_handlers=[script_file],
            include_in_schema=False,
            **OPEN,
            after_request=_no_html_not_found,
        ),
    )


def finish(described: dict[str, Any]) -> dict[str, Any]:
    """Complete Litestar's description of the API."""
    document = copy.deepcopy(described)
    for path, operations in document["paths"].items():
        # HEAD answers like GET, without the body; described once is enough
        operations.pop("head", None)
        for method, operation in operations.items():
            if "security" in operation:
                for status, description in REFUSALS.items():
                    operation["responses"].setdefault(status, {"description": description})
            _describe_problems(operation["responses"])
            if "requestBody" in operation:
                body = operation["requestBody"]
                body["content"]["application/json"]["examples"] = REQUEST_EXAMPLES[method, path]
    document["paths"] = dict(sorted(document["paths"].items(), key=_place))
    schemas = document["components"]["schemas"]
    for name in closed_structs(*REQUEST_MODELS):
        schemas[name]["additionalProperties"] = False
    for name, struct in structs_in(*MODELS).items():
        if name in schemas:
            schemas[name]["description"] = summary_of(struct)
            for field, note in field_notes(struct).items():
                schemas[name]["properties"][field]["description"] = note
    for values in (ShotKind, Scope, EventType):
        schemas[values.__name__]["description"] = values_of(values)
    return document


def operation_id(handler: HTTPRouteHandler, method: Method, _: object) -> str:
    """A short name for generated clients: ``jobs_cancel``, ``files_thumbnail``."""
    tags = [tag for layer in handler.ownership_layers for tag in layer.tags or ()]
    tag = tags[-1].lower() if tags else "api"
    head = "_head" if method == "HEAD" else ""
    return f"{tag}_{handler.handler_name}{head}"


def _place(path: tuple[str, Any]) -> tuple[int, str]:
    """Where a path stands in the document: with its tag, short before long."""
    operation = next(iter(path[1].values()))
    return list(TAGS).index(operation["tags"][0]), path[0]


def _describe_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:  # noqa: PLR2004  # errors
            response["content"] = {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA}}
            response.pop("headers", None)
    responses["default"] = {
        "description": "Any other problem",
        "content": {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA}},
    }


async def _no_html_not_found(response: Response[Any]) -> Response[Any]:
    """Litestar answers unknown paths under ``/schema`` with a page; here they're problems too."""
    if response.status_code == NotFoundException.status_code:
        raise NotFoundException
    return response
