"""What every ``Verbalizer`` does: shown and spoken words are one sentence, aligned."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.num2words import Num2WordsVerbalizer
from domain.generation.ports import Verbalizer

HARD_SENTENCES = [
    "In 1916, the $3.5 million bridge (built by J. K. Smith & Sons) fell — nobody was hurt!",
    "“Hello,” she said… “it's 10:30 p.m., isn't it?”",
    "🎉 100% of the 3–5 km² were re-measured; e.g. at −5 °C.",
    "[1] — 🎉 Well ... yes?! (no)",
    "THE END IS NEAR FOR NASA",
    "Mail a.b@example.org, or see https://example.com/a?b=c#d!",
    "\u200bzero\u00adwidth naïve Zoë ﬁnds ½ of Ⅷ ٣٤",
]
CHARACTERS = "0123456789.,:;/-–—'\"()[]{}$€£%°²³½&#@+=×xXIVLaApPmM ~^_⁶🎉日ßﬁ٣\u00a0\u200b…"
PIECES = "https:// www. .com million km May 1/2 Henry Dr. St. BC U.S. 10 $3".split()
FRAGMENTS = st.sampled_from([*CHARACTERS, *PIECES])
TEXTS = st.one_of(st.text(max_size=80), st.lists(FRAGMENTS, max_size=30).map("".join))


@pytest.fixture(scope="module", params=[Num2WordsVerbalizer])
def verbalizer(request: pytest.FixtureRequest) -> Verbalizer:
    return request.param()


def check(verbalizer: Verbalizer, text: str, language: str) -> None:
    sentence = verbalizer.verbalize(text, language, {"red panda": "lesser panda"})
    assert sentence.text == text
    for span in sentence.spans:
        assert span.shown
        assert all(span.shown)
        assert span.spoken
        assert span.spoken == " ".join(span.spoken.split())
    if sentence.spans:
        shown = [word for span in sentence.spans for word in span.shown]
        assert " ".join(shown) == " ".join(text.split())


@pytest.mark.parametrize("text", HARD_SENTENCES)
@pytest.mark.parametrize("language", ["en", "en-GB", "de", "tlh"])
def test_the_spans_hold_every_shown_word_in_order(
    verbalizer: Verbalizer, text: str, language: str
) -> None:
    check(verbalizer, text, language)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, language=st.sampled_from(["en-US", "fr", "xx"]))
def test_any_text_keeps_its_shown_words(verbalizer: Verbalizer, text: str, language: str) -> None:
    check(verbalizer, text, language)


@pytest.mark.parametrize("text", ["", "   ", "🎉🎉", "—", "( ) [ ] …", "\u200b"])
def test_text_with_nothing_to_say_gives_no_spans(verbalizer: Verbalizer, text: str) -> None:
    assert verbalizer.verbalize(text, "en", {}).spans == []


@pytest.mark.parametrize("text", ["🎉 hello", "hello 🎉", "hello — world", "( hello )", "• hello"])
def test_what_is_not_spoken_joins_a_neighbour(verbalizer: Verbalizer, text: str) -> None:
    sentence = verbalizer.verbalize(text, "en", {})
    assert all(any(map(str.isalpha, span.spoken)) for span in sentence.spans)
    assert sum(len(span.shown) for span in sentence.spans) == len(text.split())


def test_a_callers_pronunciation_goes_before_every_rule(verbalizer: Verbalizer) -> None:
    said = {"GIF": "jif", "New York": "Noo Yawk", "york": "yak", "1916": "the year"}
    sentence = verbalizer.verbalize("A gif of new york, in 1916, near York's gifts.", "en", said)
    assert sentence.spoken == "A jif of Noo Yawk, in the year, near yak's gifts."
    assert ["new", "york,"] in [span.shown for span in sentence.spans]


def test_other_languages_speak_whole_numbers_and_leave_words_alone(verbalizer: Verbalizer) -> None:
    assert verbalizer.verbalize("Es waren 21 Leute.", "de", {}).spoken == (
        "Es waren einundzwanzig Leute."
    )


def test_the_punctuation_that_shapes_the_melody_stays(verbalizer: Verbalizer) -> None:
    spoken = verbalizer.verbalize("“Well,” (he said): why — me?", "en", {}).spoken
    assert spoken == "Well, he said: why, me?"
