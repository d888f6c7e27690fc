"""The user's own clips and stills, in a local folder."""

from adapters.media_folder.measuring import QuarantinedMeasure
from adapters.media_folder.source import MediaFolder

__all__ = ["MediaFolder", "QuarantinedMeasure"]
