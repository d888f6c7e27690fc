"""A stored file as an answer: whole, in part, or not at all because the client has it."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect, Stream
from litestar.status_codes import HTTP_307_TEMPORARY_REDIRECT

from app.byte_ranges import FileAnswer, plan_answer
from app.problems import RangeNotSatisfiable
from domain.generation.stores import ArtifactStore

REVALIDATE = "private, no-cache"
"""an address keeps its meaning, not its bytes: a revision changes them, and the ETag says so"""


def content_disposition(name: str, title: str, *, download: bool) -> str:
    """A Content-Disposition (RFC 6266): an ASCII name for all, the title for those who can.

    Args:
        name: file name with its suffix, ASCII.
        title: to be used as the file's name, in any writing; may hold anything.
        download: whether the browser is to save the file rather than show it.
    """
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else " " for c in title)
    suffix = name[name.rindex(".") :]
    # a name that begins with a dot would be hidden once it is saved
    shown = " ".join(kept.split()).lstrip(". ")[:120] or name.removesuffix(suffix)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    kind = "attachment" if download else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(shown + suffix, safe='')}"


async def answer_file(
    request: Request[Any, Any, Any],
    artifacts: ArtifactStore,
    sha256: str,
    *,
    content_type: str,
    disposition: str,
    may_redirect: bool = False,
) -> Response[bytes] | Stream | Redirect:
    """Answer GET or HEAD for a file of the artifact store, with ranges and revalidation.

    With ``may_redirect``, the store itself sends the bytes if it can.

    Raises:
        ArtifactNotFound, RangeNotSatisfiable
    """
    size = await artifacts.size(sha256)
    answer = plan_answer(
        size=size,
        etag=f'"{sha256}"',
        content_type=content_type,
        request_headers=request.headers,
    )
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise RangeNotSatisfiable(
            f"The file has {size} bytes; none of them is in the range asked for.",
            headers={"Content-Range": answer.headers["Content-Range"]},
        )
    headers = answer.headers | {"Cache-Control": REVALIDATE, "Content-Disposition": disposition}
    if answer.status != HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(answer.length)
    if request.method == "HEAD" or not answer.parts:
        return Response(
            b"", status_code=answer.status, headers=headers, media_type=headers["Content-Type"]
        )
    if may_redirect and _any_server_can_send(answer, request.headers):
        url = await artifacts.public_url(sha256, content_type=content_type, disposition=disposition)
        if url is not None:
            return Redirect(
                url,
                status_code=HTTP_307_TEMPORARY_REDIRECT,
                headers={"Cache-Control": "no-store"},  # the URL ends before long
            )
    return Stream(
        _body(artifacts, sha256, answer),
        status_code=answer.status,
        headers=headers,
        media_type=headers["Content-Type"],
    )


def _any_server_can_send(answer: FileAnswer, request_headers: Mapping[str, str]) -> bool:
    """Whether a store answers this as it should: most know neither several ranges at once nor
    this server's ETags, and would send the whole where a range was asked for."""
    resumes_ours = request_headers.get("if-range", "").strip() == answer.headers["ETag"]
    return len(answer.parts) == 1 and not resumes_ours


async def _body(artifacts: ArtifactStore, sha256: str, answer: FileAnswer) -> AsyncIterator[bytes]:
    for part in answer.parts:
        if part.preamble:
            yield part.preamble
        async for piece in artifacts.read(sha256, part.start, part.end):
            yield piece
    if answer.epilogue:
        yield answer.epilogue
