"""Statements that go to Postgres without SQLAlchemy's execution between: a fifth of the work.

SQLAlchemy still writes the SQL (once for each statement) and still owns the connections; values
pass through the same types on their way in and out.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from asyncpg import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]

FLOAT8 = 701
"""Postgres's number for the type of every number with a fraction here; other types don't ask"""


class Rows:
    """What a statement answered, read as SQLAlchemy's own results are."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount
        """rows that were answered, or else written"""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        (row,) = self._rows
        return row

    def one_or_none(self) -> Any:
        return self.one() if self._rows else None

    def scalars(self) -> "Rows":
        """The first column alone."""
        return Rows([row[0] for row in self._rows], self.rowcount)

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        return self.scalar_one() if self._rows else None


class Direct:
    """A connection to Postgres that executes SQLAlchemy's statements by itself.

    A statement that is made once is translated once. Values are given by name, in one mapping.
    """

    def __init__(self, connection: "Connection[Any]", dialect: Dialect) -> None:
        self._connection = connection
        self.dialect = dialect

    async def execute(self, statement: Any, values: Mapping[str, Any] | None = None) -> Rows:
        """Execute ``statement``.

        Raises:
            PostgresError, InterfaceError: asyncpg's own.
        """
        translated = _translations.get(statement)
        if translated is None:
            translated = _translations[statement] = _Translated(statement, self.dialect)
        arguments = translated.arguments(values or {})
        if translated.answers_rows:
            records = await self._connection.fetch(translated.sql, *arguments)
            return Rows(translated.rows(records), len(records))
        status = await self._connection.execute(translated.sql, *arguments)
        return Rows([], int(status.rpartition(" ")[2]))


Conn = AsyncConnection | Direct
"""whatever executes a statement"""


class _Translated:
    """A statement's SQL, and what its values pass through."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        names = compiled.positiontup or []
        converts = [_bind_processor(compiled.binds[name].type, dialect) for name in names]
        own = compiled.params
        self._names: list[tuple[str, Convert | None, Any]] = [
            # what is part of the statement is converted now, and once
            (name, convert, convert(own[name]) if convert else own[name])
            for name, convert in zip(names, converts, strict=True)
        ]
        columns = statement.exported_columns
        self.answers_rows = bool(columns)
        self._make = _row_maker(columns.keys())
        self._reads = [
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := _result_processor(column.type, dialect)) is not None
        ]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Values in the order of the SQL's parameters."""
        return [
            own if name not in values else convert(values[name]) if convert else values[name]
            for name, convert, own in self._names
        ]

    def rows(self, records: list[Any]) -> list[Any]:
        """Rows with the columns' own types."""
        found = []
        for record in records:
            cells = list(record)
            for place, convert in self._reads:
                cells[place] = convert(cells[place])
            found.append(self._make(cells))
        return found


def _row_maker(names: Sequence[str]) -> Convert:
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    maker: Convert = row._make
    return maker


def _bind_processor(type_: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _result_processor(type_: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, FLOAT8)


_translations: WeakKeyDictionary[Any, _Translated] = WeakKeyDictionary()
"""of the statements that there are; those that are made for one execution go with it"""
