"""The API's explorers: Swagger UI at ``/schema``, Scalar at ``/docs``.

Their scripts come out of installed wheels and are served from here, and the pages may load
nothing from anywhere else: they work on a machine without internet.
"""

import base64
import hashlib
import html
import mimetypes
from collections.abc import Callable
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath

from app.authentication import OPEN

ASSETS: dict[str, tuple[str, str]] = {
    "swagger-ui.css": ("flask-swagger-ui", "flask_swagger_ui/dist/swagger-ui.css"),
    "swagger-ui-bundle.js": ("flask-swagger-ui", "flask_swagger_ui/dist/swagger-ui-bundle.js"),
    "favicon.png": ("flask-swagger-ui", "flask_swagger_ui/dist/favicon-32x32.png"),
    "scalar.js": (
        "flask-openapi-scalar",
        "flask_openapi_scalar/templates/scalar/js/scalar.standalone.js",
    ),
}
"""Name under ``/schema/assets`` -> wheel, file in it. The wheels' own code is never imported."""

DOCUMENT = "/schema/openapi.json"
ONE_DAY = 86_400
"""seconds"""

SWAGGER_START = f"""\
SwaggerUIBundle({{
  url: "{DOCUMENT}",
  dom_id: "#explorer",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
}});
"""
SCALAR_START = f"""\
Scalar.createApiReference("#explorer", {{
  url: "{DOCUMENT}",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  orderSchemaPropertiesBy: "preserve",
  orderRequiredPropertiesFirst: false,
  showDeveloperTools: "never",
  authentication: {{ preferredSecurityScheme: "bearer" }},
  agent: {{ disabled: true }},
  mcp: {{ disabled: true }},
}});
"""

STYLE = """\
body { margin: 0 }
.swagger-ui .response-col_links { display: none }
.swagger-ui .responses-inner { overflow-x: auto }
"""
"""no operation has links; and what is wider than a phone's screen moves by itself"""


class ApiDocument(OpenAPIRenderPlugin):
    """The description itself, completed once."""

    def __init__(self, finish: Callable[[dict[str, Any], Litestar], dict[str, Any]]) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)
        self._finish = finish
        self._rendered: bytes | None = None

    def render(
        self,
        request: Request[Any, Any, Any],
        openapi_schema: dict[str, Any],
    ) -> bytes:
        """The document as JSON."""
        if self._rendered is None:
            self._rendered = msgspec.json.encode(self._finish(openapi_schema, request.app))
        return self._rendered


class SwaggerPage(OpenAPIRenderPlugin):
    """Swagger UI."""

    def render(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002  # Litestar's signature
        openapi_schema: dict[str, Any],  # noqa: ARG002  # the page asks for the document itself
    ) -> bytes:
        """The page."""
        return _page(
            "faceless API", SWAGGER_START, script="swagger-ui-bundle.js", style="swagger-ui.css"
        )


@get("/docs", include_in_schema=False, sync_to_thread=False, **OPEN)
def scalar_page() -> Response[bytes]:
    """Scalar."""
    return Response(
        _page("faceless API", SCALAR_START, script="scalar.js"), media_type=MediaType.HTML
    )


@get("/assets/{name:str}", include_in_schema=False, sync_to_thread=True)
def script_file(name: FromPath[str]) -> Response[bytes]:
    """A script, style or picture of an explorer."""
    if name not in ASSETS:
        raise NotFoundException
    return Response(
        asset_path(name).read_bytes(),
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        headers={"Cache-Control": f"public, max-age={ONE_DAY}"},
    )


@cache
def asset_path(name: str) -> Path:
    """Where an installed wheel keeps an asset."""
    wheel, wanted = ASSETS[name]
    for file in files(wheel) or []:
        if file.as_posix() == wanted:
            return Path(str(file.locate()))
    raise FileNotFoundError(f"{wheel} is installed without {wanted}")


def _page(title: str, start: str, *, script: str, style: str | None = None) -> bytes:
    """A page that may run its two scripts, and talk to this server only."""
    digest = base64.b64encode(hashlib.sha256(start.encode()).digest()).decode()
    policy = (
        f"default-src 'self'; script-src 'self' 'sha256-{digest}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "font-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
    link = f'<link rel="stylesheet" href="/schema/assets/{style}">' if style else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<link rel="icon" href="/schema/assets/favicon.png">
{link}
<style>{STYLE}</style>
</head>
<body>
<div id="explorer"></div>
<script src="/schema/assets/{script}"></script>
<script>{start}</script>
</body>
</html>
""".encode()
