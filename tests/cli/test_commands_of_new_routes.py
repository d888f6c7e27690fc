"""Commands of routes that come with other pieces of work: to be enabled when those are merged.

Where a route isn't there yet, each of these fails rather than being skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from live_server import serve

from app.cli import main
from app.config import load_settings


@pytest.fixture(params=["embedded", "remote"], autouse=True)
def address(
    request: pytest.FixtureRequest, own_folder: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    if request.param == "embedded":
        yield
        return
    settings = msgspec.structs.replace(load_settings(), embedded_worker=False, min_free_bytes=0)
    with serve(settings) as url:
        monkeypatch.setenv("FACELESS_SERVER", url)
        yield


def run(*arguments: str, stdin: str = "") -> Result:
    answer = CliRunner().invoke(main, arguments, input=stdin)
    assert all(len(line) <= 80 for line in answer.stdout.splitlines())
    return answer


def test_a_preset_is_saved_shown_listed_used_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "preset.json").write_text('{"aspect_ratio": "1:1"}')
    assert run("presets", "save", "square", "preset.json", "--seed", "7").stdout == (
        "Saved: square\n"
    )
    assert run("presets", "save", "square", "preset.json").stdout == "Replaced: square\n"
    assert "aspect_ratio: 1:1" in run("presets", "show", "square").stdout
    assert run("presets").stdout.startswith("square")
    run("generate", "--script", "-", "--preset", "square", "--no-wait", stdin="Bees.")
    [job] = json.loads(CliRunner().invoke(main, ["jobs", "--json"]).stdout)["items"]
    assert job["request"]["aspect_ratio"] == "1:1"
    assert run("presets", "delete", "square").exit_code == 0
    assert run("presets", "show", "square").exit_code == 2


def test_capabilities_are_told() -> None:
    assert run("capabilities").exit_code == 0


def test_a_voice_is_heard(tmp_path: Path) -> None:
    assert run("voices", "sample", "en_US-joe-medium", "joe.wav").exit_code == 0
    assert (tmp_path / "joe.wav").stat().st_size > 1000
    assert run("voices", "sample", "nobody", "nobody.wav").exit_code == 2


def test_a_webhook_is_added_turned_and_removed() -> None:
    added = run("webhooks", "add", "https://hooks.example/faceless", "--event", "job.failed")
    assert added.exit_code == 0, added.output
    [hook] = json.loads(CliRunner().invoke(main, ["webhooks", "--json"]).stdout)["items"]
    assert "https://hooks.example/faceless" in run("webhooks").stdout
    assert run("webhooks", "rotate", hook["id"]).stdout != added.stdout
    assert run("webhooks", "deliveries", hook["id"]).stdout == "No deliveries.\n"
    assert run("webhooks", "remove", hook["id"]).exit_code == 0
    assert run("webhooks").stdout == "No webhooks.\n"


def test_a_dry_run_tells_the_scenes_and_makes_nothing() -> None:
    told = run("generate", "--script", "-", "--dry-run", stdin="Bees make honey.")
    assert told.exit_code == 0, told.output
    assert "Bees make honey." in told.stdout
    assert run("jobs").stdout == "No jobs.\n"


def test_what_waits_for_nobody_can_be_neither_approved_nor_rejected() -> None:
    job_id = run("generate", "--script", "-", "--no-wait", stdin="Bees.").stdout.strip()
    assert run("jobs", "approve", job_id).exit_code == 1
    assert run("jobs", "reject", job_id, "--reason", "dull").exit_code == 1


def test_a_video_is_looked_at_after_its_script_and_then_made(
    request: pytest.FixtureRequest,
) -> None:
    if "remote" in request.node.name:
        pytest.skip("this server has no worker; the application in the command's process has one")
    paused = run("generate", "--script", "-", "--pause-after", "script", stdin="Bees.")
    assert paused.exit_code == 3, paused.output
    job_id = paused.stdout.strip()
    assert "Bees." in run("jobs", "show", job_id).stdout
    made = run("jobs", "approve", job_id, "--scene", "0", "--text", "Wasps.", "--wait")
    assert made.exit_code == 0, made.output
