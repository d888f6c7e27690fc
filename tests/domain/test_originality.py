"""The verbatim share: how much of a script is its source's own wording."""

from hypothesis import given
from hypothesis import strategies as st

from domain.generation.originality import (
    MAX_VERBATIM_SHARE,
    closeness_warning,
    is_draft,
    share_of_shingles,
    shingles_of,
    verbatim_share,
)

EIGHT = "one two three four five six seven eight"
TEXTS = st.lists(st.sampled_from("a b c d e".split()), max_size=40).map(" ".join)


def test_a_copy_is_verbatim_whatever_its_punctuation_and_case() -> None:
    assert verbatim_share(EIGHT.upper() + "!", [EIGHT]) == 1.0
    assert (
        verbatim_share(
            "It’s 3.5 km to go, he’d say, by foot.", ["it's 3.5 km to go he'd say by foot"]
        )
        == 1.0
    )


def test_seven_words_in_a_row_are_idiom_not_a_copy() -> None:
    script = "zero one two three four five six seven nine ten eleven twelve"
    assert verbatim_share(script, [EIGHT]) == 0.0


def test_only_the_words_inside_the_copied_run_count() -> None:
    assert verbatim_share(f"{EIGHT} and then another eight words that nobody wrote", [EIGHT]) == 0.5


def test_every_source_counts() -> None:
    assert verbatim_share(EIGHT, ["nothing here", EIGHT]) == 1.0


def test_a_text_of_less_than_eight_words_is_compared_whole() -> None:
    assert verbatim_share("octopuses can taste", ["octopuses can taste with their arms"]) == 1.0
    assert verbatim_share("octopuses can see", ["octopuses can taste with their arms"]) == 0.0


@given(TEXTS, TEXTS)
def test_the_share_lies_between_none_and_all(script: str, source: str) -> None:
    assert 0.0 <= verbatim_share(script, [source]) <= 1.0


@given(TEXTS.filter(bool), TEXTS)
def test_a_text_taken_from_its_source_is_all_verbatim(script: str, rest: str) -> None:
    assert verbatim_share(script, [f"{rest} {script} {rest}"]) == 1.0


@given(TEXTS.filter(lambda text: len(text.split()) >= 8), TEXTS)
def test_the_kept_hashes_measure_as_the_texts_themselves_do(script: str, source: str) -> None:
    assert share_of_shingles(script, shingles_of([source])) == verbatim_share(script, [source])


def test_above_thirty_percent_is_a_draft_and_says_what_to_do() -> None:
    assert not is_draft(MAX_VERBATIM_SHARE)
    assert is_draft(0.31)
    warning = closeness_warning(0.62, "/topic")
    assert warning.code == "close_to_source"
    assert "62%" in warning.message
    assert "YouTube" in warning.message
    assert warning.hint
