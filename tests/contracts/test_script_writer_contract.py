"""What every ScriptWriter does, whatever the script is made from."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from open_purse import OpenPurse
from openai_server import a_draft, says, serving

from adapters.openai import OpenAIChat, OpenAIWriter
from adapters.sentencex import SentencexSegmenter
from adapters.sumy import SumyWriter
from adapters.wikipedia import WikipediaEncyclopedia, WikipediaWriter
from domain.generation.brief import Brief, SceneInput
from domain.generation.ports import ScriptWriter
from domain.generation.script import Script
from domain.generation.writing import PlainWriter, Writers
from domain.providers.errand import Errand

PACE = 165.0
ARTICLE = (
    "The bridge was closed in May. Engineers had found cracks in four of its nine piers. Repairs "
    "would cost 48 million euros. Nobody in the city knows who will pay. A new bridge is planned."
)
BRIEFS = {
    "topic": Brief(topic="Octopus"),
    "source_text": Brief(source_text=ARTICLE),
    "script": Brief(script="Octopuses hide. They change colour.\n\nThey have three hearts."),
    "scenes": Brief(scenes=[SceneInput(text="Octopuses hide."), SceneInput(text="They taste.")]),
}


@pytest.fixture(params=["direct", "dispatched", "model"])
async def writer_of(
    request: pytest.FixtureRequest, caches: Path
) -> AsyncIterator[dict[str, ScriptWriter]]:
    segmenter = SentencexSegmenter()
    plain = PlainWriter(segmenter)
    writers: dict[str, ScriptWriter] = {
        "topic": WikipediaWriter(segmenter, caches),
        "source_text": SumyWriter(segmenter),
        "script": plain,
        "scenes": plain,
    }
    async with AsyncExitStack() as stack:
        if request.param == "model":
            server = await stack.enter_async_context(serving(*[says(a_draft(90))] * 4))
            chat = OpenAIChat(server.base_url, "small-1")
            model = OpenAIWriter(chat, WikipediaEncyclopedia(caches), segmenter)
            writers |= {"topic": model, "source_text": model}
        elif request.param == "dispatched":
            writers = dict.fromkeys(writers, Writers(writers))  # type: ignore[arg-type]
        yield writers


@pytest.fixture(params=list(BRIEFS))
def source_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def written(writer_of: dict[str, ScriptWriter], kind: str, seed: int = 3) -> Script:
    return await writer_of[kind].write(BRIEFS[kind], seed, PACE, Errand(purse=OpenPurse()))


async def test_the_same_seed_gives_the_same_script_byte_for_byte(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    first = await written(writer_of, source_kind)
    assert msgspec.json.encode(first) == msgspec.json.encode(await written(writer_of, source_kind))


async def test_every_scene_has_words_and_every_source_number_a_source(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    script = await written(writer_of, source_kind)
    assert script.scenes
    for scene in script.scenes:
        assert scene.sentences
        for sentence in scene.sentences:
            assert sentence.text == sentence.text.strip() != ""
            assert sentence.source is None or 0 <= sentence.source < len(script.sources)


async def test_title_and_tags_fit_youtube(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    script = await written(writer_of, source_kind)
    assert 0 < len(script.title) <= 100
    assert not set("<>") & set(script.title)
    assert all(script.tags)
    assert script.summary


async def test_sections_never_go_back(writer_of: dict[str, ScriptWriter], source_kind: str) -> None:
    sections = [scene.section for scene in (await written(writer_of, source_kind)).scenes]
    assert sections == sorted(sections)


async def test_a_given_title_is_kept(writer_of: dict[str, ScriptWriter], source_kind: str) -> None:
    brief = msgspec.structs.replace(BRIEFS[source_kind], title="My title")
    errand = Errand(purse=OpenPurse())
    assert (await writer_of[source_kind].write(brief, 1, PACE, errand)).title == "My title"


async def test_a_draft_always_comes_with_its_warning(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    script = await written(writer_of, source_kind)
    assert script.draft == ("close_to_source" in {w.code for w in script.warnings})
    assert script.draft == (script.verbatim_share > 0.3)


async def test_the_language_is_the_briefs(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    assert (await written(writer_of, source_kind)).language == "en"


def test_an_identity_names_what_the_words_depend_on(
    writer_of: dict[str, ScriptWriter], source_kind: str
) -> None:
    assert SentencexSegmenter().identity in writer_of[source_kind].identity
