"""Artifacts in any store that speaks S3."""

from adapters.s3.artifact_store import LocalCache, S3ArtifactStore

__all__ = ["LocalCache", "S3ArtifactStore"]
