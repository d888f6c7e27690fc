"""Shots of real topics: kinds that change, minutes that hold four, and the pace of the format."""

import asyncio
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from storyboard_scripts import (
    PALETTE,
    fewest_kinds_a_minute,
    narrate,
    repeated_kinds,
)

from adapters.libass import LibassTypesetter
from adapters.sentencex import SentencexSegmenter
from adapters.wikipedia import WikipediaWriter
from adapters.wikipedia.articles import data_file, read_articles
from domain.generation.brief import Brief
from domain.generation.planning import plan_storyboard
from domain.generation.script import Script
from domain.generation.shots import undangled
from domain.generation.storyboard import FactContent, QuoteContent, Storyboard

PACE = 165.0
TOPICS = 120
KNOWN = ["Octopus", "Black hole", "Napoleon", "Coffee", "Jazz", "DNA", "Rome", "Marie Curie"]


@pytest.fixture(scope="module")
def scripts(pytestconfig: pytest.Config) -> list[Script]:
    """Scripts of well-known topics and of some drawn from the whole encyclopedia."""
    folder = pytestconfig.rootpath / ".pytest_cache" / "d" / "topics"
    writer = WikipediaWriter(SentencexSegmenter(), folder)
    titles = sorted({article.title for article in read_articles(data_file())} - set(KNOWN))
    drawn = random.Random(11).sample(titles, TOPICS - len(KNOWN))

    async def write() -> list[Script]:
        return [await writer.write(Brief(topic=topic), 5, PACE) for topic in KNOWN + drawn]

    return asyncio.run(write())


@pytest.fixture(scope="module")
def typesetter(tmp_path_factory: pytest.TempPathFactory) -> LibassTypesetter:
    return LibassTypesetter(Path(tmp_path_factory.getbasetemp()) / "typesetter-fonts")


def board_of(script: Script, aspect_ratio: str, typesetter: LibassTypesetter) -> Storyboard:
    return plan_storyboard(
        script,
        [narrate(*(sentence.text for sentence in scene.sentences)) for scene in script.scenes],
        Brief(topic=script.title, aspect_ratio=aspect_ratio, seed=5),
        PALETTE,
        pictogram_for=typesetter.pictogram_for,
    )


@pytest.mark.parametrize("aspect_ratio", ["9:16", "16:9", "1:1"])
def test_no_kind_comes_twice_running_and_every_minute_has_four(
    scripts: list[Script], aspect_ratio: str, typesetter: LibassTypesetter
) -> None:
    for script in scripts:
        board = board_of(script, aspect_ratio, typesetter)
        assert repeated_kinds(board) == [], script.title
        assert fewest_kinds_a_minute(board) >= 4, script.title


def test_portrait_shows_something_new_every_two_to_four_seconds(
    scripts: list[Script], typesetter: LibassTypesetter
) -> None:
    lengths = [
        (end - start) / 30
        for script in scripts
        for scene in board_of(script, "9:16", typesetter).scenes
        for shot in scene.shots
        for start, end in zip(
            [0, *shot.reframes], [*shot.reframes, shot.end - shot.start], strict=False
        )
    ]
    assert 2 <= sum(lengths) / len(lengths) <= 4
    assert sum(length <= 4.5 for length in lengths) / len(lengths) > 0.95
    assert sum(length >= 1.5 for length in lengths) / len(lengths) > 0.95


def test_the_facts_of_a_scene_take_turns_in_their_layouts(
    scripts: list[Script], typesetter: LibassTypesetter
) -> None:
    seen = 0
    for script in scripts:
        for scene in board_of(script, "9:16", typesetter).scenes:
            facts = [s.content for s in scene.shots if isinstance(s.content, FactContent)]
            assert all(one.layout != two.layout for one, two in pairwise(facts)), script.title
            seen += len(facts) > 1
    assert seen > 10


def shown_texts(board: Storyboard) -> list[str]:
    """Every line that a board shows besides its captions and quotations.

    What a link says between its ends isn't a line: it leads from the one to the other.
    """
    texts = [board.title]
    for scene in board.scenes:
        texts.append(scene.heading or "")
        for shot in scene.shots:
            content = shot.content
            if content is None or isinstance(content, QuoteContent):
                continue
            lines = ("claim", "text", "label", "title")
            texts += [getattr(content, name, None) or "" for name in lines]
            for name in ("rows", "nodes", "ends", "groups"):
                texts += [part.text for part in getattr(content, name, [])]
            for name in ("bars", "marks"):
                texts += [part.label for part in getattr(content, name, [])]
    return [text for text in texts if text]


@pytest.mark.parametrize("aspect_ratio", ["9:16", "16:9"])
def test_nothing_that_is_shown_ends_on_a_word_that_wants_another(
    scripts: list[Script], aspect_ratio: str, typesetter: LibassTypesetter
) -> None:
    dangling = [
        (script.title, text)
        for script in scripts
        for text in shown_texts(board_of(script, aspect_ratio, typesetter))
        if undangled(text.split()) != text and not ends_a_sentence(text, script.text)
    ]
    assert dangling == []


def ends_a_sentence(text: str, script: str) -> bool:
    """Whether the script itself ends a sentence or a clause on these words ("in flights of")."""
    return re.search(rf"{re.escape(text[-12:])}[”\"]?[.?!;:]", script, re.IGNORECASE) is not None
