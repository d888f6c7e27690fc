"""Measuring a file that came from elsewhere as those of the media folder are."""

from pathlib import Path

from adapters.media_folder.probe import Refusal, look
from domain.generation.downloads import Measured
from domain.generation.ports import LookFailed, Quarantine


class QuarantinedMeasure:
    """A ``Measure``: decodes in ``quarantine``, within the media folder's limits."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def __call__(self, path: Path, is_still: bool) -> Measured:
        found = self._quarantine.look(look, str(path), is_still)
        if isinstance(found, Refusal):
            raise LookFailed(found.reason)
        return Measured(found.width, found.height, found.duration_ms)
