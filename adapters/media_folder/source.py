"""``VisualSource`` over a local folder of the user's own clips and stills."""

import asyncio
import errno
import hashlib
import logging
import os
import shutil
import threading
import unicodedata
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Literal

from adapters.media_folder.catalog import Catalog, CatalogReader, MediaFile, Stamp
from adapters.media_folder.probe import Probe, Refusal, look
from domain.errors import MediaNotFound, MediaUnreadable, StorageFull
from domain.generation.matching import RULES_VERSION, score
from domain.generation.packaging import Credit
from domain.generation.ports import LookFailed, Quarantine, VisualCandidate, VisualRequest
from domain.generation.relevance import Judge, floor_of, label_from
from domain.providers.errand import UNPAID, Errand

MAX_CANDIDATES = 20
"""offered for one scene: a choice, not the whole folder"""

MIN_OFFERED_SIDE = 240
"""pixels; smaller pictures look broken when they fill a frame, and are used only when named"""

MAX_UNDERSTOOD = 2_000
"""files whose labels are compared by meaning: the model reads some dozens a second, each label
once in a process"""

SOURCE = "media_folder"
"""what candidates say that they're from"""

_NEAREST_NAMES = 3

_COPY_BYTES = 1 << 20
"""at a time"""

_CONVERT = "convert it to MP4 (H.264), PNG or JPEG, or take it out"
"""the way out for a clip or still that can't be used"""

_log = logging.getLogger(__name__)


class MediaFolder:
    """Clips (mp4, mov, mkv, webm) and stills (jpg, png, webp) of a folder and its sub-folders.

    A file fits a scene by its name, its sub-folders and its sidecar, as ``judge`` sees it:
    ``octopus.json`` (``{"tags": [...], "title", "author", "license", "url"}``) or
    ``octopus.txt`` (tags, separated by commas) beside ``octopus.mp4``. Changes in the folder
    are seen by the next search; a file is opened once for each of its contents, in
    ``quarantine`` where there is one.
    """

    identity = f"media-folder/{RULES_VERSION}"

    def __init__(
        self,
        folder: Path | None,
        quarantine: Quarantine | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._folder = folder
        self._judge = judge or Judge()
        self._quarantine = quarantine
        self._reader = CatalogReader(folder) if folder is not None else None
        self._lock = threading.Lock()
        self._probes: dict[str, tuple[Stamp, Probe | str]] = {}
        self._catalog_problems: dict[str, str] = {}

    async def search(
        self,
        request: VisualRequest,
        errand: Errand = UNPAID,  # noqa: ARG002 - nothing here is paid
    ) -> list[VisualCandidate]:
        """Files that fit the scene, best first; a named one alone."""
        if request.media is not None:
            return await asyncio.to_thread(self._search_named, request.media)
        scored = await asyncio.to_thread(self._by_words, request.terms)
        method = self._judge.method(request.language)
        if method == "model":
            scored = await self._by_meaning(request, scored)
        return await asyncio.to_thread(self._fitting, scored, floor_of(method))

    async def _by_meaning(
        self, request: VisualRequest, by_words: list[tuple[float, MediaFile]]
    ) -> list[tuple[float, MediaFile]]:
        """Files scored by what they mean; of a large folder, those that share words first."""
        files = [file for _, file in sorted(by_words, key=lambda pair: (-pair[0], pair[1].name))]
        files = files[:MAX_UNDERSTOOD]
        labels = [label_from(file.label, file.name, file.sidecar.tags) for file in files]
        relevances = await self._judge.relevances(request, labels)
        return list(zip(relevances, files, strict=True))

    async def fetch(
        self,
        candidate: VisualCandidate,
        folder: Path,
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Path:
        """Copy the candidate's file into ``folder``: the user's own stays untouched.

        Raises:
            MediaNotFound: it was taken out since the search.
            StorageFull
        """
        return await asyncio.to_thread(self._fetch, candidate, folder)

    def problems(self) -> list[tuple[str, str]]:
        """(file name, reason and way out) of what searches had to pass over, by name."""
        with self._lock:
            unreadable = {
                name: f"{known}; {_CONVERT}"
                for name, (_, known) in self._probes.items()
                if isinstance(known, str)
            }
            return sorted((self._catalog_problems | unreadable).items())

    def examine(self) -> int:
        """Open every file; how many can be used. ``problems`` then knows all the others."""
        with self._lock:
            files = self._read_catalog().media.values()
            return sum(isinstance(self._probe(file), Probe) for file in files)

    # -- in a thread ---------------------------------------------------------------------------

    def _search_named(self, media: str) -> list[VisualCandidate]:
        with self._lock:
            file = self._named(media, self._read_catalog())
            found = self._probe(file)
        if isinstance(found, str):
            raise MediaUnreadable(
                f"{file.name!r} in the media folder can't be used: {found}.",
                media=file.name,
            )
        return [_candidate(file, found, 1.0)]

    def _by_words(self, terms: list[str]) -> list[tuple[float, MediaFile]]:
        with self._lock:
            files = self._read_catalog().media.values()
        return [(score(terms, file.words), file) for file in files]

    def _fitting(
        self, scored: list[tuple[float, MediaFile]], floor: float
    ) -> list[VisualCandidate]:
        scored.sort(key=lambda pair: (-pair[0], pair[1].name))
        candidates: list[VisualCandidate] = []
        for fit, file in scored:
            if fit < floor or len(candidates) == MAX_CANDIDATES:
                break
            with self._lock:
                found = self._probe(file)
            if isinstance(found, Probe) and min(found.width, found.height) >= MIN_OFFERED_SIDE:
                candidates.append(_candidate(file, found, fit))
        return candidates

    def _fetch(self, candidate: VisualCandidate, folder: Path) -> Path:
        with self._lock:
            file = self._named(candidate.id, self._read_catalog())
        # Names of two sub-folders may be alike; the hash of the whole name isn't.
        unique = hashlib.sha256(file.name.encode()).hexdigest()[:16]
        target = folder / f"{unique}{file.path.suffix.lower()}"
        try:
            _copy(file.path, target)
        except FileNotFoundError:
            raise self._not_found(candidate.id, []) from None
        except OSError as error:
            target.unlink(missing_ok=True)
            if error.errno == errno.ELOOP:  # it became a link since the folder was read
                raise self._not_found(candidate.id, []) from None
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"No space is left to copy {file.name!r}.") from error
            raise
        return target

    def _read_catalog(self) -> Catalog:
        if self._reader is None:
            return Catalog({}, frozenset(), {})
        catalog = self._reader.read()
        for name, reason in catalog.problems.items():
            if self._catalog_problems.get(name) != reason:
                _log.warning("media folder: %s: %s", name, reason)
        self._catalog_problems = catalog.problems
        self._probes = {n: known for n, known in self._probes.items() if n in catalog.media}
        return catalog

    def _probe(self, file: MediaFile) -> Probe | str:
        known = self._probes.get(file.name)
        if known is None or known[0] != file.stamp:
            known = (file.stamp, self._look_at(file))
            if isinstance(known[1], str):
                _log.warning("media folder: %s is passed over: %s", file.name, known[1])
            self._probes[file.name] = known
        return known[1]

    def _look_at(self, file: MediaFile) -> Probe | str:
        path = str(file.path)
        try:
            found = (
                look(path, file.is_still)
                if self._quarantine is None
                else self._quarantine.look(look, path, file.is_still)
            )
        except LookFailed as error:
            return str(error)
        return found.reason if isinstance(found, Refusal) else found

    def _named(self, media: str, catalog: Catalog) -> MediaFile:
        name = _normal(media)
        if name in catalog.media:
            return catalog.media[name]
        if name in catalog.others:
            raise MediaUnreadable(
                f"{media!r} in the media folder has a format that can't be shown.", media=media
            )
        raise self._not_found(media, sorted(catalog.media))

    def _not_found(self, media: str, names: list[str]) -> MediaNotFound:
        if self._folder is None:
            return MediaNotFound(
                f"{media!r} can't be found: no media folder is set.",
                hint="Set MEDIA_DIR to the folder that holds the file, or leave `media` out.",
                media=media,
            )
        nearest = _nearest(_normal(media), names)
        meant = f" Nearest names: {', '.join(nearest)}." if nearest else ""
        return MediaNotFound(
            f"The media folder {self._folder} has no file {media!r}.{meant}",
            media=media,
            folder=str(self._folder),
            nearest=nearest,
        )


def _copy(source: Path, target: Path) -> None:
    """Copy a file that is no symbolic link."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, _COPY_BYTES)


def _normal(name: str) -> str:
    """One form for names that macOS and Linux spell differently."""
    return unicodedata.normalize("NFC", name)


def _nearest(name: str, names: list[str]) -> list[str]:
    """Names like ``name``, in whichever sub-folder they are."""
    by_base = {PurePosixPath(known).name.casefold(): known for known in reversed(names)}
    base = PurePosixPath(name).name.casefold()
    return [by_base[near] for near in get_close_matches(base, by_base, n=_NEAREST_NAMES)]


def _candidate(file: MediaFile, probe: Probe, fit: float) -> VisualCandidate:
    sidecar = file.sidecar
    kind: Literal["clip", "still"] = "still" if file.is_still else "clip"
    return VisualCandidate(
        id=file.name,
        name=file.name,
        type=kind,
        score=fit,
        width=probe.width,
        height=probe.height,
        duration_ms=probe.duration_ms,
        source=SOURCE,
        label=file.label,
        tags=sidecar.tags,
        credit=Credit(
            what=kind,
            title=sidecar.title or file.name,
            author=sidecar.author,
            license=sidecar.license,
            url=sidecar.url,
            proof="stated by the owner of the media folder" if sidecar.license else "",
            attribution_required=_wants_attribution(sidecar.license),
        ),
    )


def _wants_attribution(license_name: str) -> bool:
    """Whether a licence is one of the Creative Commons licences that ask for a credit."""
    words = license_name.casefold().replace("-", " ").split()
    return "by" in words and bool({"cc", "creative", "commons"} & set(words))
