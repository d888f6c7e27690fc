"""Sources of pictures that have nothing but labels, and a memory of what was shown."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from domain.errors import MediaNotFound
from domain.generation.packaging import Credit
from domain.generation.ports import VisualCandidate, VisualRequest, VisualSource
from domain.generation.stores import ClipKey, RecentClips
from domain.providers.errand import UNPAID, Errand


class Shelf:
    """Implements ``VisualSource``: offers every clip that it has, to whoever asks."""

    identity = "shelf/1"

    def __init__(self, *labels: str, fails: Exception | None = None) -> None:
        self._labels = labels
        self._fails = fails
        self.asked: list[VisualRequest] = []

    async def search(
        self, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        self.asked.append(request)
        if self._fails is not None:
            raise self._fails
        if request.media is not None:
            if request.media not in self._labels:
                raise MediaNotFound(f"There is no {request.media}.", media=request.media)
            return [clip(request.media)]
        return [clip(label) for label in self._labels]

    def problems(self) -> list[tuple[str, str]]:
        return []

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        raise AssertionError("picking copies nothing")


class Shelves(Shelf):
    """Several in one."""

    def __init__(self, **sources: VisualSource) -> None:
        super().__init__()
        self.sources: Mapping[str, VisualSource] = sources


class Shown:
    """Implements ``ClipUses``: what was shown lately is given."""

    def __init__(self, channel: tuple[str, ...] = (), account: tuple[str, ...] = ()) -> None:
        self.recent_clips = RecentClips(
            frozenset(ClipKey("", name) for name in channel),
            frozenset(ClipKey("", name) for name in (*channel, *account)),
        )

    async def recent(
        self,
        account_id: str,
        *,
        video_id: UUID | None,
        channel: str | None,
        request: str,
        videos: int,
    ) -> RecentClips:
        return self.recent_clips


def clip(label: str) -> VisualCandidate:
    return VisualCandidate(
        id=label,
        name=f"{label}.mp4",
        type="clip",
        score=0.5,
        width=1080,
        height=1920,
        duration_ms=8_000,
        credit=Credit(what="clip", title=label),
        label=label,
    )
