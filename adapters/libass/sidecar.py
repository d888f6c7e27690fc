"""Sidecar caption files, SRT and WebVTT, written by pysubs2."""

import html
import re
from collections.abc import Sequence

import pysubs2

from adapters.libass.text import clean
from domain.generation.captions import CaptionFormat, SidecarCue

LOOKALIKE_ARROW = "→"
"""SRT has no escapes: an arrow in a text would read as a time line"""
WORD_JOINER = "\u2060"
"""invisible; behind a bracket it keeps players from reading a tag, which SRT can't escape"""
DRAWING = re.compile(r"\\(?=p\d)")
"""a line with this in it would be left out by pysubs2, as a drawing"""
TAG_OPENERS = re.compile(r"[<{](?=[\w/\\])")


def caption_file(cues: Sequence[SidecarCue], file_format: CaptionFormat) -> str:
    """The file's text; ends with a line break. Times in milliseconds, lines as they come."""
    subs = pysubs2.SSAFile()
    for cue in cues:
        lines = [_literal(clean(line), file_format) for line in cue.lines if clean(line)]
        if lines and cue.end_ms > cue.start_ms:
            subs.append(
                pysubs2.SSAEvent(start=cue.start_ms, end=cue.end_ms, text="\\N".join(lines))
            )
    text = subs.to_string(file_format, keep_ssa_tags=True)
    return text if text.endswith("\n") else text + "\n"


def _literal(line: str, file_format: CaptionFormat) -> str:
    line = DRAWING.sub(rf"\g<0>{WORD_JOINER}", line)
    if file_format == "vtt":
        return html.escape(line, quote=False)
    return TAG_OPENERS.sub(rf"\g<0>{WORD_JOINER}", line.replace("-->", LOOKALIKE_ARROW))
