"""Names that lead out of where they belong: in addresses, bodies, folders and backups."""

import asyncio
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from attack import describe, operations, send
from finished_video import finish_a_video
from live_server import Backstage
from samples import make_samples
from traps import CANARY

from adapters.media_folder import MediaFolder
from adapters.music import FolderMusic
from adapters.piper.voices import voices_in
from app.config import Settings
from app.container import make_container
from app.upkeep.backup import Backups
from app.upkeep.folder import BackupFolder
from app.upkeep.provider import UpkeepProvider
from domain.errors import BackupUnusable, MediaNotFound
from domain.generation.ports import VisualRequest

IN_ADDRESSES = (
    "..",
    "../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "..%c0%af..%c0%afetc%c0%afpasswd",
    "....//....//etc/passwd",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "//etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "..;/..;/etc/passwd",
    "%00",
    "swagger-ui.css%00",
    "swagger-ui.css%2f..%2f..%2f..%2fMETADATA",
    "%0d%0aX-Injected:%201",
    "{secret}",
    "..%2f..%2f{name}",
    "*",
    "~root",
    "a" * 5_000,
)
PASSWD = Path("/etc/passwd").read_bytes().splitlines()[0]

IN_BODIES = (
    "../../../../etc/passwd",
    "/etc/passwd",
    "{secret}",
    "../{name}",
    "..\\..\\{name}",
    "file://{secret}",
    "..%2f{name}",
    "./../{name}",
    "a/../../{name}",
    "link.png",
    "linked/{name}",
    "~/.ssh/id_rsa",
    "/proc/self/environ",
    "/dev/zero",
    "C:\\windows\\win.ini",
    ".",
    "..",
    "*",
)
NAMED: dict[str, Callable[[str], dict[str, Any]]] = {
    "/scenes/0/media": lambda name: {"scenes": [{"text": "Bees dance.", "media": name}]},
    "/music/mood": lambda name: {"script": "Bees dance.", "music": {"mood": name[:40]}},
    "/voice/id": lambda name: {"script": "Bees dance.", "voice": {"id": name[:100]}},
    "/brand/palette": lambda name: {"script": "Bees dance.", "brand": {"palette": name[:40]}},
}


def spelt(template: str, secret: Path) -> str:
    return template.replace("{secret}", str(secret)).replace("{name}", secret.name)


# -- addresses -------------------------------------------------------------------------------------


async def test_no_parameter_of_an_address_reaches_a_file(
    server: str, api: httpx.AsyncClient, secret: Path
) -> None:
    attacked = 0
    targets = {f"/schema/assets/{name}" for name in IN_ADDRESSES}
    for operation in operations(await describe(api)):
        for hostile in IN_ADDRESSES:
            if operation.parameters:
                values = dict.fromkeys(operation.parameters, "0")
                for name in operation.parameters:
                    targets.add(operation.filled(values | {name: hostile}))
    for target in sorted(targets):
        answer = await asyncio.to_thread(send, server, "GET", spelt(target, secret))
        told = target, answer.status, answer.body[:200]
        assert answer.status < 500, told
        assert PASSWD not in answer.body, told
        assert CANARY.encode() not in answer.body, told
        assert answer.header("x-injected") is None, told
        attacked += 1
    assert attacked > 300


async def test_no_parameter_of_a_video_that_exists_reaches_a_file(
    server: str, backstage: Backstage, secret: Path
) -> None:
    video = await finish_a_video(backstage)
    for hostile in IN_ADDRESSES:
        for form in ("{0}", "file/{0}", "scenes/{0}/preview.jpg", "captions.srt/../{0}"):
            target = f"/api/videos/{video.id}/" + spelt(form.format(hostile), secret)
            answer = await asyncio.to_thread(send, server, "GET", target)
            assert 400 <= answer.status < 500, (target, answer.status)
            assert PASSWD not in answer.body
            assert CANARY.encode() not in answer.body


# -- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pointer", NAMED)
async def test_a_name_in_a_body_is_looked_up_and_never_opened(
    api: httpx.AsyncClient, settings: Settings, secret: Path, pointer: str
) -> None:
    assert settings.media_dir is not None
    (settings.media_dir / "link.png").symlink_to(secret)
    (settings.media_dir / "linked").symlink_to(secret.parent)
    for template in IN_BODIES:
        answer = await api.post("/api/generate", json=NAMED[pointer](spelt(template, secret)))
        told = template, answer.text
        assert answer.status_code in (400, 422), told
        assert pointer in [error["pointer"] for error in answer.json()["errors"]], told
        assert CANARY not in answer.text, told
        assert PASSWD.decode() not in answer.text, told


# -- the folders on this machine -------------------------------------------------------------------


async def test_links_in_the_media_folder_are_passed_over(tmp_path: Path, secret: Path) -> None:
    samples = make_samples(tmp_path / "outside")
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "sample.json").write_text("{}")
    (folder / "clip.mp4").symlink_to(tmp_path / "outside" / "sample.mp4")
    (folder / "still.png").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    (folder / "own.png").write_bytes(samples["png"])
    (folder / "own.json").symlink_to(secret)
    source = MediaFolder(folder)

    assert source.examine() == 1
    for name in ("clip.mp4", "still.png", "sub/sample.png", "loop/own.png"):
        request = VisualRequest(terms=[], media=name, milliseconds=1_000, width=1080, height=1920)
        with pytest.raises(MediaNotFound):
            await source.search(request)
    assert CANARY not in str(source.problems())


async def test_a_file_that_becomes_a_link_is_not_copied(tmp_path: Path, secret: Path) -> None:
    samples = make_samples(tmp_path / "samples")
    folder, fetched = tmp_path / "media", tmp_path / "fetched"
    folder.mkdir()
    fetched.mkdir()
    (folder / "own.png").write_bytes(samples["png"])
    source = MediaFolder(folder)
    request = VisualRequest(terms=[], media="own.png", milliseconds=1_000, width=9, height=16)
    [found] = await source.search(request)
    (folder / "own.png").unlink()
    (folder / "own.png").symlink_to(secret)

    with pytest.raises(MediaNotFound):
        await source.fetch(found, fetched)
    assert list(fetched.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "line\nbreak",
        "es\x1b[31mcape",
        "right\u202eleft",
        b"\xff\xfe".decode("utf-8", "surrogateescape"),
    ],
)
def test_names_that_cant_be_shown_are_passed_over_and_said(tmp_path: Path, name: str) -> None:
    samples = make_samples(tmp_path / "samples")
    for folder, suffix in (("media", "png"), ("music", "mp3")):
        (tmp_path / folder).mkdir()
        path = os.fsencode(tmp_path / folder) + b"/" + os.fsencode(f"{name}.{suffix}")
        with open(path, "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
            file.write(samples[suffix])
    source, library = MediaFolder(tmp_path / "media"), FolderMusic(tmp_path / "music")

    assert source.examine() == 0
    assert library.tracks() == []
    for problems in (source.problems(), library.problems()):
        [(said, reason)] = problems
        assert said.isprintable()
        assert "rename it" in reason


def test_links_out_of_the_music_folder_are_passed_over_and_said(tmp_path: Path) -> None:
    make_samples(tmp_path / "outside")
    folder = tmp_path / "music"
    (folder / "calm").mkdir(parents=True)
    (folder / "calm" / "out.mp3").symlink_to(tmp_path / "outside" / "sample.mp3")
    (folder / "passwd.mp3").symlink_to("/etc/passwd")
    library = FolderMusic(folder)

    assert library.tracks() == []
    assert {name for name, _ in library.problems()} == {"out.mp3", "passwd.mp3"}
    assert all("leads out of the folder" in reason for _, reason in library.problems())


@pytest.mark.parametrize("content", ["a link", "no text", "too long"])
def test_a_voices_card_is_read_only_if_it_is_one(
    tmp_path: Path, secret: Path, content: str
) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / "own.onnx").write_bytes(b"a model")
    config = {"espeak": {"voice": "en-us"}, "phoneme_id_map": {"^": [1]}}
    (folder / "own.onnx.json").write_text(json.dumps(config))
    card = folder / "MODEL_CARD"
    if content == "a link":
        card.symlink_to(secret)
    else:
        card.write_bytes(b"\xff\xfe\x00" if content == "no text" else CANARY.encode() * 5_000)

    [voice] = voices_in(folder)

    assert voice.voice.credit.proof == ""


# -- backups that somebody else made ---------------------------------------------------------------

HOSTILE_NAMES = ("..", "../../evil", "/etc/evil", ".hidden", "a/b", "a\\b", "nul\0", "", "x" * 300)


@pytest.fixture
async def backup(backstage: Backstage, settings: Settings, tmp_path: Path) -> Path:
    await finish_a_video(backstage)
    folder = tmp_path / "backup"
    container = make_container(settings, UpkeepProvider())
    await (await container.get(Backups)).back_up(BackupFolder(folder))
    await container.close()
    return folder


async def restore(settings: Settings, folder: Path) -> None:
    container = make_container(settings, UpkeepProvider())
    try:
        await (await container.get(Backups)).restore(BackupFolder(folder))
    finally:
        await container.close()


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change every video's row."""
    [rows] = folder.glob("snapshot-*/rows/videos.jsonl")
    videos = [json.loads(line) for line in rows.read_text().splitlines()]
    for video in videos:
        change(video)
    rows.write_text("".join(json.dumps(video) + "\n" for video in videos))


def everything_under(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*")}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_backups_file_names_lead_nowhere(
    backup: Path, make_settings: Callable[..., Settings], tmp_path: Path, name: str
) -> None:
    def rename(video: dict[str, Any]) -> None:
        video["files"] = {name: video["files"]["video.mp4"]}

    rewrite(backup, rename)
    settings = make_settings("restored")
    before = everything_under(tmp_path) - everything_under(settings.data_dir)

    with pytest.raises(BackupUnusable):
        await restore(settings, backup)

    assert everything_under(tmp_path) - everything_under(settings.data_dir) <= before


@pytest.mark.parametrize("path", ["/etc", "../..", "/..", "/tmp/x/.hidden", "a\0b"])
async def test_a_backups_folders_lead_nowhere(
    backup: Path, make_settings: Callable[..., Settings], tmp_path: Path, path: str
) -> None:
    rewrite(backup, lambda video: video.update(path=path, slug="../../evil"))
    settings = make_settings("restored")
    before = everything_under(tmp_path) - everything_under(settings.data_dir)
    etc = set(Path("/etc").iterdir())

    try:
        await restore(settings, backup)
    except BackupUnusable:
        pass  # a name that can't be one
    else:
        assert Path(path).name == "etc", "of a path only the last name counts"

    assert everything_under(tmp_path) - everything_under(settings.data_dir) <= before
    assert set(Path("/etc").iterdir()) == etc


@pytest.mark.parametrize("value", [None, 7, ["a"], {"video.mp4": None}, {"video.mp4": "../../x"}])
async def test_a_backups_row_of_another_shape_is_a_clear_error(
    backup: Path, make_settings: Callable[..., Settings], value: Any
) -> None:
    rewrite(backup, lambda video: video.update(files=value))
    settings = make_settings("restored")
    if value == {"video.mp4": "../../x"}:  # no hash, so that there are no such bytes
        await restore(settings, backup)
        assert not list(settings.data_dir.rglob("video.mp4"))
        return
    with pytest.raises(BackupUnusable):
        await restore(settings, backup)


async def test_a_link_among_a_backups_bytes_is_neither_copied_nor_opened_to_everybody(
    backup: Path, make_settings: Callable[..., Settings], secret: Path
) -> None:
    secret.chmod(0o600)
    place = backup / "artifacts" / "ab" / ("c" * 62)
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(secret)
    settings = make_settings("restored")

    await restore(settings, backup)

    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    stored = [path for path in settings.data_dir.glob("artifacts/??/*") if path.is_file()]
    assert stored
    assert not [path for path in stored if CANARY.encode() in path.read_bytes()]
