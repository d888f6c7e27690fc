"""Which clip goes where: the best offer of each scene, none twice while others remain."""

from collections.abc import Mapping, Sequence

from domain.generation.ports import VisualCandidate


def choose_footage(
    offers: Mapping[int, Sequence[VisualCandidate]], needed: Mapping[int, int]
) -> dict[int, list[VisualCandidate]]:
    """Pick ``needed[scene]`` candidates for each scene from its offers.

    A candidate is used again only when the scene's offers hold nothing fresh, and then the one
    used least often (never twice in a row in a scene that has two). Scenes choose in rounds,
    those with the fewest offers first, so that a scene with one fitting clip gets it.
    """
    chosen: dict[int, list[VisualCandidate]] = {scene: [] for scene in needed}
    uses: dict[str, int] = {}
    order = sorted(
        (scene for scene in needed if offers.get(scene)),
        key=lambda scene: (len(offers[scene]), scene),
    )
    for turn in range(max(needed.values(), default=0)):
        for scene in order:
            if turn >= needed[scene]:
                continue
            before = chosen[scene][-1].id if chosen[scene] else None
            pick = min(
                enumerate(offers[scene]),
                key=lambda item: (
                    uses.get(item[1].id, 0),
                    item[1].id == before,
                    -item[1].score,
                    item[0],
                ),
            )[1]
            uses[pick.id] = uses.get(pick.id, 0) + 1
            chosen[scene].append(pick)
    _spread(chosen, offers, uses)
    return chosen


def _spread(
    chosen: Mapping[int, list[VisualCandidate]],
    offers: Mapping[int, Sequence[VisualCandidate]],
    uses: dict[str, int],
) -> None:
    """Give up a clip that another scene came to need, too, for one that nobody took."""
    for scene, picks in chosen.items():
        for place, pick in enumerate(picks):
            unused = [offer for offer in offers.get(scene, []) if not uses.get(offer.id)]
            if unused and uses[pick.id] > 1:
                better = max(unused, key=lambda offer: offer.score)
                uses[pick.id] -= 1
                uses[better.id] = 1
                picks[place] = better
