"""Picks the pictures of a video: asks the sources, has everything judged, and shares it out.

For each scene the sources are asked in their order, the next only while those before have offered
fewer clips than the scene has room for that are relevant and that no recent video showed. What
stays below the floor isn't shown: then the scene is drawn.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from domain.errors import (
    CostCapReached,
    DomainError,
    MediaNotFound,
    NoProviderLeft,
    ProvidersExhausted,
)
from domain.generation.brief import Brief
from domain.generation.fingerprint import canonical, content_hash
from domain.generation.footage import choose_footage, clip_key
from domain.generation.narration import SAMPLE_RATE, SAMPLES_PER_FRAME, SceneNarration
from domain.generation.planning import footage_needed
from domain.generation.ports import VisualCandidate, VisualRequest, VisualSource, VisualSources
from domain.generation.relevance import Judge, Judged, queries_of
from domain.generation.script import ProductionWarning, Scene, Script
from domain.generation.stores import ClipKey, ClipUses, RecentClips
from domain.generation.storyboard import ClipChoice, Offer
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

SHOWN_BY_CHANNEL = 0.6
"""what a clip counts that one of the channel's last videos showed: one half as relevant again
takes its place"""
SHOWN_BY_ACCOUNT = 0.85
"""the same for the account's other channels, whose viewers are others"""

UNREACHABLE = (ProviderFailed, ProvidersExhausted, NoProviderLeft, CostCapReached)
"""why a source may have nothing to offer, and the next one is asked"""

_NOT_OF_THE_PICTURE = ("metadata", "webhook_url", "pause_after", "preset", "max_cost")
"""fields of a request that change nothing in the video, or only whether it can be paid"""


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """What was picked, by scene, one for each shot that the scene is likely to get."""

    chosen: dict[int, list[VisualCandidate]]
    choices: dict[int, list[ClipChoice]]
    """of each that was chosen, why"""
    passed_over: dict[int, Offer]
    """of scenes without any, the best that was offered"""
    warnings: list[ProductionWarning] = []

    @property
    def clips(self) -> list[ClipKey]:
        """What the video shows, each once."""
        return sorted({clip_key(one) for taken in self.chosen.values() for one in taken})


class Troubles:
    """Sources that couldn't be asked, and which of them aren't worth asking again."""

    def __init__(self, silent: Collection[str] = ()) -> None:
        self.reasons: dict[str, str] = {}
        self.silent = {*silent}

    def note(self, name: str, error: DomainError) -> None:
        """Keep the first reason. What a source only refused says nothing about other scenes."""
        self.reasons.setdefault(name, error.message)
        is_refused = isinstance(error, ProviderFailed) and error.verdict is Verdict.NEXT
        if not is_refused and not isinstance(error, NoProviderLeft):
            self.silent.add(name)


class _Standing(msgspec.Struct, frozen=True):
    """What is known about clips beforehand."""

    recent: RecentClips
    lost: Collection[ClipKey]
    """that can't be had"""


class Picker:
    """Picks for one video at a time.

    Args:
        visuals: a source, or several in one (``VisualSources``).
        rest_videos: for how many videos a clip rests after it was shown; 0: not at all.
    """

    def __init__(
        self, visuals: VisualSource, judge: Judge, uses: ClipUses, rest_videos: int
    ) -> None:
        self._sources: Mapping[str, VisualSource] = (
            visuals.sources if isinstance(visuals, VisualSources) else {"": visuals}
        )
        self._judge = judge
        self._uses = uses
        self._rest_videos = rest_videos

    async def pick(
        self,
        account_id: str,
        brief: Brief,
        script: Script,
        narrations: Sequence[SceneNarration],
        *,
        video_id: UUID | None = None,
        without: Collection[ClipKey] = (),
        unasked: Collection[str] = (),
        errand: Errand = UNPAID,
    ) -> Pictures:
        """The clips and stills that each scene is to show, as far as there are any; none of those
        ``without`` which it has to be, and of the sources ``unasked`` only what a scene names.

        Raises:
            MediaNotFound, MediaUnreadable: of a file that a scene names.
        """
        recent = await self._recent(account_id, brief, video_id)
        needed = footage_needed(narrations, brief.aspect_ratio)
        troubles = Troubles(unasked)
        offers: dict[int, list[Judged]] = {}
        for number, (scene, narration) in enumerate(zip(script.scenes, narrations, strict=True)):
            request = request_for(scene, narration, brief, script.language)
            if request.media is not None:
                named = await self._named(request, errand)
                offers[number] = [one for one in named if clip_key(one.candidate) not in without]
            else:
                offers[number] = await self._offers(
                    request, _Standing(recent, without), needed[number], troubles, errand
                )
        return _share_out(offers, needed, troubles)

    async def _recent(self, account_id: str, brief: Brief, video_id: UUID | None) -> RecentClips:
        if not self._rest_videos:
            return RecentClips()
        return await self._uses.recent(
            account_id,
            video_id=video_id,
            channel=brief.channel,
            request=request_digest(brief),
            videos=self._rest_videos,
        )

    async def _named(self, request: VisualRequest, errand: Errand) -> list[Judged]:
        """What the caller has named wins over everything else, and isn't judged."""
        missing: Exception | None = None
        for name, source in self._sources.items():
            try:
                found = await source.search(request, errand)
            except MediaNotFound as error:
                missing = missing or error
                continue
            except UNREACHABLE:
                continue  # names are those of files, which others have
            if found:
                parts = {"relevance": 1.0}
                return [
                    Judged(candidate=_of(name, one), parts=parts, judged_by="name", floor=0.0)
                    for one in found[:1]
                ]
        if missing is not None:
            raise missing
        return []

    async def _offers(
        self,
        request: VisualRequest,
        standing: "_Standing",
        needed: int,
        troubles: Troubles,
        errand: Errand,
    ) -> list[Judged]:
        offers: list[Judged] = []
        fresh = 0
        for name, source in self._sources.items():
            if name in troubles.silent:
                continue
            try:
                found = await source.search(request, errand)
            except UNREACHABLE as error:
                troubles.note(name, error)
                continue
            named = [_of(name, each) for each in found]
            there = [one for one in named if clip_key(one) not in standing.lost]
            for one in await self._judge.judge(request, there):
                freshness = freshness_of(clip_key(one.candidate), standing.recent)
                fresh += one.fits and freshness == 1
                offers.append(
                    msgspec.structs.replace(one, parts=one.parts | {"freshness": freshness})
                )
            if fresh >= needed:
                break
        return offers


def request_for(
    scene: Scene, narration: SceneNarration, brief: Brief, language: str
) -> VisualRequest:
    """What is to be looked for while a scene is spoken."""
    width, height = brief.frame_size
    samples = narration.frames * SAMPLES_PER_FRAME
    terms = terms_of(scene)
    return VisualRequest(
        terms=terms,
        media=scene.media,
        milliseconds=samples * 1000 // SAMPLE_RATE,
        width=width,
        height=height,
        sentence=scene.text,
        queries=queries_of(terms, scene.heading, scene.text),
        language=language,
    )


def terms_of(scene: Scene) -> list[str]:
    """What to look for: the caller's search terms, else the heading and the text itself."""
    return scene.search_terms or [*([scene.heading] if scene.heading else []), scene.text]


def request_digest(brief: Brief) -> str:
    """A name for everything in a request that the video depends on, the seed among it."""
    asked = msgspec.to_builtins(brief, str_keys=True)
    # what isn't given is left out: a release that knows of more gives the same names
    given = {name: value for name, value in asked.items() if value is not None}
    return content_hash(
        canonical({name: given[name] for name in given if name not in _NOT_OF_THE_PICTURE})
    )


def freshness_of(clip: ClipKey, recent: RecentClips) -> float:
    """What a clip counts after what was shown lately, 0 to 1."""
    if clip in recent.of_channel:
        return SHOWN_BY_CHANNEL
    return SHOWN_BY_ACCOUNT if clip in recent.of_account else 1.0


def _of(name: str, candidate: VisualCandidate) -> VisualCandidate:
    """A candidate that says where it's from, as the settings call that."""
    return msgspec.structs.replace(candidate, source=name) if name else candidate


def _share_out(
    offers: Mapping[int, Sequence[Judged]], needed: Mapping[int, int], troubles: Troubles
) -> Pictures:
    fitting = {
        scene: [
            msgspec.structs.replace(one.candidate, score=one.score) for one in judged if one.fits
        ]
        for scene, judged in offers.items()
    }
    chosen = choose_footage(fitting, needed)
    return Pictures(
        chosen=chosen,
        choices={scene: _choices(taken, offers[scene]) for scene, taken in chosen.items() if taken},
        passed_over={
            scene: _offer(max(judged, key=_rank))
            for scene, judged in offers.items()
            if judged and not chosen[scene]
        },
        warnings=[
            ProductionWarning(
                code="visuals_unavailable",
                message=f"Pictures of {name or 'the source'} couldn't be looked for: {reason}",
                hint="The next source was asked, or the scene was drawn.",
            )
            for name, reason in troubles.reasons.items()
        ],
    )


def _choices(taken: Sequence[VisualCandidate], judged: Sequence[Judged]) -> list[ClipChoice]:
    by_key = {clip_key(one.candidate): one for one in judged}
    shown = {clip_key(candidate) for candidate in taken}
    others = [one for one in judged if clip_key(one.candidate) not in shown]
    runner_up = _offer(max(others, key=_rank)) if others else None
    choices = []
    for candidate in taken:
        one = by_key[clip_key(candidate)]
        offer = _offer(one)
        choices.append(
            ClipChoice(
                source=offer.source,
                id=offer.id,
                name=offer.name,
                score=offer.score,
                parts=offer.parts,
                judged_by=one.judged_by,
                floor=one.floor,
                runner_up=runner_up,
            )
        )
    return choices


def _rank(one: Judged) -> tuple[bool, float]:
    return one.fits, one.score


def _offer(one: Judged) -> Offer:
    return Offer(
        source=one.candidate.source,
        id=one.candidate.id,
        name=one.candidate.name,
        score=one.score,
        parts=one.parts,
    )
