"""The page as somebody meets it who has a video: watching, mending, deleting; and keys."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from finished_video import TITLE, finish_a_video, finish_the_job
from live_server import Backstage
from page_visit import (
    PHONE,
    Visit,
    is_wider_than_its_window,
    manifest_of,
    nameless_controls,
    small_film,
    small_picture,
    visiting,
)
from playwright.async_api import Browser, Page, expect
from tiny_production import add_job, work_off

from adapters.postgres import SqlKeyStore
from app.config import Settings
from domain.access import Keys, Scope
from domain.generation.brief import Brief, ShotKind
from domain.generation.packaging import Metadata, Video
from domain.generation.script import SceneEdit
from domain.generation.stores import Artifact
from domain.generation.wording import Wording
from domain.jobs.model import UnitKind

HOSTILE = '<img src="x" onerror="window.wasHit = 1">'


@pytest.fixture
async def files(backstage: Backstage, tmp_path: Path) -> dict[str, Artifact]:
    """A film, a picture and a manifest as a browser and the page want them."""
    hostile = {"what": "clip", "title": HOSTILE, "url": "javascript:window.wasHit = 1"}
    manifest = manifest_of()
    manifest["credits"].append(manifest["credits"][0] | hostile)
    metadata = Metadata(title="Octopus", description="It has arms.", tags=["sea"], language="en")
    made = {
        "metadata.json": msgspec.json.encode(metadata),
        "video.mp4": small_film(tmp_path),
        "thumbnail.jpg": small_picture(tmp_path),
        "manifest.json": msgspec.json.encode(manifest),
    }
    return {name: await backstage.artifacts.put_bytes(body) for name, body in made.items()}


@pytest.fixture
async def video(backstage: Backstage, files: dict[str, Artifact]) -> Video:
    return await finish_a_video(backstage, files)


async def has_played(visit: Visit) -> None:
    await visit.becomes("document.querySelector('video')?.readyState >= 2")
    await visit.page.evaluate("document.querySelector('video').play()")
    await visit.becomes("document.querySelector('video').currentTime > 0.1")


async def test_a_finished_video_plays_with_its_captions(visit: Visit, video: Video) -> None:
    page = await visit.go("#/videos")
    await page.locator("#list a", has_text=TITLE).click()
    await has_played(visit)
    await page.evaluate("document.querySelector('video').textTracks[0].mode = 'showing'")
    cues = "[...(document.querySelector('video').textTracks[0].cues ?? [])].map((cue) => cue.text)"
    assert await visit.becomes(f"{cues}.length && {cues}") == ["Éight arms"]
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    # played from its address, in ranges, for there is no key to send
    assert await page.evaluate("document.querySelector('video').currentSrc.startsWith('http')")


async def test_storyboard_warnings_rights_and_originality_are_shown(
    visit: Visit, video: Video
) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    strip = page.get_by_role("list", name="Storyboard")
    await expect(strip.get_by_role("button")).to_have_count(2)
    await visit.becomes(
        "[...document.querySelectorAll('.strip img')].every((image) => image.naturalWidth > 0)"
    )
    await strip.get_by_role("button", name="Scene 2: It has three hearts.").click()
    await expect(page.locator(".scene-form textarea")).to_have_value("It has three hearts.")
    await visit.becomes("document.querySelector('video').currentTime >= 2")
    warning = page.get_by_role("list", name="Warnings")
    await expect(warning).to_contain_text("correct its scenes, or send a script in your own words")
    originality = page.get_by_role("region", name="Originality")
    await expect(originality).to_contain_text("41 % of the words stand as they do in the sources.")
    rights = page.get_by_role("region", name="Rights")
    link = rights.get_by_role("link", name="CC BY-SA 4.0")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(rights).to_contain_text("Icon peopleCC BY 4.0has to be named")
    owed = rights.get_by_role("list", name="To see to before it’s published")
    await expect(owed).to_contain_text("The description doesn't name Octopus icon")
    await expect(page.get_by_role("region", name="Costs")).to_have_count(0)  # nothing was paid
    assert await nameless_controls(page) == []


async def test_what_providers_were_paid_is_shown_by_model(
    visit: Visit, backstage: Backstage, files: dict[str, Artifact]
) -> None:
    page = await visit.go()
    call = {
        "provider": "openai",
        "model": "gpt-5-mini",
        "service": "chat",
        "state": "settled",
        "units": {"input_tokens": 900.0},
        "usd": 0.0031,
        "price": "listed",
        "cached": False,
        "at": "2026-11-27T12:00:00Z",
    }
    spoken = {"model": "tts-1", "service": "speech", "usd": 0.00125, "state": "uncertain"}
    calls = [call, call | {"cached": True, "usd": 0.0}, call | spoken]
    paid = msgspec.json.encode(manifest_of(calls=calls, cost_usd=0.00435))
    stored = files | {"manifest.json": await backstage.artifacts.put_bytes(paid)}
    video = await finish_a_video(backstage, stored)
    await page.goto(f"{visit.server}/#/jobs/{video.job_id}")
    costs = page.get_by_role("region", name="Costs")
    await expect(costs).to_contain_text("$0.004350 in all")
    await expect(costs.get_by_role("listitem")).to_have_text(
        [
            "$0.003100openai gpt-5-minichat, 2 calls1 paid before",
            "$0.001250openai tts-1speech, 1 call1 may not be billed",
        ]
    )


async def test_names_that_are_markup_or_addresses_that_are_code_do_nothing(
    visit: Visit, video: Video
) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    named = page.get_by_role("region", name="Rights").get_by_text(HOSTILE, exact=True)
    await named.click()
    assert await named.evaluate("(element) => element.tagName") == "SPAN"
    assert await page.evaluate("window.wasHit") is None


async def test_files_are_downloaded_under_the_videos_name(visit: Visit, video: Video) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="Captions (SRT)").click()
    download = await begun.value
    assert download.suggested_filename.endswith(".srt")
    assert "Éight arms" in Path(await download.path()).read_text()
    for name in ("Script", "Manifest"):
        async with page.expect_download() as begun:
            await page.get_by_role("link", name=name, exact=True).click()
        download = await begun.value
        assert download.suggested_filename.endswith(".json")
        assert msgspec.json.decode(Path(await download.path()).read_bytes())["schema"] == 1


async def test_a_scene_is_corrected_and_made_again(
    visit: Visit,
    video: Video,
    files: dict[str, Artifact],
    backstage: Backstage,
    api: httpx.AsyncClient,
) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    await page.get_by_role("button", name="Scene 2: It has three hearts.").click()
    await page.locator(".scene-form textarea").fill("It has nine brains.")
    await page.locator(".scene-form select").select_option("number")
    await page.get_by_role("button", name="Note the correction").click()
    await expect(page.get_by_text("1 correction noted")).to_be_visible()
    noted = await backstage.videos.edits("local", video.id)
    assert noted[1] == SceneEdit(text="It has nine brains.", kind=ShotKind.NUMBER)
    await page.reload()
    await page.get_by_role("button", name="Make the revision").click()
    panel = page.locator("section.progress")
    await expect(panel).to_be_visible()
    await expect(page.locator("video")).to_be_visible()  # the one before, meanwhile
    fingerprints = {"segment/0": "as before", "segment/1": "another"}
    before = manifest_of()["fingerprints"]
    fingerprints["segment/0"] = before["segment/0"]
    manifest = manifest_of(revision=2, fingerprints=fingerprints)
    body = msgspec.json.encode(manifest)
    others = files | {"manifest.json": await backstage.artifacts.put_bytes(body)}
    await finish_the_job(backstage, others)
    await expect(page.get_by_text("revision 2")).to_be_visible()
    await expect(page.get_by_text("Scene 2 rendered again, 1 other taken over")).to_be_visible()
    await expect(page.locator("#list li")).to_have_count(1)
    jobs = (await api.get("/api/jobs")).json()["items"]
    assert [job["revision"] for job in jobs] == [2, 1]


async def test_a_correction_that_is_refused_is_told_of_at_its_field(
    visit: Visit, video: Video
) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    await page.locator(".scene-form textarea").fill("")
    await page.get_by_role("button", name="Note the correction").click()
    await expect(page.locator('.scene-form [data-pointer^="/text"] .error')).to_be_visible()
    await page.get_by_role("button", name="Scene 2: It has three hearts.").click()
    await page.locator(".scene-form textarea").fill("It has nine brains.")
    await page.reload()
    await page.get_by_role("button", name="Scene 2: It has three hearts.").click()
    await expect(page.locator(".scene-form textarea")).to_have_value("It has nine brains.")


async def test_a_video_that_waits_for_approval_is_watched_and_given_another_title(
    visit: Visit, files: dict[str, Artifact], backstage: Backstage, api: httpx.AsyncClient
) -> None:
    request = Brief(topic="Octopus", seed=7, pause_after="package")
    await add_job(backstage.jobs, request=request)
    video = await finish_the_job(backstage, files)
    page = await visit.go(f"#/jobs/{video.job_id}")
    await has_played(visit)
    panel = page.get_by_role("region", name="Your approval")
    await expect(panel.get_by_label("Title")).to_have_value("Octopus")  # as in its metadata
    await expect(panel.get_by_label("Scene")).to_have_count(0)  # it's rendered: too late for those
    await panel.get_by_label("Title").fill("Three hearts")
    await panel.get_by_role("button", name="Approve").click()
    await expect(panel).to_have_count(0)
    job = await backstage.jobs.get(video.account_id, video.job_id)
    assert job.wording == Wording(title="Three hearts")
    worded = await api.get(f"/api/videos/{video.id}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(worded.json()["title"])


async def test_a_video_that_is_rejected_is_gone(
    visit: Visit, files: dict[str, Artifact], backstage: Backstage, api: httpx.AsyncClient
) -> None:
    request = Brief(topic="Octopus", seed=7, pause_after="package")
    await add_job(backstage.jobs, request=request)
    video = await finish_the_job(backstage, files)
    page = await visit.go(f"#/jobs/{video.job_id}")
    await expect(page.locator("video")).to_be_visible()
    await page.get_by_role("button", name="Reject").click()
    await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(page.locator("video")).to_have_count(0)
    assert (await api.get(f"/api/videos/{video.id}")).status_code == 404


async def test_a_video_is_deleted_after_a_question(
    visit: Visit, video: Video, api: httpx.AsyncClient
) -> None:
    page = await visit.go(f"#/jobs/{video.job_id}")
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Delete…").click()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert (await api.get(f"/api/videos/{video.id}")).status_code == 200
    await page.get_by_role("button", name="Delete…").click()
    await dialog.get_by_role("button", name="Delete it").click()
    await expect(page.locator("#list li")).to_have_count(0)
    assert (await api.get(f"/api/videos/{video.id}")).status_code == 404


async def test_a_phone_shows_a_video_within_its_width(
    browser: Browser, server: str, video: Video
) -> None:
    async with visiting(browser, server, **PHONE) as visit:
        page = await visit.go(f"#/jobs/{video.job_id}")
        await expect(page.get_by_role("region", name="Rights")).to_be_visible()
        assert not await is_wider_than_its_window(page)
        await page.get_by_role("link", name="All videos").click()
        await expect(page.locator("#list a")).to_be_visible()
        await expect(page.locator("video")).to_be_hidden()


# -- with keys ---------------------------------------------------------------------------------


@pytest.fixture
def settings(make_settings: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    """Usually the plain ones; a test may ask for ``required`` keys, or for a ``bucket``."""
    wanted = getattr(request, "param", "local")
    if wanted == "bucket":
        return make_settings(**request.getfixturevalue("bucket"), s3_signed_urls=True)
    return make_settings(auth=wanted)


async def key_for(backstage: Backstage, *scopes: Scope) -> str:
    keys = Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)
    return (await keys.create("local", "a test", scopes)).token


async def give(page: Page, key: str) -> None:
    await page.get_by_label("Key", exact=True).fill(key)
    await page.get_by_role("button", name="Use this key").click()


@pytest.mark.parametrize("settings", ["required"], indirect=True)
async def test_a_server_that_wants_a_key_gets_it_from_this_tab_only(
    visit: Visit, video: Video, backstage: Backstage
) -> None:
    key = await key_for(backstage, Scope.ADMIN)
    page = await visit.go("#/videos")
    dialog = page.get_by_role("dialog", name="Your key")
    await expect(dialog).to_be_visible()
    await give(page, "fk_00000000_wrong")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await give(page, key)
    await page.locator("#list a", has_text=TITLE).click()
    await has_played(visit)  # which can't send a key by itself
    assert await page.evaluate("document.querySelector('video').currentSrc.startsWith('blob:')")
    await visit.becomes("document.querySelector('.strip img').naturalWidth > 0")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert not await is_wider_than_its_window(page)  # with all that is above it then
    await page.set_viewport_size({"width": 1280, "height": 900})
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="Captions (VTT)").click()
    assert (await begun.value).suggested_filename.endswith(".vtt")
    await page.reload()
    await expect(page.locator("#list a")).to_be_visible()
    kept = "JSON.stringify({...localStorage}) + document.cookie + location.href"
    assert key not in await page.evaluate(kept)
    other = await page.context.new_page()
    await other.goto(f"{visit.server}/")
    await expect(other.get_by_role("dialog", name="Your key")).to_be_visible()
    await page.get_by_role("button", name="Key").click()
    await page.get_by_role("button", name="Forget the key").click()
    await expect(dialog).to_be_visible()


@pytest.mark.parametrize("settings", ["required"], indirect=True)
async def test_what_a_key_is_not_for_is_told_in_the_apis_words(
    visit: Visit, backstage: Backstage
) -> None:
    page = await visit.go()
    await give(page, await key_for(backstage, Scope.JOBS_READ))
    await page.get_by_label("What is it about?").fill("Octopus")
    await page.get_by_role("button", name="Make the video").click()
    await expect(page.locator("#compose").get_by_role("alert")).to_contain_text("jobs:write")


@pytest.mark.parametrize("settings", ["required"], indirect=True)
async def test_progress_is_followed_with_a_key(visit: Visit, backstage: Backstage) -> None:
    job = await add_job(backstage.jobs)
    page = await visit.go(f"#/jobs/{job.id}")
    await give(page, await key_for(backstage, Scope.ADMIN))
    await expect(page.locator("section.progress")).to_be_visible()
    await work_off(backstage.jobs, scenes=2, until=UnitKind.STORYBOARD)
    await expect(page.locator(".stages")).to_contain_text("2 of 2")


@pytest.mark.parametrize("settings", ["bucket"], indirect=True)
async def test_a_video_that_a_bucket_would_send_is_played_all_the_same(
    visit: Visit, video: Video
) -> None:
    await visit.go(f"#/jobs/{video.job_id}")
    await has_played(visit)
    assert await visit.page.evaluate(
        "document.querySelector('video').currentSrc.startsWith('blob:')"
    )
    # the redirect to the bucket was refused by the page's own policy, as the console tells
    assert any("media-src" in fault for fault in visit.faults)
    visit.faults[:] = [f for f in visit.faults if "media-src" not in f and "X-Amz-" not in f]
