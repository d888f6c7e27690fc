"""Reads what the ``ebur128`` filter measured (EBU R 128, ITU-R BS.1770)."""

import math
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from domain.generation.packaging import Loudness

Curve = npt.NDArray[np.float64]

BLOCK_MS = 100
"""ebur128 reports this often"""
SHORTEST_MS = 3_000
"""integrated loudness means nothing under this"""
SILENCE_LUFS = -70.0
"""the absolute gate of BS.1770: ebur128 answers this when nothing passed it"""
PREFIX = "lavfi.r128."


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: LUFS, dBTP, LU, and the momentary loudness of every block."""

    integrated: float
    true_peak: float
    loudness_range: float
    momentary: Curve

    @property
    def silent(self) -> bool:
        """Nothing passed the absolute gate."""
        return self.integrated <= SILENCE_LUFS

    def facts(self) -> Loudness:
        """What the manifest says; loudness only where it means something."""
        long_enough = len(self.momentary) * BLOCK_MS >= SHORTEST_MS and not self.silent
        return Loudness(
            integrated_lufs=round(self.integrated, 2) if long_enough else None,
            true_peak_dbtp=round(self.true_peak, 2),
            range_lu=round(self.loudness_range, 2) if long_enough else None,
        )


def read_levels(path: Path) -> Levels:
    """Parse a file of ``ametadata``; peaks are linear there."""
    momentary: list[float] = []
    last = {"I": SILENCE_LUFS, "LRA": 0.0}
    peak = 0.0
    with path.open(encoding="ascii") as lines:
        for line in lines:
            if not line.startswith(PREFIX):
                continue
            key, _, text = line[len(PREFIX) :].partition("=")
            value = float(text)
            if key == "M":
                momentary.append(value)
            elif key.startswith("true_peaks_ch"):
                peak = max(peak, value)
            elif key in last:
                last[key] = value
    return Levels(
        integrated=last["I"],
        true_peak=20 * math.log10(peak) if peak > 0 else -math.inf,
        loudness_range=last["LRA"],
        momentary=np.array(momentary),
    )
