"""What every ``Narrator`` does: speak sentences, and say when each shown word sounds."""

import asyncio
from collections.abc import Iterator

import narrator_rows
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from narrator_rows import EDGE, ELEVENLABS, OPENAI, PIPER, Row

from adapters.num2words import Num2WordsVerbalizer
from domain.errors import LanguageUnsupported, VoiceNotFound, WritingSystemUnsupported
from domain.generation.languages import primary_language
from domain.generation.narration import SAMPLE_RATE, SpokenSentence, SpokenSpan, Utterance

LEAST_WORD = SAMPLE_RATE * 20 // 1000
HARD_SENTENCES = [
    "In 1916, 21% of the $3.5M — or £20,000.50 — was gone by 10:30 p.m.",
    "It is to be one of the parts of it, in the end of the day.",
    "A well-known, state-of-the-art, ten-year-old co-operative re-entered.",
    "They'd've said it's o'clock; can't, won't, shouldn't, y'all!",
    "“Is it,” she asked, “the ‘big’ one?”",
    "The war — and it was long — ended: nobody — not one — won.",
    "The drug (penicillin) [1] {sic} arrived <late>.",
    "🎉 Happy 🎂 birthday 🎈🎈 to you 🥳",
    "THIS IS AMAZING STUFF FROM THE FBI AND NASA!",
    "Dr. St. John Smith Jr. of the U.S. met Henry VIII, etc.",
    "Go.",
    "I",
    "🎉 7",
    "Visit https://www.example.com/a-b?c=d or mail joe@example.org now.",
    " ".join(["The quick brown fox jumps over the lazy dog and"] * 6)
    + " then it sleeps at last, tired.",
]


@pytest.fixture(scope="module", params=[PIPER, OPENAI, ELEVENLABS, EDGE])
def row(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Row]:
    with narrator_rows.row(request.param, tmp_path_factory.mktemp("narrator")) as row:
        yield row


def sentence(text: str) -> SpokenSentence:
    return Num2WordsVerbalizer().verbalize(text, "en", {})


def speak(row: Row, said: SpokenSentence, *, speed: float = 1.0, seed: int = 1) -> Utterance:
    voice = row.narrator.voice_for("en", None)
    return asyncio.run(row.narrator.speak(said, voice, speed, seed, row.errand))


def check(utterance: Utterance, said: SpokenSentence) -> None:
    assert [word.text for word in utterance.words] == [w for span in said.spans for w in span.shown]
    position = 0
    for word in utterance.words:
        assert position <= word.start
        assert word.start + LEAST_WORD <= word.end <= utterance.samples
        position = word.end


@pytest.mark.parametrize("text", HARD_SENTENCES)
def test_every_shown_word_has_its_time_in_order_inside_the_sound(row: Row, text: str) -> None:
    said = sentence(text)
    utterance = speak(row, said)
    check(utterance, said)
    assert utterance.timing in row.timings
    assert row.narrator.voice_for("en", None).word_timing in row.timings


@settings(max_examples=25, deadline=None, derandomize=True)
@given(text=st.text(min_size=1, max_size=40))
def test_random_text_has_word_times_too(row: Row, text: str) -> None:
    said = sentence(text)
    check(speak(row, said), said)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    spans=st.lists(
        st.builds(
            SpokenSpan,
            shown=st.lists(st.sampled_from(["a", "of", "the", "x-1", "—", "日本"]), min_size=1),
            spoken=st.sampled_from(["of the", "a", "zzq", "???", "日本", "I B M", "twenty one"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_spans_of_any_making_have_word_times(row: Row, spans: list[SpokenSpan]) -> None:
    said = SpokenSentence("", spans)
    check(speak(row, said), said)


def test_a_sentence_with_nothing_to_say_is_a_short_silence(row: Row) -> None:
    utterance = speak(row, sentence("🎉"))
    assert utterance.words == []
    assert 0 < utterance.samples < SAMPLE_RATE
    assert not any(utterance.pcm)


@pytest.mark.parametrize("speed", [0.5, 1.25, 2.0])
def test_the_speed_is_the_one_asked_for(row: Row, speed: float) -> None:
    said = sentence("The octopus has three hearts and nine brains, says the keeper of the house.")
    normal, fast = speak(row, said).samples, speak(row, said, speed=speed).samples
    assert normal / fast == pytest.approx(speed, rel=0.05)


async def test_two_sentences_at_once_sound_as_they_do_alone(row: Row) -> None:
    voice = row.narrator.voice_for("en", None)
    said = [sentence(f"There are {count} of them in the sea.") for count in range(2, 6)]
    together = await asyncio.gather(
        *(row.narrator.speak(s, voice, 1.0, 1, row.errand) for s in said)
    )
    assert together == [await row.narrator.speak(s, voice, 1.0, 1, row.errand) for s in said]


def test_the_default_voice_comes_first_and_states_its_credit(row: Row) -> None:
    voice = row.narrator.voices()[0]
    assert row.narrator.voice_for(voice.language, None) == voice
    assert row.narrator.voice_for(voice.language, voice.id) == voice
    assert voice.words_per_minute > 0
    assert voice.credit.what == "voice"
    assert voice.credit.proof


@pytest.mark.parametrize("tag", ["en", "en-GB", "EN-us", "en_AU"])
def test_languages_match_by_their_primary_subtag(row: Row, tag: str) -> None:
    assert primary_language(row.narrator.voice_for(tag, None).language) == "en"


def test_an_unknown_language_or_voice_is_a_named_error(row: Row) -> None:
    first = row.narrator.voices()[0]
    with pytest.raises(LanguageUnsupported, match=f"there is.* {first.language}"):
        row.narrator.voice_for("tlh", None)
    with pytest.raises(LanguageUnsupported, match=f"speaks {first.language}, not tlh"):
        row.narrator.voice_for("tlh", first.id)
    with pytest.raises(VoiceNotFound, match="nobody"):
        row.narrator.voice_for("en", "nobody")


def test_a_foreign_writing_system_is_refused_by_its_name(row: Row) -> None:
    voice = row.narrator.voice_for("en", None)
    for text, script in [
        ("Привет, мир", "Cyrillic"),
        ("こんにちは a", "Hiragana"),
        ("日本語", "Cjk"),
    ]:
        with pytest.raises(WritingSystemUnsupported, match=script):
            row.narrator.check_speakable(text, voice)
    for text in ["Naïve Ångström café", "The river Волга is long", "1 + 1 = 2 🎉", ""]:
        row.narrator.check_speakable(text, voice)


def test_the_identity_names_the_voice_and_stays(row: Row) -> None:
    voice = row.narrator.voices()[0]
    assert voice.id in row.narrator.identity(voice)
    assert row.narrator.identity(voice) == row.make().identity(voice)


def test_no_more_than_30_ms_of_silence_are_left_at_either_end(row: Row) -> None:
    utterance = speak(row, sentence("The octopus has three hearts, nine brains and blue blood."))
    sound = [abs(value) for value in memoryview(utterance.pcm).cast("h")]
    limit = max(sound) // 100
    heard = [number for number, value in enumerate(sound) if value > limit]
    assert heard[0] <= SAMPLE_RATE * 30 // 1000
    assert len(sound) - heard[-1] <= SAMPLE_RATE * 30 // 1000


def test_the_words_sound_while_they_are_said_to(row: Row) -> None:
    utterance = speak(row, sentence("Three hearts, and nine brains."))
    sound = memoryview(utterance.pcm).cast("h")
    for word in utterance.words:
        assert max(map(abs, sound[word.start : word.end])) > 500, word
