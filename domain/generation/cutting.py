"""Where a scene is cut into shots, and which kind each one is: a shortest path over its words.

Every stretch of words can be a fact or a term, so that no shot has to be of the kind of the one
before it. A scene is cut by its own words first; only where it would then begin with the kind
that the scene before ended with is it cut again, with another beginning and, wherever it can,
the same end, so that what stands on a border doesn't travel on.
"""

from collections.abc import Sequence, Set

import msgspec

from domain.generation import shots
from domain.generation.brief import ShotKind
from domain.generation.cuts import MIN_SHOT_FRAMES, Pace, candidates, cut_costs, cut_frames
from domain.generation.kinds import Option, Rules, is_plain, options_for
from domain.generation.storyboard import FactContent, ShotContent
from domain.generation.tokens import Token

REPEATED_KIND = 40.0
"""dearer than any cut: only what the caller asks for by kind may repeat"""
SEEN_KIND = 0.25
"""a kind that the scene has shown already, if not just now"""
OTHER_END = 6.0
"""a scene that must begin otherwise than it would ends as it would"""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A shot before it is dressed: frames of the scene, words, content, and the reason."""

    start: int
    end: int
    tokens: list[Token]
    content: ShotContent
    because: str


class _Path(msgspec.Struct, frozen=True):
    cost: float
    steps: "tuple[tuple[int, int, Option], ...]"


def cut_scene(
    tokens: Sequence[Token],
    frames: int,
    pace: Pace,
    *,
    opens: bool,
    closes: bool,
    wanted: ShotKind | None = None,
    previous: ShotKind | None = None,
    following: ShotKind | None = None,
    known: Set[str] = frozenset(),
    over_media: bool = False,
) -> list[Planned]:
    """The scene's shots: they fill ``frames`` exactly, none under 1.2 s where the scene is longer.

    ``wanted`` is honoured for the first shot if any cut of the text can carry it. ``previous`` is
    the kind that the scene before ends with, ``following`` the one that the scene after is
    better not met by; ``known`` holds the words of the topic, which are no news.
    """
    if not tokens:
        content = FactContent(groups=[])
        return [Planned(start=0, end=frames, tokens=[], content=content, because="no words")]
    if wanted is ShotKind.CLOSING and closes:
        wanted = None  # its last shot will be
    if wanted is None and opens:
        wanted = ShotKind.HOOK
    rules = Rules(
        opens=opens,
        closes=closes,
        wanted=wanted,
        previous=None,
        following=following,
        ending=None,
        known=known,
        over_media=over_media,
    )
    path = _shortest(tokens, frames, pace, rules)
    if path is None and wanted is not None:
        rules = msgspec.structs.replace(rules, wanted=ShotKind.HOOK if opens else None)
        path = _shortest(tokens, frames, pace, rules)
    if path is not None and previous is path.steps[0][2].kind:
        ending = path.steps[-1][2].kind
        again = msgspec.structs.replace(rules, previous=previous, ending=ending)
        path = _shortest(tokens, frames, pace, again)
    if path is None:
        content = shots.verbatim(tokens, 0)
        return [
            Planned(start=0, end=frames, tokens=list(tokens), content=content, because="too short")
        ]
    at = cut_frames(tokens, frames)
    return [
        Planned(
            start=at[i], end=at[j], tokens=list(tokens[i:j]), content=o.content, because=o.because
        )
        for i, j, o in path.steps
    ]


def _shortest(tokens: Sequence[Token], frames: int, pace: Pace, rules: Rules) -> _Path | None:
    at = cut_frames(tokens, frames)
    costs = cut_costs(tokens)
    places = candidates(costs, at, pace)
    end = len(tokens)
    whole_allowed = not (rules.opens and rules.closes) or frames < 2 * MIN_SHOT_FRAMES
    best: dict[tuple[int, ShotKind | None], _Path] = {(0, rules.previous): _Path(0.0, ())}
    for j in places[1:]:
        arriving: dict[ShotKind | None, _Path] = {}
        for i in places:
            if i >= j or (i == 0 and j == end and not whole_allowed):
                continue
            length = at[j] - at[i]
            if length < MIN_SHOT_FRAMES and not (i == 0 and j == end):
                continue
            leaving = [(k, p) for (place, k), p in best.items() if place == i]
            if not leaving or (length > 3 * pace.longest and j != places[places.index(i) + 1]):
                continue
            for option in options_for(tokens, (i, j), at, pace, rules):
                for before, path in leaving:
                    cost = path.cost + costs[i] + option.cost
                    if before == option.kind and not (
                        rules.over_media and is_plain(option.content)
                    ):
                        cost += REPEATED_KIND
                    elif any(option.kind is step[2].kind for step in path.steps):
                        cost += SEEN_KIND
                    if j == end:
                        cost += _end_cost(option, rules, alone=not path.steps)
                    known = arriving.get(option.kind)
                    if known is None or cost < known.cost - 1e-9:
                        arriving[option.kind] = _Path(cost, (*path.steps, (i, j, option)))
        best |= {(j, kind): path for kind, path in arriving.items()}
    finals = [path for (place, _), path in best.items() if place == end and path.steps]
    return min(finals, key=lambda path: path.cost, default=None)


def _end_cost(option: Option, rules: Rules, *, alone: bool) -> float:
    """What it costs a scene to end with a kind, for the sake of the scene after it."""
    cost = OTHER_END if rules.ending not in (None, option.kind) else 0.0
    if option.kind is rules.following:
        cost += OTHER_END
    # In a scene of one shot it would bar both neighbours from it.
    return cost + (OTHER_END if alone and option.kind is ShotKind.LINK else 0.0)
