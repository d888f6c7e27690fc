"""What has to be in place before anything runs: folders, and the database's schema."""

from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres import check_schema, make_engine, migrate
from app.config import Settings
from domain.errors import ServiceUnavailable, StorageFull


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
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFull(
            f"The folder {settings.data_dir} can't be made: {error.strerror}.",
            hint="Point DATA_DIR at a folder that can be written.",
        ) from error
    engine = make_engine(settings.sql_url)
    try:
        revision = await migrate(engine)
    except (OSError, SQLAlchemyError) as error:
        raise ServiceUnavailable(
            f"The database can't be prepared: {error}", hint="Check DATABASE_URL."
        ) from error
    finally:
        await engine.dispose()
    return f"The database is at revision {revision}."
