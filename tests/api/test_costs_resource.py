"""What was spent is told by month, provider and model, to its own account only."""

import secrets
import time

import httpx
import pytest
from live_server import Backstage
from uuid_utils.compat import uuid7

from adapters.postgres import SqlKeyStore, SqlSpendingBook
from domain.access import Keys, Scope
from domain.providers.book import CallState, Intent, Payer
from domain.providers.prices import Basis


@pytest.fixture
async def spent(backstage: Backstage) -> None:
    """In November a call that was settled, one that's uncertain, and one that's under way."""
    book = SqlSpendingBook(backstage.engine)
    for number, state in enumerate((CallState.SETTLED, CallState.UNCERTAIN, CallState.RESERVED)):
        intent = Intent(
            id=uuid7(),
            payer=Payer(account_id="local"),
            fingerprint=f"call {number}",
            provider="openai",
            model="gpt-5-mini",
            service="chat",
            month="2026-11",
            cost=1_000_000,
            basis=Basis.DEAREST_OF_PROVIDER if state is CallState.UNCERTAIN else Basis.LISTED,
        )
        await book.reserve(intent, monthly_cap=None, lease_seconds=60)
        if state is CallState.SETTLED:
            await book.announce(
                intent.id, answer="ab" * 32, units={}, cost=250_000, basis=Basis.LISTED
            )
            await book.settle(intent.id)
        elif state is CallState.UNCERTAIN:
            await book.close(intent.id, state)


async def test_a_month_is_told_with_its_cap_and_what_is_uncertain(
    api: httpx.AsyncClient, spent: None
) -> None:
    response = await api.get("/api/costs", params={"month": "2026-11"})

    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "month": "2026-11",
        "cap_usd": 50.0,
        "spent_usd": 2.25,
        "reserved_usd": 1.0,
        "uncertain_usd": 1.0,
        "prices_as_of": "2026-04-30",
        "items": [
            {
                "provider": "openai",
                "model": "gpt-5-mini",
                "service": "chat",
                "calls": 3,
                "usd": 2.25,
                "reserved_usd": 1.0,
                "uncertain_usd": 1.0,
                "uncertain_calls": 1,
                "assumed_usd": 1.0,
            }
        ],
    }


async def test_without_a_month_it_is_the_current_one(api: httpx.AsyncClient) -> None:
    told = (await api.get("/api/costs")).json()

    assert told["month"] in {time.strftime("%Y-%m", time.gmtime(time.time() - s)) for s in (0, 60)}
    assert (told["spent_usd"], told["items"]) == (0.0, [])


@pytest.mark.parametrize("month", ["2026-13", "2026", "november", "2026-11-01", ""])
async def test_what_is_no_month_is_refused(api: httpx.AsyncClient, month: str) -> None:
    response = await api.get("/api/costs", params={"month": month})

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/month"]


async def test_another_account_sees_nothing_of_it(
    api: httpx.AsyncClient, backstage: Backstage, spent: None
) -> None:
    keys = Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)
    made = await keys.create("studio", "a key", [Scope.JOBS_READ])

    response = await api.get(
        "/api/costs",
        params={"month": "2026-11"},
        headers={"authorization": f"Bearer {made.token}"},
    )

    assert response.json()["items"] == []


@pytest.mark.parametrize("most", [-1, 10_001, "much"])
async def test_a_cap_that_makes_no_sense_is_refused(api: httpx.AsyncClient, most: object) -> None:
    body = {"script": "Bees need flowers.", "max_cost": most}
    response = await api.post("/api/generate", json=body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/max_cost"]


async def test_a_jobs_cap_is_kept_with_its_request(api: httpx.AsyncClient) -> None:
    body = {"script": "Bees need flowers.", "max_cost": 0.25}
    accepted = await api.post("/api/generate", json=body)

    assert accepted.status_code == 202, accepted.text
    job = (await api.get(accepted.headers["location"])).json()
    assert job["request"]["max_cost"] == 0.25
