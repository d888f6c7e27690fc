"""Text on its way into ASS: cleaned, escaped, cut into runs by font, measured and wrapped."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from adapters.libass import fonts
from adapters.libass.fonts import Face
from domain.errors import FontMissing

Role = Literal["display", "text", "strong"]

WORD_JOINER = "\u2060"
"""Draws nothing. Behind a backslash it keeps libass from reading ``\\N``, ``\\n``, ``\\h``."""

MISSING_WIDTH = 0.6
"""Ems taken for a character that no face draws"""

_CHAINS: dict[Role, tuple[fonts.FaceSource, ...]] = {
    "display": (fonts.DISPLAY, fonts.STRONG, fonts.FALLBACK, fonts.EMOJI),
    "text": (fonts.TEXT, fonts.FALLBACK, fonts.EMOJI),
    "strong": (fonts.STRONG, fonts.FALLBACK, fonts.EMOJI),
}
_INVISIBLE = {"Cf", "Mn", "Cc", "Zl", "Zp"}
"""Categories that need no glyph of their own: joiners, selectors, marks that combine, breaks."""


def clean(text: str) -> str:
    """One line without control characters, composed (NFC) so that accents find their glyphs."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in composed)
    return " ".join(visible.split())


def escape(text: str) -> str:
    """Text as libass draws it literally: no override block, no line break, no hard space."""
    return text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


class Run(NamedTuple):
    """Characters that one face draws."""

    face: Face
    text: str


class FontBook:
    """The faces in one folder, by what they are for."""

    def __init__(self, folder: Path) -> None:
        faces: dict[str, Face] = {}
        for source in fonts.SOURCES:
            path = folder / fonts.face_file(source)
            if not path.is_file():
                raise FontMissing(f"The font {source.family} is not in {folder}.")
            faces[source.family] = Face(path, source)
        self.folder = folder
        self._chains: dict[Role, list[Face]] = {
            role: [faces[source.family] for source in chain] for role, chain in _CHAINS.items()
        }
        self.runs = lru_cache(maxsize=4096)(self._runs)
        self.width = lru_cache(maxsize=16384)(self._width)

    def face(self, role: Role) -> Face:
        """The first choice for a role."""
        return self._chains[role][0]

    def _runs(self, text: str, role: Role) -> tuple[Run, ...]:
        """Cut a cleaned text by face; a word stays in one face wherever one has all of it."""
        chain = self._chains[role]
        runs: list[Run] = []
        for index, word in enumerate(text.split(" ")):
            whole = next(
                (f for f in chain if all(f.draws(c) or not visible(c) for c in word)), None
            )
            if index:
                runs.append(Run(runs[-1].face if runs else chain[0], " "))
            for char in word:
                face = whole or next((f for f in chain if f.draws(char)), None)
                if face is None:  # nobody draws it: leave it to the face that is on already
                    face = runs[-1].face if runs else chain[0]
                runs.append(Run(face, char))
        merged: list[Run] = []
        for run in runs:
            if merged and merged[-1].face is run.face:
                merged[-1] = Run(run.face, merged[-1].text + run.text)
            else:
                merged.append(run)
        return tuple(merged)

    def _width(self, text: str, role: Role, size: float, spacing: float = 0.0) -> float:
        """Pixels that a cleaned text takes at ``size`` pixels an em (kerning left out)."""
        ems = sum(
            run.face.advance(c) if run.face.draws(c) or not visible(c) else MISSING_WIDTH
            for run in self.runs(text, role)
            for c in run.text
        )
        return ems * size + spacing * sum(1 for c in text if visible(c) or c == " ")

    def line_box(self, text: str, role: Role, size: float) -> tuple[float, float]:
        """Ascent and descent in pixels of the box that libass puts around the line."""
        faces = {run.face for run in self.runs(text, role)} or {self.face(role)}
        return max(f.ascent for f in faces) * size, max(f.descent for f in faces) * size

    def missing(self, text: str) -> list[str]:
        """Characters that no face has, each once, in order."""
        faces = {id(f): f for chain in self._chains.values() for f in chain}.values()
        lacking = (
            c
            for c in unicodedata.normalize("NFC", text)
            if visible(c) and not any(f.draws(c) for f in faces)
        )
        return list(dict.fromkeys(lacking))


def visible(char: str) -> bool:
    """Whether a character needs a glyph."""
    return unicodedata.category(char) not in _INVISIBLE and not char.isspace()


# -- wrapping ------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """Lines of words at a size in pixels an em, every line within the width asked for."""

    size: float
    lines: list[list[str]]
    leading: float
    """pixels from baseline to baseline"""


def fit(
    book: FontBook,
    text: str,
    role: Role,
    *,
    size: float,
    width: float,
    height: float,
    leading: float = 1.12,
    max_lines: int = 12,
    tracking: float = 0.0,
) -> Setting:
    """Wrap a text into a box: at ``size`` if it fits, else at the largest size that does.

    ``leading`` and ``tracking`` are in ems. Lines are balanced: as few as the size allows, and
    no wider than that number of lines needs.
    """
    words = clean(text).split()
    widest = max((book.width(word, role, size, tracking * size) for word in words), default=0.0)
    if widest > width:  # a word is never broken: the whole text shrinks to it
        size *= width / (widest * TIGHT)
    while True:
        lines = _balance(book, words, role, size, width=width, spacing=tracking * size)
        tall = size * leading * (len(lines) - 1) + size
        fits = tall <= height and len(lines) <= max_lines
        if fits or size <= SMALLEST_PX:
            return Setting(size, lines, size * leading)
        size = max(SMALLEST_PX, size * 0.96)


TIGHT = 1.001
"""Keeps rounding from pushing a word that just fits over the edge"""
SMALLEST_PX = 14.0
"""Below this no text is read; a box that would need less is overfilled instead."""


def _balance(
    book: FontBook, words: Sequence[str], role: Role, size: float, *, width: float, spacing: float
) -> list[list[str]]:
    widths = [book.width(w, role, size, spacing) for w in words]
    space = book.width(" ", role, size, spacing)
    if not words:
        return []
    fewest = len(_break(widths, space, width))
    low, high = max(widths), max(width, *widths)
    for _ in range(12):
        middle = (low + high) / 2
        if len(_break(widths, space, middle)) > fewest:
            low = middle
        else:
            high = middle
    lines: list[list[str]] = []
    position = 0
    for count in _break(widths, space, high):
        lines.append(list(words[position : position + count]))
        position += count
    return lines


def _break(widths: Iterable[float], space: float, width: float) -> list[int]:
    """Words on each line, broken as late as possible."""
    counts: list[int] = []
    used = 0.0
    for w in widths:
        if counts and used + space + w <= width + 0.01:
            counts[-1] += 1
            used += space + w
        else:
            counts.append(1)
            used = w
    return counts
