"""The page at ``/``: files of this package, served as they are.

The page uses the public API only, as any other client would. Its policy lets it run its own files
and talk to its own server, and nothing else: no inline script or style, no markup made from text.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from app.authentication import OPEN
from app.controllers.reading import read

FOLDER = Path(__file__).parent / "page"
START = "index.html"

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""what is served, by suffix; anything else in the folder isn't"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Content-Security-Policy; ``blob:`` is what the page fetched with a key and shows or plays"""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # an upgrade shows at once; the ETag spares the bytes
}


class PageFile(msgspec.Struct, frozen=True):
    """A file of the page as it's sent."""

    content: bytes
    media_type: str
    etag: str


@cache
def page_files() -> dict[str, PageFile]:
    """Every file of the page by its name, read once."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if (media_type := MEDIA_TYPES.get(path.suffix)) is not None:
            content = path.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            found[path.name] = PageFile(content, media_type, etag)
    return found


@read("/", include_in_schema=False, sync_to_thread=False, **OPEN)
def front_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What somebody sees who opens the server's address in a browser."""
    return _answer(request, START)


@read("/page/{name:str}", include_in_schema=False, sync_to_thread=False, **OPEN)
def page_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A script, style or picture of the page."""
    return _answer(request, name)


def _answer(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """Raises NotFoundException for whatever isn't one of the page's own files."""
    file = page_files().get(name)
    if file is None:
        raise NotFoundException
    headers = {**HEADERS, "ETag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)
