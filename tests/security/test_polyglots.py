"""Files that are two things at once: never shown by a browser as anything but what they're for."""

import asyncio
import io
import zipfile
from pathlib import Path

import pytest
from attack import send
from finished_video import FILES, finish_a_video
from live_server import Backstage
from PIL import Image
from samples import make_samples
from traps import CANARY

from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine
from adapters.media_folder import MediaFolder
from domain.generation.palettes import PALETTES
from domain.generation.ports import SegmentPlan, VisualRequest
from domain.generation.storyboard import ClipBackdrop, StillBackdrop

PAGE = f"<!doctype html><html><script>alert('{CANARY}')</script></html>".encode()
SVG = f"<svg xmlns='http://www.w3.org/2000/svg'><script>{CANARY}</script></svg>".encode()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("evil.html", PAGE)
    return made.getvalue()


def jpeg_with_comment() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48)).save(made, "JPEG", comment=PAGE)
    return made.getvalue()


SERVED = {
    # the file's name in the store: what lies there instead
    "JPEG with a page in its comment": ("thumbnail.jpg", jpeg_with_comment()),
    "JPEG that begins as a page": ("thumbnail.jpg", PAGE + FILES["thumbnail.jpg"]),
    "a picture that is SVG": ("thumbnail.jpg", SVG),
    "MP4 that ends as an archive": ("video.mp4", FILES["video.mp4"] + archive()),
    "MP4 that is a page": ("video.mp4", PAGE),
    "captions that are a page": ("captions.srt", PAGE),
    "VTT that is a page": ("captions.vtt", b"WEBVTT\n\n" + PAGE),
    "metadata with a page in it": ("metadata.json", b'{"title":"' + PAGE + b'"}'),
    "a manifest that is a page": ("manifest.json", PAGE),
}
ROUTES = {
    "video.mp4": ("file", "video/mp4"),
    "thumbnail.jpg": ("thumbnail", "image/jpeg"),
    "captions.srt": ("captions.srt", "application/x-subrip"),
    "captions.vtt": ("captions.vtt", "text/vtt"),
    "metadata.json": ("metadata", "application/json"),
    "manifest.json": ("manifest", "application/json"),
}


@pytest.mark.parametrize("what", SERVED)
@pytest.mark.parametrize("how", ["", "?download=true", "part"])
async def test_what_is_served_is_never_a_page(
    server: str, backstage: Backstage, what: str, how: str
) -> None:
    name, body = SERVED[what]
    if name.endswith(".json") and "download" in how:
        how = ""  # documents have no such parameter, and unknown ones are refused
    video = await finish_a_video(backstage, {name: await backstage.artifacts.put_bytes(body)})
    route, media_type = ROUTES[name]
    headers = {"Accept": "text/html"} | ({"Range": "bytes=0-40"} if how == "part" else {})
    target = f"/api/videos/{video.id}/{route}{'' if how == 'part' else how}"

    answer = await asyncio.to_thread(send, server, "GET", target, headers=headers)

    assert answer.status in (200, 206)
    assert (answer.header("content-type") or "").partition(";")[0] == media_type
    assert answer.header("x-content-type-options") == "nosniff"
    if "download" in how:
        assert (answer.header("content-disposition") or "").startswith("attachment")


@pytest.mark.parametrize(
    "target", ["/api/nothing", "/api/jobs/<script>", "/schema/assets/<script>", "/<svg/onload=x>"]
)
async def test_an_error_is_no_page_either(server: str, target: str) -> None:
    answer = await asyncio.to_thread(send, server, "GET", target, headers={"Accept": "text/html"})
    assert answer.status in (400, 404)
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("x-content-type-options") == "nosniff"


async def test_nothing_of_a_users_file_but_its_picture_comes_out(
    tmp_path: Path, quarantine: FfmpegQuarantine
) -> None:
    samples = make_samples(tmp_path / "samples")
    folder, fetched = tmp_path / "media", tmp_path / "fetched"
    folder.mkdir()
    fetched.mkdir()
    (tmp_path / "fonts").mkdir()
    polyglots = {
        "page.jpg": jpeg_with_comment() + PAGE,
        "archive.png": samples["png"] + archive() + PAGE,
        "page.webp": samples["webp"] + PAGE,
        "archive.mp4": samples["mp4"] + archive(),
        "page.mkv": samples["mkv"] + PAGE,
    }
    for name, body in polyglots.items():
        (folder / name).write_bytes(body)
    source = MediaFolder(folder, quarantine)
    engine = FfmpegEngine(tmp_path / "fonts", quarantine=quarantine)
    for name in polyglots:
        request = VisualRequest(terms=[], media=name, milliseconds=500, width=64, height=96)
        [found] = await source.search(request)
        path = await source.fetch(found, fetched)
        backdrop = (
            ClipBackdrop(media="m", name=name)
            if found.type == "clip"
            else StillBackdrop(media="m", name=name, variant=0)
        )
        plan = SegmentPlan(
            width=64,
            height=96,
            frames=5,
            palette=PALETTES["midnight"],
            backdrops=[(5, backdrop)],
            ass="[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n",
        )
        await engine.render_segment(plan, {"m": path}, tmp_path / "out.ts", lambda _: None)
        await engine.draw_still(plan, 2, {"m": path}, tmp_path / "out.jpg")
        for out in ("out.ts", "out.jpg"):
            assert CANARY.encode() not in (tmp_path / out).read_bytes(), (name, out)
            assert b"evil.html" not in (tmp_path / out).read_bytes(), (name, out)
