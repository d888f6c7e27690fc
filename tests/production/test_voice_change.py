"""A voice service fails in the middle of a job: the job never speaks in two voices unasked."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from counted import Factory, open_factory
from services import REASON, Broken, Services
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlJobStore
from app.container import make_container
from app.controllers.bodies import JobBody
from domain.generation.approvals import Approvals
from domain.generation.brief import Brief, SceneInput, VoiceChoice
from domain.generation.casting import Recast
from domain.generation.pipeline import Pipeline
from domain.generation.script import SceneEdit
from domain.jobs.model import STAGES, Job, JobStatus, UnitKind
from domain.jobs.ports import JobStore

SCENES = [
    SceneInput(text="Honey never spoils. It was found in tombs."),
    SceneInput(text="Bees dance to tell the way."),
    SceneInput(text="So thank a bee."),
]
SENTENCES = 4


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
async def factory(tmp_path: Path, cache_dir: Path, services: Services) -> AsyncIterator[Factory]:
    factory = await open_factory(tmp_path / "store", cache_dir)
    await factory.container.close()
    factory.container = make_container(factory.settings, Broken(services))
    yield factory
    await factory.container.close()


def fails_after(services: Services, sentences: int, voice: str = "cloud") -> None:
    """Have a service break for good when so many sentences have been spoken."""
    services.breaks = lambda asked, _: asked == voice and len(services.spoken) >= sentences


async def narrate(factory: Factory, **fields: Any) -> Job:
    """A job whose scenes are all narrated."""
    job = await factory.submit(**({"scenes": SCENES, "seed": 7} | fields))
    await factory.work_until(job, is_narrated)
    return await (await factory.jobs()).get(job.account_id, job.id)


def is_narrated(job: Job) -> bool:
    (stage,) = [stage for stage in job.stages if stage.name is UnitKind.NARRATION]
    return bool(stage.units) and stage.units == stage.units_done


async def voices_of(factory: Factory, job: Job) -> list[dict[str, int]]:
    """Sentences by voice, of each scene."""
    made = await (await factory.container.get(JobStore)).results(job.account_id, job.id)
    return [made[UnitKind.NARRATION, scene].data["voices"] for scene in range(len(SCENES))]


async def test_the_whole_job_is_spoken_again_by_the_next_service_and_the_manifest_says_why(
    factory: Factory, services: Services
) -> None:
    fails_after(services, 1)
    scenes = [SceneInput(text="Honey keeps."), SceneInput(text="Thank a bee.")]

    job = await factory.work_off(await factory.submit(scenes=scenes, aspect_ratio="1:1", seed=7))

    assert job.status is JobStatus.SUCCEEDED, job.error
    assert job.recasts == [Recast(instead_of="cloud", voice="edge", reason=REASON)]
    assert [voice for voice, _ in services.spoken] == ["cloud", "edge", "edge"]
    assert JobBody.from_job(job).recasts == job.recasts
    assert job.result is not None
    assert job.result.path is not None
    manifest = json.loads((Path(job.result.path) / "manifest.json").read_text())
    assert manifest["voice"] == "edge/1"
    assert [(voice["id"], voice["sentences"]) for voice in manifest["voices"]] == [("edge", 2)]
    (told,) = [one["message"] for one in manifest["warnings"] if one["code"] == "voice_changed"]
    assert all(part in told for part in ("'cloud'", "'edge'", REASON))
    credits_ = [one["title"] for one in manifest["credits"] if one["what"] == "voice"]
    assert credits_ == ["Edge"]

    # what the next revision leaves alone is to sound as it does, with the other service back
    edit = {1: SceneEdit(text="Thank all bees.")}
    revision = await (await factory.jobs()).revise(job.account_id, job.video_id, edit)
    assert revision.request.voice.id == "edge"


async def test_a_voice_of_the_callers_own_is_not_replaced(
    factory: Factory, services: Services
) -> None:
    fails_after(services, 2)
    asked = await factory.submit(scenes=SCENES, voice=VoiceChoice(id="cloud"))

    job = await factory.work_off(asked)

    assert asked.request.voice_change == "never"
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("provider_failed", REASON)
    assert (job.recasts, {voice for voice, _ in services.spoken}) == ([], {"cloud"})

    services.breaks = lambda *_: False
    await (await factory.jobs()).retry(job.account_id, job.id)
    await factory.work_until(job, is_narrated)
    assert len({text for _, text in services.spoken}) == len(services.spoken) == SENTENCES


async def test_a_voice_of_the_callers_own_is_replaced_where_that_is_allowed(
    factory: Factory, services: Services
) -> None:
    fails_after(services, 1)

    job = await narrate(factory, voice=VoiceChoice(id="cloud"), voice_change="start_over")

    assert [recast.voice for recast in job.recasts] == ["edge"]


async def test_a_job_that_may_mix_goes_on_from_there_and_lends_nothing_of_it_to_others(
    factory: Factory, services: Services
) -> None:
    failing = ("It was found in tombs.", "So thank a bee.")
    services.breaks = lambda voice, text: voice == "cloud" and text in failing

    job = await narrate(factory, voice_change="mix")

    assert await voices_of(factory, job) == [{"cloud": 1, "edge": 1}, {"cloud": 1}, {"edge": 1}]
    told = sorted(one.message for one in job.warnings if one.code == "voice_changed")
    assert [message.split(" the voice")[0] for message in told] == ["In scene 0", "In scene 2"]
    assert all(part in message for message in told for part in ("'cloud'", "'edge'", REASON))
    assert job.recasts == []

    await (await factory.jobs()).cancel(job.account_id, job.id)
    services.breaks = lambda *_: False
    edge = await narrate(factory, voice=VoiceChoice(id="edge"))
    assert [one.code for one in edge.warnings] == []
    await (await factory.jobs()).cancel(edge.account_id, edge.id)
    other = await narrate(factory, voice_change="mix")
    assert await voices_of(factory, other) == [{"cloud": 2}, {"cloud": 1}, {"cloud": 1}]
    assert [one.code for one in other.warnings] == []


async def test_when_the_next_voice_fails_too_the_one_after_it_speaks(
    factory: Factory, services: Services
) -> None:
    services.breaks = lambda voice, _: voice != "local"

    job = await narrate(factory)

    assert [recast.voice for recast in job.recasts] == ["edge", "local"]
    assert {voice for voice, _ in services.spoken} == {"local"}


async def test_when_no_voice_is_left_the_job_fails_as_without_another(
    factory: Factory, services: Services
) -> None:
    services.breaks = lambda *_: True

    job = await factory.work_off(await factory.submit(scenes=SCENES))

    # it doesn't come back to a service that it has left
    assert [recast.voice for recast in job.recasts] == ["edge", "local"]
    assert job.error is not None
    assert job.error.code == "provider_failed"


async def test_speakers_stay_apart_when_a_service_fails(
    factory: Factory, services: Services
) -> None:
    services.breaks = lambda voice, _: voice.startswith("cloud")
    speakers = {"host": VoiceChoice(), "guest": VoiceChoice(id="cloud-2")}

    job = await narrate(
        factory,
        scenes=None,
        script="[host] Who are you?\n\n[guest] Nobody. [host] I see.\n\n[guest] Good.",
        speakers=speakers,
        voice_change="start_over",
    )

    assert {recast.instead_of: recast.voice for recast in job.recasts} in (
        {"cloud": "edge", "cloud-2": "local"},
        {"cloud-2": "edge", "cloud": "local"},
    )
    assert [sum(scene.values()) for scene in await voices_of(factory, job)] == [1, 2, 1]
    assert len((await voices_of(factory, job))[1]) == 2


async def test_what_was_approved_as_it_sounds_keeps_its_voice(
    factory: Factory, services: Services
) -> None:
    job = await narrate(factory, pause_after="narration")
    store = await factory.container.get(JobStore)
    services.breaks = lambda voice, _: voice == "cloud"

    approvals = await factory.container.get(Approvals)
    await approvals.approve(job.account_id, job.id, scenes={0: SceneEdit(text="Other words.")})
    job = await factory.work_off(job)

    assert job.error is not None
    assert (job.error.code, job.recasts) == ("provider_failed", [])
    assert (await store.get(job.account_id, job.id)).status is JobStatus.FAILED


async def test_workers_side_by_side_change_the_voice_once(
    factory: Factory, services: Services
) -> None:
    job = await factory.submit(scenes=[SceneInput(text=f"Number {n}.") for n in range(8)])
    fails_after(services, 3)

    async def work() -> None:
        runner = await factory.runner()
        while not is_narrated(await (await factory.jobs()).get(job.account_id, job.id)):
            await runner.run_next()

    await asyncio.gather(*(work() for _ in range(3)))

    job = await (await factory.jobs()).get(job.account_id, job.id)
    assert [recast.voice for recast in job.recasts] == ["edge"]
    made = await (await factory.container.get(JobStore)).results(job.account_id, job.id)
    spoken = [made[UnitKind.NARRATION, scene].data["voices"] for scene in range(8)]
    assert spoken == [{"edge": 1}] * 8


async def test_a_worker_that_dies_before_it_has_said_so_leaves_the_job_to_the_next(
    factory: Factory, services: Services
) -> None:
    fails_after(services, 1)
    job = await factory.submit(scenes=SCENES)
    await factory.work_until(job, lambda job: any(s.units for s in job.stages[1:]))
    dying = SqlJobStore(await factory.container.get(AsyncEngine), lease_seconds=-1)
    pipeline = await factory.container.get(Pipeline)
    recast = None
    while not isinstance(recast, Recast):
        claim = await dying.claim("dies", STAGES)
        assert claim is not None
        recast = await pipeline.run(claim, await dying.inputs(claim), lambda _: None)
        # kill -9: of what it has found out nothing is written
        assert (await dying.reconcile(3600, crash_limit=9)).expired == 1

    assert (await (await factory.jobs()).get(job.account_id, job.id)).recasts == []
    await factory.work_until(job, is_narrated)

    assert await voices_of(factory, job) == [{"edge": 2}, {"edge": 1}, {"edge": 1}]


# -- at which pace -------------------------------------------------------------------------------


async def test_a_voice_that_is_measured_in_mid_job_keeps_its_pace_for_the_job(
    factory: Factory, services: Services
) -> None:
    job = await factory.submit(scenes=SCENES, seed=7)
    await factory.work_until(job, lambda job: len(job.stages) > 1 and bool(services.spoken))
    services.paces["cloud"] = 190.0
    await factory.work_until(job, is_narrated)

    assert len(services.speeds) == SENTENCES
    [before] = set(services.speeds)

    await (await factory.jobs()).cancel(job.account_id, job.id)
    services.speeds.clear()
    await narrate(factory)
    [after] = set(services.speeds)
    assert after < before, "the next job asks a fast voice for less"


async def test_a_voice_that_takes_another_s_place_keeps_its_pace_too(
    factory: Factory, services: Services
) -> None:
    def breaks(voice: str, _: str) -> bool:
        if services.spoken:  # the first scene has been spoken by the other voice
            services.paces["edge"] = 190.0
        return voice == "cloud"

    services.breaks = breaks

    await narrate(factory)

    assert [voice for voice, _ in services.spoken] == ["edge"] * SENTENCES
    assert len(set(services.speeds)) == 1


# -- what is asked for ---------------------------------------------------------------------------


async def test_intake_gives_every_speaker_a_voice(factory: Factory) -> None:
    speakers = {"host": VoiceChoice(speed=1.2), "guest": VoiceChoice(id="edge")}

    job = await factory.submit(script="[guest] Hello.", speakers=speakers)

    assert job.request.speakers == {
        "host": VoiceChoice(id="cloud", speed=1.2),
        "guest": VoiceChoice(id="edge"),
    }
    assert job.request.voice_change == "never"
    assert (await factory.submit(script="Hello.")).request.voice_change == "start_over"
    assert isinstance(job.request, Brief)
