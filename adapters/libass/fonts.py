"""Fonts that libass can be trusted with: static instances under names of our own.

libass knows a variable font by its default master only, and takes a system font without a word
when it doesn't find a name. So every face is cut from its variable source at one weight, given
a family name that no system has, and cached in a folder that is handed to libass as
``fontsdir``.
"""

import hashlib
import io
import os
import tempfile
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as harfbuzz  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from domain.errors import FontMissing
from domain.generation.packaging import Credit

RECIPE = 3
"""Raised whenever faces are made differently from the same sources."""


TOOLS = ("uharfbuzz", "fonttools")
PRIVATE_USE = range(0xE000, 0xF900)
KEPT_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]
"""OpenType features that set text needs; no ligatures, since words are lit one by one"""
NAME_IDS = range(26)
"""every name that the OpenType specification knows"""
EPOCH = 3_786_825_600
"""2024-01-01 in seconds since 1904, as fonts count"""


class FaceSource(NamedTuple):
    """A variable font in an installed package and where on its axes to cut it."""

    package: str
    file: str
    axes: dict[str, float]
    family: str
    title: str
    author: str
    url: str


DISPLAY = FaceSource(
    "fontpkg_montserrat",
    "files/Montserrat[wght].ttf",
    {"wght": 800},
    "Faceless Montserrat 800",
    "Montserrat",
    "The Montserrat Project Authors",
    "https://github.com/JulietaUla/Montserrat",
)
TEXT = FaceSource(
    "fontpkg_inter",
    "files/Inter[opsz,wght].ttf",
    {"opsz": 32, "wght": 600},
    "Faceless Inter 600",
    "Inter",
    "The Inter Project Authors",
    "https://github.com/rsms/inter",
)
STRONG = TEXT._replace(axes={"opsz": 32, "wght": 700}, family="Faceless Inter 700")
FALLBACK = FaceSource(
    "fontpkg_noto_sans",
    "files/NotoSans[wdth,wght].ttf",
    {"wdth": 100, "wght": 600},
    "Faceless Noto Sans 600",
    "Noto Sans",
    "The Noto Project Authors",
    "https://github.com/notofonts/latin-greek-cyrillic",
)
EMOJI = FaceSource(
    "manimgx_fonts",
    "NotoEmoji[wght].ttf",
    {"wght": 700},
    "Faceless Noto Emoji 700",
    "Noto Emoji",
    "Google LLC",
    "https://github.com/googlefonts/noto-emoji",
)
SOURCES = (DISPLAY, TEXT, STRONG, FALLBACK, EMOJI)

LICENSE = "OFL-1.1"


class Face:
    """One static face: what it can draw and how wide, in the units that libass counts in."""

    def __init__(self, path: Path, source: FaceSource) -> None:
        font = TTFont(path, lazy=True)
        self.family = source.family
        self.source = source
        self.path = path
        self._cmap: dict[int, str] = font.getBestCmap()
        self._upem = int(font["head"].unitsPerEm)
        ascent, descent = int(font["OS/2"].usWinAscent), int(font["OS/2"].usWinDescent)
        self._advances = {name: width for name, (width, _) in font["hmtx"].metrics.items()}
        self.ascent = ascent / self._upem
        """of the line box, in ems; libass follows GDI and takes usWinAscent"""
        self.descent = descent / self._upem
        self.cap_height = int(font["OS/2"].sCapHeight) / self._upem
        font.close()

    @property
    def ass_size(self) -> float:
        """``\\fs`` of one em: libass scales a face until ascent + descent fill the font size."""
        return self.ascent + self.descent

    def draws(self, char: str) -> bool:
        """Whether the face has a glyph for the character."""
        return ord(char) in self._cmap

    def advance(self, char: str) -> float:
        """Width of a character in ems, 0 when the face doesn't have it."""
        name = self._cmap.get(ord(char))
        return self._advances[name] / self._upem if name else 0.0


def source_path(source: FaceSource) -> Path:
    """Where the variable font lies.

    Raises:
        FontMissing: its package, or the file in it, isn't installed.
    """
    spec = find_spec(source.package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / source.file
        if path.is_file():
            return path
    raise FontMissing(
        f"The font {source.title} is missing: {source.package}/{source.file} isn't installed.",
        hint="Install faceless again: its fonts come with its packages.",
    )


def faces_digest() -> str:
    """Changes with the bytes of any source font, the cuts, and the tool that makes them."""
    tools = " ".join(f"{name} {version(name)}" for name in TOOLS)
    digest = hashlib.sha256(f"{RECIPE} {tools}".encode())
    for source in SOURCES:
        digest.update(f"{source.family} {sorted(source.axes.items())}".encode())
        digest.update(_file_digest(source_path(source)))
    return digest.hexdigest()[:16]


@cache
def _file_digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def make_faces(cache_dir: Path) -> Path:
    """The folder of static faces under ``cache_dir``, made if it isn't there.

    It appears whole or not at all: faces are written into a folder beside it which is then
    renamed, so that two processes may do this at once.

    Raises:
        FontMissing: a source font isn't installed.
    """
    folder = cache_dir / f"fonts-{faces_digest()}"
    if folder.is_dir():
        return folder
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix=".fonts-") as scratch:
        fresh = Path(scratch) / "faces"
        fresh.mkdir()
        covered: set[int] = set()
        for source in SOURCES:
            covered |= _cut(source, fresh / face_file(source), covered)
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():  # not a race that another process won
                raise
    return folder


def face_file(source: FaceSource) -> str:
    """File name of a static face."""
    return source.family.replace(" ", "-") + ".ttf"


def _cut(source: FaceSource, target: Path, covered: set[int]) -> set[int]:
    """Write one static face; the characters that it draws.

    Only what may be asked for is kept: no private use, no alternates, and of the fallback only
    what the faces before it (``covered``) don't have. HarfBuzz cuts all faces in a tenth of a
    second, where fontTools, in Python, takes half a minute for the same outlines.
    """
    variable = harfbuzz.Face(harfbuzz.Blob.from_file_path(source_path(source)))
    wanted = {code for code in variable.unicodes if code not in PRIVATE_USE}
    if source is FALLBACK:
        wanted -= covered
    cut = harfbuzz.SubsetInput()
    cut.unicode_set.update(wanted)
    cut.layout_feature_tag_set.clear()
    cut.layout_feature_tag_set.update(int.from_bytes(tag.encode()) for tag in KEPT_FEATURES)
    cut.name_id_set.update(NAME_IDS)
    cut.flags = harfbuzz.SubsetFlags.NO_HINTING | harfbuzz.SubsetFlags.SET_OVERLAPS_FLAG
    for axis, value in source.axes.items():
        cut.pin_axis_location(variable, axis, value)
    font = TTFont(io.BytesIO(harfbuzz.subset(variable, cut).blob.data))
    names = font["name"]
    for name_id in (16, 17, 21, 22, 25):  # typographic and variations family: one name is enough
        names.removeNames(nameID=name_id)
    for name_id, text in (
        (1, source.family),
        (2, "Regular"),
        (3, source.family),
        (4, source.family),
        (6, source.family.replace(" ", "")),
    ):
        names.removeNames(nameID=name_id)
        names.setName(text, name_id, 3, 1, 0x409)
    # Asked for by family alone, a face must look regular, or libass smears a bold over it.
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0b100001) | 0b1000000
    font["head"].macStyle = 0
    # Times in the file would make each making of it another file.
    font["head"].created = font["head"].modified = EPOCH
    font.recalcTimestamp = False
    font.save(target)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return wanted


def font_credits() -> list[Credit]:
    """Every typeface once."""
    seen = {source.title: source for source in SOURCES}
    return [
        Credit(
            what="font",
            title=source.title,
            author=source.author,
            license=LICENSE,
            url=source.url,
            proof="This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        )
        for source in seen.values()
    ]
