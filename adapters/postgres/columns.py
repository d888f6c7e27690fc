"""What all tables share: how their constraints are named, and types of columns that turn values
of the domain into what both databases keep."""

from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

ACCOUNT = sa.String(64)
FINGERPRINT = sa.String(64)
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""text that is ordered by its bytes, as SQLite orders any: what begins alike stands together"""
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column that is exactly an INTEGER"""


class Json(TypeDecorator[Any]):
    """A domain type as JSON; None is NULL.

    On Postgres ``json`` and not ``jsonb``: it keeps a caller's own metadata as it was sent
    (the order of keys, the character U+0000), and no query looks inside.
    """

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(
        self, of: Any, newer: tuple[str, ...] = (), elsewhere: tuple[str, ...] = ()
    ) -> None:
        """``newer``: fields that the release before refuses; left out where they're None or empty,
        so that its processes go on reading what doesn't use them (``scenes.speaker`` is one of
        each of the scenes). ``elsewhere``: fields that are kept in columns of their own."""
        super().__init__()
        self.of = of
        self.newer = newer
        self.elsewhere = elsewhere

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        if value is None:
            return None
        plain = msgspec.to_builtins(value, str_keys=True)
        for name in self.newer:
            _leave_out(plain, name)
        for name in self.elsewhere:
            del plain[name]
        return plain

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else msgspec.convert(value, self.of, str_keys=True)


def _leave_out(plain: dict[str, Any], path: str) -> None:
    """Take away a field without a value, of each of a list where ``path`` leads into one."""
    name, _, inner = path.partition(".")
    value = plain[name]
    if inner:
        for item in value or ():
            _leave_out(item, inner)
    elif value is None or value == {}:
        del plain[name]


class Name(TypeDecorator[Any]):
    """A member of an enumeration, by its value."""

    impl = sa.String(16)
    cache_ok = True

    def __init__(self, of: type[StrEnum]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.of(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.of(value)
