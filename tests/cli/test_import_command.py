"""``faceless import``: a request on standard output, what isn't in it on standard error."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.endings import EXIT_USAGE

BODY: dict[str, Any] = {
    "video_subject": "Why bees [matter]",
    "video_script": "Bees need flowers, and flowers need bees.",
    "video_aspect": "1:1",
    "voice_rate": 1.1,
    "subtitle_position": "top",
    "n_threads": 2,
    "wat[red]": 1,
}


def run(*arguments: str, body: Any = BODY) -> Result:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return CliRunner().invoke(main, ["import", "-", *arguments], input=raw)


def test_the_request_alone_is_on_standard_output() -> None:
    answer = run()
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout) == {
        "script": BODY["video_script"],
        "title": BODY["video_subject"],
        "aspect_ratio": "1:1",
        "voice": {"speed": 1.1},
        "captions": {"position": "upper"},
    }


def test_what_is_not_carried_over_is_told_a_field_a_line() -> None:
    lines = run().stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "not carried over n_threads",
        "not carried over wat[red]",
    ]


def test_a_file_is_read_as_editors_save_it(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(BODY).encode())
    answer = CliRunner().invoke(main, ["import", str(file)])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["aspect_ratio"] == "1:1"


def test_whose_it_is_can_be_said() -> None:
    body = {"scenes": [{"text": "Bees."}], "config": {"orientation": "landscape"}}
    assert json.loads(run(body=body).stdout)["aspect_ratio"] == "16:9"
    assert run("--from", "short-video-maker", body=body).stdout == run(body=body).stdout
    wrong = run("--from", "moneyprinterturbo", body=body)
    assert "not carried over scenes" in wrong.stderr


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("{", "body"),
        (b'"\xff"', "UTF-8"),
        ("[]", "object"),
        ({"prompt": "x"}, "known"),
        ({"timeline": {"tracks": []}}, "Shotstack"),
        ({"video_script": "a" * 50_001}, "50,000"),
        ({"video_script": "..."}, "spoken"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_words(body: Any, named: str) -> None:
    answer = run(body=body)
    assert (answer.exit_code, answer.stdout) == (EXIT_USAGE, "")
    assert named in answer.stderr


def test_it_can_be_kept_as_a_preset() -> None:
    body = {name: value for name, value in BODY.items() if not name.startswith("video_s")}
    answer = run("--save-preset", "brand", body=body)
    assert answer.exit_code == 0, answer.output
    assert "Kept: the preset brand." in answer.stderr
    assert "Replaced" in run("--save-preset", "brand", body=body).stderr


def test_a_preset_is_refused_for_its_name_or_what_is_not_here() -> None:
    assert run("--save-preset", "No Name").exit_code == EXIT_USAGE
    refused = run("--save-preset", "brand", body={"video_subject": "Octopuss"})
    assert (refused.exit_code, refused.stdout) == (EXIT_USAGE, "")
    assert "Octopuss" in refused.stderr
