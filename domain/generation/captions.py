"""Captions: burnt-in cues that follow the voice, and sidecar cues made for reading."""

from typing import Literal

import msgspec

CaptionFormat = Literal["srt", "vtt"]


class CueWord(msgspec.Struct, frozen=True):
    """A word of a burnt-in cue; frames from the scene's start, ``end`` exclusive."""

    text: str
    start: int
    end: int


class Cue(msgspec.Struct, frozen=True):
    """Words shown together, in lines; frames from the scene's start, ``end`` exclusive.

    A cue never straddles a cut and never overlaps its neighbours.
    """

    start: int
    end: int
    lines: list[list[CueWord]]

    @property
    def words(self) -> list[CueWord]:
        """All words in reading order."""
        return [word for line in self.lines for word in line]


class SidecarCue(msgspec.Struct, frozen=True):
    """A cue of the SRT and VTT files: milliseconds from the video's start."""

    start_ms: int
    end_ms: int
    lines: list[str]
