"""The script: scenes of sentences, each with the source that carries it."""

from typing import Literal

import msgspec

from domain.generation.brief import ShotKind


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


class Sentence(msgspec.Struct, frozen=True):
    """One sentence as it is shown; ``source`` indexes the script's sources."""

    text: str
    source: int | None = None


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A thought: one to three sentences that become one segment of the video."""

    sentences: list[Sentence]
    heading: str | None = None
    kind: ShotKind | None = None
    """how its first shot is to be drawn; absent: chosen from the text"""
    search_terms: list[str] = []
    media: str | None = None
    pause_after_ms: int | None = None
    section: int = 0
    """scenes of one section are cut hard; a new section begins with a transition"""

    @property
    def text(self) -> str:
        """The scene's sentences as one line."""
        return " ".join(sentence.text for sentence in self.sentences)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What will be said, in order."""

    schema: int = 1
    title: str
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


class SceneEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction of one scene of a finished video; absent fields stay as they are."""

    text: str | None = None
    heading: str | None = None
    kind: ShotKind | None = None
    media: str | None = None
    pronunciations: dict[str, str] | None = None
