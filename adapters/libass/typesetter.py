"""``LibassTypesetter``: the Typesetter port, drawn with ASS for libass."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from adapters.libass import fonts
from adapters.libass.pictograms import Pictograms, credit_for
from adapters.libass.scene import scene_canvas
from adapters.libass.sidecar import caption_file
from adapters.libass.text import FontBook
from adapters.libass.thumbnail import thumbnail_canvas
from domain.generation.captions import CaptionFormat, SidecarCue
from domain.generation.packaging import Credit
from domain.generation.ports import FontSet
from domain.generation.storyboard import SceneBoard, Storyboard

TEMPLATES = 10
"""Raised whenever the same board is drawn differently."""


class LibassTypesetter:
    """Draws storyboards as ASS. Static fonts are made in ``cache_dir`` on first use (seconds)."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir

    @cached_property
    def identity(self) -> str:
        """Templates, fonts and the icon package together."""
        return (
            f"libass templates {TEMPLATES}, fonts {fonts.faces_digest()}, "
            f"pysubs2 {version('pysubs2')}, fontawesomefree {version('fontawesomefree')}"
        )

    @cached_property
    def _book(self) -> FontBook:
        return FontBook(fonts.make_faces(self._cache_dir))

    @cached_property
    def _pictograms(self) -> Pictograms:
        return Pictograms(self._book.folder / fonts.face_file(fonts.EMOJI))

    def fonts(self) -> FontSet:
        """The folder of static faces."""
        return FontSet(
            folder=self._book.folder, digest=fonts.faces_digest(), credits=fonts.font_credits()
        )

    def scene_track(self, board: Storyboard, scene: SceneBoard) -> str:
        """The ASS script of one scene."""
        return scene_canvas(self._book, self._pictograms, board, scene).ass()

    def thumbnail_track(self, board: Storyboard, text: str) -> str:
        """The ASS script of the thumbnail."""
        return thumbnail_canvas(self._book, self._pictograms, board, text).ass()

    def caption_file(self, cues: Sequence[SidecarCue], file_format: CaptionFormat) -> str:
        """An SRT or WebVTT file."""
        return caption_file(cues, file_format)

    def missing_glyphs(self, text: str) -> list[str]:
        """Characters that no face can draw."""
        return self._book.missing(text)

    def pictogram_for(self, words: Sequence[str]) -> str | None:
        """The id of a pictogram that the words name."""
        return self._pictograms.find(words)

    def credits(self, board: Storyboard) -> list[Credit]:
        """The typefaces, and each pictogram that a shot shows, once."""
        names = {
            str(name)
            for scene in board.scenes
            for shot in scene.shots
            if (name := getattr(shot.content, "pictogram", None))
        }
        return fonts.font_credits() + [credit_for(name) for name in sorted(names)]
