"""Music: the tracks that a wheel carries, the user's own folder, and both on one shelf."""

from adapters.music.bundled import BundledMusic
from adapters.music.folder import FolderMusic
from adapters.music.shelf import MusicShelf

__all__ = ["BundledMusic", "FolderMusic", "MusicShelf"]
