"""What lies in the media folder: files by name, with the words that their sidecars give them.

Names only come out of the folder's own listing. What a user names is looked up among them and
never joined to a path, so that nothing outside the folder can be reached.
"""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec

from domain.generation.matching import readable, stems
from domain.generation.relevance import label_from

CLIP_SUFFIXES = frozenset({".mkv", ".mov", ".mp4", ".webm"})
STILL_SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".webp"})
SIDECAR_SUFFIXES = (".json", ".txt")

SIDECAR_FORM = {
    ".json": 'write it as {"tags": ["coral", "reef"]}, in UTF-8',
    ".txt": "write it as tags separated by commas, in UTF-8",
}
"""the way out for a sidecar that can't be read"""

MAX_FILES = 20_000
"""more than this isn't looked at: one search has to stay quick"""
MAX_SIDECAR_BYTES = 64 * 1024

Stamp = tuple[int, int]
"""modification time in nanoseconds and size in bytes: another stamp is another content"""


class Sidecar(msgspec.Struct, frozen=True):
    """``octopus.json`` beside ``octopus.mp4``; other fields are left alone."""

    tags: list[str] = []
    title: str = ""
    author: str = ""
    license: str = ""
    url: str = ""


class MediaFile(msgspec.Struct, frozen=True):
    """A file of the folder; ``name`` is its path inside it, with slashes, in NFC."""

    name: str
    path: Path
    stamp: Stamp
    sidecar: Sidecar
    label: str
    """what its name, its folders' and its title say"""
    words: frozenset[str]
    """the stems of ``label`` and its tags"""

    @property
    def is_still(self) -> bool:
        """Whether it is a picture rather than a clip."""
        return self.path.suffix.lower() in STILL_SUFFIXES


class Catalog(msgspec.Struct, frozen=True):
    """One look into the folder."""

    media: dict[str, MediaFile]
    others: frozenset[str]
    """names of files in formats that can't be shown, sidecars left out"""
    problems: dict[str, str]
    """file name -> why its sidecar (or the folder itself) couldn't be read"""


class CatalogReader:
    """Reads the folder again and again; sidecars only when they are new or changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sidecars: dict[Path, tuple[Stamp, Sidecar | str]] = {}

    def read(self) -> Catalog:
        """Look into the folder and its sub-folders; symbolic links are passed over."""
        media: dict[str, MediaFile] = {}
        others: set[str] = set()
        problems: dict[str, str] = {}
        files = dict(_walk(self._folder, problems))
        for path, stamp in files.items():
            name = unicodedata.normalize("NFC", path.relative_to(self._folder).as_posix())
            suffix = path.suffix.lower()
            if suffix in CLIP_SUFFIXES | STILL_SUFFIXES:
                sidecar = self._sidecar(path, files, problems)
                label = ", ".join(filter(None, [sidecar.title, readable(name)]))
                words = stems(label_from(label, name, sidecar.tags))
                media[name] = MediaFile(name, path, stamp, sidecar, label, words)
            elif suffix not in SIDECAR_SUFFIXES:
                others.add(name)
        self._sidecars = {path: known for path, known in self._sidecars.items() if path in files}
        return Catalog(media, frozenset(others), problems)

    def _sidecar(self, path: Path, files: dict[Path, Stamp], problems: dict[str, str]) -> Sidecar:
        for suffix in SIDECAR_SUFFIXES:
            beside = path.with_suffix(suffix)
            stamp = files.get(beside)
            if stamp is None:
                continue
            known = self._sidecars.get(beside)
            if known is None or known[0] != stamp:
                known = (stamp, _read_sidecar(beside, stamp))
                self._sidecars[beside] = known
            if isinstance(known[1], Sidecar):
                return known[1]
            problems[beside.relative_to(self._folder).as_posix()] = known[1]
        return Sidecar()


def _walk(folder: Path, problems: dict[str, str]) -> Iterator[tuple[Path, Stamp]]:
    """Regular files in a stable order; hidden ones and links are left out."""
    if not folder.is_dir():
        problems[folder.name] = (
            f"the media folder {folder} doesn't exist; point MEDIA_DIR at a folder"
        )
        return
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            shown = os.path.relpath(path, folder)
            if not shown.isprintable():  # nor can undecodable bytes, nor line breaks, be printed
                problems[repr(shown)] = (
                    "its name, or its folder's, holds characters that can't be shown; rename it"
                )
                continue
            if name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            if count == MAX_FILES:
                problems[folder.name] = (
                    f"only the first {MAX_FILES:,} files are looked at; keep fewer in MEDIA_DIR"
                )
                return
            count += 1
            status = path.stat()
            yield path, (status.st_mtime_ns, status.st_size)


def _read_sidecar(path: Path, stamp: Stamp) -> Sidecar | str:
    """The sidecar, or why it can't be read."""
    if stamp[1] > MAX_SIDECAR_BYTES:
        return f"its tags aren't read: it is larger than {MAX_SIDECAR_BYTES:,} bytes; shorten it"
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".json":
            return msgspec.json.decode(data, type=Sidecar)
        text = data.decode("utf-8-sig").replace("\n", ",")
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        return f"its tags aren't read ({error}); {SIDECAR_FORM[path.suffix.lower()]}"
    return Sidecar(tags=[tag.strip() for tag in text.split(",") if tag.strip()])
