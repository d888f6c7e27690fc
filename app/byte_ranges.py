"""Conditional and partial answers (RFC 9110, 13 and 14): which bytes of a file to send. Pure."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

MAX_RANGES = 16
"""players ask for one or two; a list of tiny ranges is an attack, and gets the whole file"""

RANGES_UNIT = re.compile(r"bytes\s*=\s*(.+)", re.IGNORECASE)
ONE_RANGE = re.compile(r"(\d{0,18})\s*-\s*(\d{0,18})")


class Part(msgspec.Struct, frozen=True):
    """Bytes ``start`` to ``end`` (exclusive) of the file, after some bytes of multipart text."""

    start: int
    end: int
    preamble: bytes = b""


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer: ``parts`` in order, then ``epilogue``; together ``length`` bytes."""

    status: HTTPStatus
    headers: dict[str, str]
    parts: list[Part] = []
    epilogue: bytes = b""

    @property
    def length(self) -> int:
        """Length of the body in bytes."""
        return len(self.epilogue) + sum(p.end - p.start + len(p.preamble) for p in self.parts)


def plan_answer(
    *, size: int, etag: str, content_type: str, request_headers: Mapping[str, str]
) -> FileAnswer:
    """Decide on a GET or HEAD for a file of ``size`` bytes.

    Args:
        size: of the file, in bytes.
        etag: strong, with its quotation marks.
        content_type: of the whole file.
        request_headers: names in lower case.
    """
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": content_type}
    if _matches(request_headers.get("if-none-match", ""), etag):
        return FileAnswer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    wanted = request_headers.get("range")
    if wanted is None or request_headers.get("if-range", etag).strip() != etag:
        return _whole(size, headers)
    ranges = parse_ranges(wanted, size)
    if ranges is None:
        return _whole(size, headers)
    if not ranges:
        return FileAnswer(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers=headers | {"Content-Range": f"bytes */{size}"},
        )
    if len(ranges) == 1:
        start, end = ranges[0]
        return FileAnswer(
            status=HTTPStatus.PARTIAL_CONTENT,
            headers=headers | {"Content-Range": f"bytes {start}-{end - 1}/{size}"},
            parts=[Part(start, end)],
        )
    return _multipart(size, headers, etag, content_type, ranges)


def parse_ranges(header: str, size: int) -> list[tuple[int, int]] | None:
    """The satisfiable ranges of a Range header, as (start, end exclusive).

    None when the header is to be ignored: another unit, malformed, or too many ranges. Empty
    when no range can be satisfied.
    """
    match = RANGES_UNIT.fullmatch(header.strip())
    if match is None:
        return None
    specs = [spec.strip() for spec in match[1].split(",") if spec.strip()]
    if not specs or len(specs) > MAX_RANGES:
        return None
    ranges = []
    for spec in specs:
        parsed = ONE_RANGE.fullmatch(spec)
        if parsed is None or not (parsed[1] or parsed[2]):
            return None
        first, last = parsed[1], parsed[2]
        if not first:
            start, end = max(size - int(last), 0), size
        else:
            start, end = int(first), min(int(last) + 1, size) if last else size
            if last and int(last) < start:
                return None
        if start < end:
            ranges.append((start, end))
    return ranges


def _whole(size: int, headers: dict[str, str]) -> FileAnswer:
    return FileAnswer(status=HTTPStatus.OK, headers=headers, parts=[Part(0, size)])


def _multipart(
    size: int,
    headers: dict[str, str],
    etag: str,
    content_type: str,
    ranges: Sequence[tuple[int, int]],
) -> FileAnswer:
    boundary = f"faceless-{etag.strip(chr(34))[:32]}"
    parts = []
    for index, (start, end) in enumerate(ranges):
        text = (
            ("\r\n" if index else "")
            + f"--{boundary}\r\nContent-Type: {content_type}\r\n"
            + f"Content-Range: bytes {start}-{end - 1}/{size}\r\n\r\n"
        )
        parts.append(Part(start, end, text.encode("ascii")))
    return FileAnswer(
        status=HTTPStatus.PARTIAL_CONTENT,
        headers=headers | {"Content-Type": f"multipart/byteranges; boundary={boundary}"},
        parts=parts,
        epilogue=f"\r\n--{boundary}--\r\n".encode("ascii"),
    )


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 (13.1.2) asks for."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
