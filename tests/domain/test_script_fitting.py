"""Filling a length with the best statements."""

from hypothesis import given
from hypothesis import strategies as st

from domain.generation.composing import budget_for
from domain.generation.fitting import Chain, fit

CHAINS = st.lists(
    st.lists(st.tuples(st.integers(3, 30), st.floats(0.1, 3)), min_size=1, max_size=3).map(
        lambda pairs: Chain(words=[w for w, _ in pairs], values=[v for _, v in pairs])
    ),
    max_size=8,
)


def total(chains: list[Chain], kept: list[int]) -> int:
    return sum(sum(chain.words[:n]) for chain, n in zip(chains, kept, strict=True))


@given(CHAINS, st.integers(0, 60), st.integers(0, 60))
def test_the_upper_bound_is_never_passed(chains: list[Chain], least: int, room: int) -> None:
    kept = fit(chains, least, least + room)
    assert len(kept) == len(chains)
    assert total(chains, kept) <= least + room


@given(CHAINS)
def test_with_room_for_all_everything_is_kept(chains: list[Chain]) -> None:
    everything = sum(sum(chain.words) for chain in chains)
    assert fit(chains, 0, everything) == [len(chain.words) for chain in chains]


def test_the_more_valuable_statements_win() -> None:
    chains = [Chain([10], [1.0]), Chain([10], [3.0]), Chain([10], [2.0])]
    assert fit(chains, 18, 22) == [0, 1, 1]


def test_where_nothing_lands_inside_the_fullest_choice_below_is_taken() -> None:
    assert fit([Chain([10], [1.0]), Chain([30], [9.0])], 18, 22) == [1, 0]


def test_a_budget_is_ten_percent_wide_and_a_minute_at_most_without_a_target() -> None:
    asked = budget_for(30, 160.0)
    assert (asked.least, asked.most) == (72, 88)
    assert budget_for(None, 160.0).most == 160
