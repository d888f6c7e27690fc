"""``faceless generate``: what it refuses, what it makes, and what a Ctrl-C leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import av
import httpx
import msgspec
import pytest
from click.testing import CliRunner
from servers import free_port

from app.cli import main
from app.cli.endings import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE
from app.cli.generate import say_topic
from app.config import Settings
from domain.generation.script import TopicMatch

ROOT = Path(__file__).parents[2]
SETTINGS = frozenset(field.encode_name for field in msgspec.structs.fields(Settings))
WORDS = "Honey never spoils. Sealed jars stay sweet for three thousand years."
FILES = {
    "video.mp4",
    "thumbnail.jpg",
    "captions.srt",
    "captions.vtt",
    "script.txt",
    "metadata.json",
    "manifest.json",
}


class Ran(NamedTuple):
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run real commands in, one after the other."""
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def interrupted(workplace: Path) -> Ran:
    """A video that its maker stopped with Ctrl-C while it was being spoken."""
    with started(workplace, "generate", "--script", "-", "--aspect", "1:1") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("Bees make it. They need flowers.")
        process.stdin.close()
        said = ""
        for line in process.stderr:
            said += line
            if line.startswith("Speaking"):
                process.send_signal(signal.SIGINT)
                break
        said += process.stderr.read()
        return Ran(process.wait(60), "", said)


@pytest.fixture(scope="module")
def made(workplace: Path, interrupted: Ran) -> Ran:
    """A video that was made to its end, after the interrupted one."""
    with started(workplace, "generate", "--script", "-", "--aspect", "1:1") as process:
        stdout, stderr = process.communicate(WORDS, timeout=200)
        return Ran(process.returncode, stdout, stderr)


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The real command in a folder; ended at the latest with the block."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # whoever runs the tests in the background ignores Ctrl-C, and children inherit that
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no other thread runs in these tests
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def complaint(*arguments: str, stdin: str | bytes = "") -> str:
    """What the command says about wrong input."""
    answer = CliRunner().invoke(main, ["generate", *arguments], input=stdin)
    assert answer.exit_code == EXIT_USAGE, answer.output
    assert "Traceback" not in answer.output
    return answer.output


# -- wrong input -------------------------------------------------------------------------------


def test_something_to_make_a_video_of_is_needed() -> None:
    said = complaint()
    assert "exactly one of TOPIC, --script, --article, --url, --scenes is needed" in said
    assert "Send one of TOPIC, --script, --article, --url or --scenes." in said


def test_two_sources_are_one_too_many() -> None:
    assert "found TOPIC and --script" in complaint("Octopus", "--script", "-", stdin=WORDS)


def test_every_wrong_option_is_named_at_once_as_it_is_spelt_here() -> None:
    said = complaint("Octopus", "--duration", "4", "--speed", "9", "--seed", "-1")
    assert all(option in said for option in ("--duration", "--speed", "--seed"))


def test_a_blank_topic_is_refused() -> None:
    assert "must not be blank" in complaint("   ")


def test_an_unknown_topic_comes_back_with_suggestions() -> None:
    said = complaint("Octopuss garden zzz")
    assert "topic_not_found" in said


@pytest.mark.parametrize("name", ["broken.png", "nowhere.png"])
def test_a_picture_that_cannot_be_shown_is_wrong_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "broken.png").write_bytes(b"no picture")
    monkeypatch.setenv("MEDIA_DIR", str(tmp_path / "media"))
    scenes = json.dumps([{"text": WORDS, "media": name}])
    assert name in complaint("--scenes", "-", stdin=scenes)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (TopicMatch(title="Octopus"), ""),
        (
            TopicMatch(title="Mercury (planet)", alternatives=["Mercury (element)"]),
            "Taking 'x' as Mercury (planet). Also: Mercury (element).\n",
        ),
        (TopicMatch(title="Bee", matched_by="search"), "Taking 'x' as Bee.\n"),
    ],
)
def test_what_a_topic_was_taken_for_is_said_where_it_is_not_plain(
    capsys: pytest.CaptureFixture[str], match: TopicMatch, said: str
) -> None:
    say_topic("x", msgspec.to_builtins(match))
    assert capsys.readouterr().err == said


def test_an_unknown_aspect_ratio_lists_the_known_ones() -> None:
    assert "9:16" in complaint("Octopus", "--aspect", "4:3")


def test_a_script_that_is_not_text_is_refused() -> None:
    assert "UTF-8" in complaint("--script", "-", stdin=b"\xff\xfe\x00")


def test_a_file_that_is_not_there_is_named() -> None:
    assert "nowhere.txt" in complaint("--script", "nowhere.txt")


@pytest.mark.parametrize("scenes", ["[{", "", '{"text": 1'])
def test_scenes_that_are_not_json_are_refused(scenes: str) -> None:
    said = complaint("--scenes", "-", stdin=scenes)
    assert "--scenes can't be read" in said
    assert "JSON list of scenes" in said


def test_scenes_nested_ten_thousand_deep_are_refused() -> None:
    assert "deep" in complaint("--scenes", "-", stdin="[" * 10_000 + "]" * 10_000)


def test_a_wrong_scene_is_named_by_its_place() -> None:
    said = complaint("--scenes", "-", stdin='[{"text": "Fine."}, {"txt": "Not."}]')
    assert "/scenes/1/txt" in said
    assert "Did you mean `text`?" in said


def test_wrong_settings_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("LEASE_SECONDS", "1")
    said = complaint("Octopus")
    assert "PORT" in said
    assert "LEASE_SECONDS" in said


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("taken").write_text("a file")
    monkeypatch.setenv("DATA_DIR", "taken/var")
    answer = CliRunner().invoke(main, ["generate", "Octopus"])
    assert answer.exit_code == 1
    assert "DATA_DIR" in answer.output


def test_a_server_that_is_down_is_named_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URL", "mongodb://me:s3cret@127.0.0.1:9/")
    answer = CliRunner().invoke(main, ["generate", "Octopus"])
    assert answer.exit_code == EXIT_FAILED
    assert "MONGODB_URL" in answer.output
    assert "s3cret" not in answer.output


def test_errors_are_json_where_json_was_asked_for() -> None:
    answer = CliRunner().invoke(main, ["generate", "Octopus", "--duration", "1", "--json"])
    assert answer.exit_code == EXIT_USAGE
    said = json.loads(answer.stdout)
    assert said["code"] == "invalid_request"
    assert said["errors"][0]["pointer"] == "/duration"


def test_exit_codes_are_documented() -> None:
    for command in ([], ["generate"], ["doctor"]):
        assert "Exit codes:" in CliRunner().invoke(main, [*command, "--help"]).output


# -- videos ------------------------------------------------------------------------------------


def test_ctrl_c_ends_with_a_word_on_how_to_go_on(interrupted: Ran) -> None:
    assert interrupted.code == EXIT_INTERRUPTED
    assert "faceless serve" in interrupted.stderr
    assert "Traceback" not in interrupted.stderr


def test_a_video_is_made_and_its_folder_is_all_that_is_printed(made: Ran, workplace: Path) -> None:
    assert made.code == 0, made.stderr
    folder = Path(made.stdout.strip())
    assert folder.parent == workplace / "var" / "videos"
    assert {file.name for file in folder.iterdir()} >= FILES
    with av.open(folder / "video.mp4") as movie:
        [picture], [sound] = movie.streams.video, movie.streams.audio
        assert (picture.width, picture.height) == (1080, 1080)
        assert sound.rate == 48_000
        assert 3 < (movie.duration or 0) / 1_000_000 < 15
    assert (folder / "script.txt").read_text().split() == WORDS.split()


def test_the_folder_links_to_what_the_artifact_store_holds(made: Ran) -> None:
    assert (Path(made.stdout.strip()) / "video.mp4").stat().st_nlink == 2


def test_without_a_terminal_the_stages_are_lines(made: Ran) -> None:
    assert "Rendering ..." in made.stderr
    assert "Packaging: done in" in made.stderr
    assert "\x1b" not in made.stderr


def test_a_new_video_goes_before_an_unfinished_one_and_says_so(made: Ran) -> None:
    assert "Unfinished from before: 1" in made.stderr
    assert "Bees make it. They need flowers." in made.stderr


def test_serve_finishes_what_was_interrupted(made: Ran, workplace: Path) -> None:
    port = free_port()
    with started(workplace, "serve", "--port", str(port)) as server:
        jobs = _jobs_when_over(f"http://127.0.0.1:{port}/api/jobs", server)
    assert [job["status"] for job in jobs] == ["succeeded", "succeeded"]


def _jobs_when_over(url: str, server: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """All jobs, once none of them is unfinished."""
    deadline = time.monotonic() + 120
    while True:
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, "the jobs don't come to an end"
        try:
            jobs: list[dict[str, Any]] = httpx.get(url, timeout=60).json()["items"]
        except httpx.ConnectError:
            jobs = []
        if jobs and all(job["status"] in ("succeeded", "failed") for job in jobs):
            return jobs
        time.sleep(0.1)
