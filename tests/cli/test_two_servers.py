"""The same commands against a server over HTTP, and against the application in this process."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result
from finished_video import FILES, TITLE, finish_a_video
from live_server import Backstage, serve
from servers import free_port

from app.cli import main
from app.cli.endings import EXIT_FAILED, EXIT_USAGE
from app.cli.session import server_address
from app.config import Settings, load_settings
from app.container import make_container
from domain.generation.packaging import Video
from domain.generation.stores import ArtifactStore
from domain.jobs.model import Job

Run = Callable[..., Result]

NOBODY = "0198c2f4-8d5e-7c1a-9b43-2f1d6a7e0c55"


@pytest.fixture
def settings(own_folder: None) -> Settings:
    return msgspec.structs.replace(
        load_settings(), embedded_worker=False, event_poll_seconds=0.02, min_free_bytes=0
    )


@pytest.fixture(params=["embedded", "remote"])
def address(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str | None]:
    """A server's address; None for the application in the command's own process."""
    if request.param == "embedded":
        yield None
        return
    with serve(settings) as url:
        yield url


@pytest.fixture
def run(address: str | None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with whichever server it's for in its environment."""
    if address is not None:
        monkeypatch.setenv("FACELESS_SERVER", address)
    return lambda *arguments, **more: CliRunner().invoke(main, arguments, **more)


@pytest.fixture
async def video(left: Job, settings: Settings) -> Video:
    """A finished video in the stores; ``left`` has made those."""
    container = make_container(settings)
    backstage = Backstage(settings, await container.get(ArtifactStore))
    try:
        # the job that was left lies before it in the queue, and would be worked off in its place
        await backstage.jobs.cancel(left.account_id, left.id)
        return await finish_a_video(backstage)
    finally:
        await backstage.engine.dispose()
        await container.close()


def fits(answer: Result) -> bool:
    """Whether lines have 80 columns; paths and addresses are copied, and stay whole."""
    return all(
        len(line) <= 80 or "  /" in line or "://" in line for line in answer.stdout.splitlines()
    )


def test_a_list_of_jobs_is_the_same_and_fits_80_columns(run: Run, left: Job) -> None:
    answer = run("jobs")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.split()[:2] == [str(left.id), "queued"]
    assert fits(answer)
    assert "\x1b" not in answer.output


def test_json_is_what_the_api_answers_to_the_byte(run: Run, address: str | None, left: Job) -> None:
    said = run("jobs", "show", str(left.id), "--json")
    assert json.loads(said.stdout)["id"] == str(left.id)
    if address is not None:
        assert (
            said.stdout_bytes
            == httpx.get(f"{address}/api/jobs/{left.id}", timeout=60).content + b"\n"
        )


def test_a_problem_is_json_too_and_ends_with_2(run: Run) -> None:
    answer = run("jobs", "show", NOBODY, "--json")
    assert answer.exit_code == EXIT_USAGE
    problem = json.loads(answer.stdout)
    assert (problem["status"], problem["code"]) == (404, "job_not_found")
    assert answer.stderr == ""


def test_what_a_job_s_state_forbids_ends_with_1(run: Run, left: Job) -> None:
    assert run("jobs", "cancel", str(left.id)).stdout.startswith("Cancelled: ")
    again = run("cancel", str(left.id))
    assert again.exit_code == EXIT_FAILED
    assert "ended already" in again.stderr
    assert "faceless jobs retry" in again.stderr
    assert run("jobs", "retry", str(left.id)).stdout.strip() == str(left.id)


def test_wrong_fields_are_called_as_the_options_are(run: Run) -> None:
    answer = run("generate", "--script", "-", "--speed", "9", "--seed", "-1", input="Bees.")
    assert answer.exit_code == EXIT_USAGE
    assert re.findall(r"^(\S+) must", answer.stderr, re.MULTILINE) == ["--speed", "--seed"]


def test_wrong_fields_of_a_request_file_are_called_as_they_are_there(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "request.json").write_text('{"script": "Bees.", "voice": {"speed": 9}}')
    answer = run("generate", "--request", "request.json")
    assert "/voice/speed must" in answer.stderr


def test_a_video_is_asked_for_once_however_often_under_one_key(run: Run) -> None:
    ask = ("generate", "--script", "-", "--no-wait", "--idempotency-key", "one")
    first, second = run(*ask, input="Bees."), run(*ask, input="Bees.")
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert len(json.loads(run("jobs", "--json").stdout)["items"]) == 1
    other = run(*ask, input="Wasps.")
    assert other.exit_code == EXIT_USAGE
    assert "idempotency_key_reused" in other.stderr


def test_every_page_is_read_where_all_are_wanted(run: Run) -> None:
    for number in range(3):
        run("generate", "--script", "-", "--no-wait", input=f"Bees {number}.")
    page = run("jobs", "--limit", "2")
    assert page.stdout.count("\n") == 2
    [cursor] = re.findall(r"--cursor (\S+)", page.stderr)
    assert run("jobs", "--limit", "2", "--cursor", cursor).stdout.count("\n") == 1
    assert run("jobs", "--limit", "2", "--all").stdout.count("\n") == 3


def test_options_reach_the_request_as_its_fields(run: Run) -> None:
    options = ("--title", "Bees", "--no-captions", "--mood", "none", "--pronounce", "NASA=nassa")
    run("generate", "--script", "-", "--no-wait", "--metadata", "mine=1", *options, input="Bees.")
    [job] = json.loads(run("jobs", "--json").stdout)["items"]
    request = job["request"]
    assert (request["title"], request["captions"]["enabled"]) == ("Bees", False)
    assert (request["music"]["mood"], request["pronunciations"]) == ("none", {"NASA": "nassa"})
    assert job["metadata"] == {"mine": "1"}


def test_voices_and_palettes_are_listed(run: Run) -> None:
    assert run("voices").stdout.startswith("en_US-joe-medium  en-US")
    palettes = run("palettes")
    assert palettes.stdout.startswith("midnight")
    assert fits(palettes)


# -- videos ------------------------------------------------------------------------------------


def test_videos_are_listed_with_whole_titles_and_shown(video: Video, run: Run) -> None:
    listed, shown = run("videos"), run("videos", "show", str(video.id))
    assert listed.stdout.startswith(str(video.id))
    assert TITLE in listed.stdout
    assert TITLE in shown.stdout
    assert fits(shown)
    assert "It has eight arms." in run("videos", "script", str(video.id)).stdout


def test_a_video_s_files_are_fetched_whole(video: Video, run: Run, tmp_path: Path) -> None:
    answer = run("videos", "download", str(video.id), "--output", "here")
    assert answer.exit_code == 0, answer.output
    for name in FILES.keys() - {"script.txt"}:
        assert (tmp_path / "here" / name).read_bytes() == FILES[name]
    assert not list((tmp_path / "here").glob(".*"))


def test_a_download_that_broke_off_goes_on(video: Video, run: Run, tmp_path: Path) -> None:
    body = FILES["video.mp4"]
    part = tmp_path / "here" / f".video.mp4.{video.files['video.mp4']}"
    part.parent.mkdir()
    part.write_bytes(body[:1000])
    run("videos", "download", str(video.id), "--what", "video", "--output", "here")
    assert (tmp_path / "here" / "video.mp4").read_bytes() == body
    assert not part.exists()


def test_a_damaged_beginning_is_fetched_anew(video: Video, run: Run, tmp_path: Path) -> None:
    part = tmp_path / "here" / f".video.mp4.{video.files['video.mp4']}"
    part.parent.mkdir()
    part.write_bytes(b"x" * 1000)
    answer = run("videos", "download", str(video.id), "--what", "video", "--output", "here")
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "here" / "video.mp4").read_bytes() == FILES["video.mp4"]


def test_a_revision_is_asked_for_by_scene(video: Video, run: Run) -> None:
    answer = run(
        "videos", "revise", str(video.id), "--scene", "1", "--text", "Three.", "--no-wait", "--json"
    )
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["revision"] == 2
    wrong = run("videos", "revise", str(video.id), "--scene", "1")
    assert wrong.exit_code == EXIT_USAGE


def test_a_video_is_deleted_only_by_who_says_yes(video: Video, run: Run) -> None:
    assert "--yes" in run("videos", "delete", str(video.id)).stderr
    assert run("videos", "delete", str(video.id), "--yes").exit_code == 0
    assert run("videos").stdout == "No videos.\n"


# -- a server elsewhere ------------------------------------------------------------------------


@pytest.fixture
def guarded(settings: Settings) -> Iterator[str]:
    """A server that serves nobody without a key."""
    with serve(msgspec.structs.replace(settings, auth="required")) as url:
        yield url


def command(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, arguments, env=env)


def test_a_key_comes_from_the_environment_or_a_file(guarded: str, tmp_path: Path) -> None:
    key = command("keys", "create", "--name", "laptop", "--scope", "jobs:read").stdout.strip()
    (tmp_path / "key").write_text(f"{key}\n")
    assert command("jobs", "--server", guarded, env={"FACELESS_KEY": key}).exit_code == 0
    assert command("--key-file", "key", "--server", guarded, "jobs").exit_code == 0
    refused = command("jobs", "--server", guarded)
    assert refused.exit_code == EXIT_USAGE
    assert "key_missing" in refused.stderr


def test_a_key_without_the_scope_is_told_which_it_lacks(guarded: str) -> None:
    key = command("keys", "create", "--name", "laptop", "--scope", "jobs:read").stdout.strip()
    env = {"FACELESS_KEY": key, "FACELESS_SERVER": guarded}
    refused = command("cancel", NOBODY, env=env)
    assert refused.exit_code == EXIT_USAGE
    assert "scope_missing" in refused.stderr
    assert "--scope jobs:write" in refused.stderr


def test_keys_are_made_listed_and_revoked_over_the_api(guarded: str) -> None:
    admin = command("keys", "create", "--name", "boss", "--scope", "admin").stdout.strip()
    env = {"FACELESS_KEY": admin, "FACELESS_SERVER": guarded}
    made = command("keys", "create", "--name", "laptop", "--scope", "jobs:read", "--json", env=env)
    key_id = json.loads(made.stdout)["key"]["id"]
    assert key_id in command("keys", "list", env=env).stdout
    assert command("keys", "revoke", key_id, env=env).stdout.startswith("Revoked: ")
    assert command("keys", "list", "--account", "studio", env=env).exit_code == EXIT_USAGE


def test_a_server_that_is_not_there_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    answer = command("jobs", "--server", url)
    assert answer.exit_code == EXIT_FAILED
    assert url in answer.stderr
    said = json.loads(command("jobs", "--json", "--server", url).stdout)
    assert said["code"] == "server_unreachable"


@pytest.mark.parametrize(
    "url", ["videos.example", "ftp://videos.example", "https://me:secret@videos.example", "http://"]
)
def test_what_is_no_server_s_address_is_wrong_input(url: str) -> None:
    answer = command("jobs", "--server", url)
    assert answer.exit_code == EXIT_USAGE
    assert "--server" in answer.stderr
    assert "secret" not in answer.output


def test_an_address_loses_its_last_slash() -> None:
    assert server_address("https://videos.example/faceless/") == "https://videos.example/faceless"


class OldServer(BaseHTTPRequestHandler):
    """Knows no address at all, and says so as a faceless server does."""

    def do_GET(self) -> None:
        body = b'{"type": "about:blank", "status": 404, "code": "not_found", "detail": "None."}'
        self.send_response(404)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_a_server_that_lacks_the_route_is_too_old() -> None:
    server = HTTPServer(("127.0.0.1", 0), OldServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        for name in ("presets", "webhooks", "capabilities"):
            answer = command(name, "--server", url)
            assert answer.exit_code == EXIT_FAILED
            assert "too old" in answer.stderr
    finally:
        server.shutdown()
        server.server_close()
