"""Scripts from the encyclopedia: surprising, grounded, whole, never padded."""

import re

import pytest

from adapters.sentencex import SentencexSegmenter
from adapters.wikipedia import WikipediaWriter
from adapters.wikipedia.articles import Article, data_file, read_articles
from domain.generation.brief import Brief, ShotKind
from domain.generation.closing import concludes
from domain.generation.headings import said_in
from domain.generation.hooks import LONGEST_HOOK_WORDS, MAX_HOOK_WORDS
from domain.generation.keywords import STOPWORDS
from domain.generation.originality import words_of
from domain.generation.rederiving import words_per_minute_for
from domain.generation.script import SceneEdit, Script, spoken_seconds
from domain.generation.shots import undangled
from domain.generation.titles import title_for
from domain.generation.writing import apply_edits

PACE = 165.0
BRIEF = Brief(topic="Bat")
FORMS = {"and", "from", "to"}
"""words that join a heading's own"""
TOPICS = (
    """
Octopus|Black hole|Napoleon|Coffee|Jazz|Mercury (planet)|DNA|Great Wall of China|Vincent van Gogh
Earthquake|Chess|Photosynthesis|Sinking of the Titanic|Ship|Amazon rainforest|Rome|Marie Curie
Association football|Dinosaur|Moon|Heart|Ludwig van Beethoven|Volcano|World War II|Sahara|Tea|Gold
Ocean|Sun|Isaac Newton|Cleopatra|Silk Road|Mona Lisa|Tiger|Colombia|Albert Einstein|Centrifuge
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.fixture(scope="module")
def writer(pytestconfig: pytest.Config) -> WikipediaWriter:
    # The index is built once for all sessions: pytest keeps the folder.
    folder = pytestconfig.rootpath / ".pytest_cache" / "d" / "topics"
    return WikipediaWriter(SentencexSegmenter(), folder)


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {article.title: article for article in read_articles(data_file())}


async def write(writer: WikipediaWriter, topic: str, seed: int = 1, **more: object) -> Script:
    return await writer.write(Brief(topic=topic, **more), seed, PACE)  # type: ignore[arg-type]


@pytest.mark.parametrize("topic", TOPICS)
async def test_it_opens_with_a_claim_that_stands_alone(writer: WikipediaWriter, topic: str) -> None:
    for seed in range(3):
        opening = (await write(writer, topic, seed)).scenes[0]
        text = opening.text
        assert opening.kind == ShotKind.HOOK
        assert len(opening.sentences) == 1
        assert len(text.split()) <= LONGEST_HOOK_WORDS
        assert not re.match(r"[^,]{0,60}\b(?:is|are|was|were) an?\b", text)
        assert not re.match(r"There (?:is|are|was|were)\b", text)
        assert not re.match(r"(?:It|They|He|She|This|These|However|But|Also|And)\b", text)


@pytest.mark.parametrize("topic", TOPICS)
async def test_every_sentence_is_whole_and_names_its_article(
    writer: WikipediaWriter, topic: str
) -> None:
    script = await write(writer, topic)
    for scene in script.scenes:
        assert 1 <= len(scene.sentences) <= 3
        for sentence in scene.sentences:
            assert sentence.source == 0
            assert re.match(r"[A-Z\d\"“]", sentence.text)
            assert re.search(r"[.?!][\"”]?$", sentence.text)
            assert not re.search(r"[()\[\]\ufffc]|\s[,.;]|  |,\.|\b(and|the) \1\b", sentence.text)


@pytest.mark.parametrize("topic", TOPICS)
async def test_nothing_is_said_that_the_article_does_not_say(
    writer: WikipediaWriter, topic: str, articles: dict[str, Article]
) -> None:
    script = await write(writer, topic)
    source = set(words_of(articles[topic].extract + " " + articles[topic].title))
    figures = {word for word in words_of(script.text) if word[0].isdigit()}
    centuries = {word for word in figures if re.fullmatch(r"1[4-8]00s", word)}
    assert figures - centuries <= source
    names = {w.lower() for w in re.findall(r"(?<=[a-z,] )[A-Z]\w{3,}", script.text)}
    assert names <= {w.removesuffix("s") for w in source} | source


@pytest.mark.parametrize("topic", TOPICS)
async def test_no_fact_is_told_twice(writer: WikipediaWriter, topic: str) -> None:
    script = await write(writer, topic)
    sentences = [set(words_of(s.text)) - STOPWORDS for x in script.scenes for s in x.sentences]
    for index, one in enumerate(sentences):
        for other in sentences[index + 1 :]:
            if min(len(one), len(other)) >= 5:
                assert len(one & other) / min(len(one), len(other)) < 0.9


@pytest.mark.parametrize("topic", TOPICS)
async def test_headings_are_words_of_their_scene_or_absent(
    writer: WikipediaWriter, topic: str
) -> None:
    script = await write(writer, topic)
    headings = [scene.heading for scene in script.scenes if scene.heading]
    assert len(set(headings)) == len(headings)
    for scene in script.scenes:
        assert scene.search_terms
        if scene.heading:
            own = set(words_of(scene.text)) | set(words_of(topic))
            assert set(words_of(scene.heading.replace("'s", ""))) <= own | FORMS
            assert not said_in(scene.heading, scene.text)


async def test_headings_have_two_to_six_words_or_are_one_name(writer: WikipediaWriter) -> None:
    found = [scene for topic in TOPICS for scene in (await write(writer, topic)).scenes]
    headed = [scene for scene in found if scene.heading]
    assert headed, "only what is sure is a heading: a few in a hundred scenes are"
    for scene in headed:
        words = (scene.heading or "").split()
        assert len(words) <= 6
        if len(words) == 1:  # it is written with a capital in the scene, too
            assert re.search(rf"(?<![.?!] )(?<!^){words[0]}\b", scene.text), scene.heading
        assert undangled(words) == scene.heading


async def test_a_planet_keeps_its_capital_inside_a_sentence(writer: WikipediaWriter) -> None:
    for seed in range(4):
        assert "mercury" not in (await write(writer, "Mercury (planet)", seed)).text


async def test_it_does_not_end_on_what_is_not_so(writer: WikipediaWriter) -> None:
    for seconds in (45, 120):
        close = (await write(writer, "Volcano", duration=seconds)).scenes[-1].text
        assert not re.search(r"\bnot\b|n't\b", close)
    assert concludes("Reefs now feed half a billion people.")
    assert not concludes("Volcanoes are usually not created there.")


async def test_hooks_are_statements_and_most_fit_a_screen(writer: WikipediaWriter) -> None:
    hooks = [(await write(writer, topic)).scenes[0].text for topic in TOPICS]
    assert sum(hook.endswith("?") for hook in hooks) <= 1
    assert sum(len(hook.split()) <= MAX_HOOK_WORDS for hook in hooks) >= 0.75 * len(hooks)


async def test_a_draft_reworded_by_its_author_is_a_draft_no_more(writer: WikipediaWriter) -> None:
    script = await write(writer, "Volcano")
    assert script.draft
    own = "My own words about mountains of fire, sentence after sentence, owe nothing to anyone."
    edits = {n: SceneEdit(text=own) for n in range(len(script.scenes))}
    edited = apply_edits(script, edits, SentencexSegmenter(), BRIEF)
    assert (edited.verbatim_share, edited.draft) == (0.0, False)
    assert "close_to_source" not in {warning.code for warning in edited.warnings}
    same = apply_edits(script, {0: SceneEdit(heading="Fire")}, SentencexSegmenter(), BRIEF)
    assert same.verbatim_share == script.verbatim_share


@pytest.mark.parametrize("topic", ["Bat", "Honey", "Volcano", "Jazz"])
async def test_words_of_ones_own_take_the_opening_out_of_title_summary_and_tags(
    writer: WikipediaWriter, topic: str
) -> None:
    brief = Brief(topic=topic)
    script = await writer.write(brief, 1, words_per_minute_for(brief))
    opening = script.scenes[0].text
    about = script.summary.removeprefix(opening)
    own = "Nobody has seen this at night."

    edited = apply_edits(script, {0: SceneEdit(text=own)}, SentencexSegmenter(), brief)

    assert edited.summary == f"{own}{about}"
    description = about.removeprefix(f" {script.tags[0]}: ").removesuffix(".")
    seconds = spoken_seconds(edited.text, words_per_minute_for(brief))
    assert edited.title == title_for(script.tags[0], own, description, seconds)
    assert edited.tags[0] == script.tags[0], "what the video is about stays"
    spoken = f"{edited.text} {edited.summary}".casefold()
    assert all(tag.casefold() in spoken for tag in edited.tags)


async def test_it_closes_where_the_hook_began(writer: WikipediaWriter) -> None:
    script = await write(writer, "World War II")
    assert script.scenes[0].text == "World War II was the deadliest conflict in history."
    assert script.scenes[-1].kind == ShotKind.CLOSING
    script = await write(writer, "Neptune")
    assert script.scenes[-1].text.startswith("That's Neptune: the eighth and farthest known planet")


@pytest.mark.parametrize("seconds", [15, 20, 30])
async def test_asked_for_less_it_keeps_the_best_within_ten_percent(
    writer: WikipediaWriter, seconds: int
) -> None:
    script = await write(writer, "Volcano", duration=seconds)
    assert seconds * 0.88 <= spoken_seconds(script.text, PACE) <= seconds * 1.12
    assert len(script.sources) == 1


async def test_without_a_duration_it_is_as_long_as_its_material_at_most_a_minute(
    writer: WikipediaWriter,
) -> None:
    assert spoken_seconds((await write(writer, "Coffee")).text, PACE) < 20
    for topic in ("Volcano", "Rome", "Colombia"):
        assert spoken_seconds((await write(writer, topic)).text, PACE) <= 62


async def test_asked_for_more_it_takes_near_relatives_and_names_them(
    writer: WikipediaWriter,
) -> None:
    script = await write(writer, "Octopus", duration=60)
    assert next(source.title for source in script.sources) == "Octopus"
    assert len(script.sources) > 1
    bridges = [scene for scene in script.scenes if (scene.heading or "").startswith("Related: ")]
    assert [b.heading for b in bridges] == [f"Related: {s.title}" for s in script.sources[1:]]
    assert bridges[0].section > script.scenes[0].section


async def test_asked_for_more_than_there_is_it_stays_shorter_and_says_so(
    writer: WikipediaWriter,
) -> None:
    script = await write(writer, "Octopus", duration=170)
    assert spoken_seconds(script.text, PACE) < 150
    (warning,) = [w for w in script.warnings if w.code == "shorter_than_asked"]
    assert warning.pointer == "/duration"
    assert warning.hint


async def test_an_article_with_more_to_tell_is_not_blamed_for_a_short_script(
    writer: WikipediaWriter,
) -> None:
    short = await write(writer, "Honey", duration=15)
    longer = await write(writer, "Honey", duration=30)

    assert spoken_seconds(longer.text, PACE) > 25
    (warning,) = [w for w in short.warnings if w.code == "shorter_than_asked"]
    assert "There is more to tell" in warning.message
    (warning,) = [
        w
        for w in (await write(writer, "Octopus", duration=170)).warnings
        if w.code == "shorter_than_asked"
    ]
    assert "What the encyclopedia says about Octopus" in warning.message


async def test_another_seed_gives_another_script(writer: WikipediaWriter) -> None:
    scenes = {
        topic: [(await write(writer, topic, seed)).scenes for seed in range(4)] for topic in TOPICS
    }
    differ = [topic for topic, drawn in scenes.items() if any(s != drawn[0] for s in drawn)]
    assert len(differ) >= len(TOPICS) / 4  # the others' videos differ in their boards
    told = [
        topic
        for topic in TOPICS[:12]
        if len({tuple(s.text for s in drawn) for drawn in scenes[topic]}) > 1
    ]
    assert len(told) >= 3


async def test_the_source_carries_all_that_attribution_needs(writer: WikipediaWriter) -> None:
    (source,) = (await write(writer, "Octopus")).sources
    assert source.url == "https://en.wikipedia.org/wiki/Octopus"
    assert source.author == "Wikipedia contributors"
    assert (source.license, source.changed) == ("CC BY-SA 4.0", True)
    assert source.license_url.startswith("https://creativecommons.org/licenses/by-sa/4.0")
