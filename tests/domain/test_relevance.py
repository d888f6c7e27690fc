"""What a clip is worth to a scene."""

import pytest
from word_embedder import WordEmbedder

from domain.generation.matching import readable, score, stems
from domain.generation.packaging import Credit
from domain.generation.ports import VisualCandidate, VisualRequest
from domain.generation.relevance import (
    KEYWORD_FLOOR,
    MAX_QUERIES,
    MODEL_FLOOR,
    Judge,
    Judged,
    looks,
    queries_of,
)


def ask(sentence: str, *terms: str, language: str = "en") -> VisualRequest:
    return VisualRequest(
        terms=list(terms),
        media=None,
        milliseconds=3_000,
        width=1080,
        height=1920,
        sentence=sentence,
        language=language,
    )


def clip(label: str, **fields: object) -> VisualCandidate:
    values: dict[str, object] = {
        "id": label,
        "name": "0042.mp4",
        "type": "clip",
        "score": 0.0,
        "width": 1080,
        "height": 1920,
        "duration_ms": 8_000,
        "credit": Credit(what="clip", title=label),
        "label": label,
    }
    return VisualCandidate(**(values | fields))


async def judged(judge: Judge, request: VisualRequest, *labels: str) -> list[Judged]:
    return await judge.judge(request, [clip(label) for label in labels])


async def test_by_meaning_a_clip_fits_without_a_word_in_common() -> None:
    near, far = await judged(
        Judge(WordEmbedder()), ask("The cephalopod hides."), "octopus on rocks", "coins in a jar"
    )

    assert near.fits
    assert not far.fits
    assert near.score > far.score
    assert (near.judged_by, near.floor) == ("model", MODEL_FLOOR)


async def test_without_a_model_keywords_judge_as_they_always_did() -> None:
    request = ask("The octopus hides in its reef.", "octopus", "reef")

    found = await judged(Judge(), request, "octopus in a reef", "octopus", "train")

    expected = [score(request.terms, stems(one.candidate.label)) for one in found]
    assert [one.parts["relevance"] for one in found] == pytest.approx(expected, abs=1e-4)
    assert [one.fits for one in found] == [True, True, False]
    assert {(one.judged_by, one.floor) for one in found} == {("keywords", KEYWORD_FLOOR)}


async def test_a_language_that_the_model_has_not_learned_is_judged_by_keywords() -> None:
    request = ask("Der Oktopus versteckt sich.", "Oktopus", language="de-AT")

    [found] = await judged(Judge(WordEmbedder()), request, "Oktopus am Riff")

    assert found.judged_by == "keywords"
    assert found.fits


async def test_terms_that_say_more_than_the_sentence_count_by_themselves() -> None:
    bare, told = ask("Its arms think for themselves."), ask("Its arms think.", "octopus")

    assert not (await judged(Judge(WordEmbedder()), bare, "octopus"))[0].fits
    assert (await judged(Judge(WordEmbedder()), told, "octopus"))[0].fits


async def test_a_scene_that_says_nothing_has_nothing_relevant() -> None:
    for judge in (Judge(), Judge(WordEmbedder())):
        [found] = await judged(judge, ask(""), "octopus")
        assert found.parts["relevance"] == 0.0


async def test_tags_tell_as_a_label_does_and_a_name_where_there_is_none() -> None:
    judge = Judge(WordEmbedder())
    tagged = clip("IMG", tags=["tentacle"])
    named = clip("", name="dives/octopus-0042.mp4")

    found = await judge.judge(ask("An octopus."), [tagged, named])

    assert all(one.fits for one in found)


@pytest.mark.parametrize(
    ("part", "better", "worse"),
    [
        ("framing", {"width": 1080, "height": 1920}, {"width": 3840, "height": 2160}),
        ("resolution", {"width": 1080, "height": 1920}, {"width": 270, "height": 480}),
        ("length", {"duration_ms": 3_000}, {"duration_ms": 500}),
        ("motion", {"type": "clip"}, {"type": "still", "duration_ms": 0}),
    ],
)
def test_how_a_clip_would_look_is_told_part_by_part(
    part: str, better: dict[str, object], worse: dict[str, object]
) -> None:
    good, bad = (looks(clip("x", **fields), ask("x"))[part] for fields in (better, worse))

    assert good == 1.0
    assert 0.6 < bad < 1.0


def test_parts_that_are_no_fault_are_one() -> None:
    assert set(looks(clip("x"), ask("x")).values()) == {1.0}


def test_queries_go_from_specific_to_general() -> None:
    assert queries_of(["octopus", "coral reef"], "Neighbours", "...") == [
        "octopus coral reef",
        "octopus",
        "coral reef",
        "Neighbours",
    ]


def test_a_sentence_is_no_query() -> None:
    text = "An octopus can squeeze its body through a tiny hole."
    queries = queries_of([text], None, text)

    assert 1 <= len(queries) <= MAX_QUERIES
    assert all(len(query.split()) <= 2 for query in queries)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Night Dives/reef_shark-0042.mp4", "Night Dives reef shark"),
        ("IMG_0042.jpg", ""),
        ("blackHole1080p.webm", "black Hole"),
        ("moscow-1941.png", "moscow 1941"),
    ],
)
def test_names_are_read_as_words(name: str, words: str) -> None:
    assert readable(name) == words
