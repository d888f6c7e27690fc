"""The page as somebody meets it who chooses: presets, voices, and what this server can do."""

from collections.abc import Callable
from typing import Any

import httpx
from live_server import serve
from page_visit import Visit, visiting
from playwright.async_api import Browser, Page, expect
from test_catalog import Voiceless, VoicesOf
from test_page_in_a_browser import jobs_of, send, write_a_script

from app.config import Settings
from domain.generation.brief import MAX_TOPIC_CHARS


async def opened(visit: Visit) -> Page:
    """The form with its options open."""
    page = await visit.go()
    await page.get_by_text("Voice, look and sound").click()
    return page


async def keep(page: Page, name: str) -> None:
    await page.get_by_label("Keep these choices as a preset").fill(name)
    await page.get_by_label("Keep these choices as a preset").press("Enter")


async def presets_of(api: httpx.AsyncClient) -> dict[str, Any]:
    items = (await api.get("/api/presets")).json()["items"]
    return {preset["name"]: preset["request"] for preset in items}


# -- presets -----------------------------------------------------------------------------------


async def test_what_is_chosen_is_kept_as_a_preset_without_the_words(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await opened(visit)
    await expect(page.get_by_label("Preset", exact=True)).to_be_hidden()  # there is none
    await write_a_script(page)
    await page.locator(".shapes label", has_text="1:1").click()
    await page.get_by_label("Pace").fill("1,1")
    await page.get_by_label("Music").fill("calm")
    await page.get_by_label("Captions in the picture").select_option("off")
    await page.get_by_label("Stop for my approval").select_option("script")
    await keep(page, "Brand Squares")
    await expect(page.get_by_label("Preset", exact=True)).to_have_value("brand-squares")
    await expect(page.get_by_label("Your words")).to_have_value("Honey never spoils.")
    assert await presets_of(api) == {
        "brand-squares": {
            "aspect_ratio": "1:1",
            "voice": {"speed": 1.1},
            "music": {"mood": "calm"},
            "captions": {"enabled": False},
            "pause_after": "script",
        }
    }
    assert await jobs_of(api) == []


async def test_a_video_begins_with_a_preset_and_has_what_the_form_has_no_field_for(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    preset = {
        "aspect_ratio": "16:9",
        "music": {"mood": "calm", "volume_lu": -20},
        "pronunciations": {"honey": "hunny"},
        "seed": 5,
    }
    await api.put("/api/presets/calm", json=preset)
    await api.put("/api/presets/plain", json={"aspect_ratio": "1:1"})
    page = await opened(visit)
    await write_a_script(page)
    await page.get_by_label("Preset", exact=True).select_option("calm")
    await expect(page.get_by_label("Music")).to_have_value("calm")
    await expect(page.get_by_label("Seed")).to_have_value("5")
    await expect(page.get_by_text("With its music, pronunciations.")).to_be_visible()
    await page.get_by_label("Music").fill("happy")
    await page.reload()
    await expect(page.get_by_label("Preset", exact=True)).to_have_value("calm")
    await send(page)
    await expect(page.get_by_role("heading", name="Honey never spoils.")).to_be_visible()
    [job] = await jobs_of(api)
    asked = job["request"]
    assert (asked["aspect_ratio"], asked["seed"]) == ("16:9", 5)
    assert asked["music"] == {"mood": "happy", "volume_lu": -20}
    assert asked["pronunciations"] == {"honey": "hunny"}
    await page.get_by_role("link", name="New video").click()
    await page.get_by_label("Preset", exact=True).select_option("plain")
    await page.get_by_text("Voice, look and sound").click()
    await expect(page.get_by_label("Music")).to_have_value("")
    await expect(page.get_by_text("With its")).to_be_hidden()


async def test_what_a_request_has_beyond_the_form_is_sent_anew_with_it_and_no_further(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    request = {"script": "Honey never spoils.", "pronunciations": {"honey": "hunny"}}
    job = (await api.post("/api/generate", json=request)).json()
    await api.post(f"/api/jobs/{job['id']}/cancel")
    page = await visit.go(f"#/jobs/{job['id']}")
    await page.get_by_role("button", name="Change and send anew").click()
    await expect(page.get_by_label("Your words")).to_have_value("Honey never spoils.")
    await send(page)
    await expect(page.locator("section.progress")).to_be_visible()
    await page.get_by_role("link", name="New video").click()
    await write_a_script(page, "Bees dance.")
    await send(page)
    await expect(page.get_by_role("heading", name="Bees dance.")).to_be_visible()
    sent = [job["request"]["pronunciations"] for job in await jobs_of(api)]
    assert sent == [{}, {"honey": "hunny"}, {"honey": "hunny"}]


async def test_a_preset_is_replaced_and_deleted_after_a_question(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    await api.put("/api/presets/calm", json={"aspect_ratio": "16:9"})
    page = await opened(visit)
    await page.get_by_label("Preset", exact=True).select_option("calm")
    await page.get_by_label("Length in seconds").fill("30")
    await page.get_by_role("button", name="Replace it").click()
    await expect(page.locator("#announcements")).to_have_text("The preset calm is kept.")
    assert await presets_of(api) == {"calm": {"aspect_ratio": "16:9", "duration": 30}}
    await page.get_by_role("button", name="Delete this preset…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    await expect(page.get_by_label("Preset", exact=True)).to_be_hidden()
    await expect(page.get_by_label("Length in seconds")).to_have_value("30")
    assert await presets_of(api) == {}


async def test_what_is_wrong_with_a_preset_is_told_at_its_field(visit: Visit) -> None:
    page = await opened(visit)
    await keep(page, "What?")
    await expect(page.locator('[data-pointer="/name"] .error')).to_contain_text("brand-shorts")
    await page.get_by_label("Pace").fill("9")
    await keep(page, "fast")
    error = page.locator('[data-pointer="/voice/speed"] .error')
    await expect(error).to_have_text("Must be at most 2.0; this is 9.")


# -- voices, and what there is -----------------------------------------------------------------


async def test_a_voice_is_listened_to_and_stopped(visit: Visit) -> None:
    page = await opened(visit)
    listen = page.locator("#listen")
    await page.get_by_label("Voice", exact=True).select_option(index=1)
    await listen.click()
    await expect(listen).to_have_text("Stop")  # the server speaks it first
    await listen.click()
    await expect(listen).to_have_text("Listen")
    async with page.expect_response("**/sample") as answer:
        await listen.click()
    assert (await (await answer.value).all_headers())["content-type"] == "audio/wav"
    await expect(listen).to_have_text("Stop")
    await expect(listen).to_have_text("Listen")  # it has come to its end


async def test_pace_seed_and_language_are_sent_and_checked(
    visit: Visit, api: httpx.AsyncClient
) -> None:
    page = await opened(visit)
    await write_a_script(page)
    await page.get_by_label("Pace").fill("quick")
    await page.get_by_label("Seed").fill("-1")
    await page.get_by_label("Language of the words").fill("de")
    await send(page)
    for pointer in ("/voice/speed", "/seed"):
        await expect(page.locator(f'[data-pointer="{pointer}"] .error')).to_be_visible()
    await page.get_by_label("Pace").fill("0.9")
    await page.get_by_label("Seed").fill("7")
    await send(page)
    await expect(page.locator('[data-pointer="/language"] .error')).to_contain_text("en-US")
    await page.get_by_label("Language of the words").fill("en-US")
    await send(page)
    await expect(page.get_by_role("heading", name="Honey never spoils.")).to_be_visible()
    [job] = await jobs_of(api)
    asked = job["request"]
    assert (asked["voice"]["speed"], asked["seed"], asked["language"]) == (0.9, 7, "en-US")


async def test_the_limits_are_those_of_the_server(visit: Visit) -> None:
    page = await visit.go()
    note = page.locator("#duration-note")
    await expect(note).to_have_text("15 to 180. Automatic: at most 60.")
    await page.locator(".shapes label", has_text="1:1").click()
    await expect(note).to_have_text("15 to 900. Automatic: at most 60.")
    topic = page.get_by_label("What is it about?")
    await expect(topic).to_have_attribute("maxlength", str(MAX_TOPIC_CHARS))
    await expect(page.locator("#lacking")).to_be_hidden()


async def test_what_the_server_lacks_is_told_with_the_way_out(
    browser: Browser, make_settings: Callable[..., Settings]
) -> None:
    with serve(make_settings(), VoicesOf(Voiceless())) as address:
        async with visiting(browser, address) as visit:
            page = await visit.go()
            lacking = page.locator("#lacking")
            await expect(lacking).to_contain_text("Nothing can be spoken here without")
            await expect(lacking).to_contain_text(".[voice]")
            await page.get_by_text("Voice, look and sound").click()
            await expect(page.locator("#listen")).to_be_hidden()
