"""Which artifact store the settings name; making one connects to nothing."""

from pathlib import Path

from adapters.directory import DirectoryArtifactStore
from adapters.s3 import S3ArtifactStore
from app.config import Settings


def make_directory(settings: Settings) -> DirectoryArtifactStore:
    """Artifacts in a folder under DATA_DIR."""
    return _directory(settings, settings.data_dir / "artifacts")


def make_bucket(settings: Settings) -> S3ArtifactStore:
    """Artifacts in the bucket of ARTIFACTS_URL, and a cache of them under DATA_DIR."""
    # never where the artifacts of a folder are: a cache is trimmed
    cache = _directory(settings, settings.cache_dir / "artifacts")
    return S3ArtifactStore(
        settings.artifacts_url,
        cache,
        endpoint=settings.s3_endpoint_url,
        public_endpoint=settings.s3_public_endpoint_url,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
        sign_urls=settings.s3_signed_urls,
        cache_bytes=settings.artifact_cache_bytes,
        keep_seconds=settings.job_deadline_seconds,
    )


def _directory(settings: Settings, root: Path) -> DirectoryArtifactStore:
    return DirectoryArtifactStore(root, settings.data_dir / "videos", settings.min_free_bytes)
