"""Lists of jobs and videos: narrowed, in order, and the same however much comes meanwhile."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, work_off

from adapters.postgres import SqlJobStore, SqlVideoStore
from adapters.postgres.lists import select_jobs, select_videos
from adapters.postgres.tables import jobs as job_rows
from adapters.postgres.tables import videos as video_rows
from domain.errors import InvalidRequest
from domain.generation.brief import AspectRatio, Brief
from domain.jobs.listing import JobSelection, Sort, VideoSelection
from domain.jobs.model import JobStatus, UnitKind
from domain.jobs.ports import Page

BEGINNING = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def jobs(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine)


@pytest.fixture
def videos(engine: AsyncEngine) -> SqlVideoStore:
    return SqlVideoStore(engine)


async def hourly(jobs: SqlJobStore, count: int, **brief: Any) -> list[UUID]:
    """Jobs of an hour each."""
    ids = []
    for hour in range(count):
        request = Brief(topic="Octopus", seed=7, **brief)
        job = await add_job(jobs, request=request, created_at=BEGINNING + hour * HOUR)
        ids.append(job.id)
    return ids


async def make_video(
    jobs: SqlJobStore, engine: AsyncEngine, title: str, aspect_ratio: AspectRatio = "9:16"
) -> UUID:
    await add_job(jobs)
    await work_off(jobs, until=UnitKind.PACKAGE)
    claim = await claim_unit(jobs)
    finish = finish_for(claim, 2)
    assert finish.video is not None
    video = msgspec.structs.replace(finish.video, title=title, aspect_ratio=aspect_ratio)
    await jobs.finish(claim, msgspec.structs.replace(finish, video=video))
    async with engine.begin() as conn:  # an hour after the one before
        number = (await conn.execute(sa.select(sa.func.count()).select_from(video_rows))).scalar()
        await conn.execute(
            sa.update(video_rows)
            .where(video_rows.c.id == video.id)
            .values(created_at=BEGINNING + (number - 1 if number else 0) * HOUR)
        )
    return video.id


async def walk(page: Callable[[str | None], Awaitable[Page[Any]]]) -> list[UUID]:
    """The ids of all pages."""
    found: list[UUID] = []
    cursor = None
    while True:
        one = await page(cursor)
        found += [item.id for item in one.items]
        if one.next is None:
            return found
        cursor = one.next


@pytest.mark.parametrize("sort", Sort)
async def test_pages_go_either_way_and_nothing_that_comes_meanwhile_shifts_them(
    jobs: SqlJobStore, sort: Sort
) -> None:
    ids = await hourly(jobs, 5)
    selection = JobSelection(sort=sort)
    first = await jobs.page(ACCOUNT, selection, limit=2)

    before = await add_job(jobs, created_at=BEGINNING - HOUR)
    after = await add_job(jobs, created_at=BEGINNING + 9 * HOUR)
    rest = await walk(lambda at: jobs.page(ACCOUNT, selection, cursor=at or first.next, limit=2))

    seen = [job.id for job in first.items] + rest
    if sort is Sort.OLDEST:
        assert seen == [*ids, after.id]
    else:
        assert seen == [*ids[::-1], before.id]


@pytest.mark.parametrize("sort", Sort)
async def test_the_way_back_shows_the_pages_of_the_way_there_whatever_has_come_meanwhile(
    jobs: SqlJobStore, sort: Sort
) -> None:
    for hour in (0, 1, 1, 1, 1, 1, 2):  # those of one instant are told apart, too
        await add_job(jobs, created_at=BEGINNING + hour * HOUR)
    selection = JobSelection(sort=sort)

    async def there_and_back() -> tuple[list[list[UUID]], list[list[UUID]]]:
        page = await jobs.page(ACCOUNT, selection, limit=2)
        assert page.previous is None
        there = [[job.id for job in page.items]]
        while page.next is not None:
            page = await jobs.page(ACCOUNT, selection, cursor=page.next, limit=2)
            there.append([job.id for job in page.items])
        for hour in (-1, 9):  # before the first, whichever that is, and after the last
            await add_job(jobs, created_at=BEGINNING + hour * HOUR)
        back = [[job.id for job in page.items]]
        while page.previous is not None:
            page = await jobs.page(ACCOUNT, selection, cursor=page.previous, limit=2)
            back.append([job.id for job in page.items])
            assert page.next is not None
            onwards = await jobs.page(ACCOUNT, selection, cursor=page.next, limit=2)
            assert [job.id for job in onwards.items][: len(back[-2])] == back[-2]
        return there, back

    there, back = await there_and_back()

    assert [len(page) for page in there] == [2, 2, 2, 1]
    assert back[: len(there)] == there[::-1]
    [new] = back[len(there) :]
    assert len(new) == 1, "what came before the first meanwhile is a page of its own"
    assert new not in there


async def test_a_page_before_that_is_gone_is_empty_and_ends_there(
    engine: AsyncEngine, jobs: SqlJobStore
) -> None:
    ids = await hourly(jobs, 4)
    first = await jobs.page(ACCOUNT, limit=2)
    second = await jobs.page(ACCOUNT, cursor=first.next, limit=2)
    async with engine.begin() as conn:
        await conn.execute(sa.delete(job_rows).where(job_rows.c.id.in_(ids[2:])))

    gone = await jobs.page(ACCOUNT, cursor=second.previous, limit=2)

    assert gone == Page(items=[])
    with pytest.raises(InvalidRequest, match="/cursor belongs"):
        await jobs.page(ACCOUNT, JobSelection(sort=Sort.OLDEST), cursor=second.previous)


async def test_videos_are_gone_back_through_in_the_order_of_their_titles(
    engine: AsyncEngine, jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    made = [await make_video(jobs, engine, title) for title in ("Why c", "Why a", "Why b")]
    selection = VideoSelection(title="why")

    first = await videos.page(ACCOUNT, selection, limit=1)
    second = await videos.page(ACCOUNT, selection, cursor=first.next, limit=1)
    third = await videos.page(ACCOUNT, selection, cursor=second.next, limit=1)
    before = await videos.page(ACCOUNT, selection, cursor=third.previous, limit=1)
    again = await videos.page(ACCOUNT, selection, cursor=before.previous, limit=9)

    assert [page.items[0].id for page in (first, second, third)] == [made[1], made[2], made[0]]
    assert before.items == second.items
    assert (again.items, again.previous) == (first.items, None)


async def test_jobs_of_one_instant_are_each_seen_once(jobs: SqlJobStore) -> None:
    made = {(await add_job(jobs, created_at=BEGINNING)).id for _ in range(5)}
    for sort in Sort:
        selection = JobSelection(sort=sort)
        seen = await walk(lambda at, s=selection: jobs.page(ACCOUNT, s, cursor=at, limit=2))  # type: ignore[misc]
        assert len(seen) == 5
        assert set(seen) == made


async def test_jobs_are_narrowed_by_all_that_is_given(jobs: SqlJobStore) -> None:
    tall = await hourly(jobs, 4)
    wide = await hourly(jobs, 4, aspect_ratio="16:9")
    await jobs.cancel(ACCOUNT, wide[1])

    async def listed(**given: Any) -> list[UUID]:
        selection = JobSelection(sort=Sort.OLDEST, **given)
        return await walk(lambda at: jobs.page(ACCOUNT, selection, cursor=at, limit=1))

    assert await listed(aspect_ratio="16:9") == wide
    assert await listed(aspect_ratio="9:16") == tall
    assert await listed(aspect_ratio="1:1") == []
    assert await listed(aspect_ratio="16:9", status=JobStatus.CANCELLED) == [wide[1]]
    assert await listed(aspect_ratio="9:16", status=JobStatus.CANCELLED) == []
    assert await listed(aspect_ratio="16:9", created_after=BEGINNING + HOUR) == wide[1:]
    within = {"created_after": BEGINNING + HOUR, "created_before": BEGINNING + 3 * HOUR}
    assert await listed(aspect_ratio="9:16", **within) == tall[1:3], "then or later, and before"
    assert await listed(created_after=BEGINNING + 30 * HOUR) == []


async def test_a_cursor_is_refused_beside_other_filters_or_in_another_order(
    jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    await hourly(jobs, 3)
    selection = JobSelection(status=JobStatus.QUEUED)
    cursor = (await jobs.page(ACCOUNT, selection, limit=1)).next
    assert cursor is not None

    for other in (
        JobSelection(),
        JobSelection(status=JobStatus.FAILED),
        JobSelection(status=JobStatus.QUEUED, sort=Sort.OLDEST),
        JobSelection(status=JobStatus.QUEUED, created_after=BEGINNING),
    ):
        with pytest.raises(InvalidRequest, match="/cursor belongs to a list with other filters"):
            await jobs.page(ACCOUNT, other, cursor=cursor)
    with pytest.raises(InvalidRequest, match="/cursor belongs"):
        await videos.page(ACCOUNT, cursor=cursor)
    assert len((await jobs.page(ACCOUNT, selection, cursor=cursor, limit=9)).items) == 2


async def test_videos_are_narrowed_by_shape_and_age(
    engine: AsyncEngine, jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    tall, wide, late = [
        await make_video(jobs, engine, "Octopus", shape) for shape in ("9:16", "16:9", "9:16")
    ]

    async def listed(**given: Any) -> list[UUID]:
        selection = VideoSelection(**given)
        return await walk(lambda at: videos.page(ACCOUNT, selection, cursor=at, limit=1))

    assert await listed() == [late, wide, tall]
    assert await listed(sort=Sort.OLDEST) == [tall, wide, late]
    assert await listed(aspect_ratio="9:16") == [late, tall]
    assert await listed(aspect_ratio="9:16", created_after=BEGINNING + HOUR) == [late]
    assert await listed(created_before=BEGINNING + HOUR) == [tall]


async def test_videos_are_found_by_how_their_titles_begin_in_the_order_of_titles(
    engine: AsyncEngine, jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    titles = ["Why honey never spoils", "Élan vital", "WHY  Honey", "50% of it", "Why bees_dance"]
    made = {title: await make_video(jobs, engine, title) for title in titles}
    named = {video: title for title, video in made.items()}

    async def found(title: str, **given: Any) -> list[str]:
        selection = VideoSelection(title=title, **given)
        pages = walk(lambda at: videos.page(ACCOUNT, selection, cursor=at, limit=1))
        return [named[video] for video in await pages]

    assert await found("why") == ["Why bees_dance", "WHY  Honey", "Why honey never spoils"]
    assert await found("  WHY   HON") == ["WHY  Honey", "Why honey never spoils"]
    assert await found("élan") == ["Élan vital"]
    assert await found("50%") == ["50% of it"]
    for nothing in ("honey", "why%", "why bees%", "%", "_", "why honey never spoils."):
        assert await found(nothing) == [], nothing
    assert await found("why", created_after=BEGINNING + 3 * HOUR) == ["Why bees_dance"]
    assert await found("why", aspect_ratio="1:1") == []


async def test_a_revision_with_another_title_is_found_by_that(
    engine: AsyncEngine, jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    video = await make_video(jobs, engine, "Octopus")
    await add_job(jobs, video_id=video, revision=2)
    await work_off(jobs)

    async def found(title: str) -> list[UUID]:
        return [one.id for one in (await videos.page(ACCOUNT, VideoSelection(title=title))).items]

    assert await found("octo") == []
    assert await found("revision") == [video]


# -- what a page costs -----------------------------------------------------------------------

MANY = 4_000


async def crowd(engine: AsyncEngine) -> None:
    """Thousands of jobs and videos of three accounts, states and shapes."""
    shapes = ("9:16", "16:9", "1:1")
    statuses = list(JobStatus)
    numbers = range(MANY)
    accounts = [ACCOUNT if n % 3 else "other" for n in numbers]
    made = [BEGINNING + n * timedelta(seconds=7) for n in numbers]
    async with engine.begin() as conn:
        await conn.execute(
            sa.insert(job_rows),
            [
                {
                    "id": UUID(int=n),
                    "account_id": accounts[n],
                    "video_id": UUID(int=n),
                    "revision": 1,
                    "status": statuses[n % len(statuses)],
                    "progress": 0.0,
                    "request": Brief(topic="Octopus"),
                    "warnings": [],
                    "priority": 0,
                    "cancel_requested": False,
                    "deadline_seconds": 60.0,
                    "deadline_at": made[n],
                    "created_at": made[n],
                    "queued_at": made[n],
                    "resumed_progress": 0.0,
                    "aspect_ratio": shapes[n % 5 % 3],
                }
                for n in numbers
            ],
        )
        await conn.execute(
            sa.insert(video_rows),
            [
                {
                    "id": UUID(int=n),
                    "account_id": accounts[n],
                    "job_id": UUID(int=n),
                    "revision": 1,
                    "title": f"Title {n % 97} of {n}",
                    "title_key": f"title {n % 97} of {n}",
                    "slug": "title",
                    "aspect_ratio": shapes[n % 5 % 3],
                    "width": 1,
                    "height": 1,
                    "duration": 1.0,
                    "draft": False,
                    "files": {},
                    "sizes": {},
                    "documents": {},
                    "created_at": made[n],
                    "edits": {},
                }
                for n in numbers
            ],
        )
    async with engine.connect() as conn:
        await conn.execute(sa.text("ANALYZE"))
        await conn.commit()


WITHIN = {"created_after": BEGINNING + HOUR, "created_before": BEGINNING + 3 * HOUR}
JOB_LISTS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ("ix_jobs_newest",)),
    (WITHIN, ("ix_jobs_newest",)),
    ({"status": JobStatus.FAILED}, ("ix_jobs_newest_of_status",)),
    ({"status": JobStatus.FAILED, **WITHIN}, ("ix_jobs_newest_of_status",)),
    ({"aspect_ratio": "1:1"}, ("ix_jobs_newest_of_aspect",)),
    ({"aspect_ratio": "1:1", **WITHIN}, ("ix_jobs_newest_of_aspect",)),
    (
        {"aspect_ratio": "1:1", "status": JobStatus.FAILED},
        ("ix_jobs_newest_of_status", "ix_jobs_newest_of_aspect"),
    ),
]
VIDEO_LISTS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ("ix_videos_newest",)),
    (WITHIN, ("ix_videos_newest",)),
    ({"aspect_ratio": "1:1"}, ("ix_videos_newest_of_aspect",)),
    ({"title": "Title"}, ("ix_videos_title",)),
    ({"title": "Title", "aspect_ratio": "1:1"}, ("ix_videos_title_of_aspect",)),
]


async def test_every_page_walks_a_range_of_one_index_in_its_order(
    engine: AsyncEngine, jobs: SqlJobStore, videos: SqlVideoStore
) -> None:
    await crowd(engine)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cu, statement, parameters, *_: asked.append((statement, parameters)),
    )
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "

    async def cursor_at_the_end(selection: Any, cursor: str) -> str:
        """Of the page before the last row: of few rows the database may as well sort all."""
        if isinstance(selection, JobSelection):
            table, (query, walk) = job_rows, select_jobs(ACCOUNT, selection, cursor)
        else:
            table, (query, walk) = video_rows, select_videos(ACCOUNT, selection, cursor)
        by = table.c.created_at
        if getattr(selection, "title", None) is not None:
            by = table.c.title_key.desc()
        elif selection.sort is Sort.OLDEST:
            by = by.desc()
        async with engine.connect() as conn:
            row = (await conn.execute(query.order_by(by).limit(1))).one()
        back = walk.found([row], 1).previous
        assert back is not None
        return back

    async def check(store: Any, selection: Any, indexes: tuple[str, ...]) -> None:
        first = await store.page(ACCOUNT, selection, limit=20)
        assert len(first.items) == 20, selection
        assert first.next is not None
        back = await cursor_at_the_end(selection, first.next)
        for cursor in (None, first.next, back):
            asked.clear()
            page = await store.page(ACCOUNT, selection, cursor=cursor, limit=20)
            assert len(page.items) == 20, selection
            statement, parameters = next(one for one in asked if one[0].startswith("SELECT"))
            async with engine.connect() as conn:
                rows = await conn.exec_driver_sql(explain + statement, parameters)
                plan = "\n".join(str(tuple(row)) for row in rows)
            assert any(f"{index} " in plan for index in indexes), plan
            for slow in ("Sort", "Seq Scan", "Bitmap", "TEMP B-TREE", "SCAN "):
                assert slow not in plan, plan

    for sort in Sort:
        for given, indexes in JOB_LISTS:
            await check(jobs, JobSelection(sort=sort, **given), indexes)
        for given, indexes in VIDEO_LISTS:
            await check(videos, VideoSelection(sort=sort, **given), indexes)
