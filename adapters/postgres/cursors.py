"""Keyset cursors: where the next page begins, or the one before ends; opaque to callers.

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
    is_back: bool = False
    """whether the page lies before this row, not after it"""


class Found(msgspec.Struct, frozen=True):
    """The rows of a page, and the cursors of its neighbours."""

    rows: list[Any]
    next: str | None
    previous: str | None


class Walk:
    """A way through a table: by one column, then by id; up or down, on or back."""

    def __init__(
        self,
        table: sa.Table,
        selection: JobSelection | VideoSelection | DeliverySelection,
        cursor: str | None,
        by: str = "created_at",
    ) -> None:
        """Raises:
        InvalidRequest: the cursor can't be read, or belongs to another selection; points at
            ``/cursor``.
        """
        self._table = table
        self._column: sa.Column[Any] = table.c[by]
        self._is_by_time = by == "created_at"
        self._is_descending = self._is_by_time and selection.sort is Sort.NEWEST
        named = content_hash(canonical([str(table.name), selection]))
        self._digest = named[:DIGEST_CHARACTERS]
        self._from = None if cursor is None else self._read(cursor)
        self._is_back = self._from is not None and self._from[2]

    def steps(self, query: sa.Select[Any], limit: int) -> sa.Select[Any]:
        """``query`` for a page of ``limit`` rows, and for one more that tells if others follow.

        The page before is the nearest rows in the opposite order: an index serves either way.
        """
        columns = (self._column, self._table.c.id)
        is_falling = self._is_descending is not self._is_back
        if self._from is not None:
            at, row_id, _ = self._from
            here = sa.tuple_(*columns)
            there: Any = sa.tuple_(
                sa.literal(at, self._column.type), sa.literal(row_id, self._table.c.id.type)
            )
            query = query.where(here < there if is_falling else here > there)
        order = [column.desc() if is_falling else column for column in columns]
        return query.order_by(*order).limit(limit + 1)

    def found(self, rows: Sequence[AnyRow], limit: int) -> Found:
        """The page, in its order, out of what ``steps`` answered.

        A page that was gone back to names the next without looking: it was come from there.
        """
        has_more = len(rows) > limit
        shown = list(rows[:limit])
        if self._is_back:
            shown.reverse()
        has_next, has_previous = has_more, self._from is not None
        if self._is_back:
            has_next, has_previous = True, has_more
        return Found(
            shown,
            self._cursor(shown[-1], is_back=False) if shown and has_next else None,
            self._cursor(shown[0], is_back=True) if shown and has_previous else None,
        )

    def _cursor(self, row: AnyRow, *, is_back: bool) -> str:
        at = getattr(row, self._column.name)
        position = (self._digest, at, row.id, *([True] if is_back else []))
        return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode()

    def _read(self, cursor: str) -> tuple[Any, UUID, bool]:
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
        return at, position.id, position.is_back

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
