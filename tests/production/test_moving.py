"""An embedded installation with real videos moves to Postgres, MongoDB and a bucket."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fleet import counts, empty_settings, fleet_settings
from stock import Stock, change, open_stock, sha256_served
from test_backup import back_up, restore

from adapters.postgres import make_engine
from adapters.postgres.clock import later, now
from adapters.postgres.tables import units
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from app.upkeep import moving
from app.upkeep.moving import Moved, Mover, embedded_database
from app.upkeep.provider import UpkeepProvider
from domain.errors import InstallationNotEmpty, SettingsInvalid, UpkeepUnderWay
from domain.generation.brief import SceneInput
from domain.jobs.model import LOCAL_ACCOUNT, JobStatus, UnitKind, UnitState

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def fleet(own_stock: Stock, request: pytest.FixtureRequest) -> Settings:
    return fleet_settings(request, own_stock.settings, "fleet")


async def move(own_stock: Stock, fleet: Settings) -> Moved:
    await prepare_storage(fleet)
    container = make_container(fleet, UpkeepProvider())
    try:
        file = embedded_database(f"sqlite:///{own_stock.settings.data_dir}/faceless.db", fleet)
        return await (await container.get(Mover)).move(file)
    finally:
        await container.close()


async def lease_a_unit(settings: Settings, seconds: float) -> None:
    """Let a unit be held by a worker, as one that was killed leaves it."""
    engine = make_engine(settings.sql_url)
    async with engine.begin() as conn:
        await conn.execute(
            sa.update(units)
            .where(units.c.kind == UnitKind.STORYBOARD, units.c.state == UnitState.READY)
            .values(
                state=UnitState.LEASED,
                lease_owner="a dead one",
                lease_until=later(now(), seconds),
                claimed_at=now(),
                fence=7,
            )
        )
    await engine.dispose()


async def test_the_fleet_serves_the_same_videos_and_goes_on_with_what_was_left(
    own_stock: Stock, fleet: Settings
) -> None:
    await lease_a_unit(own_stock.settings, -1)

    moved = await move(own_stock, fleet)

    assert moved.rows == await counts(own_stock.settings) == await counts(fleet)
    assert moved.incomplete_videos == []
    for video_id, sha256 in own_stock.sha256.items():
        assert await asyncio.to_thread(sha256_served, fleet, video_id) == sha256
    factory = open_stock(fleet)
    job = await factory.work_off(own_stock.unfinished)
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert factory.ledger.keys("start", "sentence") == []
    service = await factory.jobs()
    happened = await service.events(LOCAL_ACCOUNT, job.id, 0, 500)
    assert [event.id for event in happened] == sorted({event.id for event in happened})
    assert happened[-1].data["status"] == JobStatus.SUCCEEDED
    await factory.container.close()


async def test_what_moved_to_a_fleet_comes_back_from_its_backup(
    own_stock: Stock, fleet: Settings, tmp_path: Path
) -> None:
    moved = await move(own_stock, fleet)

    made = await back_up(fleet, tmp_path / "backup")
    settings = empty_settings(own_stock.settings, "back")
    await restore(settings, tmp_path / "backup")

    assert made.rows == moved.rows == await counts(settings)
    for video_id, sha256 in own_stock.sha256.items():
        assert await asyncio.to_thread(sha256_served, settings, video_id) == sha256


async def test_moving_again_adds_nothing(own_stock: Stock, fleet: Settings) -> None:
    await move(own_stock, fleet)
    before = await counts(fleet)

    again = await move(own_stock, fleet)

    assert (set(again.rows.values()), again.documents, again.artifacts) == ({0}, 0, 0)
    assert await counts(fleet) == before


async def test_moving_again_leaves_alone_what_the_fleet_works_on(
    own_stock: Stock, fleet: Settings
) -> None:
    await move(own_stock, fleet)
    await lease_a_unit(fleet, 60)

    await move(own_stock, fleet)

    engine = make_engine(fleet.sql_url)
    async with engine.connect() as conn:
        leased = sa.select(units.c.lease_owner).where(units.c.state == UnitState.LEASED)
        assert (await conn.execute(leased)).scalars().all() == ["a dead one"]
    await engine.dispose()


async def test_a_move_that_broke_off_shows_nothing_and_goes_on_with_what_it_had(
    own_stock: Stock, fleet: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_off(*_: object) -> dict[str, int]:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(moving, "carry_rows", break_off)
        with pytest.raises(ZeroDivisionError):
            await move(own_stock, fleet)
    assert set((await counts(fleet)).values()) == {0}

    moved = await move(own_stock, fleet)

    assert moved.rows == await counts(own_stock.settings)
    assert (moved.documents, moved.artifacts) == (0, 0), "they were there already"
    served = await asyncio.to_thread(sha256_served, fleet, own_stock.honey.video_id)
    assert served == own_stock.sha256[own_stock.honey.video_id]


async def test_a_fleet_with_other_jobs_is_refused(own_stock: Stock, fleet: Settings) -> None:
    await prepare_storage(fleet)
    factory = open_stock(fleet)
    await factory.submit(scenes=[SceneInput(text="Another installation's.")])
    await factory.container.close()

    with pytest.raises(InstallationNotEmpty, match="1 other jobs"):
        await move(own_stock, fleet)
    assert (await counts(fleet))["videos"] == 0


async def test_nothing_moves_while_a_worker_works_there(own_stock: Stock, fleet: Settings) -> None:
    await lease_a_unit(own_stock.settings, timedelta(minutes=1).total_seconds())

    with pytest.raises(UpkeepUnderWay, match=r"worker.*faceless\.db"):
        await move(own_stock, fleet)
    assert set((await counts(fleet)).values()) == {0}


@pytest.mark.parametrize("source", ["postgres", "sqlite:relative", "sqlite:///no/such/file.db"])
def test_a_source_that_is_none_is_named(stock: Stock, source: str) -> None:
    with pytest.raises(SettingsInvalid, match="--from"):
        embedded_database(source, change(stock.settings, database_url="postgresql://u@h/d"))


def test_without_another_database_there_is_nothing_to_move(stock: Stock) -> None:
    with pytest.raises(SettingsInvalid, match="DATABASE_URL"):
        embedded_database("sqlite", stock.settings)
