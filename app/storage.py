"""What has to be in place before anything runs: folders, and the database's schema."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres import (
    SqlJobStore,
    check_schema,
    current_revision,
    head_revision,
    make_engine,
    migrate,
)
from app.config import Settings
from domain.errors import DomainError, ServiceUnavailable, StorageFull


async def prepare_storage(settings: Settings, *, check: bool = False) -> str:
    """Make the folders and migrate the database; answers what was done, in words.

    With ``check`` nothing is changed but a database in memory, on which migrations and models
    are compared.

    Raises:
        ServiceUnavailable: the database can't be reached or isn't up to date.
        StorageFull
    """
    if check:
        return await check_schema()
    make_folders(settings)
    engine = make_engine(settings.sql_url)
    try:
        revision = await migrate(engine)
    except (OSError, SQLAlchemyError, ServiceUnavailable) as error:
        raise _unusable(settings, error) from error
    finally:
        await engine.dispose()
    return f"The database is at revision {revision}."


def make_folders(settings: Settings) -> None:
    """Make DATA_DIR, unless it's there.

    Raises:
        StorageFull
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFull(
            f"The folder {settings.data_dir} can't be made: {error.strerror}.",
            hint="Point DATA_DIR at a folder that can be written.",
        ) from error


async def reach_database(settings: Settings) -> None:
    """Ask the database for the time.

    Raises:
        ServiceUnavailable: it can't be reached.
    """
    engine = make_engine(settings.sql_url)
    try:
        await SqlJobStore(engine).now()
    except (OSError, SQLAlchemyError, ServiceUnavailable) as error:
        raise _unusable(settings, error) from error
    finally:
        await engine.dispose()


async def describe_database(settings: Settings) -> str:
    """Which database this is and whether its schema is this release's; changes nothing.

    Raises:
        ServiceUnavailable: it can't be reached.
        DomainError: its schema is another release's.
    """
    url = make_url(settings.sql_url)
    where = _where(settings)
    head = head_revision()
    if url.get_backend_name() == "sqlite" and not _has_content(url.database):
        return f"SQLite, made at revision {head} by the first job"
    engine = make_engine(settings.sql_url)
    try:
        revision = await current_revision(engine)
    except (OSError, SQLAlchemyError, ServiceUnavailable) as error:
        raise _unusable(settings, error) from error
    finally:
        await engine.dispose()
    if revision is None:
        return f"{where} is empty; revision {head} is made by the first start"
    if revision != head:
        raise DomainError(
            f"{where} is at revision {revision}; this release needs {head}",
            hint="Run `faceless migrate`. If it doesn't know the revision, a newer faceless has "
            "used this database: install that one.",
        )
    return f"{where} is at revision {revision}, as this release needs"


def _has_content(path: str | None) -> bool:
    """Whether an SQLite file is there: to look into one that isn't would make it."""
    return path is not None and Path(path).is_file() and Path(path).stat().st_size > 0


def _where(settings: Settings) -> str:
    """The database's address without its password, which may stand in either of two places."""
    url = make_url(settings.sql_url).difference_update_query(["password"])
    return url.render_as_string(hide_password=True)


def _unusable(settings: Settings, error: Exception) -> ServiceUnavailable:
    said = str(getattr(error, "orig", None) or error)
    return ServiceUnavailable(
        f"{_where(settings)} can't be used: {said or 'it takes too long'}",
        hint="Check that it runs, and DATABASE_URL.",
        service="database",
    )
