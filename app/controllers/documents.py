"""A video's documents, as bytes of JSON."""

from typing import Literal

from domain.errors import ArtifactNotFound
from domain.generation.packaging import Video
from domain.generation.stores import DocumentStore


async def read_document(
    documents: DocumentStore, video: Video, kind: Literal["script", "storyboard"]
) -> bytes:
    """The document of ``video``'s current revision.

    Raises:
        ArtifactNotFound
    """
    fingerprint = video.documents.get(kind)
    body = None
    if fingerprint is not None:
        body = await documents.get(video.account_id, kind, fingerprint)
    if body is None:
        raise ArtifactNotFound(f"Video {video.id} has no {kind}.")
    return body
