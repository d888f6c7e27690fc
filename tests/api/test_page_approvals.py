"""The page as somebody meets it who looks before it goes on: checks and approvals."""

import asyncio
from uuid import UUID

import httpx
from finished_video import PCM, SCENES, work_until_it_waits
from live_server import Backstage
from page_visit import Visit
from playwright.async_api import Locator, Page, Route, expect
from test_page_in_a_browser import HOSTILE, jobs_of, write_a_script
from tiny_production import ACCOUNT, add_job, claim_unit, work_off

from domain.generation.brief import Brief, PauseAfter
from domain.jobs.model import UnitKind

NINE_BRAINS = "It has nine brains."


async def waiting(backstage: Backstage, after: PauseAfter) -> UUID:
    """A job that waits for approval."""
    job = await add_job(backstage.jobs, request=Brief(topic="Octopus", seed=7, pause_after=after))
    await work_until_it_waits(backstage)
    return job.id


def panel_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Your approval")


async def words_of(api: httpx.AsyncClient, job_id: UUID) -> list[str]:
    scenes = (await api.get(f"/api/jobs/{job_id}/script")).json()["scenes"]
    return [" ".join(sentence["text"] for sentence in scene["sentences"]) for scene in scenes]


# -- checking ----------------------------------------------------------------------------------


async def test_a_check_shows_script_length_and_warnings_and_makes_nothing(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await write_a_script(page, f"It has three hearts.\n\n{HOSTILE}")
    await page.get_by_label("Length in seconds").fill("60")
    await page.get_by_role("button", name="Check first").click()
    result = page.get_by_label("What it would become")
    await expect(result).to_contain_text("It has three hearts.")
    await expect(result).to_contain_text(HOSTILE)
    await expect(result.locator(".facts")).to_contain_text("to make · 2 scenes")
    await expect(result.get_by_role("list", name="Warnings")).to_contain_text("60")
    assert await page.evaluate("window.wasHit") is None
    assert await jobs_of(api) == []


async def test_a_check_that_is_refused_is_told_of_at_its_field(visit: Visit) -> None:
    page = await visit.go()
    await page.get_by_label("Length in seconds").fill("5")
    await write_a_script(page)
    await page.get_by_role("button", name="Check first").click()
    error = page.locator('[data-pointer="/duration"] .error')
    await expect(error).to_have_text("Must be at least 15; this is 5.")


async def test_what_a_check_found_goes_with_its_tab(visit: Visit) -> None:
    page = await visit.go()
    await write_a_script(page)
    check, result = page.get_by_role("button", name="Check first"), page.locator("#check-result")
    await check.click()
    await expect(result).to_contain_text("Honey never spoils.")
    await page.get_by_role("tab", name="Script").click()  # it's there already
    await expect(result).to_contain_text("Honey never spoils.")
    await page.get_by_role("tab", name="Scenes").click()
    await expect(result).to_be_empty()


async def test_a_check_that_ends_on_another_tab_says_nothing_there(visit: Visit) -> None:
    asked, turned = asyncio.Event(), asyncio.Event()

    async def answer_late(route: Route) -> None:
        asked.set()
        await turned.wait()
        await route.continue_()

    page = await visit.go()
    await page.route("**/api/generate?dry_run=true", answer_late)
    check, form = page.get_by_role("button", name="Check first"), page.locator("#compose")
    for words in ("Honey never spoils.", ""):  # one that is answered, one that is refused
        asked.clear()
        turned.clear()
        await write_a_script(page, words)
        await check.click()
        await asked.wait()
        await page.get_by_role("tab", name="Article").click()
        turned.set()
        await expect(form).not_to_have_attribute("aria-busy", "true")
        await expect(page.locator("#check-result")).to_be_empty()
        await expect(page.locator(".error, .problem")).to_have_count(0)


# -- approving and rejecting -------------------------------------------------------------------


async def test_a_script_is_corrected_and_approved(
    visit: Visit, backstage: Backstage, api: httpx.AsyncClient
) -> None:
    job_id = await waiting(backstage, "script")
    page = await visit.go(f"#/jobs/{job_id}")
    await page.get_by_label("Scene 2", exact=True).fill(NINE_BRAINS)
    await page.get_by_text("Description and tags").click()
    await page.get_by_label("Tags").fill("octopus, hearts")
    await page.reload()  # what was typed is kept
    await expect(page.get_by_label("Scene 2", exact=True)).to_have_value(NINE_BRAINS)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator("section.progress")).to_be_visible()
    assert await words_of(api, job_id) == ["It has eight arms.", NINE_BRAINS]
    wording = (await backstage.jobs.get(ACCOUNT, job_id)).wording
    assert wording is not None
    assert (wording.title, wording.tags) == (None, ["octopus", "hearts"])
    await work_off(backstage.jobs, until=UnitKind.STORYBOARD)
    await expect(page.locator(".stages")).to_contain_text("2 of 2")


async def test_the_panel_appears_when_it_comes_to_that(visit: Visit, backstage: Backstage) -> None:
    request = Brief(topic="Octopus", seed=7, pause_after="script")
    job = await add_job(backstage.jobs, request=request)
    page = await visit.go(f"#/jobs/{job.id}")
    await expect(page.locator("section.progress")).to_be_visible()
    await work_until_it_waits(backstage)
    await expect(panel_of(page).get_by_label("Scene", exact=False)).to_have_count(SCENES)
    await expect(page.locator("#list")).to_contain_text("Needs your approval")


async def test_what_is_wrong_with_a_correction_is_told_at_its_scene(
    visit: Visit, backstage: Backstage
) -> None:
    job_id = await waiting(backstage, "script")
    page = await visit.go(f"#/jobs/{job_id}")
    await page.get_by_label("Scene 1", exact=True).fill(" ")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator('[data-pointer="/scenes/0"] .error')).to_be_visible()
    await expect(page.get_by_label("Scene 1", exact=True)).to_be_focused()


async def test_a_script_is_rejected_with_a_reason(
    visit: Visit, backstage: Backstage, api: httpx.AsyncClient
) -> None:
    job_id = await waiting(backstage, "script")
    page = await visit.go(f"#/jobs/{job_id}")
    await page.get_by_role("button", name="Reject").click()
    await page.get_by_label("Why?").fill("Too dry.")
    await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    await expect(page.get_by_text("Too dry.")).to_be_visible()
    job = (await api.get(f"/api/jobs/{job_id}")).json()
    assert (job["status"], job["error"]["code"]) == ("cancelled", "rejected")
    await page.get_by_role("button", name="Try again").click()
    await expect(panel_of(page)).to_be_visible()  # it waits where it was


async def test_what_was_spoken_is_heard_and_one_scene_spoken_again(
    visit: Visit, backstage: Backstage, api: httpx.AsyncClient
) -> None:
    job_id = await waiting(backstage, "narration")
    page = await visit.go(f"#/jobs/{job_id}")
    await page.get_by_role("button", name="Listen to scene 2").click()
    sound = page.get_by_label("Narration of scene 2")
    await expect(sound).to_be_focused()
    seconds = len(PCM) / 2 / 48_000
    await visit.becomes(f"Math.abs(document.querySelector('audio').duration - {seconds}) < 0.001")
    await visit.becomes("document.querySelector('audio').ended")
    await page.get_by_label("Scene 2", exact=True).fill(NINE_BRAINS)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator("section.progress")).to_be_visible()
    claim = await claim_unit(backstage.jobs)
    assert (claim.unit.kind, claim.unit.ordinal) == (UnitKind.NARRATION, 1)
    assert await words_of(api, job_id) == ["It has eight arms.", NINE_BRAINS]
