"""Fitting: which statements fill a given length best, and what is said where none do."""

from collections.abc import Sequence

import msgspec

from domain.generation.script import ProductionWarning


class Chain(msgspec.Struct, frozen=True):
    """Statements of which each leans on the one before: the first so many may be kept."""

    words: list[int]
    values: list[float]


def fit(chains: Sequence[Chain], at_least: int, at_most: int) -> list[int]:
    """How many statements of each chain to keep for the greatest value within the bounds.

    Where nothing lands inside the bounds, the fullest choice below them is taken.
    """
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for chain in chains:
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        for total, (value, kept) in best.items():
            words, worth = total, value
            for count in range(len(chain.words) + 1):
                if count:
                    words += chain.words[count - 1]
                    worth += chain.values[count - 1]
                if words > at_most:
                    break
                if words not in grown or worth > grown[words][0]:
                    grown[words] = (worth, (*kept, count))
        best = grown
    inside = {total: entry for total, entry in best.items() if total >= at_least}
    if not inside:
        fullest = max(best)
        return list(best[fullest][1])
    return list(max(inside.items(), key=lambda item: (item[1][0], item[0]))[1][1])


def no_nearer(whose: str, seconds: float, asked: int) -> ProductionWarning:
    """Of a source that has enough to say, in sentences that don't add up to what was asked for."""
    return ProductionWarning(
        code="shorter_than_asked",
        pointer="/duration",
        message=f"The sentences of {whose} that were chosen take about {seconds:.0f} s; {asked} s "
        "were asked for. There is more to tell, but in whole sentences that go together it came "
        "no nearer. Nothing was padded.",
        hint="Ask for more seconds, try another `seed`, or send your own words as `script`.",
    )
