"""The page as somebody meets it who asks for a video: making, watching, approving."""

from typing import Any

import httpx
import pytest
from faults.proxy import Proxy
from live_server import Backstage
from page_visit import (
    PHONE,
    Visit,
    is_wider_than_its_window,
    nameless_controls,
    until,
    visiting,
)
from playwright.async_api import Browser, Page, Request, Route, expect
from tiny_production import add_job, work_off

from domain.generation.palettes import TEXT_CONTRAST, contrast
from domain.jobs.model import UnitKind

HOSTILE = '<img src="x" onerror="window.wasHit = 1"><script>window.wasHit = 1</script>'


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Make the video").click()


async def write_a_script(page: Page, text: str = "Honey never spoils.") -> None:
    await page.get_by_role("tab", name="Script").click()
    await page.get_by_label("Your words").fill(text)


async def jobs_of(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = (await api.get("/api/jobs")).json()["items"]
    return jobs


# -- asking for a video ----------------------------------------------------------------------


async def test_a_topic_becomes_a_job_that_is_shown(visit: Visit, api: httpx.AsyncClient) -> None:
    page = await visit.go()
    await page.get_by_label("What is it about?").fill("Octopus")
    await page.locator(".shapes label", has_text="16:9").click()
    await page.get_by_label("Length in seconds").fill("30")
    await page.get_by_text("Voice, look and sound").click()
    await page.locator("#palettes label", has=page.get_by_label("lagoon")).click()
    await page.get_by_label("Music").fill("calm")
    await page.get_by_label("Tone").fill(" dry ")
    await expect(page.locator("#tone-note")).to_contain_text("none writes here")
    await page.get_by_label("Captions in the picture").select_option("box")
    await send(page)
    await expect(page.get_by_role("heading", name="Octopus")).to_be_visible()
    await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()
    [job] = await jobs_of(api)
    asked = job["request"]
    assert page.url.endswith(f"#/jobs/{job['id']}")
    assert (asked["topic"], asked["aspect_ratio"], asked["duration"]) == ("Octopus", "16:9", 30)
    assert (asked["brand"]["palette"], asked["music"]["mood"]) == ("lagoon", "calm")
    assert (asked["captions"]["style"], asked["tone"]) == ("box", "dry")
    await expect(page.locator("#list a[aria-current]")).to_contain_text("Octopus")


async def test_a_double_click_makes_one_job(visit: Visit, api: httpx.AsyncClient) -> None:
    page = await visit.go()
    await write_a_script(page)
    await page.get_by_role("button", name="Make the video").dblclick()
    await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()
    assert len(await jobs_of(api)) == 1


async def test_a_request_whose_answer_was_lost_makes_one_job(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    page = await visit.go()
    await write_a_script(page)
    await page.route("**/api/generate", lose_the_answer, times=1)
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
    assert len(await jobs_of(api)) == 1
    await send(page)
    await expect(page.get_by_role("heading", name="Honey never spoils.")).to_be_visible()
    assert len(await jobs_of(api)) == 1


async def test_wrong_fields_are_told_of_where_they_are_and_nothing_is_lost(visit: Visit) -> None:
    page = await visit.go()
    await page.get_by_label("What is it about?").fill("xyzzyq")
    await page.get_by_label("Length in seconds").fill("5")
    await page.get_by_text("Voice, look and sound").click()
    await page.get_by_label("Music").fill("gloom")
    await page.get_by_text("Voice, look and sound").click()
    await send(page)
    topic, length = page.get_by_label("What is it about?"), page.get_by_label("Length in seconds")
    await expect(topic).to_be_focused()
    await expect(topic).to_have_attribute("aria-invalid", "true")
    await expect(topic).to_have_accessible_description(
        "No article matches the topic 'xyzzyq'. Nothing is near it; the suggestions are examples "
        "of topics. Send your own words as script, or an article as source_text. Octopus "
        "Black hole World War II The script is written from what an encyclopedia says about it, or "
        "by this server's model."
    )
    length_error = page.locator('[data-pointer="/duration"] .error')
    await expect(length_error).to_have_text("Must be at least 15; this is 5.")
    # the closed options have opened, since something in them is wrong
    await expect(page.locator('[data-pointer="/music"] .error')).to_contain_text("calm, energetic")
    await length.fill("20")
    await expect(length_error).to_have_count(0)
    await page.reload()
    await expect(topic).to_have_value("xyzzyq")
    await expect(length).to_have_value("20")


async def test_a_suggested_topic_is_taken_by_one_click(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await page.get_by_label("What is it about?").fill("octopusses")
    await send(page)
    await page.locator(".suggestions").get_by_role("button", name="Octopus", exact=True).click()
    await expect(page.locator(".error")).to_have_count(0)
    await send(page)
    await expect(page.get_by_role("heading", name="Octopus")).to_be_visible()
    assert [job["request"]["topic"] for job in await jobs_of(api)] == ["Octopus"]


async def test_scenes_are_added_moved_removed_and_sent_in_their_order(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await page.get_by_role("tab", name="Topic").focus()
    await page.keyboard.press("ArrowLeft")  # round to the last tab
    await page.get_by_role("button", name="Add a scene").click()
    words = page.locator("#scene-rows textarea")
    for number, text in enumerate(("First.", "Second.", "Third.")):
        await words.nth(number).fill(text)
    await page.locator("#scene-rows select").nth(1).select_option("number")
    await page.get_by_role("button", name="Move up scene 3").click()
    await page.get_by_role("button", name="Remove scene 1").click()
    await send(page)
    await expect(page.get_by_role("heading", name="Third.")).to_be_visible()
    [job] = await jobs_of(api)
    scenes = [(scene["text"], scene["kind"]) for scene in job["request"]["scenes"]]
    assert scenes == [("Third.", None), ("Second.", "number")]


ARTICLE = "Honey never spoils. " * 20
NEARBY = "https://127.0.0.1/honey"


ADDRESSES = {
    " https://example.com/honey?a=1\n": "https://example.com/honey?a=1",
    "www.example.com/honey": "https://www.example.com/honey",
    "example.com": "https://example.com",
    "bücher.example:8443/a#b": "https://bücher.example:8443/a#b",
    "ftp://example.com": "ftp://example.com",
    "https://example.com is a site": None,
    "Honey.": None,
    "3.5": None,
    ARTICLE: None,
}


async def test_an_article_s_address_is_told_from_its_text(visit: Visit) -> None:
    page = await visit.go()
    addresses = await page.evaluate(
        "(texts) => import('/page/brief.js').then(({ addressIn }) => texts.map(addressIn))",
        list(ADDRESSES),
    )
    assert dict(zip(ADDRESSES, addresses, strict=True)) == ADDRESSES


async def test_an_article_is_asked_for_by_keyboard_and_taken_up_again(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await page.get_by_role("tab", name="Topic").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    words = page.get_by_label("An article, or its address")
    await expect(words).to_be_focused()
    await page.keyboard.insert_text(f"{ARTICLE}\n\n")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="Honey never spoils.")).to_be_visible()
    [job] = await jobs_of(api)
    assert job["request"]["source_text"].strip() == ARTICLE.strip()
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Change and send anew").click()
    await expect(page.get_by_role("tab", name="Article")).to_have_attribute("aria-selected", "true")
    await expect(words).to_have_value(job["request"]["source_text"])


async def test_what_is_wrong_with_an_article_is_told_at_its_field(visit: Visit) -> None:
    page = await visit.go()
    await page.get_by_role("tab", name="Article").click()
    words, error = page.get_by_label("An article, or its address"), page.locator(".error")
    await send(page)
    await expect(error).to_have_text("Paste an article, or its address.")
    for text, told in (("Too short.", "at least 40 words; this has 2"), (NEARBY, "loopback")):
        await words.fill(text)
        await send(page)
        await expect(error).to_contain_text(told)
        await expect(words).to_be_focused()
        await expect(words).to_have_attribute("aria-invalid", "true")
    await words.fill("word " * 10_000 + "more")
    await send(page)
    await expect(error).to_contain_text("Take 4 characters out.")
    await expect(words).to_have_value("word " * 10_000 + "more")  # nothing was cut off


async def test_an_empty_scene_is_told_of_at_its_own_field(visit: Visit) -> None:
    page = await visit.go()
    await page.get_by_role("tab", name="Scenes").click()
    await page.locator("#scene-rows textarea").first.fill("First.")
    await send(page)
    wrong = page.locator('[data-pointer="/scenes/1/text"]')
    await expect(wrong.locator(".error")).to_have_text("Write what is said, or remove the scene.")
    await expect(wrong.locator("textarea")).to_be_focused()


@pytest.mark.parametrize("source", ["topic", "script"])
async def test_what_a_video_is_made_of_is_asked_for_where_it_is_missing(
    visit: Visit, source: str
) -> None:
    page = await visit.go()
    await page.get_by_role("tab", name=source.capitalize()).click()
    await send(page)
    error = page.locator(f"#panel-{source} .error")
    await expect(error).to_have_text(f"Write a {source}.")


async def test_the_article_of_a_topic_is_named_and_another_taken(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await page.get_by_label("What is it about?").fill("Mercury")
    await page.get_by_role("button", name="Check first").click()
    about = page.locator("#check-result .topic-match")
    await expect(about).to_contain_text("About: Mercury (planet) (Wikipedia)")
    await about.get_by_role("button", name="Mercury (element)").click()
    await expect(about).to_contain_text("About: Mercury (element) (Wikipedia)")
    await expect(page.get_by_label("What is it about?")).to_have_value("Mercury (element)")
    assert await jobs_of(api) == []
    await page.get_by_label("What is it about?").fill("Mercury")
    await send(page)
    about = page.locator("#work .topic-match")
    await expect(about).to_contain_text("About: Mercury (planet) (Wikipedia)")
    await about.get_by_role("button", name="Mercury (element)").click()
    await expect(page.get_by_label("What is it about?")).to_have_value("Mercury (element)")


async def test_markup_in_a_script_is_text(visit: Visit) -> None:
    page = await visit.go()
    await write_a_script(page, HOSTILE)
    await page.get_by_text("Voice, look and sound").click()
    await page.get_by_label("Title").fill(HOSTILE[:100])
    await send(page)
    await expect(page.get_by_role("heading", level=1)).to_contain_text('<img src="x" onerror=')
    await expect(page.locator("#list li")).to_contain_text('<img src="x" onerror=')
    assert await page.locator("img[src=x]").count() == 0
    assert await page.evaluate("window.wasHit") is None


# -- watching --------------------------------------------------------------------------------


async def test_progress_is_shown_as_units_finish(visit: Visit, backstage: Backstage) -> None:
    job = await add_job(backstage.jobs)
    page = await visit.go(f"#/jobs/{job.id}")
    panel = page.locator("section.progress")
    await expect(panel.get_by_text("In the queue")).to_be_visible()
    await work_off(backstage.jobs, scenes=3, until=UnitKind.STORYBOARD)
    await expect(panel.get_by_role("listitem").filter(has_text="Narration")).to_contain_text(
        "3 of 3"
    )
    spoken = float(await panel.get_by_role("progressbar").get_attribute("value") or 0)
    await work_off(backstage.jobs, scenes=3, until=UnitKind.PACKAGE)
    await expect(panel.get_by_role("listitem").filter(has_text="Pictures")).to_contain_text(
        "3 of 3"
    )
    bar = panel.get_by_role("progressbar")
    assert spoken < float(await bar.get_attribute("value") or 0) < 1


async def test_a_stream_that_breaks_is_resumed_where_it_was(
    browser: Browser, server: str, backstage: Backstage
) -> None:
    job = await add_job(backstage.jobs)
    begun_after: list[str | None] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/events"):
            begun_after.append(request.headers.get("last-event-id"))

    async def has_resumed() -> bool:
        return len(begun_after) > 1

    line = Proxy(("127.0.0.1", int(server.rpartition(":")[2])))
    address = f"http://127.0.0.1:{await line.open()}"
    try:
        async with visiting(browser, address) as visit:
            visit.page.on("request", note)
            page = await visit.go(f"#/jobs/{job.id}")
            await expect(page.locator(".progress").get_by_text("In the queue")).to_be_visible()
            await work_off(backstage.jobs, scenes=2, until=UnitKind.NARRATION)
            await expect(page.locator(".stages")).to_contain_text("0 of 2")
            assert begun_after == [None]
            line.cut()
            await work_off(backstage.jobs, scenes=2, until=UnitKind.STORYBOARD)
            await until(has_resumed)
            assert all(begun_after[1:]), begun_after
            await expect(page.locator(".stages")).to_contain_text("2 of 2")
    finally:
        await line.close()


async def test_a_job_is_cancelled_and_taken_up_again(visit: Visit, backstage: Backstage) -> None:
    job = await add_job(backstage.jobs)
    page = await visit.go(f"#/jobs/{job.id}")
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_label("Progress").get_by_text("In the queue")).to_be_visible()
    await work_off(backstage.jobs, scenes=2, until=UnitKind.STORYBOARD)
    await expect(page.locator(".stages")).to_contain_text("2 of 2")  # its stream is a new one
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Change and send anew").click()
    await expect(page.get_by_label("What is it about?")).to_have_value("Octopus")


async def test_a_job_that_is_none_is_told_of(visit: Visit) -> None:
    page = await visit.go("#/jobs/01a21d21-8f53-7363-82f8-40d0763fc089")
    await expect(page.get_by_role("alert")).to_contain_text("40d0763fc089")


async def test_what_others_ask_for_appears_by_itself(visit: Visit, backstage: Backstage) -> None:
    page = await visit.go()
    await expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    job = await add_job(backstage.jobs)
    await expect(page.locator("#list li")).to_have_count(1)
    await work_off(backstage.jobs, until=UnitKind.NARRATION)
    await expect(page.locator("#list li.works")).to_contain_text("%")
    await backstage.jobs.cancel(job.account_id, job.id)
    await expect(page.locator("#list li.cancelled")).to_contain_text("Cancelled")


# -- for everybody -----------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["Topic", "Article", "Scenes"])
async def test_every_control_says_what_it_is(visit: Visit, backstage: Backstage, tab: str) -> None:
    await add_job(backstage.jobs)
    page = await visit.go()
    await page.get_by_role("tab", name=tab).click()
    await page.get_by_text("Voice, look and sound").click()
    await expect(page.get_by_label("lagoon")).to_be_attached()
    await expect(page.locator("#list li")).to_have_count(1)
    assert await nameless_controls(page) == []


async def test_a_phone_shows_everything_within_its_width(
    browser: Browser, server: str, backstage: Backstage
) -> None:
    job = await add_job(backstage.jobs)
    async with visiting(browser, server, **PHONE) as visit:
        page = await visit.go()
        await page.set_viewport_size({"width": 360, "height": 780})
        await page.get_by_text("Voice, look and sound").click()
        for tab in ("Topic", "Article", "Script", "Scenes"):
            await page.get_by_role("tab", name=tab).click()
            assert not await is_wider_than_its_window(page)
        await page.get_by_role("link", name="Videos", exact=True).click()
        await page.locator("#list a").click()
        await expect(page.locator("section.progress")).to_be_visible()
        assert page.url.endswith(str(job.id))
        assert not await is_wider_than_its_window(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(
    browser: Browser, server: str, scheme: str
) -> None:
    async with visiting(browser, server, color_scheme=scheme) as visit:
        page = await visit.go()
        style = await page.evaluate("""() => {
            const style = getComputedStyle(document.documentElement);
            return Object.fromEntries([...style].filter((name) => name.startsWith("--"))
                .map((name) => [name.slice(2), style.getPropertyValue(name).trim()]));
        }""")
    pairs = [(text, back) for text in ("ink", "quiet", "accent") for back in ("ground", "surface")]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong"), ("surface", "wrong")]
    pairs += [("wrong", "wrong-faint"), ("care", "care-faint"), ("ink", "accent-faint")]
    pairs += [("quiet", "accent-faint"), ("quiet", "care-faint"), ("wrong", "ground")]
    for text, back in pairs:
        found = contrast(style[text], style[back])
        assert found >= TEXT_CONTRAST, f"{text} on {back}: {found:.1f}"


async def test_the_keyboard_reaches_the_form_and_sends_it(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await visit.go()
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to the content")).to_be_focused()
    await page.get_by_label("What is it about?").focus()
    await page.keyboard.type("Octopus")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Octopus")).to_be_visible()
    assert len(await jobs_of(api)) == 1
