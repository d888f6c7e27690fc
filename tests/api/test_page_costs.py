"""The page as somebody meets it whose videos may cost money."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
from live_server import Backstage, serve
from page_visit import (
    PHONE,
    Visit,
    is_wider_than_its_window,
    nameless_controls,
    visiting,
)
from playwright.async_api import Browser, Page, expect
from test_page_in_a_browser import jobs_of, send, write_a_script
from tiny_production import add_job, claim_unit

from adapters.postgres.spending import WAYS_OUT
from app.config import Settings
from app.providers import PORTS
from domain.errors import CostCapReached
from domain.generation.brief import Brief
from domain.jobs.model import JobError, WaitingFor

TOO_DEAR = "A call to openai (gpt-5-mini) may cost $0.300000."


async def too_dear(backstage: Backstage, hint: str = WAYS_OUT["job"]) -> UUID:
    """A job that failed at a cap."""
    job = await add_job(backstage.jobs, request=Brief(topic="Octopus", seed=7, max_cost=0.25))
    await fail(backstage, hint)
    return job.id


async def fail(backstage: Backstage, hint: str = WAYS_OUT["job"]) -> None:
    why = JobError(CostCapReached.code, TOO_DEAR, hint)
    claim = await claim_unit(backstage.jobs)
    await backstage.jobs.fail(claim, why, retry_in=None, waiting_for=WaitingFor.RETRY)


async def cap_of(api: httpx.AsyncClient, job_id: UUID) -> float | None:
    cap: float | None = (await api.get(f"/api/jobs/{job_id}")).json()["request"]["max_cost"]
    return cap


async def try_again(page: Page) -> None:
    await page.get_by_role("button", name="Try again").click()


# -- a job that would have cost more than it may -----------------------------------------------


async def test_a_job_that_was_too_dear_goes_on_under_a_higher_cap(
    browser: Browser, server: str, backstage: Backstage, api: httpx.AsyncClient
) -> None:
    job_id = await too_dear(backstage)
    async with visiting(browser, server, **PHONE) as visit:
        page = await visit.go(f"#/jobs/{job_id}")
        panel = page.get_by_role("region", name="What happened")
        await expect(panel).to_contain_text(f"{TOO_DEAR}Let it cost more and try again")
        await expect(panel).not_to_contain_text("POST")
        cap = panel.get_by_label("At most, in US dollars")
        await expect(cap).to_have_value("")
        await expect(cap).to_have_accessible_description(
            "In all, with what it has cost already. Empty: $0.25 as before."
        )
        assert await nameless_controls(page) == []
        assert not await is_wider_than_its_window(page)
        await cap.fill("2,5")
        await cap.press("Enter")
        await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()
        assert await cap_of(api, job_id) == 2.5
        await fail(backstage)  # and again: it's told what it was this time
        await expect(panel).to_contain_text("Empty: $2.5 as before.")
        await try_again(page)
        await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()
        assert await cap_of(api, job_id) == 2.5


async def test_a_cap_is_told_of_where_it_is_wrong_and_who_can_raise_it(
    visit: Visit, backstage: Backstage, api: httpx.AsyncClient
) -> None:
    job_id = await too_dear(backstage, CostCapReached.hint)
    page = await visit.go(f"#/jobs/{job_id}")
    work = page.locator("#work")
    cap, error = work.get_by_label("At most, in US dollars"), work.locator(".error")
    for typed, told in (("-1", "at least 0"), ("20000", "at most 10000"), ("much", "a number")):
        await cap.fill(typed)
        await expect(error).to_have_count(0)
        await try_again(page)
        await expect(error).to_contain_text(told)
        await expect(cap).to_be_focused()
        await expect(cap).to_have_attribute("aria-invalid", "true")
    assert await cap_of(api, job_id) == 0.25
    # that of the month is no job's to raise
    await page.goto(f"{visit.server}/#/jobs/{await too_dear(backstage, WAYS_OUT['month'])}")
    await expect(work).to_contain_text("cap of the month (MONTHLY_COST_CAP)")
    await expect(work).not_to_contain_text("POST")
    await expect(work.get_by_role("textbox")).to_have_count(0)
    await try_again(page)
    await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()


# -- a cap from the beginning ------------------------------------------------------------------


async def test_a_cap_is_asked_for_where_videos_may_cost_money(
    browser: Browser, make_settings: Callable[..., Settings]
) -> None:
    paid = make_settings(narrators="openai", openai_speech_base_url="http://127.0.0.1:9/v1")
    with serve(paid) as address:
        async with (
            visiting(browser, address) as visit,
            httpx.AsyncClient(base_url=address) as api,
        ):
            page = await visit.go()
            await write_a_script(page)
            await page.get_by_text("Voice, look and sound").click()
            cap = page.get_by_label("At most, in US dollars")
            await cap.fill("-1")
            await expect(page.locator("#options-said")).to_contain_text("at most $-1")
            await send(page)
            error = page.locator('[data-pointer="/max_cost"] .error')
            await expect(error).to_contain_text("at least 0")
            await cap.fill("0,5")
            await send(page)
            await page.get_by_role("button", name="Cancel").click()
            [job] = await jobs_of(api)
            assert job["request"]["max_cost"] == 0.5
            await page.get_by_role("button", name="Change and send anew").click()
            await expect(cap).to_have_value("0.5")


async def test_no_cap_is_asked_for_where_nothing_costs_money(
    visit: Visit, backstage: Backstage
) -> None:
    job_id = await too_dear(backstage)
    async with visit.page.expect_response("**/api/capabilities"):
        page = await visit.go()
    await page.get_by_text("Voice, look and sound").click()
    await expect(page.locator("#mood-note")).to_contain_text("calm")  # it's told what there is
    cap = page.get_by_label("At most, in US dollars")
    await expect(cap).to_be_hidden()
    await page.goto(f"{visit.server}/#/jobs/{job_id}")
    await page.get_by_role("button", name="Change and send anew").click()
    await expect(cap).to_have_value("0.25")  # a cap that is set can be taken away
    await expect(cap).to_be_visible()
    # free are those of whom the server says so
    ports, paid = [], []
    for port in PORTS:
        for name, offer in [*port.offers.items(), ("of-a-package", None)]:
            ports.append([_as_told(port.name, name, place=1)])
            paid.append(offer is None or offer.goods is not None)
            ports.append([_as_told(port.name, name, place=None)])
            paid.append(False)
    found = await page.evaluate(
        "(all) => import('/page/providers.js').then(({ mayCost }) => all.map(mayCost))", ports
    )
    assert found == paid


def _as_told(port: str, name: str, place: int | None) -> dict[str, Any]:
    return {"port": port, "providers": [{"name": name, "place": place}]}
