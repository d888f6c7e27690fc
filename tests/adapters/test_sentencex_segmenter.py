"""Where sentencex breaks wrongly and the adapter takes the break back."""

import pytest
import sentencex  # type: ignore[import-untyped]

from adapters.sentencex import SentencexSegmenter

MENDED = [
    "It was approx. 20 miles away.",
    "He read Vol. 3 of the history.",
    "In court, Sen. Smith said nothing.",
]


@pytest.mark.parametrize("sentence", MENDED)
def test_an_open_abbreviation_never_ends_a_sentence(sentence: str) -> None:
    assert SentencexSegmenter().split(sentence, "en") == [sentence]


def test_the_library_still_needs_mending() -> None:
    assert any(len(list(sentencex.segment("en", sentence))) > 1 for sentence in MENDED)


def test_a_number_follows_its_abbreviation_only_where_that_is_written_great() -> None:
    sentence = "It stands in Art. 5 of the law."
    assert SentencexSegmenter().split(sentence, "en") == [sentence]


def test_a_bracket_that_is_never_closed_does_not_swallow_the_text() -> None:
    text = "It began (as ever. " + "A plain sentence stands here. " * 40
    assert len(SentencexSegmenter().split(text, "en")) > 10


def test_its_identity_names_the_library_version() -> None:
    assert "sentencex-1." in SentencexSegmenter().identity
