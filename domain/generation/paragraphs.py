"""Paragraphs: a text of the caller's own, taken apart into headings, sentences and scenes."""

import re

from domain.generation.ports import SentenceSegmenter
from domain.generation.script import Sentence
from domain.generation.speakers import Speakers

MAX_SCENE_SENTENCES = 3
MAX_SCENE_WORDS = 45
"""a scene is a thought; about 16 s at a Short's pace"""
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?P<text>.*?)(?:\s+#+)?\s*$")


def blocks_of(text: str) -> list[str]:
    """Headings and paragraphs of a script in order."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines: list[str] = []
        for line in paragraph.split("\n"):
            if HEADING.match(line):
                blocks += ["\n".join(lines), line]
                lines = []
            else:
                lines.append(line)
        blocks.append("\n".join(lines))
    return [block for block in blocks if block.strip()]


def split_sentences(
    text: str,
    segmenter: SentenceSegmenter,
    language: str,
    speakers: Speakers,
    speaker: str | None = None,
) -> tuple[list[Sentence], str | None]:
    """A text's sentences with who says them, ``speaker`` until a mark names another; and who
    speaks last."""
    runs = speakers.runs(text, speaker)
    sentences = [
        Sentence(sentence, speaker=run.speaker)
        for run in runs
        for sentence in segmenter.split(run.text, language)
    ]
    return sentences, runs[-1].speaker


def group_sentences(sentences: list[Sentence]) -> list[list[Sentence]]:
    """Group a paragraph's sentences into scenes of one to three, as even as they come."""
    groups: list[list[Sentence]] = []
    words = 0
    for sentence in sentences:
        count = len(sentence.text.split())
        full = groups and (
            len(groups[-1]) == MAX_SCENE_SENTENCES or words + count > MAX_SCENE_WORDS
        )
        if not groups or full:
            groups.append([])
            words = 0
        groups[-1].append(sentence)
        words += count
    return groups
