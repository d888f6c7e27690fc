"""A fleet's stores on real servers, empty, and what an installation holds."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from stock import change

from adapters.postgres import TABLES, make_engine
from app.config import Settings


def fleet_settings(request: pytest.FixtureRequest, embedded: Settings, name: str) -> Settings:
    """Postgres, MongoDB and a bucket, and an empty folder ``name`` for what is nobody else's."""
    return change(
        empty_settings(embedded, name),
        database_url=request.getfixturevalue("postgres_url"),
        mongodb_url=request.getfixturevalue("mongodb_url"),
        artifacts_url=f"s3://artifacts/{uuid4().hex}",
        s3_endpoint_url=request.getfixturevalue("s3_endpoint"),
        s3_access_key="key",
        s3_secret_key="secret",
    )


def empty_settings(embedded: Settings, name: str) -> Settings:
    """An embedded installation in an empty folder."""
    folder = embedded.data_dir.parent / name
    folder.mkdir()
    (folder / "cache").mkdir()
    for made in (embedded.data_dir / "cache").iterdir():
        (folder / "cache" / made.name).symlink_to(made)
    return change(embedded, data_dir=folder)


async def counts(settings: Settings) -> dict[str, int]:
    """Rows by table."""
    engine = make_engine(settings.sql_url)
    async with engine.connect() as conn:
        found = {
            table: int((await conn.execute(sa.text(f"SELECT count(*) FROM {table}"))).scalar_one())
            for table in TABLES
        }
    await engine.dispose()
    return found
