"""Writers, narrators and sources of pictures in a row, each behind its own port."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import (
    FieldError,
    InvalidRequest,
    LanguageUnsupported,
    MediaNotFound,
    NoProviderLeft,
    ProvidersExhausted,
    TopicNotFound,
    VoiceNotFound,
)
from domain.generation.brief import Brief, SceneInput
from domain.generation.chained import ChainedNarrator, ChainedVisuals, ChainedWriter
from domain.generation.narration import SpokenSentence, SpokenSpan, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import VisualCandidate, VisualRequest, Voice
from domain.generation.script import Scene, Script, Sentence, TopicMatch
from domain.providers.chain import Chain, Link
from domain.providers.circuits import Circuits
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict


async def no_sleep(seconds: float) -> None:
    """Go on at once."""


def chain_of(*links: Link[Any]) -> Chain[Any]:
    return Chain(links, Circuits(lambda: 0.0), sleep=no_sleep, random=lambda: 1.0)


def down(verdict: Verdict = Verdict.BLOCKED) -> ProviderFailed:
    return ProviderFailed("The key was refused (403).", verdict)


def outcomes(errand: Errand) -> list[str]:
    return [f"{attempt.provider} {attempt.outcome}" for attempt in errand.attempts]


# -- writers -----------------------------------------------------------------------------------


class Writer:
    def __init__(self, name: str, trouble: Exception | None = None) -> None:
        self.identity = name
        self.trouble = trouble
        self.briefs: list[Brief] = []

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        if self.trouble is not None:
            raise self.trouble
        return TopicMatch(title=f"{topic} of {self.identity}", description="", matched_by="title")

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        self.briefs.append(brief)
        if self.trouble is not None:
            raise self.trouble
        scenes = [Scene(sentences=[Sentence("Octopuses hide.")])]
        return Script(title=self.identity, language=brief.language, scenes=scenes)


def writers(*ports: Writer) -> ChainedWriter:
    links = [Link(port.identity, port) for port in ports]
    return ChainedWriter(Writer("plain"), chain_of(*links))


ARTICLE = Brief(source_text="The bridge was closed in May.")


@pytest.mark.parametrize(
    "brief", [Brief(script="Hello."), Brief(scenes=[SceneInput(text="Hello.")])]
)
async def test_words_of_one_s_own_never_go_to_a_provider(brief: Brief) -> None:
    model = Writer("model")
    assert (await writers(model).write(brief, 1, 160)).title == "plain"
    assert model.briefs == []


@pytest.mark.parametrize("brief", [Brief(topic="Octopus"), ARTICLE])
async def test_everything_else_is_written_by_the_first_that_can(brief: Brief) -> None:
    errand = Errand()
    written = await writers(Writer("model", down()), Writer("offline")).write(brief, 1, 160, errand)
    assert written.title == "offline"
    assert outcomes(errand) == ["model blocked", "offline answered"]
    [told] = written.warnings
    assert told.code == "writer_changed"
    assert told.message == "The script is by offline: model failed. The key was refused (403)."


@pytest.mark.parametrize(
    "refusal",
    [
        TopicNotFound("Octopus", []),
        LanguageUnsupported("Not in Klingon."),
        InvalidRequest([FieldError("/source_text", "holds no sentence")]),
    ],
)
async def test_a_writer_for_whom_it_is_nothing_is_passed_over(refusal: Exception) -> None:
    errand = Errand()
    chained = writers(Writer("offline", refusal), Writer("model"))
    written = await chained.write(Brief(topic="Octopus"), 1, 160, errand)
    assert (written.title, written.warnings) == ("model", [])
    assert outcomes(errand) == ["offline next", "model answered"]


async def test_what_all_writers_say_of_a_brief_is_said_by_the_last() -> None:
    chained = writers(
        Writer("a", LanguageUnsupported("Not in Klingon.")),
        Writer("b", TopicNotFound("Octopus", ["Squid"])),
    )
    with pytest.raises(TopicNotFound) as raised:
        await chained.write(Brief(topic="Octopus"), 1, 160)
    assert raised.value.suggestions == ["Squid"]


async def test_a_refusal_doesn_t_hide_that_another_writer_was_down() -> None:
    chained = writers(Writer("model", down()), Writer("offline", TopicNotFound("Octopus", [])))
    with pytest.raises(NoProviderLeft, match=r"model: .*403.*offline: No article"):
        await chained.write(Brief(topic="Octopus"), 1, 160)


def test_a_topic_means_what_the_first_who_knows_it_says() -> None:
    unknown = Writer("offline", TopicNotFound("Octopus", ["Squid"]))
    match = writers(unknown, Writer("model")).match_topic("Octopus", "en")
    assert match.title == "Octopus of model"
    with pytest.raises(TopicNotFound) as raised:
        writers(Writer("model", LanguageUnsupported("No.")), unknown).match_topic("Octopus", "tlh")
    assert raised.value.suggestions == ["Squid"]


def test_another_order_is_another_identity() -> None:
    a, b = Writer("a"), Writer("b")
    assert writers(a, b).identity != writers(b, a).identity
    assert {"plain", "a", "b"} == set(writers(a, b).identity.split(";"))


# -- narrators ---------------------------------------------------------------------------------


class Narrator:
    def __init__(self, name: str, *voices: str, trouble: Exception | None = None) -> None:
        self.name = name
        self.trouble = trouble
        self.spoken = 0
        self.lists = 0
        self.is_listed = True
        self._voices = [
            Voice(
                id=voice,
                name=voice,
                language=voice.partition("_")[0],
                words_per_minute=160,
                credit=Credit(what="voice", title=voice),
            )
            for voice in voices
        ]

    def voices(self) -> list[Voice]:
        self.lists += 1
        if not self.is_listed:
            raise ProviderFailed("It isn't there.", Verdict.RETRY)
        return self._voices

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        self.voices()
        if not self._voices:
            raise VoiceNotFound("No voice is installed.")
        for voice in self._voices:
            if voice_id in (None, voice.id) and voice.language == language:
                return voice
        raise LanguageUnsupported(f"{self.name} doesn't speak {language}.")

    def identity(self, voice: Voice) -> str:
        return f"{self.name}/{voice.id}"

    def check_speakable(self, text: str, voice: Voice) -> None:
        """Everything is."""

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        self.spoken += 1
        if self.trouble is not None:
            raise self.trouble
        return Utterance(self.name.encode() * 2, [], "engine")


def narrators(*ports: Narrator, default: str = "") -> ChainedNarrator:
    return ChainedNarrator(chain_of(*(Link(port.name, port) for port in ports)), default)


HELLO = SpokenSentence("Hello.", [SpokenSpan(shown=["Hello."], spoken="hello")])


def two(default: str = "") -> ChainedNarrator:
    cloud = Narrator("cloud", "en_anna", "de_bert")
    return narrators(cloud, Narrator("local", "en_joe", "fr_luc"), default=default)


def test_everybody_s_voices_are_there_the_default_first() -> None:
    assert [voice.id for voice in two().voices()] == ["en_anna", "de_bert", "en_joe", "fr_luc"]
    assert next(voice.id for voice in two("en_joe").voices()) == "en_joe"


@pytest.mark.parametrize(
    ("language", "default", "voice"),
    [
        ("en", "", "en_anna"),
        ("fr", "", "fr_luc"),
        ("en", "en_joe", "en_joe"),
        ("de", "en_joe", "de_bert"),
        ("en", "en_nobody", "en_anna"),
    ],
)
def test_the_default_is_the_first_provider_s_voice_that_speaks_the_language(
    language: str, default: str, voice: str
) -> None:
    assert two(default).voice_for(language, None).id == voice


def test_a_language_nobody_speaks_is_told_with_those_that_there_are() -> None:
    with pytest.raises(LanguageUnsupported, match="there is de, en, fr"):
        two().voice_for("tlh", None)


def test_a_provider_without_any_voice_is_no_obstacle() -> None:
    assert narrators(Narrator("none"), Narrator("local", "en_joe")).voice_for("en", None)
    with pytest.raises(VoiceNotFound, match="No voice is installed"):
        narrators(Narrator("none"), Narrator("nothing")).voice_for("en", None)


def test_a_voice_is_known_by_its_id_and_so_is_its_provider() -> None:
    voice = two().voice_for("fr", "fr_luc")
    assert two().identity(voice) == "local/fr_luc"
    with pytest.raises(LanguageUnsupported, match="local doesn't speak en"):
        two().voice_for("en", "fr_luc")
    with pytest.raises(VoiceNotFound, match="there is en_anna, de_bert, en_joe, fr_luc"):
        two().voice_for("en", "nobody")


def test_of_two_voices_with_one_id_the_first_provider_s_is_meant() -> None:
    chained = narrators(Narrator("a", "en_joe"), Narrator("b", "en_joe"))
    assert [voice.id for voice in chained.voices()] == ["en_joe"]
    assert chained.identity(chained.voice_for("en", "en_joe")) == "a/en_joe"


async def test_a_voice_is_spoken_by_its_own_provider_and_by_nobody_else() -> None:
    cloud = Narrator("cloud", "en_anna", trouble=down())
    local = Narrator("local", "en_joe")
    chained, errand = narrators(cloud, local), Errand()
    with pytest.raises(NoProviderLeft):
        await chained.speak(HELLO, chained.voice_for("en", None), 1, 1, errand)
    assert local.spoken == 0
    assert outcomes(errand) == ["cloud blocked"]
    joe = chained.voice_for("en", "en_joe")
    assert (await chained.speak(HELLO, joe, 1, 1)).pcm == b"local" * 2


async def test_a_sentence_isn_t_held_up_by_a_list_of_voices_that_has_been_read() -> None:
    cloud, local = Narrator("cloud", "en_anna"), Narrator("local", "en_joe")
    chained = narrators(cloud, local)
    joe = chained.voice_for("en", "en_joe")
    cloud.lists = local.lists = 0
    await chained.speak(HELLO, joe, 1, 1)
    assert chained.identity(joe) == "local/en_joe"
    assert (cloud.lists, local.lists) == (0, 0)


def test_a_list_that_can_t_be_read_hides_no_other_voices() -> None:
    cloud = Narrator("cloud", "en_anna")
    cloud.is_listed = False
    chained = narrators(cloud, Narrator("local", "en_joe"))
    assert [voice.id for voice in chained.voices()] == ["en_joe"]
    assert chained.identity(chained.voice_for("en", "en_joe")) == "local/en_joe"
    assert chained.voice_for("en", None).id == "en_joe"
    assert chained.alternatives(chained.voice_for("en", "en_joe"), "en") == []


def test_a_voice_isn_t_lost_while_the_list_that_may_have_it_can_t_be_read() -> None:
    cloud = Narrator("cloud", "en_anna")
    cloud.is_listed = False
    chained = narrators(cloud, Narrator("local", "en_joe"), default="en_anna")
    with pytest.raises(ProvidersExhausted, match=r"'en_anna'.* of cloud") as waiting:
        chained.voice_for("en", "en_anna")
    assert waiting.value.details["retry_after_seconds"] > 0
    assert chained.voice_for("en", None).id == "en_joe"

    cloud.is_listed = True
    assert chained.voice_for("en", "en_anna").id == "en_anna"


async def test_all_keys_of_its_provider_are_tried() -> None:
    bad, good = Narrator("cloud", "en_anna", trouble=down()), Narrator("cloud", "en_anna")
    chain = chain_of(Link("cloud", bad, "...1111"), Link("cloud", good, "...2222"))
    chained, errand = ChainedNarrator(chain), Errand()
    voice = chained.voice_for("en", None)
    for _ in range(3):
        await chained.speak(HELLO, voice, 1, 1, errand)
    assert (bad.spoken, good.spoken) == (1, 3)
    assert [voice.id for voice in chained.voices()] == ["en_anna"]


def test_alternatives_are_the_other_providers_defaults_for_the_language() -> None:
    chained = narrators(
        Narrator("cloud", "en_anna", "en_bert"),
        Narrator("french", "fr_luc"),
        Narrator("local", "en_joe", "en_kim"),
    )
    anna, joe = chained.voice_for("en", "en_anna"), chained.voice_for("en", "en_joe")
    assert [voice.id for voice in chained.alternatives(anna, "en")] == ["en_joe"]
    assert [voice.id for voice in chained.alternatives(joe, "en")] == ["en_anna"]


# -- pictures ----------------------------------------------------------------------------------


class Source:
    def __init__(
        self, name: str, *names: str, trouble: Exception | None = None, has_files: bool = False
    ) -> None:
        self.identity = name
        self.names = names
        self.trouble = trouble
        self.has_files = has_files
        self.fetched: list[str] = []

    async def search(
        self, request: VisualRequest, errand: Errand = UNPAID
    ) -> list[VisualCandidate]:
        if self.trouble is not None:
            raise self.trouble
        if request.media is not None and request.media not in self.names:
            if self.has_files:
                raise MediaNotFound(f"{request.media} isn't in {self.identity}.")
            return []
        return [
            VisualCandidate(
                id=name,
                name=name,
                type="still",
                score=0.5,
                width=9,
                height=9,
                credit=Credit(what="still", title=name),
            )
            for name in self.names
            if request.media in (None, name)
        ]

    def problems(self) -> list[tuple[str, str]]:
        return [("torn.mp4", "it is torn")] if self.has_files else []

    async def fetch(
        self, candidate: VisualCandidate, folder: Path, errand: Errand = UNPAID
    ) -> Path:
        if self.trouble is not None:
            raise self.trouble
        self.fetched.append(candidate.id)
        return folder / f"{self.identity}-{candidate.id}"


def sources(*ports: Source) -> ChainedVisuals:
    return ChainedVisuals(chain_of(*(Link(port.identity, port) for port in ports)))


def ask(media: str | None = None) -> VisualRequest:
    return VisualRequest(terms=["reef"], media=media, milliseconds=3_000, width=9, height=16)


async def test_what_all_offer_is_offered_and_each_is_fetched_where_it_was_found() -> None:
    pexels, folder = Source("pexels", "1"), Source("folder", "1", "2")
    chained = sources(pexels, folder)
    found = await chained.search(ask())
    assert [(one.source, one.id) for one in found] == [
        ("pexels", "1"),
        ("folder", "1"),
        ("folder", "2"),
    ]
    brought = [(await chained.fetch(candidate, Path("/tmp"))).name for candidate in found]
    assert brought == ["pexels-1", "folder-1", "folder-2"]
    assert (pexels.fetched, folder.fetched) == (["1"], ["1", "2"])


@pytest.mark.parametrize(
    "make_trouble", [down, lambda: ProviderFailed("Busy.", Verdict.RETRY, retry_after_seconds=60)]
)
async def test_a_source_that_fails_is_passed_over_and_named_until_it_answers(
    make_trouble: Callable[[], ProviderFailed],
) -> None:
    now = 0.0
    pexels = Source("pexels", "1", trouble=make_trouble())
    chain: Chain[Any] = Chain(
        [Link("pexels", pexels), Link("folder", Source("folder", "2", has_files=True))],
        Circuits(lambda: now),
        sleep=no_sleep,
        random=lambda: 1.0,
    )
    chained, errand = ChainedVisuals(chain), Errand()
    assert [one.id for one in await chained.search(ask(), errand)] == ["2"]
    assert chained.problems()[0] == ("torn.mp4", "it is torn")
    assert chained.problems()[1][0] == "pexels"
    assert outcomes(errand)[-1] == "folder answered"
    assert outcomes(errand)[0].startswith("pexels ")
    now, pexels.trouble = 10_000.0, None
    assert [one.id for one in await chained.search(ask())] == ["1", "2"]
    assert [name for name, _ in chained.problems()] == ["torn.mp4"]


async def test_when_every_source_fails_nothing_is_found_and_the_scene_is_drawn() -> None:
    assert await sources(Source("pexels", "1", trouble=down())).search(ask()) == []


async def test_a_named_file_is_taken_from_whoever_has_it_alone() -> None:
    chained = sources(
        Source("pexels", "1"),
        Source("folder", "reef.png", has_files=True),
        Source("archive", "wreck.png", has_files=True),
    )
    assert [one.source for one in await chained.search(ask("wreck.png"))] == ["archive"]
    with pytest.raises(MediaNotFound, match=r"nemo\.png isn't in folder"):
        await chained.search(ask("nemo.png"))
    with pytest.raises(MediaNotFound, match="No source of pictures has a file"):
        await sources(Source("pexels", "1")).search(ask("nemo.png"))


async def test_sources_can_be_asked_one_by_one_in_order() -> None:
    chained = sources(Source("pexels", trouble=down()), Source("folder", "2"))
    asked = {name: await source.search(ask()) for name, source in chained.sources.items()}
    assert list(asked) == ["pexels", "folder"]
    assert asked["pexels"] == []
    [candidate] = asked["folder"]
    assert (await chained.fetch(candidate, Path("/tmp"))).name == "folder-2"
    assert [link.provider for link in chained.links] == ["pexels", "folder"]


async def test_a_file_that_can_t_be_brought_is_an_error_of_its_source() -> None:
    source = Source("pexels", "1")
    chained = sources(source)
    [candidate] = await chained.search(ask())
    source.trouble = ProviderFailed("Busy.", Verdict.RETRY, retry_after_seconds=60)
    with pytest.raises(ProvidersExhausted, match="Busy"):
        await chained.fetch(candidate, Path("/tmp"))


async def test_calls_outside_a_job_keep_no_notes() -> None:
    await sources(Source("pexels", "1")).search(ask())
    assert UNPAID.attempts == []
