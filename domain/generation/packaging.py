"""What goes out with the picture: thumbnail, title, description, tags, chapters, manifest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.generation.brief import Brief
from domain.generation.credits import (
    Credit,
    Use,
    contains_synthetic_media,
    credit_lines,
    source_lines,
)
from domain.generation.figures import figures_in
from domain.generation.hashtags import hashtags_of, tags_of_title
from domain.generation.limits import (
    MAX_DESCRIPTION_BYTES,
    MAX_TITLE_CHARS,
    cut_to_bytes,
    cut_to_chars,
    fitting_tags,
    folder_name,
    plain_text,
    slugify,
    youtube_length,
)
from domain.generation.narration import FRAME_RATE, SceneNarration
from domain.generation.phrases import phrases_in
from domain.generation.script import ProductionWarning, Script, Source
from domain.generation.storyboard import Storyboard
from domain.generation.telegrams import telegram, text_of
from domain.generation.tokens import joined, sentence_case, tokens_of_text
from domain.generation.wording import Wording
from domain.providers.book import PaidCall
from domain.providers.usage import Usage

__all__ = [
    "Chapter",
    "Credit",
    "Encoding",
    "Loudness",
    "Manifest",
    "Metadata",
    "Video",
    "build_metadata",
    "chapters",
    "folder_name",
    "is_cut",
    "lacks_attributions",
    "slugify",
    "thumbnail_text",
    "youtube_length",
]


class Chapter(msgspec.Struct, frozen=True):
    """A chapter as YouTube reads it from a description."""

    start_ms: int
    title: str


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Title, description and tags, within YouTube's limits (``metadata.json``)."""

    title: str
    description: str
    tags: list[str]
    language: str
    chapters: list[Chapter] = []
    contains_synthetic_media: bool = False
    made_for_kids: bool = False
    draft: bool = False
    """too close to its sources to be published as it is"""


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """Of the finished file: integrated (LUFS), true peak (dBTP), range (LU); None under 3 s."""

    integrated_lufs: float | None
    true_peak_dbtp: float
    range_lu: float | None = None


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """Stream facts of the finished file, as measured on it."""

    container: str
    video_codec: str
    video_profile: str
    pixel_format: str
    color: str
    width: int
    height: int
    fps: float
    frames: int
    video_bitrate: int
    """bits per second"""
    audio_codec: str
    sample_rate: int
    channels: int
    audio_bitrate: int
    duration_ms: int
    size: int
    """bytes"""


class UsedVoice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice that is heard in a video."""

    id: str
    name: str
    identity: str
    """engine, model and version"""
    sentences: int
    """that it speaks"""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a video is made of (``manifest.json``)."""

    schema: int = 1
    video_id: str
    job_id: str
    revision: int
    title: str
    seed: int
    request: dict[str, Any]
    sources: list[Source]
    credits: list[Credit]
    verbatim_share: float
    draft: bool
    voice: str
    """identity of the main one"""
    voices: list[UsedVoice] = []
    """every voice that is heard, in the order of the scenes"""
    word_timing: dict[str, int]
    """sentences by timing source"""
    loudness: Loudness
    encoding: Encoding
    fingerprints: dict[str, str]
    """unit -> fingerprint"""
    artifacts: dict[str, str]
    """file name -> SHA-256"""
    tools: dict[str, str]
    warnings: list[ProductionWarning]
    providers: list[Usage] = []
    """by stage and scene: who was asked, who answered, and what went wrong on the way"""
    uses: list[Use] = []
    """where each of ``credits`` is seen or heard, and which file it is"""
    source_scenes: dict[str, list[int]] = {}
    """by place in ``sources``: the scenes that say something out of it"""
    calls: list[PaidCall] = []
    """of the job to paid providers; what it took over from another job as a whole isn't in it"""
    cost_usd: float = 0.0
    """of all calls, with those of which nobody knows whether they'll be billed"""


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """A finished video, as rows know it; its documents are found under the fingerprints."""

    id: UUID
    account_id: str
    job_id: UUID
    revision: int
    title: str
    slug: str
    aspect_ratio: str
    width: int
    height: int
    duration: float
    """seconds"""
    draft: bool
    files: dict[str, str]
    """file name (``video.mp4``, ``thumbnail.jpg`` ...) -> SHA-256"""
    sizes: dict[str, int]
    """file name -> bytes"""
    documents: dict[str, str]
    """``script``, ``storyboard``, ``manifest`` -> fingerprint"""
    path: str | None = None
    """the folder with hard links, when artifacts are kept in a directory"""
    created_at: datetime | None = None
    """set by the store"""


# -- title, description, tags ----------------------------------------------------------------

MIN_CHAPTERS = 3
MIN_CHAPTER_MS = 10_000
MAX_CHAPTER_CHARS = 60
MIN_THUMBNAIL_WORDS, MAX_THUMBNAIL_WORDS = 3, 5


def build_metadata(
    script: Script,
    brief: Brief,
    board: Storyboard,
    narrations: Sequence[SceneNarration],
    credits: Sequence[Credit],  # noqa: A002 - the field's own name
    *,
    wording: Wording | None = None,
) -> Metadata:
    """Everything that goes beside the video on YouTube, within its limits.

    What licences demand is kept whole; the summary, or the description that ``wording`` has in
    its place, gives way to it.
    """
    wording = wording or Wording()
    parts = chapters(script, narrations) if board.width > board.height else []
    derived = [*script.tags, *tags_of_title(script.title)]
    tags = fitting_tags(derived if wording.tags is None else wording.tags)
    title = wording.title or brief.title or script.title
    return Metadata(
        title=cut_to_chars(plain_text(title), MAX_TITLE_CHARS),
        description=_description(script, parts, credits, tags)
        if wording.description is None
        else _own_description(wording.description, script, credits),
        tags=tags,
        language=script.language,
        chapters=parts,
        contains_synthetic_media=contains_synthetic_media(credits),
        made_for_kids=False,
        draft=script.draft,
    )


def chapters(script: Script, narrations: Sequence[SceneNarration]) -> list[Chapter]:
    """Chapters from sections and headings; empty where YouTube would not take them.

    The first begins at 0, there are at least three, each lasts at least ten seconds.
    """
    found: list[Chapter] = []
    frame = 0
    section: int | None = None
    for scene, narration in zip(script.scenes, narrations, strict=True):
        if not found or (scene.heading and scene.section != section):
            title = plain_text(scene.heading or script.title)
            found.append(
                Chapter(frame * 1000 // FRAME_RATE, cut_to_chars(title, MAX_CHAPTER_CHARS))
            )
        section = scene.section
        frame += narration.frames
    total = frame * 1000 // FRAME_RATE
    kept = found[:1]
    for chapter in found[1:]:
        if chapter.start_ms - kept[-1].start_ms >= MIN_CHAPTER_MS and chapter.title:
            kept.append(chapter)
    if len(kept) > 1 and total - kept[-1].start_ms < MIN_CHAPTER_MS:
        kept.pop()
    return kept if len(kept) >= MIN_CHAPTERS else []


def _description(
    script: Script, parts: Sequence[Chapter], credits_: Sequence[Credit], tags: Sequence[str]
) -> str:
    """Summary, chapters, sources, attributions, hashtags: at most 5,000 bytes.

    What licences demand is the last to give way: before it the summary does, then the hashtags,
    then the chapters.
    """
    owed = "\n\n".join("\n".join(lines) for lines in _owed(script.sources, credits_) if lines)
    hashtags = " ".join(hashtags_of(tags))
    listed = "\n".join(f"{timestamp(part.start_ms)} {part.title}" for part in parts)
    for blocks in ((listed, owed, hashtags), (listed, owed), (owed,)):
        tail = plain_text("\n\n".join(block for block in blocks if block))
        if len(tail.encode()) <= MAX_DESCRIPTION_BYTES:
            break
    tail = cut_to_bytes(tail, MAX_DESCRIPTION_BYTES)
    return _under(plain_text(script.summary or script.title), tail)


def _own_description(text: str, script: Script, credits_: Sequence[Credit]) -> str:
    """The caller's description, and below it what licences demand that isn't in it yet."""
    given = plain_text(text)
    said = set(given.split("\n"))
    owed = (
        [line for line in map(plain_text, lines) if line not in said]
        for lines in _owed(script.sources, credits_)
    )
    tail = "\n\n".join("\n".join(lines) for lines in owed if lines)
    return _under(given, cut_to_bytes(tail, MAX_DESCRIPTION_BYTES))


def _owed(sources: Sequence[Source], credits_: Sequence[Credit]) -> tuple[list[str], list[str]]:
    return source_lines(sources), credit_lines(credits_)


def lacks_attributions(
    metadata: Metadata, sources: Sequence[Source], credits_: Sequence[Credit]
) -> bool:
    """Whether licences demand more than there was room for in the description."""
    said = set(metadata.description.split("\n"))
    required = [credit for credit in credits_ if credit.attribution_required]
    owed = [line for lines in _owed(sources, required) for line in lines]
    return any(plain_text(line) not in said for line in owed)


def _under(head: str, tail: str) -> str:
    """Both, with as much of ``head`` as there is room for."""
    room = MAX_DESCRIPTION_BYTES - (len(tail.encode()) + len(b"\n\n") if tail else 0)
    kept = cut_to_bytes(head, room) if room > 0 else ""
    return "\n\n".join(block for block in (kept, tail) if block)


def is_cut(metadata: Metadata, wording: Wording | None) -> bool:
    """Whether the caller's description had to give way to what licences demand."""
    given = None if wording is None else wording.description
    return given is not None and not metadata.description.startswith(plain_text(given))


def timestamp(milliseconds: int) -> str:
    """A chapter's time as YouTube reads it: ``00:00``, ``1:02:03``."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def thumbnail_text(script: Script) -> str:
    """At most five words to read at a glance: the hook's figure, its telegram or
    most telling phrase, else the title."""
    opening = script.scenes[0].sentences[0].text if script.scenes else ""
    tokens = tokens_of_text(opening)
    for figure in figures_in(tokens):
        words = [*tokens[figure.first : figure.last + 1], *tokens_of_text(figure.label)]
        if len(words) <= MAX_THUMBNAIL_WORDS and figure.label in opening:
            return sentence_case(joined(words))
    short = telegram(tokens, MIN_THUMBNAIL_WORDS, MAX_THUMBNAIL_WORDS)
    if short is not None:
        return sentence_case(text_of(short.tokens))
    phrases = [p for p in phrases_in(tokens) if 1 < p.words <= MAX_THUMBNAIL_WORDS]
    if phrases:
        return sentence_case(max(phrases, key=lambda phrase: phrase.score).text)
    return " ".join(script.title.split()[:MAX_THUMBNAIL_WORDS])
