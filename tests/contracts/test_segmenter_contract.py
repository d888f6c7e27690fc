"""What every SentenceSegmenter does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sentencex import SentencexSegmenter
from domain.generation.ports import SentenceSegmenter

SEGMENTERS: list[SentenceSegmenter] = [SentencexSegmenter()]
WORDS = st.text(alphabet="abcXYZ019.,!?\"'()“”…-–éß中 \n\t", max_size=200)


@pytest.fixture(params=SEGMENTERS, ids=lambda s: type(s).__name__)
def segmenter(request: pytest.FixtureRequest) -> SentenceSegmenter:
    found: SentenceSegmenter = request.param
    return found


@pytest.mark.parametrize("made", SEGMENTERS, ids=lambda s: type(s).__name__)
@given(text=WORDS)
def test_sentences_hold_every_word_in_order(made: SentenceSegmenter, text: str) -> None:
    sentences = made.split(text, "en")
    assert " ".join(sentences).split() == text.split()
    assert all(sentence and sentence == sentence.strip() for sentence in sentences)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Smith met J. R. R. Tolkien in Oxford.", "They talked."],
        ["The U.S. Army moved at 5 p.m. on Friday.", "Nobody saw it."],
        ["It costs 3.5 dollars, e.g. in No. 5 of the shop.", "Prices rise."],
        ['He said, "I came. I saw. I conquered."', "Then he left."],
        ["Wait... what was that?", "A bird."],
        ["It was approx. 20 miles away.", "Vol. 3 tells more."],
        ["It weighs 4.2 kg (about 9 lb. in all).", "That is light!"],
    ],
)
def test_it_breaks_where_a_reader_would(segmenter: SentenceSegmenter, sentences: list[str]) -> None:
    assert segmenter.split(" ".join(sentences), "en-US") == sentences


def test_paragraphs_end_sentences_and_line_breaks_do_not(segmenter: SentenceSegmenter) -> None:
    assert segmenter.split("A title\n\nOne line\nand another.", "en") == [
        "A title",
        "One line and another.",
    ]


@pytest.mark.parametrize("blank", ["", "  ", "\n\n\t"])
def test_blank_text_has_no_sentences(segmenter: SentenceSegmenter, blank: str) -> None:
    assert segmenter.split(blank, "en") == []


@pytest.mark.parametrize("language", ["de", "xx", "zh-Hans"])
def test_any_language_tag_is_accepted(segmenter: SentenceSegmenter, language: str) -> None:
    assert segmenter.split("Eins. Zwei.", language) == ["Eins.", "Zwei."]
