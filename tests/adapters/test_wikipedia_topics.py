"""What a topic is taken to mean."""

import sys
import time
from pathlib import Path

import pytest

from adapters.sentencex import SentencexSegmenter
from adapters.wikipedia import WikipediaWriter
from domain.errors import LanguageUnsupported, TopicNotFound


@pytest.fixture(scope="module")
def writer(pytestconfig: pytest.Config) -> WikipediaWriter:
    # The index is built once for all sessions: pytest keeps the folder.
    folder = pytestconfig.rootpath / ".pytest_cache" / "d" / "topics"
    return WikipediaWriter(SentencexSegmenter(), folder)


@pytest.mark.parametrize(
    ("topic", "title", "matched_by"),
    [
        ("Octopus", "Octopus", "title"),
        ("octopuses", "Octopus", "title"),
        ("BLACK HOLES", "Black hole", "title"),
        ("  the moon ", "Moon", "title"),
        ("how do octopuses think", "Octopus", "title"),
        ("Erwin Schrodinger", "Erwin Schrödinger", "title"),
        ("soccer", "Association football", "alias"),
        ("Beethoven", "Ludwig van Beethoven", "alias"),
        ("van gogh", "Vincent van Gogh", "alias"),
        ("World War 2", "World War II", "alias"),
        ("the french emperor napoleon", "Napoleon", "search"),
        ("the largest desert in africa", "Sahara", "search"),
        ("Great Wall", "Great Wall of China", "search"),
        ("Titanic", "Sinking of the Titanic", "search"),
        ("jazz music", "Jazz", "search"),
    ],
)
def test_topics_are_found(writer: WikipediaWriter, topic: str, title: str, matched_by: str) -> None:
    match = writer.match_topic(topic, "en-US")
    assert (match.title, match.matched_by) == (title, matched_by)


@pytest.mark.parametrize(
    "topic",
    ["zxqv blorp", "Bitcoin", "how to make money online", "best laptops 2024", "?", "42", "why"],
)
def test_a_topic_without_an_article_is_not_guessed(writer: WikipediaWriter, topic: str) -> None:
    with pytest.raises(TopicNotFound) as caught:
        writer.match_topic(topic, "en")
    assert caught.value.hint_text


@pytest.mark.parametrize(
    ("typo", "title"), [("Napolean", "Napoleon"), ("phosphorous", "Phosphorus")]
)
def test_a_misspelt_topic_gets_suggestions(writer: WikipediaWriter, typo: str, title: str) -> None:
    with pytest.raises(TopicNotFound) as caught:
        writer.match_topic(typo, "en")
    assert title in caught.value.suggestions
    assert not caught.value.only_examples


def test_several_meanings_come_back_as_alternatives(writer: WikipediaWriter) -> None:
    mercury = writer.match_topic("Mercury", "en")
    assert mercury.title == "Mercury (planet)"
    assert "Mercury (element)" in mercury.alternatives
    assert writer.match_topic("Octopus", "en").alternatives == []


def test_an_alternative_taken_up_is_found_by_its_own_title(writer: WikipediaWriter) -> None:
    assert writer.match_topic("Mercury (element)", "en").title == "Mercury (element)"


def test_a_match_links_to_its_article(writer: WikipediaWriter) -> None:
    match = writer.match_topic("great wall of china", "en")
    assert match.url == "https://en.wikipedia.org/wiki/Great_Wall_of_China"
    assert match.description


def test_an_article_of_which_only_formulas_were_left_out_is_not_offered(
    writer: WikipediaWriter,
) -> None:
    with pytest.raises(TopicNotFound):
        writer.match_topic("Harmonic oscillator", "en")


def test_other_languages_are_refused_with_the_way_out(writer: WikipediaWriter) -> None:
    with pytest.raises(LanguageUnsupported) as caught:
        writer.match_topic("Octopus", "de-DE")
    assert "script" in caught.value.hint_text


@pytest.mark.parametrize("topic", ['"', 'zz"yy OR *', "NEAR(x)", "-", "title:x", "'; DROP TABLE"])
def test_query_syntax_is_only_text(writer: WikipediaWriter, topic: str) -> None:
    with pytest.raises(TopicNotFound):
        writer.match_topic(topic, "en")


def test_look_ups_are_quick_once_the_index_is_built(
    writer: WikipediaWriter, tmp_path: Path
) -> None:
    writer.match_topic("Octopus", "en")
    started = time.process_time()
    for topic in ("Volcano", "the french emperor napoleon", "largest desert in africa"):
        writer.match_topic(topic, "en")
    assert (time.process_time() - started) / 3 < 0.3


def test_the_index_is_built_once_and_found_again(tmp_path: Path) -> None:
    first = WikipediaWriter(SentencexSegmenter(), tmp_path)
    assert first.match_topic("Octopus", "en")
    (built,) = tmp_path.iterdir()
    stamp = built.stat().st_mtime_ns
    assert WikipediaWriter(SentencexSegmenter(), tmp_path).match_topic("Octopus", "en")
    assert [path.stat().st_mtime_ns for path in tmp_path.iterdir()] == [stamp]


def test_the_packages_code_is_never_imported(writer: WikipediaWriter) -> None:
    writer.match_topic("Octopus", "en")
    assert not [name for name in sys.modules if name.startswith("ovos_skill_wiki")]


def test_a_topic_that_nothing_is_near_to_gets_examples_that_exist(writer: WikipediaWriter) -> None:
    with pytest.raises(TopicNotFound) as caught:
        writer.match_topic("zxqv blorp", "en")
    assert caught.value.only_examples
    assert "examples" in caught.value.hint_text
    assert caught.value.suggestions
    for title in caught.value.suggestions:
        assert writer.match_topic(title, "en").title == title
