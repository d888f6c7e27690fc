"""The script: scenes of sentences, each with the source that carries it."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from domain.generation.brief import Heading, MediaName, ShotKind, Text


class ProductionWarning(msgspec.Struct, frozen=True):
    """Something the user should know about a video that is made all the same."""

    code: str
    message: str
    pointer: str = ""
    """JSON pointer into the request, empty when it isn't about one field"""
    hint: str = ""


class TopicMatch(msgspec.Struct, frozen=True, kw_only=True):
    """The article that a topic was taken to mean, and what else it could have meant."""

    title: str
    description: str = ""
    url: str = ""
    matched_by: Literal["title", "alias", "search"] = "title"
    alternatives: list[str] = []


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A text that sentences were taken from, as attribution needs it."""

    title: str
    url: str = ""
    author: str = ""
    license: str = ""
    license_url: str = ""
    changed: bool = True

    @property
    def is_published(self) -> bool:
        """Whether it can be named to viewers: a text that the caller sent has a title only."""
        return bool(self.url or self.author or self.license)


class Sentence(msgspec.Struct, frozen=True):
    """One sentence as it is shown; ``source`` indexes the script's sources."""

    text: str
    source: int | None = None
    speaker: str | None = None
    """who says it, by a name of the request's ``speakers``; None: the main voice"""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A thought: one to three sentences that become one segment of the video."""

    sentences: list[Sentence]
    heading: str | None = None
    kind: ShotKind | None = None
    """how its first shot is to be drawn; absent: chosen from the text"""
    search_terms: list[str] = []
    shot: str = ""
    """what the picture should show, where whoever wrote the words has said so"""
    media: str | None = None
    pause_after_ms: int | None = None
    pronunciations: dict[str, str] = {}
    """how a word of this scene is to be spoken, over the brief's own; by its shown form"""
    section: int = 0
    """scenes of one section are cut hard; a new section begins with a transition"""

    @property
    def text(self) -> str:
        """The scene's sentences as one line."""
        return " ".join(sentence.text for sentence in self.sentences)


class ShownScript(msgspec.Struct, frozen=True, kw_only=True):
    """What will be said, in order, as callers see it."""

    schema: int = 1
    title: str
    title_options: list[str] = []
    """other titles that would do, the one above among them; empty where there is no choice"""
    language: str
    scenes: list[Scene]
    tags: list[str] = []
    sources: list[Source] = []
    summary: str = ""
    """one or two sentences for the video's description"""
    verbatim_share: float = 0.0
    """share of the words that stand in an 8-gram of a source, 0 to 1"""
    draft: bool = False
    """too close to its sources to be published as it is"""
    warnings: list[ProductionWarning] = []

    @property
    def text(self) -> str:
        """The whole script, a paragraph a scene."""
        return "\n\n".join(scene.text for scene in self.scenes)


class Script(ShownScript, frozen=True, kw_only=True):
    """A script as it is kept: with what it's spoken by, and what only its next version is made
    by."""

    source_shingles: bytes = b""
    """hashes of the sources' 8-grams, by which an edited script is measured again; empty where
    nothing was taken from a source"""
    theme: str = ""
    """the title by which shots were drawn, where a revision has derived another since: scenes that
    it leaves alone are to look as before"""
    paces: dict[str, float] = {}
    """words a minute of its voices, by id, as they were known when it was written; a voice that
    isn't among them speaks at the pace that its narrator knows"""

    def shown(self) -> ShownScript:
        """What of it callers see."""
        return ShownScript(**{name: getattr(self, name) for name in ShownScript.__struct_fields__})


class SceneEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction of one scene of a finished video; absent fields stay as they are."""

    text: Text | None = None
    heading: Heading | None = None
    kind: ShotKind | None = None
    media: MediaName | None = None
    pronunciations: Annotated[dict[str, str], Meta(max_length=500)] | None = None


MAX_TITLE_CHARS = 100
"""YouTube's limit for a title; it takes no angle brackets either"""
SECONDS_PER_MINUTE = 60

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SPOKEN_SIGN = re.compile(r"[%$€£¥°+=×<>≈~−]|(?<=\d)[-–/](?=\d)")
_YEAR_DIGITS = 4
_EARLIEST_YEAR, _LATEST_YEAR = 1100, 2099
"""four figures between the two are said as a year: "nineteen ninety-eight" """

_UNFIT_FOR_TITLE = str.maketrans({"<": "‹", ">": "›"})


def count_words(text: str) -> int:
    """Words as a narrator counts them: pieces that have something to say."""
    return sum(any(c.isalnum() for c in piece) for piece in text.split())


def count_spoken_words(text: str) -> int:
    """Words as they are heard: "1998" is two, "$3.5" four, "25,000" two."""
    return sum(
        1 if not any(c.isdecimal() for c in piece) else _figure_words(piece)
        for piece in text.split()
        if any(c.isalnum() for c in piece)
    )


def spoken_seconds(text: str, words_per_minute: float) -> float:
    """How long a text takes to speak, pauses included."""
    return count_spoken_words(text) * SECONDS_PER_MINUTE / words_per_minute


def _figure_words(piece: str) -> int:
    """The words of a piece with figures: each of its numbers, its signs and its letters."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", piece)
    words = sum(_number_words(found.group()) for found in _NUMBER.finditer(plain))
    words += len(_SPOKEN_SIGN.findall(plain))
    letters = _NUMBER.sub(" ", re.sub(r"(?<=\d)(?:st|nd|rd|th|s)\b", "", plain))
    return words + sum(any(c.isalpha() for c in rest) for rest in letters.split())


def _number_words(number: str) -> int:
    whole, point, decimals = number.partition(".")
    digits = whole.lstrip("0") or "0"
    if not point and len(whole) == _YEAR_DIGITS and _EARLIEST_YEAR <= int(whole) <= _LATEST_YEAR:
        return 2 if int(whole[2:]) > 9 or whole.endswith("00") else 3  # noqa: PLR2004
    words = 0
    groups = [digits[max(end - 3, 0) : end] for end in range(len(digits), 0, -3)]
    for scale, group in enumerate(groups):
        hundreds, rest = divmod(int(group), 100)
        words += (2 if hundreds else 0) + (1 if rest else 0) + (1 if hundreds and rest else 0)
        words += 1 if scale and int(group) else 0
    return max(words, 1) + (1 + len(decimals) if point else 0)


def shorten_title(text: str) -> str:
    """A title of at most 100 characters, cut between words, without a final full stop."""
    title = " ".join(text.translate(_UNFIT_FOR_TITLE).split())
    title = re.sub(r"(?<!\.)\.$", "", title)
    if len(title) <= MAX_TITLE_CHARS:
        return title
    cut = title[:MAX_TITLE_CHARS].rsplit(" ", 1)[0] if " " in title[:MAX_TITLE_CHARS] else title
    return cut[: MAX_TITLE_CHARS - 1].rstrip(" ,;:–—-") + "…"
