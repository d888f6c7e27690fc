"""Times of words: told by an engine, found in the sound, or shared out by length."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generation.mastering import Mastering, Take, unsounded
from domain.generation.narration import SAMPLE_RATE, SpokenSentence, SpokenSpan, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import Voice
from domain.generation.speech import Clip
from domain.generation.told_times import Piece, share_told, times_of_words
from domain.generation.word_times import Times, over_stretches

VOICE = Voice(
    id="x:y", name="Y", language="en", words_per_minute=160, credit=Credit(what="voice", title="y")
)
WORDS = "one two, three four".split()
SENTENCE = SpokenSentence(" ".join(WORDS), [SpokenSpan([word], word) for word in WORDS])
CUT = 4_800
STRETCHES = [(960, 20_000), (29_600, 48_000)]
TOLD = [(0.1, 0.3), (0.3, 0.5), (0.8, 1.0), (1.0, 1.1)]


class Reader:
    """Two seconds of sound, of which a tenth was cut off."""

    def read(self, data: bytes, form: str, tempo: float = 1.0) -> Clip:
        assert form == "wav"
        return Clip(data * round(SAMPLE_RATE * 1.02 / tempo), round(CUT / tempo), STRETCHES)


class Aligner:
    """Finds what it's told to."""

    identity = "finder-1"

    def __init__(self, found: list[Times | None]) -> None:
        self.found = found

    def knows(self, language: str) -> bool:
        return language == "en"

    def align(self, pcm: bytes, words: Sequence[str]) -> list[Times | None]:
        assert pcm
        assert [*words] == WORDS
        return self.found


class Paces:
    """Remembers what was heard."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str, int, int]] = []

    def pace(self, voice_id: str, language: str) -> float | None:
        return 171.0 if (voice_id, language) == ("x:known", "en") else None

    def heard(self, voice_id: str, language: str, words: int, samples: int) -> None:
        self.noted.append((voice_id, language, words, samples))


async def master(
    times: list[tuple[float, float] | None] | None = None,
    found: list[Times | None] | None = None,
    *,
    speed: float = 1.0,
    tempo: float = 1.0,
    paces: Paces | None = None,
) -> Utterance:
    mastering = Mastering(Reader(), Aligner(found) if found else None, paces or Paces())
    take = Take(data=b"\x00\x10", form="wav", times=times, tempo=tempo)
    return await mastering.utterance(take, SENTENCE, VOICE, speed)


async def test_the_engines_times_are_moved_with_the_trimmed_sound() -> None:
    utterance = await master([*TOLD])
    assert utterance.timing == "engine"
    assert [w.start for w in utterance.words] == [round(s * 48_000) - CUT for s, _ in TOLD]


async def test_the_engines_times_go_with_the_tempo() -> None:
    utterance = await master([*TOLD], tempo=2.0)
    assert [w.start for w in utterance.words] == [round(s * 24_000) - CUT // 2 for s, _ in TOLD]


async def test_a_word_that_the_engine_left_out_is_put_between_its_neighbours() -> None:
    utterance = await master([TOLD[0], None, *TOLD[2:]])
    assert utterance.timing == "engine"
    assert utterance.words[0].end <= utterance.words[1].start < utterance.words[2].start


@pytest.mark.parametrize(
    "told",
    [
        [*TOLD[:3]],
        [TOLD[1], TOLD[0], *TOLD[2:]],
        [(float("nan"), 1.0), *TOLD[1:]],
        [*TOLD[:3], (5.0, 5.5)],
        [(0.3, 0.1), *TOLD[1:]],
        [TOLD[0], None, None, None],
    ],
)
async def test_times_that_cant_be_right_are_looked_for_in_the_sound(
    told: list[tuple[float, float] | None],
) -> None:
    found: list[Times | None] = [(0, 9_000), (9_000, 18_000), (30_000, 40_000), (40_000, 48_000)]
    utterance = await master(told, found)
    assert utterance.timing == "forced_alignment"
    assert [(w.start, w.end) for w in utterance.words] == found


async def test_what_isnt_found_either_is_shared_out_by_length() -> None:
    for found in (None, [None] * 4, [(0, 100), None, None, None]):
        utterance = await master(None, found)
        assert utterance.timing == "proportional"
        # the pause is the comma's
        assert (utterance.words[1].end, utterance.words[2].start) == (20_000, 29_600)


async def test_what_was_heard_is_noted_at_speed_1_and_not_at_odd_speeds() -> None:
    paces = Paces()
    await master([*TOLD], speed=1.2, paces=paces)
    await master([*TOLD], speed=2.0, paces=paces)
    length = round(SAMPLE_RATE * 1.02)
    assert paces.noted == [("x:y", "en", 4, round(length * 1.2) + 14_400)]


def test_a_measured_pace_goes_before_the_engines() -> None:
    mastering = Mastering(Reader(), None, Paces())
    assert mastering.pace("x:known", "en-US", 150.0) == 171.0
    assert mastering.pace("x:other", "en-US", 150.0) == 150.0


def test_the_identity_tells_how_words_are_found() -> None:
    mastering = Mastering(Reader(), Aligner([]), Paces())
    assert "finder-1" in mastering.identity("en")
    assert "by-length" in mastering.identity("de")


def test_a_sentence_without_a_letter_is_silence_with_its_words_in_it() -> None:
    silence = unsounded(SpokenSentence("??? !", [SpokenSpan(["???", "!"], "???")]))
    assert silence
    assert [word.text for word in silence.words] == ["???", "!"]
    assert silence.words[-1].end <= silence.samples
    assert unsounded(SENTENCE) is None


def pieces(*told: tuple[str, float, float]) -> list[Piece]:
    return [Piece(*one) for one in told]


def test_characters_words_and_merged_words_all_tell_the_times_of_words() -> None:
    words = ["Well-known,", "it's", "10,000!"]
    by_word = pieces(("well", 0, 1), ("known", 1, 2), ("it's", 2, 3), ("10000", 3, 4))
    assert times_of_words(words, by_word) == [(0, 2), (2, 3), (3, 4)]
    merged = pieces(("Well-known it's", 0, 12), ("10,000", 12, 17))
    assert times_of_words(words, merged)[1] == (9, 12)
    text = " ".join(words)
    by_character = pieces(*((c, float(i), i + 1.0) for i, c in enumerate(text)))
    assert times_of_words(words, by_character) == [(0, 10), (12, 16), (17, 23)]


def test_a_word_that_was_left_out_has_no_time_and_those_after_it_have() -> None:
    told = pieces(("one", 0, 1), ("nonsense", 1, 2), ("three", 2, 3))
    assert times_of_words(["one", "two", "three", "—"], told) == [(0, 1), None, (2, 3), None]
    assert share_told(["one", "two", "three", "—"], told) == 1.0
    assert share_told(["one", "two", "three", "four"], told) == 0.75
    assert share_told(["one"], []) == 0.0
    assert share_told(["one", "5%"], pieces(("one", 0, 1), ("five", 1, 2))) == 1.0


@given(
    words=st.lists(st.text("ab,.é—1", min_size=1, max_size=6), min_size=1, max_size=12),
    edges=st.lists(st.integers(0, 100_000), min_size=2, max_size=8, unique=True),
)
def test_shares_are_in_order_and_only_where_somebody_speaks(
    words: list[str], edges: list[int]
) -> None:
    edges = sorted(edges[: len(edges) // 2 * 2])
    stretches = [*zip(edges[::2], edges[1::2], strict=True)]
    times = over_stretches(words, stretches)
    assert len(times) == len(words)
    assert times == sorted(times)
    for start, end in times:
        assert stretches[0][0] <= start <= stretches[-1][1]
        assert start <= end or any(start == begin for begin, _ in stretches)
