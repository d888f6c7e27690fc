"""What every ``ClipUses`` does: tells what the latest videos have shown."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, work_off

from adapters.postgres import SqlClipUses, SqlJobStore, SqlVideoStore
from domain.generation.brief import Brief
from domain.generation.stores import ClipKey, ClipUse, ClipUses, RecentClips
from domain.generation.wording import Wording
from domain.jobs.model import Approved, Job, JobStatus, UnitKind

REQUEST = "0" * 64
OTHER = "1" * 64


@pytest.fixture
def uses(engine: AsyncEngine) -> ClipUses:
    return SqlClipUses(engine)


@pytest.fixture
def jobs(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine)


def key(name: str) -> ClipKey:
    return ClipKey("stock", name)


async def make_video(
    jobs: SqlJobStore,
    *clips: str,
    channel: str | None = None,
    request: str = OTHER,
    **fields: Any,
) -> Job:
    """A video that shows ``clips``."""
    job = await add_job(jobs, **fields)
    await work_off(jobs, until=UnitKind.PACKAGE)
    await package(jobs, *clips, channel=channel, request=request)
    return job


async def package(
    jobs: SqlJobStore, *clips: str, channel: str | None = None, request: str = OTHER
) -> None:
    """Finish the video that is due, which shows ``clips``."""
    claim = await claim_unit(jobs)
    shows = ClipUse(clips=[key(name) for name in clips], channel=channel, request=request)
    await jobs.finish(claim, msgspec.structs.replace(finish_for(claim, 2), shows=shows))


async def recent(uses: ClipUses, **asked: Any) -> RecentClips:
    values: dict[str, Any] = {
        "account_id": ACCOUNT,
        "video_id": uuid4(),
        "channel": None,
        "request": REQUEST,
        "videos": 10,
    }
    return await uses.recent(**(values | asked))


async def of_channel(uses: ClipUses, **asked: Any) -> set[str]:
    return {clip.id for clip in (await recent(uses, **asked)).of_channel}


async def of_account(uses: ClipUses, **asked: Any) -> set[str]:
    return {clip.id for clip in (await recent(uses, **asked)).of_account}


async def test_nothing_was_shown_before_the_first_video(uses: ClipUses) -> None:
    assert await recent(uses) == RecentClips()


async def test_what_videos_showed_is_told(uses: ClipUses, jobs: SqlJobStore) -> None:
    await make_video(jobs, "a", "b")
    await make_video(jobs, "b", "c")
    await make_video(jobs)

    found = await recent(uses)

    assert found.of_channel == found.of_account == {key("a"), key("b"), key("c")}


async def test_only_the_latest_videos_count(uses: ClipUses, jobs: SqlJobStore) -> None:
    for name in "abc":
        await make_video(jobs, name)
    await make_video(jobs)

    assert await of_account(uses, videos=2) == {"b", "c"}
    assert await of_account(uses, videos=0) == set()


async def test_channels_are_told_apart_and_no_channel_is_one(
    uses: ClipUses, jobs: SqlJobStore
) -> None:
    await make_video(jobs, "none")
    await make_video(jobs, "sea", channel="sea")
    await make_video(jobs, "sky", channel="sky")

    assert await of_channel(uses, channel="sea") == {"sea"}
    assert await of_channel(uses, channel=None) == {"none"}
    assert await of_account(uses, channel="sea") == {"none", "sea", "sky"}
    assert await of_channel(uses, channel="sea", videos=1) == {"sea"}


async def test_other_accounts_are_nobodys_business(uses: ClipUses, jobs: SqlJobStore) -> None:
    await make_video(jobs, "a")

    assert await recent(uses, account_id="thief") == RecentClips()


async def test_a_video_is_compared_with_those_before_it(uses: ClipUses, jobs: SqlJobStore) -> None:
    await make_video(jobs, "before")
    own = await make_video(jobs, "own")
    await make_video(jobs, "after")

    assert await of_account(uses, video_id=own.video_id) == {"before"}


async def test_a_request_that_comes_again_is_compared_with_those_before_its_first_video(
    uses: ClipUses, jobs: SqlJobStore
) -> None:
    await make_video(jobs, "before")
    await make_video(jobs, "first", request=REQUEST)
    await make_video(jobs, "after")

    assert await of_account(uses, request=REQUEST) == {"before"}
    assert await of_account(uses, request=REQUEST, video_id=None) == {"before"}
    assert await of_account(uses, request="2" * 64) == {"before", "first", "after"}


async def test_a_revision_takes_the_place_of_what_the_video_showed(
    uses: ClipUses, jobs: SqlJobStore
) -> None:
    await make_video(jobs, "before")
    first = await make_video(jobs, "old", "kept")
    await make_video(jobs, "kept", "new", video_id=first.video_id, revision=2)

    assert await of_account(uses) == {"before", "kept", "new"}
    assert await of_account(uses, video_id=first.video_id) == {"before"}, "as old as its first"


async def test_a_video_that_is_packaged_again_shows_what_it_showed_last(
    uses: ClipUses, jobs: SqlJobStore
) -> None:
    request = Brief(topic="Octopus", seed=7, pause_after="package")
    job = await add_job(jobs, request=request)
    await work_off(jobs, until=UnitKind.PACKAGE)
    await package(jobs, "first", "kept")
    wording = Wording(title="What an octopus knows")
    await jobs.approve(ACCOUNT, job.id, Approved(after=UnitKind.PACKAGE, wording=wording))

    await package(jobs, "kept", "second")

    assert (await jobs.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED
    assert await of_account(uses) == {"kept", "second"}


async def test_what_a_video_showed_goes_with_it(
    uses: ClipUses, jobs: SqlJobStore, engine: AsyncEngine
) -> None:
    gone = await make_video(jobs, "a")
    await make_video(jobs, "b")

    await SqlVideoStore(engine).delete(ACCOUNT, gone.video_id)

    assert await of_account(uses) == {"b"}


async def test_a_job_without_a_video_has_shown_nothing(uses: ClipUses, jobs: SqlJobStore) -> None:
    job = await add_job(jobs)
    await work_off(jobs, until=UnitKind.PACKAGE)
    claim = await claim_unit(jobs)
    await jobs.cancel(ACCOUNT, job.id)
    shows = ClipUse(clips=[key("a")], channel=None, request=OTHER)

    await jobs.finish(claim, msgspec.structs.replace(finish_for(claim, 2), shows=shows))

    assert await recent(uses) == RecentClips()


async def test_a_long_video_shows_thousands(uses: ClipUses, jobs: SqlJobStore) -> None:
    names = {f"folder/{'x' * 200}/{number:04}" for number in range(1_200)}
    await make_video(jobs, *names)

    assert await of_account(uses) == names
