"""Keyset cursors: where the next page begins, opaque to callers."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from domain.errors import FieldError, InvalidRequest


class _Position(msgspec.Struct, frozen=True, array_like=True):
    created_at: datetime
    id: UUID


def encode_cursor(created_at: datetime, row_id: UUID) -> str:
    """The cursor of the page that follows this row."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_Position(created_at, row_id))).decode()


def older_than(table: sa.Table, cursor: str) -> sa.ColumnElement[bool]:
    """Condition for the rows after the cursor's, newest first.

    Raises:
        InvalidRequest: the cursor can't be read; points at ``/cursor``.
    """
    try:
        position = msgspec.json.decode(
            base64.b64decode(cursor.encode(), altchars=b"-_", validate=True), type=_Position
        )
        if position.created_at.tzinfo is None:
            raise ValueError("a time without a zone")
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise InvalidRequest(
            [
                FieldError(
                    pointer="/cursor",
                    message="can't be read",
                    hint="Send `next` of the page before, unchanged, or leave it out.",
                )
            ]
        ) from error
    created_at: Any = sa.literal(position.created_at, table.c.created_at.type)
    row_id: Any = sa.literal(position.id, table.c.id.type)
    return sa.tuple_(table.c.created_at, table.c.id) < sa.tuple_(created_at, row_id)


def newest_first(table: sa.Table) -> tuple[Any, Any]:
    """The order that cursors walk in."""
    return table.c.created_at.desc(), table.c.id.desc()
