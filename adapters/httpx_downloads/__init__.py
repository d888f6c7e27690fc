"""Downloads of clips and stills: resumed, limited, decoded, and kept."""

from adapters.httpx_downloads.downloads import HttpxDownloads

__all__ = ["HttpxDownloads"]
