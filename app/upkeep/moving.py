"""``faceless migrate --from sqlite``: an embedded installation moves to the fleet.

The same carrying as for a restore, from a database that is still there: bytes, documents, then
all rows in one transaction. Run again after it broke off, it goes on; run again after it was
done, it adds nothing.
"""

from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import (
    Snapshot,
    SqlDocumentStore,
    SqlHolds,
    loading,
    make_engine,
    migrate,
    snapshot,
)
from app.config import DATABASE_FILE, Settings
from app.upkeep.carrying import (
    carry_artifacts,
    carry_document,
    carry_rows,
    lay_out_videos,
    read_all,
)
from app.upkeep.hold import holding
from domain.errors import InstallationNotEmpty, SettingsInvalid, UpkeepUnderWay
from domain.generation.stores import ArtifactStore, DocumentStore

EMBEDDED = "sqlite"


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """How much was new to the fleet."""

    source: str
    rows: dict[str, int]
    documents: int
    artifacts: int
    bytes: int
    """of all artifacts, those that were there among them"""
    incomplete_videos: list[str]
    """of which some bytes are missing in the embedded installation"""


def embedded_database(source: str, settings: Settings) -> Path:
    """The file that ``sqlite`` (under DATA_DIR) or ``sqlite:///path`` means.

    Raises:
        SettingsInvalid: it's none of these, there is no such file, or it's the database that
            DATABASE_URL names anyway.
    """
    scheme, _, path = source.partition(":///")
    if scheme != EMBEDDED or (path == "" and source != EMBEDDED):
        raise SettingsInvalid(
            [f"--from {source}: must be sqlite or sqlite:///path/to/{DATABASE_FILE}"]
        )
    file = Path(path).expanduser().absolute() if path else settings.data_dir / DATABASE_FILE
    if not file.is_file():
        raise SettingsInvalid([f"--from {source}: there is no file {file}"])
    engine = make_engine(settings.sql_url)
    if engine.dialect.name == "sqlite" and Path(engine.url.database or "").absolute() == file:
        raise SettingsInvalid(
            [f"DATABASE_URL names no other database than {file}: nothing to move"]
        )
    return file


class Mover:
    """Moves an embedded installation to the one that is configured."""

    def __init__(
        self,
        engine: AsyncEngine,
        holds: SqlHolds,
        documents: DocumentStore,
        artifacts: ArtifactStore,
    ) -> None:
        self._engine = engine
        self._holds = holds
        self._documents = documents
        self._artifacts = artifacts

    async def move(self, file: Path) -> Moved:
        """Move everything from the database ``file`` and the artifacts beside it.

        Raises:
            UpkeepUnderWay: a worker is at work there, or upkeep here.
            InstallationNotEmpty: jobs or videos are here that aren't there.
            Damaged: bytes aren't what they should be.
        """
        source = make_engine(f"{EMBEDDED}:///{file}")
        try:
            await migrate(source)
            async with (
                holding(SqlHolds(source), "migrate", patience_seconds=0),
                snapshot(source) as rows,
            ):
                return await self._move(file, source, rows)
        finally:
            await source.dispose()

    async def _move(self, file: Path, source: AsyncEngine, rows: Snapshot) -> Moved:
        if await rows.is_worked_on():
            raise UpkeepUnderWay(
                f"A worker is at work on {file}.",
                hint="Stop `faceless serve` there, and begin again.",
            )
        async with holding(self._holds, "migrate", patience_seconds=0) as hold:
            await self._check_ours(rows)
            bytes_there = DirectoryArtifactStore(file.parent / "artifacts", file.parent / "videos")
            carried = await carry_artifacts(bytes_there, self._artifacts, hold)
            documents = 0
            documents_there = SqlDocumentStore(source)
            async for key, body in read_all(documents_there, documents_there.listing()):
                hold.check()
                if body is not None:
                    documents += await carry_document(self._documents, key, body)
            laid_out = await lay_out_videos(rows, self._artifacts)
            async with loading(self._engine) as target:
                new = await carry_rows(rows, target, laid_out.paths)
                if new["jobs"]:
                    await target.go_on_from_event(await rows.last_event_id())
                    await target.wake()
        return Moved(
            source=str(file),
            rows=new,
            documents=documents,
            artifacts=carried.new,
            bytes=carried.bytes,
            incomplete_videos=laid_out.incomplete,
        )

    async def _check_ours(self, rows: Snapshot) -> None:
        async with snapshot(self._engine) as target:
            for table in ("jobs", "videos"):
                if others := await target.ids(table) - await rows.ids(table):
                    raise InstallationNotEmpty(
                        f"DATABASE_URL names a database with {len(others)} other {table}.",
                        hint="Move to an empty one: installations can't be mixed.",
                    )
