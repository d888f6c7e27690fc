"""Which clip goes where: the best offer of each scene, none twice while others remain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle

import msgspec

from domain.generation.narration import FRAME_RATE
from domain.generation.ports import VisualCandidate
from domain.generation.stores import ClipKey
from domain.generation.storyboard import Backdrop, ClipBackdrop


def clip_key(candidate: VisualCandidate) -> ClipKey:
    """What tells a clip or still from every other."""
    return ClipKey(candidate.source, candidate.id)


def choose_footage(
    offers: Mapping[int, Sequence[VisualCandidate]], needed: Mapping[int, int]
) -> dict[int, list[VisualCandidate]]:
    """Pick ``needed[scene]`` candidates for each scene from its offers.

    A candidate is used again only when the scene's offers hold nothing fresh, and then the one
    used least often (never twice in a row in a scene that has two). Scenes choose in rounds,
    those with the fewest offers first, so that a scene with one fitting clip gets it.
    """
    chosen: dict[int, list[VisualCandidate]] = {scene: [] for scene in needed}
    uses: dict[ClipKey, int] = {}
    order = sorted(
        (scene for scene in needed if offers.get(scene)),
        key=lambda scene: (len(offers[scene]), scene),
    )
    for turn in range(max(needed.values(), default=0)):
        for scene in order:
            if turn >= needed[scene]:
                continue
            before = clip_key(chosen[scene][-1]) if chosen[scene] else None
            pick = min(
                enumerate(offers[scene]),
                key=lambda item: (
                    uses.get(clip_key(item[1]), 0),
                    clip_key(item[1]) == before,
                    -item[1].score,
                    item[0],
                ),
            )[1]
            uses[clip_key(pick)] = uses.get(clip_key(pick), 0) + 1
            chosen[scene].append(pick)
    _spread(chosen, offers, uses)
    return chosen


def _spread(
    chosen: Mapping[int, list[VisualCandidate]],
    offers: Mapping[int, Sequence[VisualCandidate]],
    uses: dict[ClipKey, int],
) -> None:
    """Give up a clip that another scene came to need, too, for one that nobody took."""
    for scene, picks in chosen.items():
        for place, pick in enumerate(picks):
            unused = [offer for offer in offers.get(scene, []) if not uses.get(clip_key(offer))]
            if unused and uses[clip_key(pick)] > 1:
                better = max(unused, key=lambda offer: offer.score)
                uses[clip_key(pick)] -= 1
                uses[clip_key(better)] = 1
                picks[place] = better


def backdrops_in_turn(media: Sequence[Backdrop], shots: Iterable[int]) -> Iterator[Backdrop]:
    """One backdrop for each shot's frames; a clip that comes again goes on where it was left.

    It begins anew where too little of it is left for the whole shot.
    """
    left_at: dict[str, int] = {}
    for backdrop, frames in zip(cycle(media), shots, strict=False):
        if not isinstance(backdrop, ClipBackdrop):
            yield backdrop
            continue
        length_ms = round(1000 * frames / FRAME_RATE)
        offset_ms = left_at.get(backdrop.media, 0)
        if offset_ms + length_ms > backdrop.duration_ms:
            offset_ms = 0
        left_at[backdrop.media] = offset_ms + length_ms
        yield msgspec.structs.replace(backdrop, offset_ms=offset_ms)
