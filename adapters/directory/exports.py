"""Finished videos laid out for people: folders of hard links into the artifact store."""

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from adapters.directory.scratch import ScratchFolders

_MAX_NAME_BYTES = 255
"""of one file name, on every common file system"""

_CANNOT_LINK = frozenset(
    {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
)


class ExportFolders:
    """Folders directly under ``root``, each made whole before it gets its name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = ScratchFolders(root / ".unfinished")

    def lay_out(self, folder: str, files: Mapping[str, Path]) -> Path:
        """Make ``folder`` with ``files`` (name -> where the bytes lie); answers its path.

        An existing folder of this name is replaced. A process that dies between the two
        renames leaves no folder of the name; the next ``lay_out`` makes it again.
        """
        for name in (folder, *files):
            _check_name(name)
        target = self._root / folder
        with self._unfinished.hold() as workplace:
            made = workplace / "made"
            made.mkdir()
            for name, source in files.items():
                _link_or_copy(source, made / name)
            if target.is_symlink() or target.exists():
                target.rename(workplace / "replaced")
            made.rename(target)
        return target

    def remove(self, path: str) -> None:
        """Remove a folder that ``lay_out`` answered."""
        target = Path(os.path.normpath(Path(path).absolute()))
        if target.parent != self._root or target.name.startswith("."):
            raise ValueError(f"{path!r} is not a folder directly inside {self._root}.")
        if target.is_symlink():  # put there by somebody else: what it points at isn't ours
            target.unlink()
        elif target.exists():
            with self._unfinished.hold() as workplace:
                target.rename(workplace / "removed")

    def clear(self, older_than_seconds: float) -> int:
        """Remove what dead processes left unfinished; answers how many folders."""
        return self._unfinished.clear(older_than_seconds)


def _check_name(name: str) -> None:
    if (
        not name
        or name.startswith(".")
        or any(character in "/\\\0" or not character.isprintable() for character in name)
        or len(name.encode(errors="surrogateescape")) > _MAX_NAME_BYTES
    ):
        raise ValueError(
            f"{name!r} can't be the name of an exported file or folder: it must be one plain "
            f"name of at most {_MAX_NAME_BYTES} bytes that doesn't begin with a dot."
        )


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        shutil.copyfile(source, target)
