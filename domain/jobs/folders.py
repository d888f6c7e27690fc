"""Folders with the files of videos, laid out for people, when their video goes."""

import logging

from domain.generation.stores import ArtifactStore

log = logging.getLogger(__name__)


async def discard_folder(artifacts: ArtifactStore, path: str | None) -> None:
    """Remove the folder of a video that is gone; the files' bytes are the store's own matter."""
    if path is None:
        return
    try:
        await artifacts.unexport(path)
    except (OSError, ValueError) as error:  # such as: DATA_DIR was moved meanwhile
        # the video is gone: to answer with an error would ask for a second attempt
        log.warning("the folder %s of a video that is gone stays: %s", path, error)
