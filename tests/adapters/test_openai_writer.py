"""Scripts by a model: asked for, repaired, fitted to their length, compared with their sources."""

import json
from typing import Any

import msgspec
import pytest
from open_purse import OpenPurse
from openai_server import (
    SENTENCES,
    Behave,
    ModelServer,
    a_draft,
    a_scene,
    asked,
    says,
    serving,
)

from adapters.openai import OpenAIChat, OpenAIWriter
from adapters.sentencex import SentencexSegmenter
from domain.errors import CostCapReached
from domain.generation.brief import Brief, SceneInput, ShotKind
from domain.generation.references import Reference
from domain.generation.script import Script, Source, TopicMatch, spoken_seconds
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.spending import Purchase, Send

PACE = 150.0
FACTS = "Octopuses possess three hearts, blue blood, and eight arms. They go hunting after dark."
OCTOPUS = Source(title="Octopus", url="https://en.wikipedia.org/wiki/Octopus", license="CC BY-SA")


class OneArticle:
    """An encyclopedia of one article, and one that belongs to it."""

    identity = "one-article"

    def match(self, topic: str, language: str) -> TopicMatch | None:  # noqa: ARG002 - the port's
        return TopicMatch(title="Octopus") if topic == "Octopus" else None

    def references(self, topic: str, language: str) -> list[Reference]:
        if self.match(topic, language) is None:
            return []
        ship = "The Nautilus was launched in 1954 by Hyman Rickover."
        return [
            Reference(source=OCTOPUS, text=FACTS),
            Reference(source=Source(title="Nautilus"), text=ship),
        ]


def writer(server: ModelServer, **others: Any) -> OpenAIWriter:
    chat = OpenAIChat(server.base_url, "small-1", "sk-x")
    return OpenAIWriter(chat, OneArticle(), SentencexSegmenter(), **others)


OCTOPUS_30 = Brief(topic="Octopus", duration=30)
WORDS_30 = 72
"""that are asked for: 30 s at this pace, less the pauses"""


async def written(
    *answers: Behave, brief: Brief = OCTOPUS_30, errand: Errand | None = None, **others: Any
) -> tuple[Script, ModelServer]:
    async with serving(*answers) as server:
        script = await writer(server, **others).write(
            brief, 7, PACE, errand or Errand(purse=OpenPurse())
        )
    return script, server


def with_sentences(*texts: str, source: int = 1) -> str:
    """A draft of the right length whose second scene says these."""
    draft = json.loads(a_draft(WORDS_30 - sum(len(text.split()) for text in texts)))
    said = [{"text": text, "source": source} for text in texts]
    draft["scenes"].insert(1, a_scene(said))
    return json.dumps(draft)


async def test_a_draft_becomes_a_script_with_all_that_it_says() -> None:
    script, server = await written(says(a_draft(WORDS_30)))
    assert len(server.requests) == 1
    assert (script.title, script.title_options[1]) == ("Three Hearts", "The Blue-Blooded Octopus")
    assert script.tags[:2] == ["octopus", "ocean"]
    assert script.summary == "What an octopus is made of."
    first = script.scenes[0]
    assert (first.text, first.kind) == ("An octopus has three hearts.", ShotKind.HOOK)
    assert first.search_terms == ["octopus", "reef"]
    assert first.shot == "An octopus glides over a reef."
    assert script.scenes[-1].kind is ShotKind.CLOSING
    assert {sentence.source for scene in script.scenes for sentence in scene.sentences} == {0}
    assert script.sources[0] == OCTOPUS
    assert script.source_shingles
    assert 27 <= spoken_seconds(script.text, PACE) <= 33


async def test_the_model_is_told_what_is_wanted_and_given_numbered_sources() -> None:
    brief = Brief(topic="Octopus", duration=30, tone="dry", language="en-GB", title="My title")
    script, server = await written(says(a_draft(WORDS_30)), brief=brief)
    told = asked(server.bodies[0])
    assert told["assignment"] == {
        "topic": "Octopus",
        "title": "My title",
        "language": "en-GB",
        "tone": "dry",
        "format": "9:16",
        "seconds": 29,
        "words": WORDS_30,
        "hook_words": 8,
        "scenes": 3,
    }
    assert [source["number"] for source in told["sources"]] == [1, 2]
    assert told["sources"][0]["text"] == FACTS
    assert script.title == "My title"


async def test_progress_grows_over_all_calls() -> None:
    shares: list[float] = []
    errand = Errand(purse=OpenPurse(), progress=shares.append)
    await written(says("{"), says(a_draft(30)), says(a_draft(WORDS_30)), errand=errand)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.95)


@pytest.mark.parametrize(
    "broken",
    [
        a_draft(WORDS_30)[:-40],
        "I'd love to! Here is your script.",
        '{"scenes": []}',
        a_draft(WORDS_30, tags="octopus"),
        a_draft(WORDS_30, scenes=[a_scene([{"text": "Hi.", "source": "one"}])]),
        a_draft(WORDS_30, scenes=[a_scene([{"text": " … ", "source": 1}])]),
        a_draft(WORDS_30, privacy="public"),
        "[" * 5_000,
    ],
)
async def test_an_answer_that_can_t_be_read_is_asked_for_again_once(broken: str) -> None:
    script, server = await written(says(broken), says(a_draft(WORDS_30)))
    assert script.scenes
    assert len(server.requests) == 2
    *_, answer, wish = server.bodies[1]["messages"]
    assert answer["content"] == broken
    assert "can't be used" in wish["content"]
    assert '"search_terms"' in wish["content"], "servers may have left out the schema"
    with pytest.raises(ProviderFailed, match="twice") as caught:
        await written(says(broken), says(broken))
    assert caught.value.verdict is Verdict.NEXT


@pytest.mark.parametrize(
    "wrapped",
    ["```json\n{}\n```", "Sure!\n{}\nEnjoy.", "<think>{{so}} it goes</think>\n{}", "\ufeff{}"],
)
async def test_words_around_the_json_are_forgiven(wrapped: str) -> None:
    draft = a_draft(WORDS_30)
    script, server = await written(says(wrapped.replace("{}", draft, 1)))
    assert len(server.requests) == 1
    assert script.title == "Three Hearts"


async def test_an_answer_that_hit_its_limit_is_asked_for_again_with_more_room() -> None:
    _, server = await written(
        says(a_draft(WORDS_30)[:200], finish="length"), says(a_draft(WORDS_30))
    )
    first, second = (body["max_tokens"] for body in server.bodies)
    assert second == 2 * first


@pytest.mark.parametrize("answer", [says("", refusal="No."), says("", finish="content_filter")])
async def test_a_refusal_sends_to_the_next_provider_at_once(answer: Behave) -> None:
    async with serving(answer) as server:
        with pytest.raises(ProviderFailed, match="refuses") as caught:
            await writer(server).write(OCTOPUS_30, 7, PACE, Errand(purse=OpenPurse()))
    assert (caught.value.verdict, len(server.requests)) == (Verdict.NEXT, 1)


# -- its length ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "wish"), [(40, "add about"), (120, "take out about")])
async def test_a_script_of_another_length_is_asked_for_once_more(words: int, wish: str) -> None:
    script, server = await written(says(a_draft(words)), says(a_draft(WORDS_30)))
    assert wish in server.bodies[1]["messages"][-1]["content"]
    assert 27 <= spoken_seconds(script.text, PACE) <= 33
    assert not script.warnings


@pytest.mark.parametrize("words", [100, 150, 400])
async def test_what_stays_too_long_is_trimmed_by_whole_sentences(words: int) -> None:
    script, server = await written(says(a_draft(words)), says(a_draft(words)))
    assert len(server.requests) == 2
    assert 27 <= spoken_seconds(script.text, PACE) <= 33
    assert script.scenes[0].kind is ShotKind.HOOK
    assert script.scenes[-1].kind is ShotKind.CLOSING
    told = {sentence.text for scene in script.scenes for sentence in scene.sentences}
    assert told <= {"An octopus has three hearts.", *SENTENCES}


async def test_what_stays_too_short_is_told_and_not_padded() -> None:
    script, server = await written(says(a_draft(30)), says(a_draft(45)))
    assert len(server.requests) == 2
    [warning] = script.warnings
    assert (warning.code, warning.pointer) == ("duration_not_met", "/duration")
    assert len(script.text.split()) >= 45, "the nearer of the two"


async def test_a_second_answer_that_can_t_be_read_leaves_the_first() -> None:
    script, _ = await written(says(a_draft(40)), says("{"))
    assert [warning.code for warning in script.warnings] == ["duration_not_met"]
    script, _ = await written(says(a_draft(40)), says("", refusal="No."))
    assert script.scenes


class Short(OpenPurse):
    """Has money for one call."""

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        if self.bought:
            raise CostCapReached("That is all.")
        return await super().buy(purchase, send)


async def test_a_second_call_that_may_not_be_paid_leaves_the_first() -> None:
    script, server = await written(says(a_draft(30)), errand=Errand(purse=Short()))
    assert len(server.requests) == 1
    assert [warning.code for warning in script.warnings] == ["duration_not_met"]


async def test_without_a_duration_a_minute_is_the_most() -> None:
    brief = Brief(topic="Octopus")
    script, server = await written(says(a_draft(60)), brief=brief)
    assert (len(server.requests), script.warnings) == (1, [])
    script, _ = await written(says(a_draft(300)), says(a_draft(300)), brief=brief)
    assert spoken_seconds(script.text, PACE) <= 60


async def test_a_hook_that_takes_too_long_is_asked_for_again() -> None:
    slow = "An octopus has " + "three hearts and " * 6 + "blue blood."
    _, server = await written(says(a_draft(WORDS_30, hook=slow)), says(a_draft(WORDS_30)))
    assert "first sentence" in server.bodies[1]["messages"][-1]["content"]


# -- its sources ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It has 12 hearts.", ["12"]),
        ("It lived in 1873.", ["1873"]),
        ("Divers such as Jacques Cousteau met it.", ["Jacques Cousteau"]),
        ("It weighs about 3.5 million grams.", ["3.5 million"]),
        ("It has three hearts.", []),
        ("It has 3 hearts.", []),
    ],
)
async def test_numbers_and_names_that_no_source_has_are_flagged(
    text: str, claims: list[str]
) -> None:
    script, _ = await written(says(with_sentences(text)))
    flagged = [w for w in script.warnings if w.code == "unsupported_claim"]
    assert bool(flagged) == bool(claims)
    if flagged:
        assert flagged[0].pointer == "/scenes/1"
        assert all(f"“{claim}”" in flagged[0].message for claim in claims)


async def test_a_sentence_gets_the_source_that_truly_carries_it() -> None:
    script, _ = await written(says(with_sentences("Hyman Rickover launched it in 1954.")))
    assert script.scenes[1].sentences[0].source == 1
    assert not script.warnings
    script, _ = await written(says(with_sentences("It has three hearts.", source=9)))
    assert script.scenes[1].sentences[0].source == 0, "there is no ninth"


async def test_without_an_article_the_script_says_that_nothing_carries_it() -> None:
    brief = Brief(topic="Zorblax", duration=30)
    script, server = await written(says(a_draft(WORDS_30)), brief=brief)
    assert asked(server.bodies[0])["sources"] == []
    assert [warning.code for warning in script.warnings] == ["no_sources"]
    assert {sentence.source for scene in script.scenes for sentence in scene.sentences} == {None}


async def test_an_article_of_the_caller_s_is_the_only_source_and_may_be_cut() -> None:
    article = " ".join(f"Sentence number {n} is here." for n in range(900))
    brief = Brief(source_text=article, duration=30)
    script, server = await written(says(a_draft(WORDS_30)), brief=brief, context_tokens=6_000)
    [source] = asked(server.bodies[0])["sources"]
    assert article.startswith(source["text"])
    assert source["text"].endswith("is here.")
    assert "sources_cut" in {warning.code for warning in script.warnings}
    assert script.sources[0].title.startswith("Sentence number 0")


async def test_words_taken_from_the_source_make_a_draft() -> None:
    brief = Brief(source_text=" ".join(SENTENCES), duration=30)
    script, _ = await written(says(a_draft(WORDS_30)), brief=brief)
    assert script.draft
    assert "close_to_source" in {warning.code for warning in script.warnings}


async def test_a_model_that_repeats_itself_is_heard_once() -> None:
    draft = json.loads(a_draft(WORDS_30))
    draft["scenes"] += draft["scenes"] * 3
    script, server = await written(says(json.dumps(draft)))
    assert len(server.requests) == 1
    told = [sentence.text for scene in script.scenes for sentence in scene.sentences]
    assert len(told) == len(set(told))


# -- as a port -----------------------------------------------------------------------------------


async def test_a_model_knows_every_topic_and_the_encyclopedia_s_where_there_is_one() -> None:
    async with serving() as server:
        model = writer(server)
        assert model.match_topic("Octopus", "en").title == "Octopus"
        assert model.match_topic(" My  cellar ", "de") == TopicMatch(title="My cellar")
        assert "sk-x" not in model.identity


@pytest.mark.parametrize("brief", [Brief(script="Hi."), Brief(scenes=[SceneInput(text="Hi.")])])
async def test_words_that_are_there_already_are_not_a_model_s_matter(brief: Brief) -> None:
    async with serving() as server:
        with pytest.raises(ProviderFailed) as caught:
            await writer(server).write(brief, 7, PACE)
    assert (caught.value.verdict, server.requests) == (Verdict.NEXT, [])


async def test_both_protocols_give_the_same_script() -> None:
    scripts = []
    for api in ("chat", "responses"):
        async with serving(says(a_draft(WORDS_30))) as server:
            chat = OpenAIChat(server.base_url, "m", api=api)  # type: ignore[arg-type]
            model = OpenAIWriter(chat, OneArticle(), SentencexSegmenter())
            scripts.append(await model.write(OCTOPUS_30, 7, PACE, Errand(purse=OpenPurse())))
    assert msgspec.json.encode(scripts[0]) == msgspec.json.encode(scripts[1])
