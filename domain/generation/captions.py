"""Captions: burnt-in cues that follow the voice, and sidecar cues made for reading."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

from domain.generation.linebreaks import MAX_LINES, break_cost, lines_of
from domain.generation.narration import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SceneNarration,
)

if TYPE_CHECKING:
    from domain.generation.storyboard import Shot

T = TypeVar("T")
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


# -- burnt in ------------------------------------------------------------------------------------


class _Format(msgspec.Struct, frozen=True):
    """What one cue may hold, and what it should."""

    line_chars: int
    most_words: int
    fewest_words: int
    ideal_frames: int


_PORTRAIT = _Format(line_chars=16, most_words=4, fewest_words=2, ideal_frames=15)
_LANDSCAPE = _Format(line_chars=42, most_words=14, fewest_words=6, ideal_frames=25)
EARLY_FRAMES = 2
"""a cue may enter up to 80 ms before its first word"""
HOLD_FRAMES = 9
"""over gaps under 300 ms the cue stays"""
CLEAR_FRAMES = 15
"""in gaps over 500 ms the screen is cleared"""
MIN_CUE_FRAMES = 15


def burnt_cues(narration: SceneNarration, shots: "Sequence[Shot]", aspect_ratio: str) -> list[Cue]:
    """Cue one scene for burning in; every word once, in order.

    Portrait and square: one to four words in at most two lines of 16 characters; landscape:
    sentence captions of at most 14 words in two lines of 42. A word longer than a line is kept
    whole, alone in its line. A word's highlight starts on the frame nearest to its sound.
    """
    form = _LANDSCAPE if aspect_ratio == "16:9" else _PORTRAIT
    words = _on_frames(narration)
    ends = [shot.end for shot in shots] or [narration.frames]
    cues: list[Cue] = []
    for index, run in enumerate(_runs(words, ends)):
        if not run:
            continue
        limit = ends[index] if index < len(ends) else narration.frames
        floor = ends[index - 1] if index else 0
        groups = [group for part in _speech(run) for group in _grouped(part, form)]
        cues += _timed(groups, max(floor, cues[-1].end if cues else 0), limit, form)
    return cues


class _Spoken(msgspec.Struct, frozen=True):
    """A word on the frame grid, with its exact start."""

    text: str
    exact: float
    start: int
    end: int
    closes: bool
    """whether its sentence ends with it"""


def _on_frames(narration: SceneNarration) -> list[_Spoken]:
    """Words with their highlight's start on the nearest frame; two never share one."""
    spoken: list[_Spoken] = []
    for sentence in narration.sentences:
        for position, word in enumerate(sentence.words):
            exact = word.start / SAMPLES_PER_FRAME
            start = min(int(exact + 0.5), narration.frames - 1)
            if spoken:
                start = max(start, min(spoken[-1].start + 1, narration.frames - 1))
            end = max(start + 1, int(word.end / SAMPLES_PER_FRAME + 0.5))
            closes = position == len(sentence.words) - 1
            spoken.append(_Spoken(word.text, exact, start, min(end, narration.frames), closes))
    return spoken


def _runs(words: Sequence[_Spoken], ends: Sequence[int]) -> list[list[_Spoken]]:
    """Words by the shot in which their highlight starts."""
    runs: list[list[_Spoken]] = [[] for _ in ends]
    shot = 0
    for word in words:
        while shot < len(ends) - 1 and word.start >= ends[shot]:
            shot += 1
        runs[shot].append(word)
    return runs


def _speech(run: Sequence[_Spoken]) -> list[list[_Spoken]]:
    """Parts that one cue may not span: sentences, and what a long pause sets apart."""
    parts: list[list[_Spoken]] = [[]]
    for word in run:
        before = parts[-1][-1] if parts[-1] else None
        if before is not None and (before.closes or word.start - before.end > CLEAR_FRAMES):
            parts.append([])
        parts[-1].append(word)
    return parts


def _grouped(words: Sequence[_Spoken], form: _Format) -> list[list[_Spoken]]:
    """The cheapest division of a part into cues."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices = []
        for start in range(max(0, end - form.most_words), end):
            texts = [word.text for word in words[start:end]]
            if lines_of(texts, form.line_chars) is None and end - start > 1:
                continue
            cost = best[start][0] + _cue_cost(words, start, end, form)
            choices.append((cost, start))
        best.append(min(choices))
    return _along(best, words)


def _along(best: Sequence[tuple[float, int]], words: Sequence[T]) -> list[list[T]]:
    """The groups of the cheapest way; ``best[end]`` is its cost up to ``end``, and its start."""
    groups: list[list[T]] = []
    end = len(words)
    while end:
        start = best[end][1]
        groups.insert(0, list(words[start:end]))
        end = start
    return groups


def _cue_cost(words: Sequence[_Spoken], start: int, end: int, form: _Format) -> float:
    """How far a cue is from one that reads well: its end, its length, its time."""
    cost = 0.0
    if end < len(words):
        cost += break_cost(words[end - 1].text, words[end].text)
        following = words[end].start
    else:
        following = words[end - 1].end + HOLD_FRAMES
    count = end - start
    if count < form.fewest_words:
        cost += 0.8 * (form.fewest_words - count) / form.fewest_words
    frames = following - words[start].start
    if frames < form.ideal_frames:
        cost += 2.5 * (form.ideal_frames - frames) / form.ideal_frames
    return cost + 0.35


def _timed(groups: Sequence[Sequence[_Spoken]], floor: int, limit: int, form: _Format) -> list[Cue]:
    """Give groups of one shot their frames: enter early, hold short gaps, clear long ones."""
    cues: list[Cue] = []
    for index, group in enumerate(groups):
        start = max(floor, int(group[0].exact))
        if start - floor > 0 and (not cues or start - cues[-1].end >= EARLY_FRAMES):
            start = max(floor, int(group[0].exact - 0.4))
        start = min(start, group[0].start)
        spoken_until = max(start + 1, min(group[-1].end, limit))
        if index + 1 < len(groups):
            room = max(start + 1, min(int(groups[index + 1][0].exact), limit))
        else:
            room = limit
        end = spoken_until
        if room - end < HOLD_FRAMES + 1:
            end = room
        elif end - start < MIN_CUE_FRAMES:
            end = min(room, start + MIN_CUE_FRAMES)
        end = max(start + 1, min(end, room))
        cues.append(Cue(start, end, _highlighted(group, end, form)))
        floor = end
    return cues


def _highlighted(group: Sequence[_Spoken], end: int, form: _Format) -> list[list[CueWord]]:
    """The cue's lines; each word is lit until the next one begins."""
    lit = []
    for index, word in enumerate(group):
        until = group[index + 1].start if index + 1 < len(group) else min(end, word.end)
        lit.append(CueWord(word.text, word.start, max(word.start + 1, until)))
    lines = lines_of([word.text for word in group], form.line_chars) or [[w.text for w in group]]
    first = len(lines[0])
    return [lit[:first], lit[first:]] if len(lines) == MAX_LINES else [lit]


# -- sidecar files -------------------------------------------------------------------------------

SIDECAR_LINE_CHARS = 42
SIDECAR_WORDS = (6, 14)
MIN_CUE_MS, MAX_CUE_MS = 834, 7_000
"""0.83 s and 7 s: Netflix Timed Text Style Guide, English"""
READING_CPS, FASTEST_CPS = 17.0, 20.0
"""characters a second, spaces counted"""
GAP_MS = 67
"""two frames at 30 fps"""
CHAIN_MS = 500
"""a shorter gap is closed to two frames, so that the text doesn't flicker"""
LINGER_MS = 1_500
"""how long a cue may stay after its last word, to be read"""


class _Said(msgspec.Struct, frozen=True):
    """A word in milliseconds from the video's start."""

    text: str
    start: int
    end: int
    closes: bool
    scene: int


def sidecar_cues(narrations: Sequence[SceneNarration]) -> list[SidecarCue]:
    """Cue the whole video anew for reading: at most two lines of 42, 0.83 to 7 s a cue.

    At most 17 characters a second where the voice leaves the time; two frames between cues.
    Every word stands once, in order; a word longer than a line is kept whole.
    """
    words, total = _in_video(narrations)
    if not words:
        return []
    groups = _divided(words, total)
    cues: list[SidecarCue] = []
    for index, group in enumerate(groups):
        following = groups[index + 1][0].start if index + 1 < len(groups) else total + GAP_MS
        start = group[0].start
        end = _reading_end(group, following)
        texts = [word.text for word in group]
        lines = lines_of(texts, SIDECAR_LINE_CHARS) or [texts]
        cues.append(SidecarCue(start, end, [" ".join(line) for line in lines]))
    return cues


def _in_video(narrations: Sequence[SceneNarration]) -> tuple[list[_Said], int]:
    words: list[_Said] = []
    offset = 0
    for number, narration in enumerate(narrations):
        for sentence in narration.sentences:
            for position, word in enumerate(sentence.words):
                words.append(
                    _Said(
                        word.text,
                        _milliseconds(offset + word.start),
                        _milliseconds(offset + word.end),
                        position == len(sentence.words) - 1,
                        number,
                    )
                )
        offset += narration.frames * SAMPLES_PER_FRAME
    return words, _milliseconds(offset)


def _milliseconds(samples: int) -> int:
    return round(samples * 1000 / SAMPLE_RATE)


def _reading_end(group: Sequence[_Said], following: int) -> int:
    """When a cue goes: after its last word, later where it needs time to be read."""
    start, spoken = group[0].start, group[-1].end
    needed = start + max(MIN_CUE_MS, _reading_ms(group, READING_CPS))
    latest = min(following - GAP_MS, start + MAX_CUE_MS)
    end = max(spoken, min(needed, max(spoken + LINGER_MS, start + MIN_CUE_MS)))
    if following - end < CHAIN_MS:
        end = following - GAP_MS
    return max(start + 1, min(end, latest))


def _reading_ms(group: Sequence[_Said], cps: float) -> int:
    chars = sum(len(word.text) for word in group) + len(group) - 1
    return round(chars * 1000 / cps)


def _divided(words: Sequence[_Said], total: int) -> list[list[_Said]]:
    """The cheapest division of all words into cues."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        following = words[end].start if end < len(words) else total + GAP_MS
        choices = []
        for start in range(end - 1, -1, -1):
            group = words[start:end]
            chars = sum(len(word.text) for word in group) + len(group) - 1
            single = len(group) == 1
            if not single and chars > MAX_LINES * (SIDECAR_LINE_CHARS + 1) + chars_of_longest(
                group
            ):
                break
            if not single and group[-1].end - group[0].start > MAX_CUE_MS:
                break
            texts = [word.text for word in group]
            if not single and lines_of(texts, SIDECAR_LINE_CHARS) is None:
                continue
            cost = best[start][0] + _sidecar_cost(words, start, end, following)
            choices.append((cost, start))
        best.append(min(choices))
    return _along(best, words)


def chars_of_longest(group: Sequence[_Said]) -> int:
    """Length of the longest word: it may exceed a line alone."""
    return max(len(word.text) for word in group)


def _sidecar_cost(words: Sequence[_Said], start: int, end: int, following: int) -> float:
    group = words[start:end]
    cost = 0.5
    if end < len(words):
        cost += 0.0 if group[-1].closes else 0.2 + break_cost(group[-1].text, words[end].text)
    for before, after in pairwise(group):
        if before.closes:
            cost += 1.0 if before.scene == after.scene else 4.0
    duration = _reading_end(group, following) - group[0].start
    if duration < MIN_CUE_MS:
        cost += 20.0 + 10.0 * (MIN_CUE_MS - duration) / MIN_CUE_MS
    cps = (sum(len(word.text) for word in group) + len(group) - 1) * 1000 / duration
    if cps > READING_CPS:
        cost += 0.6 * (cps - READING_CPS)
    if cps > FASTEST_CPS:
        cost += 8.0 + 2.0 * (cps - FASTEST_CPS)
    fewest, most = SIDECAR_WORDS
    if len(group) < fewest:
        cost += 0.15 * (fewest - len(group))
    return cost + 0.5 * max(0, len(group) - most)
