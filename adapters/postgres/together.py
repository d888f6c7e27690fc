"""Several writes in one trip to Postgres; on SQLite, where a trip costs nothing, one by one."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, units


class Together:
    """Writes that don't see each other's outcome and touch different rows.

    Made once and executed with parameters. Those that answer rows answer columns of the same
    types, of ``units``: its id and its state.
    """

    def __init__(self, **writes: Any) -> None:
        self._writes = writes
        self._answering = [name for name, write in writes.items() if write._returning]
        self._joined: sa.Executable | None = None

    async def execute(self, conn: Conn, values: Mapping[str, Any]) -> dict[str, list[AnyRow]]:
        """Execute all; the rows that each answered, by the write's name."""
        answers: dict[str, list[AnyRow]] = {name: [] for name in self._answering}
        if conn.dialect.name == "sqlite":
            for name, write in self._writes.items():
                rows = await conn.execute(write, dict(values))
                if name in answers:
                    answers[name] = list(rows.all())
            return answers
        if self._joined is None:
            self._joined = self._join()
        for row in await conn.execute(self._joined, dict(values)):
            if row.write in answers:
                answers[row.write].append(row)
        return answers

    def _join(self) -> sa.Executable:
        ctes = {name: write.cte(name) for name, write in self._writes.items()}
        answers = [
            sa.select(
                sa.literal_column(f"'{name}'").label("write"), ctes[name].c.id, ctes[name].c.state
            )
            for name in self._answering
        ]
        nothing = sa.select(
            sa.literal_column("''").label("write"),
            sa.null().cast(units.c.id.type).label("id"),
            sa.null().cast(units.c.state.type).label("state"),
        ).where(sa.false())
        joined = sa.union_all(*answers, nothing) if answers else nothing
        return joined.add_cte(*(ctes[name] for name in ctes if name not in self._answering))
