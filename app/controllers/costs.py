"""``/api/costs``: what an account has spent on calls to paid providers."""

import re
from datetime import date
from typing import Annotated

import msgspec
from dishka import FromDishka
from litestar import Controller, Response
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from app.authentication import needs
from app.controllers.keys import NO_STORE
from app.controllers.reading import read
from app.request_body import JsonRequest
from domain.access import Scope
from domain.errors import FieldError, InvalidRequest
from domain.providers.book import Spending
from domain.providers.prices import usd_of
from domain.providers.till import Till

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

Month = Annotated[
    str | None,
    QueryParameter(
        description="A calendar month (UTC) such as 2026-11; else the current one.",
        examples=[Example(summary="November 2026", value="2026-11")],
        # described only: what isn't one is told in words
        schema_extra={"pattern": MONTH},
    ),
]


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent on one service of one model, in US dollars."""

    provider: str
    model: str
    service: str
    calls: int
    usd: float
    """all of it, with what is reserved and what is uncertain"""
    reserved_usd: float
    """by calls that are under way, at the most that they can cost"""
    uncertain_usd: float
    """of calls of which nobody knows whether they'll be billed"""
    uncertain_calls: int
    assumed_usd: float
    """counted at the dearest price known, since the table of prices hasn't the model"""

    @classmethod
    def of(cls, spending: Spending) -> "CostLine":
        """A line of the book, in dollars."""
        return cls(
            provider=spending.provider,
            model=spending.model,
            service=spending.service,
            calls=spending.calls,
            usd=usd_of(spending.cost),
            reserved_usd=usd_of(spending.reserved),
            uncertain_usd=usd_of(spending.uncertain),
            uncertain_calls=spending.uncertain_calls,
            assumed_usd=usd_of(spending.assumed),
        )


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """A month, in US dollars without taxes, by the table of prices; the bill is the provider's."""

    month: str
    cap_usd: float | None
    """MONTHLY_COST_CAP"""
    spent_usd: float
    """all that counts against the cap, with what is reserved and what is uncertain"""
    reserved_usd: float
    uncertain_usd: float
    prices_as_of: date | None
    """the day of the table of prices that comes along; lines of PRICES_FILE go before it"""
    items: list[CostLine]
    """by provider, model and service"""

    @classmethod
    def of(cls, month: str, spent: list[Spending], till: Till) -> "Costs":
        """A month of the book, in dollars."""
        cap = till.monthly_cap
        return cls(
            month=month,
            cap_usd=None if cap is None else usd_of(cap),
            spent_usd=usd_of(sum(line.cost for line in spent)),
            reserved_usd=usd_of(sum(line.reserved for line in spent)),
            uncertain_usd=usd_of(sum(line.uncertain for line in spent)),
            prices_as_of=till.prices.as_of,
            items=[CostLine.of(line) for line in spent],
        )


class CostsController(Controller):
    """Costs of the account that asks."""

    path = "/api/costs"
    tags = ("Costs",)

    @read(
        summary="What was spent",
        description="In a calendar month, by provider, model and service. What each call of a "
        "job has cost is in the video's manifest. An answer that was paid before costs nothing.",
        **needs(Scope.JOBS_READ),
    )
    async def costs(
        self, request: JsonRequest, till: FromDishka[Till], month: Month = None
    ) -> Response[Costs]:
        if month is not None and not re.fullmatch(MONTH, month):
            raise InvalidRequest(
                [FieldError("/month", "is no month", "invalid", "Write it like 2026-11.")]
            )
        month = month or till.month()
        spent = await till.spent_in(request.account_id, month)
        return Response(Costs.of(month, spent, till), headers=NO_STORE)
