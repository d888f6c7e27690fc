"""A store with real videos in it, made once, and copies of it that tests may change."""

import hashlib
import shutil
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import sqlalchemy as sa
from counted import Factory, Ledger
from litestar import Litestar
from PIL import Image
from servers import in_own_loop

from adapters.postgres import make_engine
from adapters.postgres.tables import videos
from app.config import Settings
from app.main import create_app
from app.storage import prepare_storage
from domain.generation.brief import SceneInput
from domain.jobs.model import Job, JobStatus, UnitKind

HONEY = [
    SceneInput(text="Honey never spoils.", media="jar.png"),
    SceneInput(text="Bees visit two million flowers. They dance to tell the way."),
]
TIDES = [
    SceneInput(text="The moon pulls the sea."),
    SceneInput(text="Twice a day the water rises."),
]
UNFINISHED = [SceneInput(text="Salt keeps fish."), SceneInput(text="So does the cold.")]


class Stock(NamedTuple):
    """Two finished videos, and a job whose scenes are spoken and nothing more."""

    settings: Settings
    honey: Job
    tides: Job
    unfinished: Job
    sha256: dict[UUID, str]
    """by video, of the file as the API gave it"""


async def make_stock(folder: Path, cache_dir: Path) -> Stock:
    """Make the videos, with the real voice and the real engine."""
    media = folder / "media"
    media.mkdir(parents=True)
    Image.effect_mandelbrot((800, 800), (-2, -1.5, 1, 1.5), 60).save(media / "jar.png")
    data_dir = folder / "var"
    data_dir.mkdir()
    (data_dir / "cache").symlink_to(cache_dir)
    settings = Settings(data_dir=data_dir, media_dir=media, min_free_bytes=0, embedded_worker=False)
    await prepare_storage(settings)
    factory = open_stock(settings)
    done = []
    for scenes in (HONEY, TIDES):
        job = await factory.work_off(await factory.submit(scenes=scenes, aspect_ratio="1:1"))
        assert job.status == JobStatus.SUCCEEDED, job.error
        done.append(job)
    unfinished = await factory.submit(scenes=UNFINISHED, aspect_ratio="1:1")
    await factory.work_until(unfinished, is_spoken)
    unfinished = await (await factory.jobs()).get(unfinished.account_id, unfinished.id)
    await factory.container.close()
    served = {job.video_id: sha256_served(settings, job.video_id) for job in done}
    return Stock(settings, done[0], done[1], unfinished, served)


def open_stock(settings: Settings) -> Factory:
    """A factory with a ledger that begins here."""
    ledger = settings.data_dir / "ledger"
    ledger.unlink(missing_ok=True)
    return Factory(settings, Ledger(ledger))


async def copy_stock(stock: Stock, folder: Path) -> Stock:
    """A copy that a test may change."""
    old, new = stock.settings.data_dir, folder / "var"
    shutil.copytree(old, new, symlinks=True)
    settings = change(stock.settings, data_dir=new)
    engine = make_engine(settings.sql_url)
    async with engine.begin() as conn:
        moved = sa.func.replace(videos.c.path, str(old), str(new))
        await conn.execute(sa.update(videos).values(path=moved))
    await engine.dispose()
    return stock._replace(settings=settings)


def change(settings: Settings, **changes: Any) -> Settings:
    """Settings that differ."""
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return Settings(**(fields | changes))


def is_spoken(job: Job) -> bool:
    """Whether all scenes of a job are spoken."""
    [stage] = [stage for stage in job.stages if stage.name is UnitKind.NARRATION]
    return stage.units > 0 and stage.units_done == stage.units


def sha256_served(settings: Settings, video_id: UUID) -> str | None:
    """The SHA-256 of a video as the API serves it; None for 404."""
    return in_own_loop(_sha256_served(create_app(settings), video_id))


async def _sha256_served(app: Litestar, video_id: UUID) -> str | None:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # its peer is 127.0.0.1
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60) as client,
    ):
        answer = await client.get(f"/api/videos/{video_id}/file")
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    return hashlib.sha256(answer.content).hexdigest()
