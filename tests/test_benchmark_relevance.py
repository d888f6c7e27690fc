"""The lists that relevance is measured on are what they say, and nothing was tuned on them."""

from pathlib import Path

import pytest

from adapters.minilm import MiniLmEmbedder, find_weights
from benchmarks.relevance.__main__ import judged, shared_words
from benchmarks.relevance.pairs import Pairs, read_pairs
from domain.generation.keywords import STOPWORDS
from domain.generation.matching import stems
from domain.generation.relevance import Judge

FOLDER = Path(__file__).parents[1] / "benchmarks" / "relevance"
HELD = read_pairs(FOLDER / "library.tsv", FOLDER / "sentences.tsv")
MADE_UP = read_pairs(FOLDER / "tuning_library.tsv", FOLDER / "tuning_sentences.tsv")
OVERLOOKED = {"When time runs out, people take greater risks."}
"""its hourglass is "running out", too: the list stays as it was written"""
FEW = 8
"""sentences and their clips, for a look at the way itself"""


def right(pairs: Pairs, best: list[tuple[str, float]]) -> int:
    ranked = zip(pairs.sentences, best, strict=True)
    return sum(clip in pair.clips for pair, (clip, _) in ranked)


def test_a_hundred_sentences_and_three_hundred_clips_are_held() -> None:
    assert len(HELD.library) >= 300
    assert [pair.kind for pair in HELD.sentences] == ["shared"] * 50 + ["apart"] * 50
    assert all(pair.clips <= HELD.library.keys() for pair in HELD.sentences)


def test_half_of_the_pairs_share_no_content_word() -> None:
    empty = stems(" ".join(STOPWORDS))
    for pair in HELD.sentences:
        said = stems(pair.sentence) - empty
        shared = any(said & stems(HELD.library[clip]) for clip in pair.clips)
        assert shared == (pair.kind == "shared" or pair.sentence in OVERLOOKED), pair.sentence


def test_no_sentence_or_label_that_was_tuned_on_is_held() -> None:
    assert not set(MADE_UP.library.values()) & set(HELD.library.values())
    assert not {p.sentence for p in MADE_UP.sentences} & {p.sentence for p in HELD.sentences}


@pytest.mark.skipif(find_weights() is None, reason="`make relevance` wasn't run")
async def test_meaning_finds_what_words_do_not() -> None:
    folder = find_weights()
    assert folder is not None
    apart = [pair for pair in MADE_UP.sentences if pair.kind == "apart"][-FEW:]
    clips = sorted(clip for pair in apart for clip in pair.clips)
    few = Pairs({clip: MADE_UP.library[clip] for clip in clips}, apart)

    by_meaning, _ = await judged(Judge(MiniLmEmbedder(folder)), few)

    assert right(few, by_meaning) > right(few, shared_words(few))
