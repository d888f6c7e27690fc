"""Artifacts, and what can be made again, as files of one directory tree."""

from adapters.directory.answers import DirectoryAnswers
from adapters.directory.artifact_store import DirectoryArtifactStore
from adapters.directory.paces import DirectoryPaces
from adapters.directory.samples import DirectorySamples
from adapters.directory.voice_lists import DirectoryVoiceLists

__all__ = [
    "DirectoryAnswers",
    "DirectoryArtifactStore",
    "DirectoryPaces",
    "DirectorySamples",
    "DirectoryVoiceLists",
]
