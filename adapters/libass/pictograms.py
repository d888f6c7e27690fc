"""Pictograms: found by words, drawn as vector shapes.

Two libraries of the same kind of flat, one-colour signs: Font Awesome's free icons without the
brand marks (SVG paths, CC BY 4.0) and Noto Emoji's monochrome glyphs (outlines, OFL) for the
animals, plants and things that the first lacks. An id is ``fa:brain`` or ``emoji:1f419``.
"""

import json
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen  # type: ignore[import-untyped]
from fontTools.svgLib.path.parser import parse_path  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from adapters.libass.drawing import Command, Drawing
from adapters.libass.pictogram_words import AMBIGUOUS, EMOJI_RANGES, PEOPLE, QUALIFIERS, singular
from domain.generation.packaging import Credit

FLOOR = 1.0
"""What a pictogram must score: a name in full, or two of its search terms that few others share."""
TERM_SCORE = 0.5
COMMON_TERM = 3
"""A search term that more pictograms than this share says nothing"""


class Pictograms:
    """The pictograms that are installed; read on first use."""

    def __init__(self, emoji_font: Path) -> None:
        self._emoji_font = emoji_font
        self._drawings: dict[str, Drawing | None] = {}

    def drawing(self, name: str) -> Drawing | None:
        """The shape of a pictogram with its top left at 0, 0; None for an unknown id."""
        if name not in self._drawings:
            self._drawings[name] = self._draw(name)
        return self._drawings[name]

    def find(self, words: Sequence[str]) -> str | None:
        """The id of the pictogram that the words name, or None below the score floor."""
        terms = {singular(w) for phrase in words for w in _split(phrase)} - AMBIGUOUS
        phrases = {" ".join(singular(w) for w in _split(phrase)) for phrase in words}
        scores: dict[str, float] = {}
        for name, parts in self._names.items():
            if parts <= terms or " ".join(sorted(parts)) in phrases:
                scores[name] = 1.0 + 0.1 * len(parts)
        for term in sorted(terms):
            sharing = self._terms.get(term, [])
            for name in sharing if len(sharing) <= COMMON_TERM else []:
                scores[name] = scores.get(name, 0.0) + TERM_SCORE
        if not scores:
            return None
        order = [singular(w) for phrase in words for w in _split(phrase)]

        def earliest(name: str) -> int:
            return min((order.index(p) for p in self._names[name] if p in order), default=99)

        best = max(scores, key=lambda n: (scores[n], -earliest(n), n))
        return best if scores[best] >= FLOOR else None

    @cached_property
    def _icons(self) -> dict[str, dict[str, Any]]:
        spec = find_spec("fontawesomefree")
        for folder in (spec.submodule_search_locations or []) if spec else []:
            path = Path(folder) / "static/fontawesomefree/metadata/icon-families.json"
            if path.is_file():
                icons = json.loads(path.read_bytes())
                return {
                    name: icon
                    for name, icon in icons.items()
                    if "solid" in icon["svgs"]["classic"]
                    and len(name) > 1  # a letter or digit shows nothing but itself
                    and name.split("-")[0] not in PEOPLE
                }
        return {}

    @cached_property
    def _emoji(self) -> dict[str, str]:
        """Name in words -> hexadecimal code point, for emoji that show things."""
        font = TTFont(self._emoji_font, lazy=True)
        found: dict[str, str] = {}
        for code in sorted(font.getBestCmap()):
            if any(first <= code <= last for first, last in EMOJI_RANGES):
                found.setdefault(unicodedata.name(chr(code), "").casefold(), f"{code:x}")
        font.close()
        found.pop("", None)
        return found

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        """Id -> the words of its name that must all be there."""
        names: dict[str, frozenset[str]] = {}
        for name in self._icons:
            parts = frozenset(singular(w) for w in name.split("-")) - QUALIFIERS
            if parts and not parts & AMBIGUOUS:
                names[f"fa:{name}"] = parts
        for name, code in self._emoji.items():
            parts = frozenset(singular(w) for w in _split(name)) - QUALIFIERS
            if parts and not parts & AMBIGUOUS:
                names.setdefault(f"emoji:{code}", parts)
        return names

    @cached_property
    def _terms(self) -> dict[str, list[str]]:
        terms: dict[str, list[str]] = {}
        for name, icon in self._icons.items():
            if f"fa:{name}" not in self._names:
                continue
            for term in {singular(t.casefold()) for t in icon["search"]["terms"]}:
                if term not in self._names[f"fa:{name}"]:
                    terms.setdefault(term, []).append(f"fa:{name}")
        return terms

    def _draw(self, name: str) -> Drawing | None:
        source, _, key = name.partition(":")
        if source == "fa" and key in self._icons:
            path = self._icons[key]["svgs"]["classic"]["solid"]["path"]
            pen = _DrawingPen(None)
            parse_path(path, pen)
            return Drawing(tuple(pen.commands)).normal()
        if source == "emoji":
            font = TTFont(self._emoji_font, lazy=True)
            glyph = font.getBestCmap().get(int(key, 16))
            if glyph is None:
                return None
            glyphs = font.getGlyphSet()
            pen = _DrawingPen(glyphs)
            glyphs[glyph].draw(pen)
            upside = tuple((c, tuple((x, -y) for x, y in ps)) for c, ps in pen.commands)
            return Drawing(upside).normal()
        return None


class _DrawingPen(BasePen):  # type: ignore[misc]
    """Records an outline; the base class turns quadratic curves into cubic ones."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.commands: list[Command] = []

    def _moveTo(self, p: tuple[float, float]) -> None:  # noqa: N802 - fontTools names it
        self.commands.append(("m", (p,)))

    def _lineTo(self, p: tuple[float, float]) -> None:  # noqa: N802
        self.commands.append(("l", (p,)))

    def _curveToOne(  # noqa: N802
        self, a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
    ) -> None:
        self.commands.append(("b", (a, b, c)))


def _split(phrase: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in phrase.casefold()).split()


def credit_for(name: str) -> Credit:
    """Who drew a pictogram."""
    if name.startswith("fa:"):
        return Credit(
            what="pictogram",
            title=f"Font Awesome Free 6 icon “{name.removeprefix('fa:')}”",
            author="Fonticons, Inc.",
            license="CC BY 4.0",
            url="https://fontawesome.com/license/free",
            proof="The Font Awesome Free download is licensed under a Creative Commons "
            "Attribution 4.0 International License and applies to all icons packaged as SVG.",
            attribution_required=True,
        )
    code = name.removeprefix("emoji:")
    return Credit(
        what="pictogram",
        title=f"Noto Emoji “{unicodedata.name(chr(int(code, 16)), code).lower()}”",
        author="Google LLC",
        license="OFL-1.1",
        url="https://github.com/googlefonts/noto-emoji",
    )
