"""Presets, webhooks, capabilities, samples, events and staged work: on a server and without one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from live_server import serve

from app.cli import main
from app.config import load_settings


@pytest.fixture
def worker() -> None:
    """Asked for, the server has a worker inside; without a server, each command that waits has."""


@pytest.fixture(params=["embedded", "remote"], autouse=True)
def address(
    request: pytest.FixtureRequest, own_folder: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    if request.param == "embedded":
        yield
        return
    works = "worker" in request.fixturenames
    settings = msgspec.structs.replace(load_settings(), embedded_worker=works, min_free_bytes=0)
    with serve(settings) as url:
        monkeypatch.setenv("FACELESS_SERVER", url)
        yield


def run(*arguments: str, stdin: str = "") -> Result:
    answer = CliRunner().invoke(main, arguments, input=stdin)
    # paths and addresses are copied, and stay whole
    lines = [line for line in answer.stdout.splitlines() if not re.match(r"/|https?:", line)]
    assert all(len(line) <= 80 for line in lines), answer.stdout
    return answer


def read(*arguments: str) -> Any:
    """What a command says with --json."""
    return json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)


def test_a_preset_is_saved_shown_listed_used_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "preset.json").write_text('{"aspect_ratio": "1:1"}')
    assert run("presets", "save", "square", "preset.json", "--seed", "7").stdout == (
        "Saved: square\n"
    )
    assert run("presets", "save", "square", "preset.json").stdout == "Replaced: square\n"
    assert "aspect_ratio: 1:1" in run("presets", "show", "square").stdout
    assert run("presets").stdout.startswith("square")
    run("generate", "--script", "-", "--preset", "square", "--no-wait", stdin="Bees.")
    [job] = read("jobs")["items"]
    assert job["request"]["aspect_ratio"] == "1:1"
    assert run("presets", "delete", "square").exit_code == 0
    assert run("presets", "show", "square").exit_code == 2


def test_a_preset_that_is_wrong_names_the_options(tmp_path: Path) -> None:
    wrong = run("presets", "save", "No Name", "--speed", "9")
    assert wrong.exit_code == 2
    assert re.findall(r"^(\S+) ", wrong.stderr, re.MULTILINE)[0] in ("NAME", "--speed")
    unknown = run("generate", "--script", "-", "--preset", "nowhere", stdin="Bees.")
    assert unknown.exit_code == 2
    assert "nowhere" in unknown.stderr
    assert "faceless presets" in unknown.stderr


def test_an_imported_request_is_kept_as_a_preset() -> None:
    body = json.dumps({"video_script": "Bees need flowers.", "video_aspect": "1:1"})
    imported = run("import", "-", "--save-preset", "bees", stdin=body)
    assert imported.exit_code == 0, imported.output
    assert "script: Bees need flowers." in run("presets", "show", "bees").stdout
    job_id = run("generate", "--preset", "bees", "--no-wait").stdout.strip()
    assert read("jobs", "show", job_id)["request"]["aspect_ratio"] == "1:1"


def test_capabilities_are_told() -> None:
    told = run("capabilities")
    assert told.exit_code == 0
    assert re.search(r"^yes  webhooks ", told.stdout, re.MULTILINE)
    assert re.search(r"^no   publishing ", told.stdout, re.MULTILINE)
    assert re.search(r"^max_body_bytes +2000000$", told.stdout, re.MULTILINE)
    assert "9:16 1080 x 1920" in told.stdout


def test_a_voice_is_heard(tmp_path: Path) -> None:
    assert run("voices", "sample", "en_US-joe-medium", "joe.wav").exit_code == 0
    assert (tmp_path / "joe.wav").read_bytes()[:4] == b"RIFF"
    assert run("voices", "sample", "nobody", "nobody.wav").exit_code == 2


def test_a_webhook_is_added_changed_turned_and_deleted() -> None:
    added = run("webhooks", "add", "https://hooks.example/faceless", "--event", "job.failed")
    assert added.exit_code == 0, added.output
    assert added.stdout.startswith("whsec_")
    [hook] = read("webhooks")["items"]
    assert hook["id"] in added.stderr
    assert "https://hooks.example/faceless" in run("webhooks").stdout
    changed = run("webhooks", "change", hook["id"], "--every-event", "--disable")
    assert re.search(r"told +everything", changed.stdout)
    assert re.search(r"state +off", changed.stdout)
    assert "state    on" in run("webhooks", "change", hook["id"], "--enable").stdout
    turned = run("webhooks", "rotate", hook["id"])
    assert turned.stdout.startswith("whsec_")
    assert turned.stdout != added.stdout
    assert "the old one signs until" in run("webhooks", "show", hook["id"]).stdout
    assert run("webhooks", "deliveries", hook["id"]).stdout == "No deliveries.\n"
    assert run("webhooks", "delete", hook["id"]).exit_code == 0
    assert run("webhooks").stdout == "No webhooks.\n"
    assert run("webhooks", "show", hook["id"]).exit_code == 2


def test_a_message_is_sent_to_try_it_listed_and_sent_again() -> None:
    run("webhooks", "add", "https://hooks.example/faceless")
    [hook] = read("webhooks")["items"]
    delivery_id = run("webhooks", "test", hook["id"]).stdout.strip()
    for listed in (run("webhooks", "deliveries", hook["id"]), run("webhooks", "deliveries")):
        assert listed.stdout.startswith(delivery_id)
        assert "webhook.test" in listed.stdout
    assert run("webhooks", "resend", delivery_id).stdout == f"{delivery_id}\n"
    assert run("webhooks", "deliveries", "--state", "failed").stdout == "No deliveries.\n"
    assert run("webhooks", "resend", hook["id"]).exit_code == 2


def test_an_address_inside_is_refused_by_its_option() -> None:
    for arguments in (
        ("webhooks", "add", "https://127.0.0.1/hook"),
        ("generate", "--script", "-", "--webhook-url", "https://127.0.0.1/hook"),
    ):
        refused = run(*arguments, stdin="Bees.")
        assert refused.exit_code == 2, refused.output
        assert "ALLOW_PRIVATE_URLS" in refused.stderr


def test_the_account_s_secret_is_shown_and_turned() -> None:
    shown = run("webhooks", "secret").stdout
    assert shown.startswith("whsec_")
    assert run("webhooks", "secret").stdout == shown
    assert run("webhooks", "secret", "--rotate").stdout != shown


def test_a_dry_run_tells_scenes_length_and_time_in_words_and_makes_nothing() -> None:
    told = run("generate", "--script", "-", "--dry-run", stdin="Bees make honey.")
    assert told.exit_code == 0, told.output
    assert "  0  Bees make honey." in told.stdout
    assert re.search(r"^length +about \d+ seconds?$", told.stdout, re.MULTILINE)
    assert re.search(r"^takes +about \d+ seconds? to make \(a guess", told.stdout, re.MULTILINE)
    assert re.search(r"^ +\[\w+ \d\.\d s", told.stdout, re.MULTILINE)
    assert run("jobs").stdout == "No jobs.\n"


def test_what_waits_for_nobody_can_be_neither_approved_nor_rejected() -> None:
    job_id = run("generate", "--script", "-", "--no-wait", stdin="Bees.").stdout.strip()
    assert run("jobs", "approve", job_id).exit_code == 1
    assert run("jobs", "reject", job_id, "--reason", "dull").exit_code == 1


@pytest.mark.usefixtures("worker")
def test_a_video_is_looked_at_after_its_script_and_then_made(tmp_path: Path) -> None:
    paused = run("generate", "--script", "-", "--pause-after", "script", stdin="Bees.")
    assert paused.exit_code == 3, paused.output
    job_id = paused.stdout.strip()
    shown = run("jobs", "show", job_id)
    assert "  0  Bees." in shown.stdout
    assert "jobs narration" not in shown.stderr, "nothing is spoken yet"
    wrong = run("jobs", "approve", job_id, "--scene", "7", "--text", "Wasps.")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("--scene 7 ")
    made = run("jobs", "approve", job_id, "--scene", "0", "--text", "Wasps.", "--wait")
    assert made.exit_code == 0, made.output
    video_id = read("jobs", "show", job_id)["result"]["video_id"]
    assert "  0  Wasps." in run("videos", "script", video_id).stdout
    assert run("videos", "download", video_id, "--output", "wasps").exit_code == 0
    assert (tmp_path / "wasps" / "video.mp4").stat().st_size > 1000


@pytest.mark.usefixtures("worker")
def test_what_was_spoken_is_heard_and_then_rejected(tmp_path: Path) -> None:
    paused = run("generate", "--script", "-", "--pause-after", "narration", stdin="Bees.")
    job_id = paused.stdout.strip()
    assert f"faceless jobs narration {job_id}" in run("jobs", "show", job_id).stderr
    assert run("jobs", "narration", job_id, "--output", "heard").stdout == "heard/scene-0.wav\n"
    assert (tmp_path / "heard" / "scene-0.wav").read_bytes()[:4] == b"RIFF"
    assert run("jobs", "narration", job_id, "--scene", "7").exit_code == 2
    assert run("jobs", "reject", job_id, "--reason", "dull").exit_code == 0
    assert "rejected: dull" in run("jobs", "show", job_id).stdout
    assert run("jobs", "--status", "waiting").stdout == "No jobs are waiting.\n"
