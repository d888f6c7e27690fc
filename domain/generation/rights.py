"""The rights ledger of a video: every thing in it, whose it is, and what is not known of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from domain.errors import ArtifactNotFound
from domain.generation.credits import TERMS, Credit, Use, credit_lines, source_lines
from domain.generation.documents import decode
from domain.generation.limits import plain_text
from domain.generation.packaging import Manifest, Metadata, Video
from domain.generation.ports import Typesetter
from domain.generation.script import ProductionWarning, Script, Source
from domain.generation.stores import ArtifactStore
from domain.generation.storyboard import DrawnBackdrop, Storyboard
from domain.jobs.ports import VideoStore
from domain.providers.book import PaidCall


class RightsItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the video."""

    what: str
    """``text``, ``voice``, ``music``, ``font``, ``pictogram``, ``clip``, ``still``, ``model``"""
    title: str
    author: str
    license: str
    license_url: str = ""
    url: str
    proof: str
    """the sentence of the source that states the licence"""
    machine_made: bool
    attribution_required: bool
    in_description: bool
    """whether the description names it as its licence asks"""
    sha256: str = ""
    """of the file that was used, where it has one of its own"""
    scenes: list[int] = []
    """numbers of the scenes in which it's seen or heard; empty: all through"""
    unknown: list[str] = []
    """which of ``author``, ``license``, ``url`` and ``proof`` nobody has stated"""


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in a video, and what has to be seen to before it's published."""

    video_id: UUID
    revision: int
    contains_synthetic_media: bool
    """has to be declared to YouTube"""
    items: list[RightsItem]
    warnings: list[ProductionWarning]


class RightsLedger:
    """Reads ledgers out of what videos were packaged with."""

    def __init__(self, videos: VideoStore, artifacts: ArtifactStore) -> None:
        self._videos = videos
        self._artifacts = artifacts

    async def of(self, account_id: str, video_id: UUID) -> Rights:
        """The ledger of a video's current revision.

        Raises:
            VideoNotFound, ArtifactNotFound
        """
        video = await self._videos.get(account_id, video_id)
        manifest = decode(await self._read(video, "manifest.json"), Manifest)
        metadata = msgspec.json.decode(await self._read(video, "metadata.json"), type=Metadata)
        items = items_of(manifest, metadata.description)
        return Rights(
            video_id=video.id,
            revision=video.revision,
            contains_synthetic_media=metadata.contains_synthetic_media,
            items=items,
            warnings=warnings_of(items),
        )

    async def _read(self, video: Video, name: str) -> bytes:
        if name not in video.files:
            raise ArtifactNotFound(f"Video {video.id} has no {name}.")
        parts = self._artifacts.read(video.files[name])
        return b"".join([part async for part in parts])


def uses_of(
    credits_: Sequence[Credit],
    board: Storyboard,
    files: dict[str, list[Credit]],
    typesetter: Typesetter,
) -> list[Use]:
    """Where credits are seen: ``files`` has those of clips, stills and music by SHA-256."""
    places = {msgspec.json.encode(credit): place for place, credit in enumerate(credits_)}
    seen: dict[tuple[int, str], list[int]] = {}
    for scene in board.scenes:
        found = [(credit, "") for credit in typesetter.credits(_only(board, scene.scene))]
        for shot in scene.shots:
            if not isinstance(shot.backdrop, DrawnBackdrop):
                sha256 = shot.backdrop.media
                found += [(credit, sha256) for credit in files.get(sha256, [])]
        for credit, sha256 in found:
            place = places.get(msgspec.json.encode(credit))
            if place is not None:
                scenes = seen.setdefault((place, sha256), [])
                if scene.scene not in scenes:
                    scenes.append(scene.scene)
    return [
        Use(credit=place, sha256=sha256, scenes=scenes)
        for (place, sha256), scenes in sorted(seen.items())
    ]


def _only(board: Storyboard, number: int) -> Storyboard:
    scenes = [scene for scene in board.scenes if scene.scene == number]
    return msgspec.structs.replace(board, scenes=scenes)


def scenes_of_source(script: Script, number: int) -> list[int]:
    """The scenes that say something out of one of the script's sources."""
    return [
        place
        for place, scene in enumerate(script.scenes)
        if any(sentence.source == number for sentence in scene.sentences)
    ]


def items_of(manifest: Manifest, description: str) -> list[RightsItem]:
    """Every thing that a manifest names, as its description credits it."""
    said = set(description.split("\n"))
    items = _sent(manifest)
    items += [
        _item_of_source(source, manifest.source_scenes.get(str(number), []), said)
        for number, source in enumerate(manifest.sources)
    ]
    for place, credit in enumerate(manifest.credits):
        uses = [use for use in manifest.uses if use.credit == place]
        items += [_item(credit, use, said) for use in uses or [Use(credit=place)]]
    return items + _models(manifest.calls)


def warnings_of(items: Iterable[RightsItem]) -> list[ProductionWarning]:
    """What somebody has to look into."""
    warnings = []
    for item in items:
        where = f"scene {', '.join(map(str, item.scenes))}" if item.scenes else "all through"
        named = f"{item.title} ({item.what}, {where})"
        if "license" in item.unknown:
            warnings.append(
                ProductionWarning(
                    code="rights_unknown",
                    message=f"Nobody has stated under which licence {named} may be used.",
                    hint="Publish it only if it's yours; a file NAME.json beside a file of the "
                    "media folder states author, licence and address.",
                )
            )
        if item.attribution_required and not item.in_description:
            warnings.append(
                ProductionWarning(
                    code="attribution_missing",
                    message=f"The description doesn't name {named}, as its licence asks.",
                    hint="Shorten the description, or credit it in the video or a comment.",
                )
            )
    return warnings


def _sent(manifest: Manifest) -> list[RightsItem]:
    """The words of the request itself: its sender answers for them."""
    if not any(manifest.request.get(name) for name in ("script", "scenes")):
        return []
    sent = Source(title="The words that were sent", author="whoever asked for the video")
    item = _item_of_source(sent, [], set())
    return [msgspec.structs.replace(item, unknown=[])]


def _item(credit: Credit, use: Use, said: set[str]) -> RightsItem:
    stated = {"author": credit.author, "license": credit.license, "url": credit.url}
    stated["proof"] = credit.proof
    [line] = credit_lines([credit]) or [""]
    return RightsItem(
        what=credit.what,
        title=credit.title,
        author=credit.author,
        license=credit.license,
        url=credit.url,
        proof=credit.proof,
        machine_made=credit.machine_made,
        attribution_required=credit.attribution_required,
        in_description=bool(line) and plain_text(line) in said,
        sha256=use.sha256,
        scenes=use.scenes,
        unknown=[name for name, text in stated.items() if not text],
    )


def _item_of_source(source: Source, scenes: list[int], said: set[str]) -> RightsItem:
    lines = source_lines([source])
    stated = {"author": source.author, "license": source.license, "url": source.url}
    # a text that the caller sent is the caller's to answer for
    unknown = [name for name, text in stated.items() if not text] if source.is_published else []
    return RightsItem(
        what="text",
        title=source.title,
        author=source.author,
        license=source.license,
        license_url=source.license_url,
        url=source.url,
        proof=source.license_url,
        machine_made=False,
        attribution_required=bool(source.license),
        in_description=bool(lines) and all(plain_text(line) in said for line in lines),
        scenes=scenes,
        unknown=unknown,
    )


def _models(calls: Iterable[PaidCall]) -> list[RightsItem]:
    """The paid models that had a part in it: what they made is a machine's."""
    used = dict.fromkeys((call.provider, call.model, call.service) for call in calls)
    return [
        RightsItem(
            what="model",
            title=f"{model} ({service})",
            author=provider,
            license=TERMS,
            url="",
            proof="",
            machine_made=True,
            attribution_required=False,
            in_description=False,
        )
        for provider, model, service in used
    ]
