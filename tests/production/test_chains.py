"""A provider dies in mid-job: the next one does the work, and everybody can read why."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from counted import Factory, Ledger
from dishka import Provider, Scope, decorate, provide
from faults.standins import StandInEngine, StandInNarrator, StandInTypesetter
from faults.standins import Work as Pretence

from app.capabilities import PortProviders
from app.chains import Chains
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from app.survey import Survey
from domain.generation.brief import Brief
from domain.generation.documents import decode
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Manifest
from domain.generation.ports import Typesetter, VideoEngine, Voice
from domain.generation.script import Scene, Script, Sentence, TopicMatch
from domain.generation.stores import DocumentStore
from domain.jobs.model import JobStatus, UnitKind
from domain.jobs.ports import JobStore
from domain.providers.chain import Chain, Link
from domain.providers.circuits import Switchboard
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.usage import Usage

CALL_SECONDS = 1.0
"""of one that hangs, and ample for those that answer at once"""
PATIENCE_SECONDS = 60.0
PRETENCE: Any = Pretence(SimpleNamespace(ledger=None), 1.0)  # type: ignore[arg-type]


async def die(how: str) -> None:
    """Fail as services do."""
    if how == "403":
        raise ProviderFailed("The key was refused (403).", Verdict.BLOCKED)
    if how == "500":
        raise ProviderFailed("The service answered 500.", Verdict.RETRY)
    await asyncio.Event().wait()


class Writer:
    """Writes two scenes, unless it is to die."""

    def __init__(self, how: str = "") -> None:
        self.identity = f"stand-in {how}"
        self.how = how
        self.calls = 0

    def match_topic(self, topic: str, language: str) -> TopicMatch:  # noqa: ARG002
        return TopicMatch(title=topic)

    async def write(
        self,
        brief: Brief,
        seed: int,  # noqa: ARG002
        words_per_minute: float,  # noqa: ARG002
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Script:
        self.calls += 1
        if self.how:
            await die(self.how)
        lines = ["Honey never spoils.", "Bees visit two million flowers."]
        scenes = [Scene(sentences=[Sentence(line)]) for line in lines]
        return Script(title="Honey", language=brief.language, scenes=scenes)


class DyingNarrator(StandInNarrator):
    """Has a voice, and never speaks."""

    def __init__(self, how: str) -> None:
        super().__init__(PRETENCE)
        self.how = how
        self.calls = 0

    async def speak(
        self,
        sentence: SpokenSentence,  # noqa: ARG002
        voice: Voice,  # noqa: ARG002
        speed: float,  # noqa: ARG002
        seed: int,  # noqa: ARG002
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Utterance:
        self.calls += 1
        await die(self.how)
        raise AssertionError


class Shaky(Provider):
    """Providers of which the first dies, and quick stand-ins for what is slow to make."""

    scope = Scope.APP

    def __init__(self, how: str) -> None:
        super().__init__()
        self.writer = Writer(how)
        self.narrator = DyingNarrator(how)

    @decorate
    def chains(self, inner: Chains, switchboard: Switchboard) -> Chains:
        async def at_once(seconds: float) -> None:
            """Wait for nothing."""

        def chain(port: str, *links: Link[Any]) -> Chain[Any]:
            return Chain(
                links,
                switchboard.of(port),
                sleep=at_once,
                random=lambda: 0.5,
                call_seconds=CALL_SECONDS if self.writer.how == "hang" else PATIENCE_SECONDS,
            )

        spare = StandInNarrator(PRETENCE)
        return Chains(
            chain("writer", Link("model", self.writer, "...aaaa"), Link("spare", Writer())),
            chain(
                "narrator", Link("cloud", self.narrator, "...bbbb"), Link("cloud", spare, "...cccc")
            ),
            inner.visuals,
            [],
        )

    @provide
    def engine(self) -> VideoEngine:
        return StandInEngine(PRETENCE)

    @provide
    def typesetter(self) -> Typesetter:
        return StandInTypesetter()


@pytest.fixture(params=["403", "500", "hang"])
def shaky(request: pytest.FixtureRequest) -> Shaky:
    return Shaky(request.param)


@pytest.fixture
async def factory(shaky: Shaky, tmp_path: Path) -> AsyncIterator[Factory]:
    settings = Settings(data_dir=tmp_path / "store", min_free_bytes=0)
    await prepare_storage(settings)
    factory = Factory(settings, Ledger(tmp_path / "ledger"))
    await factory.container.close()
    factory.container = make_container(settings, shaky)
    yield factory
    await factory.container.close()


async def providers_of(factory: Factory) -> dict[str, PortProviders]:
    survey = await factory.container.get(Survey)
    return {port.port: port for port in (await survey.look()).providers}


async def test_the_job_is_finished_by_the_next_and_says_so(factory: Factory, shaky: Shaky) -> None:
    tries = {"403": 1, "500": 3, "hang": 1}[shaky.writer.how]
    verdict = "blocked" if shaky.writer.how == "403" else "retry"

    job = await factory.work_off(await factory.submit(topic="Honey", aspect_ratio="1:1", seed=1))

    assert job.status is JobStatus.SUCCEEDED, job.error
    results = await (await factory.container.get(JobStore)).results(job.account_id, job.id)
    body = await (await factory.container.get(DocumentStore)).get(
        job.account_id, UnitKind.PACKAGE, results[UnitKind.PACKAGE, 0].fingerprint
    )
    assert body is not None
    used = {(usage.stage, usage.ordinal): usage for usage in decode(body, Manifest).providers}
    script = used["script", 0]
    assert script.providers == ["spare"]
    assert [(a.provider, a.key, a.outcome, a.times) for a in script.attempts] == [
        ("model", "...aaaa", verdict, tries),
        ("spare", "", "answered", 1),
    ]
    assert used["storyboard", 0].providers == ["folder"]
    assert used["narration", 0].providers == used["narration", 1].providers == ["cloud"]
    keys = [a.key for scene in (1, 0) for a in used["narration", scene].attempts]
    assert keys == ["...bbbb", "...cccc", "...cccc"]

    told = await providers_of(factory)
    [model, spare, *_] = told["writer"].providers
    [key] = model.keys
    assert (model.name, key.label, key.is_open) == ("model", "...aaaa", True)
    assert key.seconds_left > 0
    assert key.reason == script.attempts[0].reason
    assert not spare.keys[0].is_open
    bad, good = told["narrator"].providers[0].keys
    # the other key answered before this one was tried again, and one 500 opens no circuit
    assert (bad.failures, bad.is_open) == (1, shaky.writer.how != "500")
    assert (good.failures, good.is_open) == (0, False)

    before = shaky.writer.calls
    again = await factory.work_off(await factory.submit(topic="Bees", aspect_ratio="1:1", seed=2))
    assert again.status is JobStatus.SUCCEEDED
    assert shaky.writer.calls == before, "an open circuit was asked"


@pytest.mark.parametrize("shaky", ["403"], indirect=True)
async def test_work_that_is_found_finished_says_by_whom_it_was_done(factory: Factory) -> None:
    store = await factory.container.get(JobStore)
    told = []
    for _ in range(2):
        job = await factory.work_off(
            await factory.submit(topic="Honey", aspect_ratio="1:1", seed=1)
        )
        results = await store.results(job.account_id, job.id)
        told.append(results[UnitKind.NARRATION, 1].data["attempts"])
    assert told[0] == told[1] != []


def test_a_manifest_of_before_has_no_providers() -> None:
    assert msgspec.convert({"stage": "script", "providers": [], "attempts": []}, Usage)
    old = Path(__file__).parents[1] / "documents" / "0.1.0" / "package.json"
    assert decode(old.read_bytes(), Manifest).providers == []
