"""What the number shot shows on its way to the figure: never one that would be nonsense."""

import pytest

from adapters.libass.shots_number import counted, written
from domain.generation.storyboard import NumberContent

STEPS = [step / 20 for step in range(21)]


def shown(content: NumberContent) -> list[str]:
    """Every text of the count, each once."""
    return list(dict.fromkeys(written(content, counted(content, share)) for share in STEPS))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (NumberContent(value=5, prefix="<", suffix="%", land_frame=20), "<5%"),
        (NumberContent(value=50, prefix="<", suffix="%", land_frame=20), "<50%"),
        (NumberContent(value=300, prefix=">", land_frame=20), ">300"),
        (NumberContent(value=3, suffix="+", land_frame=20), "3+"),
        (NumberContent(value=0.5, decimals=1, suffix="%", land_frame=20), "0.5%"),
    ],
)
def test_a_bound_and_a_small_figure_stand_from_the_start(content, text) -> None:
    assert shown(content) == [text]


@pytest.mark.parametrize(
    ("content", "first", "last"),
    [
        (NumberContent(value=300, prefix="~", land_frame=20), "~150", "~300"),
        (NumberContent(value=25_000, suffix="+", land_frame=20), "12,500+", "25,000+"),
        (NumberContent(value=1825, grouping=False, land_frame=20), "1765", "1825"),
    ],
)
def test_a_larger_figure_counts_from_one_of_its_size(content, first, last) -> None:
    texts = shown(content)
    assert (texts[0], texts[-1]) == (first, last)
    assert len(texts) > 2
