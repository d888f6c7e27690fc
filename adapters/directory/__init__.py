"""Artifacts as files of one directory tree."""

from adapters.directory.artifact_store import DirectoryArtifactStore

__all__ = ["DirectoryArtifactStore"]
