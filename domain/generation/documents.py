"""Documents as they are kept: JSON with a schema number, read through upcasters.

A document is written in the schema of the release that made it, and never rewritten. Its
struct's ``schema`` says which one this release writes; whatever is older is brought up one
number at a time, on the raw JSON, before it's read.

Content hashes don't grow old with the schema: the content of a result is the SHA-256 of the
document's bytes as they were written, is noted in its row then, and is never taken from a
document that was read again. So what depends on an older document keeps its fingerprint, and a
release with a new schema doesn't make everything anew.

When a struct changes: add a field with a default, and nothing else is to be done. For anything
else raise its ``schema``, add the step from the number before to ``UPCASTERS``, and keep the
documents of the release in ``tests/documents`` for ever.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from domain.errors import DocumentUnreadable, MadeByNewer
from domain.generation.fingerprint import canonical
from domain.generation.narration import SceneNarration
from domain.generation.packaging import Manifest
from domain.generation.script import Script
from domain.generation.storyboard import DrawnBackdrop, Storyboard
from domain.jobs.model import UnitKind

DocumentT = TypeVar("DocumentT", bound=msgspec.Struct)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""takes a document of one schema to the next; it may change what it's given"""

DOCUMENTS: dict[UnitKind, type[msgspec.Struct]] = {
    UnitKind.SCRIPT: Script,
    UnitKind.NARRATION: SceneNarration,
    UnitKind.STORYBOARD: Storyboard,
    UnitKind.PACKAGE: Manifest,
}
"""the kinds of unit that make a document, and what it is"""

UPCASTERS: dict[tuple[type[msgspec.Struct], int], Upcaster] = {}
"""by document and schema, the step to the schema after it"""

FIRST_SCHEMA = 1
"""of documents without a number"""


def schema_of(document_type: type[msgspec.Struct]) -> int:
    """The schema that this release writes."""
    [number] = [
        field.default for field in msgspec.structs.fields(document_type) if field.name == "schema"
    ]
    return int(number)


def encode(document: msgspec.Struct) -> bytes:
    """A document's JSON, always the same for the same content."""
    return canonical(document)


def decode(body: bytes, document_type: type[DocumentT]) -> DocumentT:
    """Read a document of this or an older release.

    Raises:
        MadeByNewer: its schema isn't known here yet.
        DocumentUnreadable: it's no such document at all.
    """
    body = brought_up(body, document_type)
    with _readable(document_type):
        return msgspec.json.decode(body, type=document_type)


def brought_up(body: bytes, document_type: type[msgspec.Struct]) -> bytes:
    """The document's JSON in the schema of this release; unchanged when it's in it already.

    Raises:
        MadeByNewer, DocumentUnreadable: as ``decode`` says.
    """
    with _readable(document_type):
        schema = msgspec.json.decode(body, type=_Numbered).schema
        current = schema_of(document_type)
        if schema > current:
            raise MadeByNewer(
                f"A document ({document_type.__name__}) has schema {schema}; this faceless knows "
                f"up to {current}."
            )
        if schema == current:
            return body
        raw = msgspec.json.decode(body, type=dict[str, Any])
        for number in range(schema, current):
            raw = UPCASTERS[document_type, number](raw) | {"schema": number + 1}
        return canonical(raw)


def shown(body: bytes, document_type: type[msgspec.Struct]) -> bytes:
    """The document's JSON as callers see it: in this release's schema, a script without what is
    kept for its revisions.

    Raises:
        MadeByNewer, DocumentUnreadable: as ``decode`` says.
    """
    if document_type is Script:
        return encode(decode(body, Script).shown())
    return brought_up(body, document_type)


def artifacts_of(document: msgspec.Struct) -> set[str]:
    """SHA-256 of all that a document names in the artifact store."""
    match document:
        case SceneNarration():
            return {document.audio}
        case Storyboard():
            backdrops = [shot.backdrop for scene in document.scenes for shot in scene.shots]
            return {found.media for found in backdrops if not isinstance(found, DrawnBackdrop)}
        case Manifest():
            return set(document.artifacts.values())
        case _:
            return set()


class _Numbered(msgspec.Struct):
    schema: int = FIRST_SCHEMA


@contextmanager
def _readable(document_type: type[msgspec.Struct]) -> Iterator[None]:
    try:
        yield
    except msgspec.MsgspecError as error:
        raise DocumentUnreadable(
            f"A document ({document_type.__name__}) can't be read: {error}."
        ) from error
