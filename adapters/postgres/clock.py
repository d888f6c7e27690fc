"""What differs between the two databases: their clock, and inserting what may be there.

Times are the database's own: ``timestamptz`` on Postgres, integer milliseconds since 1970 on
SQLite (which has no such type). Everything else is the same SQL.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from adapters.postgres.direct import Conn

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def literal(text: str) -> sa.ColumnElement[str]:
    """A constant that is part of the statement, where a parameter would keep the planner from
    seeing that a partial index fits."""
    return sa.literal_column(f"'{text}'", sa.String())


def bound(prefix: str, column: sa.ColumnElement[Any]) -> sa.BindParameter[Any]:
    """A parameter for a column's value, by the name ``<prefix>_<column>``.

    Statements that are made once and executed with parameters cost half of those that are
    made anew each time.
    """
    return sa.bindparam(f"{prefix}_{column.key}", type_=column.type)


class UtcTime(TypeDecorator[datetime]):
    """An instant; naive datetimes are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return (value - EPOCH) // MILLISECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return EPOCH + timedelta(milliseconds=value)
        instant: datetime = value
        return instant.astimezone(UTC)


class _Now(FunctionElement[datetime]):
    """The database's clock at the start of the statement."""

    type = UtcTime()
    inherit_cache = True


class _Later(FunctionElement[datetime]):
    """An instant and a number of seconds, added."""

    type = UtcTime()
    inherit_cache = True


class _Between(FunctionElement[float]):
    """Seconds from one instant to another."""

    type = sa.Float()
    inherit_cache = True


def now() -> sa.ColumnElement[datetime]:
    """The database's time, the same all through a statement."""
    return _Now()


def later(
    instant: sa.ColumnElement[datetime], seconds: float | sa.ColumnElement[float]
) -> sa.ColumnElement[datetime]:
    """``instant`` and ``seconds`` (which may be negative) added."""
    if not isinstance(seconds, sa.ColumnElement):
        seconds = sa.literal(float(seconds), sa.Float())
    return _Later(instant, seconds)


def seconds_between(
    start: sa.ColumnElement[Any], end: sa.ColumnElement[Any]
) -> sa.ColumnElement[float]:
    """Seconds from ``start`` to ``end``, with a fraction."""
    return _Between(start, end)


def keep_first(table: sa.Table, values: Mapping[str, sa.ColumnElement[Any]]) -> sa.Insert:
    """An INSERT for which a row that stands in the way is no error, to be made once.

    SQLAlchemy's own ``on_conflict_do_nothing`` is translated anew at every execution. (SQLite
    reads ON as a join's, unless a WHERE stands before it.)
    """
    return keep_first_of(
        table, list(values), sa.select(*(v.label(name) for name, v in values.items()))
    )


def keep_first_of(table: sa.Table, names: Sequence[str], chosen: sa.Select[Any]) -> sa.Insert:
    """The same for the rows that ``chosen`` answers."""
    checked = chosen.where(sa.true()).suffix_with("ON CONFLICT DO NOTHING")
    return sa.insert(table).from_select(names, checked, include_defaults=False)


def insert_if_absent(conn: Conn, table: sa.TableClause) -> Any:
    """An INSERT for which a row that stands in the way is no error."""
    return upsert(conn, table).on_conflict_do_nothing()


def upsert(conn: Conn, table: sa.TableClause) -> Any:
    """An INSERT with ``on_conflict_do_update``, in the connection's dialect."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


# statement_timestamp() and not clock_timestamp(): only a stable function can bound an index scan.
@compiles(_Now)
def _now_on_postgres(_element: _Now, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "statement_timestamp()"


@compiles(_Now, "sqlite")
def _now_on_sqlite(_element: _Now, _compiler: SQLCompiler, **_kw: Any) -> str:
    # 2440587.5 is 1970-01-01 as a Julian day
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"


@compiles(_Later)
def _later_on_postgres(element: _Later, compiler: SQLCompiler, **kw: Any) -> str:
    instant, seconds = (compiler.process(part, **kw) for part in element.clauses)
    return f"({instant} + make_interval(secs => {seconds}))"


@compiles(_Later, "sqlite")
def _later_on_sqlite(element: _Later, compiler: SQLCompiler, **kw: Any) -> str:
    instant, seconds = (compiler.process(part, **kw) for part in element.clauses)
    return f"({instant} + CAST(ROUND({seconds} * 1000.0) AS INTEGER))"


@compiles(_Between)
def _between_on_postgres(element: _Between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({end} - {start})) AS DOUBLE PRECISION)"


@compiles(_Between, "sqlite")
def _between_on_sqlite(element: _Between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(({end} - {start}) / 1000.0)"
