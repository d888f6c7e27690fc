"""Keyset cursors: where the next page begins, opaque to callers.

A cursor carries a digest of the list and the selection that it belongs to: in another order, or
among other rows, its position would mean nothing.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from adapters.postgres.tables import AnyRow
from domain.errors import FieldError, InvalidRequest
from domain.generation.fingerprint import canonical, content_hash
from domain.jobs.listing import JobSelection, Sort, VideoSelection
from domain.webhooks.model import DeliverySelection

DIGEST_CHARACTERS = 12
UNCHANGED = "Send `next` of the page before, unchanged, or leave it out."


class _Position(msgspec.Struct, frozen=True, array_like=True):
    digest: str
    at: str
    id: UUID


class Walk:
    """A way through a table: by one column, then by id; up or down."""

    def __init__(
        self,
        table: sa.Table,
        selection: JobSelection | VideoSelection | DeliverySelection,
        by: str = "created_at",
    ) -> None:
        self._table = table
        self._column: sa.Column[Any] = table.c[by]
        self._is_by_time = by == "created_at"
        self._is_descending = self._is_by_time and selection.sort is Sort.NEWEST
        named = content_hash(canonical([str(table.name), selection]))
        self._digest = named[:DIGEST_CHARACTERS]

    @property
    def order(self) -> tuple[Any, Any]:
        """For ORDER BY; an index in the other direction serves as well."""
        columns = (self._column, self._table.c.id)
        if self._is_descending:
            return columns[0].desc(), columns[1].desc()
        return columns

    def beyond(self, cursor: str) -> sa.ColumnElement[bool]:
        """Condition for the rows after the cursor's.

        Raises:
            InvalidRequest: the cursor can't be read, or belongs to another selection; points at
                ``/cursor``.
        """
        at, row_id = self._read(cursor)
        here = sa.tuple_(self._column, self._table.c.id)
        there: Any = sa.tuple_(
            sa.literal(at, self._column.type), sa.literal(row_id, self._table.c.id.type)
        )
        beyond: sa.ColumnElement[bool] = here < there if self._is_descending else here > there
        return beyond

    def cursor_after(self, rows: Sequence[AnyRow], limit: int) -> str | None:
        """The cursor of the page after the first ``limit`` of ``rows``, if there are more."""
        if len(rows) <= limit:
            return None
        last = rows[limit - 1]
        at = getattr(last, self._column.name)
        position = (self._digest, at, last.id)
        return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode()

    def _read(self, cursor: str) -> tuple[Any, UUID]:
        try:
            position = msgspec.json.decode(
                base64.b64decode(cursor.encode(), altchars=b"-_", validate=True), type=_Position
            )
            at = msgspec.convert(position.at, datetime) if self._is_by_time else position.at
        except (ValueError, binascii.Error, msgspec.DecodeError) as error:
            raise _refused("can't be read", UNCHANGED) from error
        if position.digest != self._digest:
            raise _refused(
                "belongs to a list with other filters or in another order",
                "Send the filters and the sort of the page before along, or leave the cursor out.",
            )
        if not self._fits(at):  # somebody has written it himself
            raise _refused("can't be read", UNCHANGED)
        return at, position.id

    @staticmethod
    def _fits(at: datetime | str) -> bool:
        return at.tzinfo is not None if isinstance(at, datetime) else "\0" not in at


def created_within(
    table: sa.Table, selection: JobSelection | VideoSelection
) -> list[sa.ColumnElement[bool]]:
    """Conditions for the time of creation."""
    conditions: list[sa.ColumnElement[bool]] = []
    if selection.created_after is not None:
        conditions.append(table.c.created_at >= selection.created_after)
    if selection.created_before is not None:
        conditions.append(table.c.created_at < selection.created_before)
    return conditions


def _refused(message: str, hint: str) -> InvalidRequest:
    return InvalidRequest([FieldError(pointer="/cursor", message=message, hint=hint)])
