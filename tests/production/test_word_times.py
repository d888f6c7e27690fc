"""Word times that are estimated are told: by the job, again from the cache, and by a dry run."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from counted import Factory, open_factory
from services import Broken, Services

from app.container import make_container
from domain.generation.brief import SceneInput
from domain.generation.estimated_times import CODE
from domain.generation.narration import SpokenSentence, TimingSource, Utterance
from domain.generation.ports import Voice
from domain.generation.script import ProductionWarning
from domain.generation.sketching import Sketcher
from domain.jobs.model import LOCAL_ACCOUNT, Job, UnitKind
from domain.providers.errand import UNPAID, Errand

SCENES = [SceneInput(text="Honey keeps. It was in tombs."), SceneInput(text="Thank a bee.")]


class Untimed(Services):
    """Voices whose words are timed as ``timings`` has it by the sentence, else as ``rule`` says."""

    rule: TimingSource = "proportional"
    timings: dict[str, TimingSource] = {}  # noqa: RUF012 - replaced, never changed

    def voice_for(self, language: str, voice_id: str | None) -> Voice:
        return msgspec.structs.replace(super().voice_for(language, voice_id), word_timing=self.rule)

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,
        speed: float,
        seed: int,
        errand: Errand = UNPAID,
    ) -> Utterance:
        spoken = await super().speak(sentence, voice, speed, seed, errand)
        timing = self.timings.get(sentence.text, self.rule)
        return msgspec.structs.replace(spoken, timing=timing)


@pytest.fixture
def services() -> Untimed:
    return Untimed()


@pytest.fixture
async def factory(tmp_path: Path, cache_dir: Path, services: Untimed) -> AsyncIterator[Factory]:
    factory = await open_factory(tmp_path / "store", cache_dir)
    await factory.container.close()
    factory.container = make_container(factory.settings, Broken(services))
    yield factory
    await factory.container.close()


def is_planned(job: Job) -> bool:
    return any(
        stage.name is UnitKind.STORYBOARD and stage.units and stage.units == stage.units_done
        for stage in job.stages
    )


async def told_by_a_job(factory: Factory) -> list[ProductionWarning]:
    """What a job says of its word times once its shots are planned; it's left then."""
    jobs = await factory.jobs()
    job = await factory.submit(scenes=SCENES, seed=7)
    await factory.work_until(job, is_planned)
    job = await jobs.get(job.account_id, job.id)
    await jobs.cancel(job.account_id, job.id)
    return [warning for warning in job.warnings if warning.code == CODE]


async def test_a_job_says_it_once_and_says_the_same_of_what_is_kept(
    factory: Factory, services: Untimed
) -> None:
    [warning] = await told_by_a_job(factory)
    assert "In 3 of 3 sentences" in warning.message
    assert "'.[voices]'" in warning.hint

    assert await told_by_a_job(factory) == [warning]
    assert len(services.spoken) == 3, "nothing was spoken a second time"


async def test_one_sentence_that_was_not_found_counts(factory: Factory, services: Untimed) -> None:
    services.rule = "forced_alignment"
    services.timings = {"Thank a bee.": "proportional"}
    [warning] = await told_by_a_job(factory)
    assert "In 1 of 3 sentences" in warning.message
    assert "pip" not in warning.hint


async def test_times_that_the_engine_tells_are_no_reason_for_a_warning(
    factory: Factory, services: Untimed
) -> None:
    services.rule = "engine"
    assert await told_by_a_job(factory) == []


async def test_a_dry_run_says_it_before_anything_is_spoken(
    factory: Factory, services: Untimed
) -> None:
    sketcher = await factory.container.get(Sketcher)
    sketch = await sketcher.draw(LOCAL_ACCOUNT, factory.brief(scenes=SCENES, seed=7))
    [warning] = [warning for warning in sketch.warnings if warning.code == CODE]
    assert "'cloud'" in warning.message
    services.rule = "engine"
    sketch = await sketcher.draw(LOCAL_ACCOUNT, factory.brief(scenes=SCENES, seed=7))
    assert CODE not in [warning.code for warning in sketch.warnings]
