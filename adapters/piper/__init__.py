"""Piper, a neural voice that runs in this process. GPL-3: installed by the extra ``voice`` only.

Importing this package needs none of Piper's libraries; they are loaded by the first voice used.
"""

from adapters.piper.catalogue import OfferedVoice
from adapters.piper.download import VoiceRepository
from adapters.piper.narrator import PiperNarrator

__all__ = ["OfferedVoice", "PiperNarrator", "VoiceRepository"]
