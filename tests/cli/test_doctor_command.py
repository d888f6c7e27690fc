"""``faceless doctor``: what is there, and in words what isn't."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from app.cli import main

CHECKS = [
    "settings",
    "version",
    "folders",
    "free space",
    "secrets",
    "database",
    "ffmpeg",
    "fonts",
    "voice",
    "word times",
    "providers",
    "prices",
    "encyclopedia",
    "music",
    "media folder",
]


def findings() -> dict[str, dict[str, Any]]:
    """What the doctor finds, by name."""
    answer = CliRunner().invoke(main, ["doctor", "--json"])
    found = {finding["name"]: finding for finding in json.loads(answer.stdout)}
    assert answer.exit_code == (0 if all(finding["ok"] for finding in found.values()) else 1)
    return found


def wrong(name: str) -> str:
    """What is said of the one thing that is wrong."""
    found = findings()
    assert [n for n, finding in found.items() if not finding["ok"]] == [name]
    assert "Traceback" not in found[name]["message"]
    return f"{found[name]['message']} {found[name]['hint']}"


def test_a_sound_installation_has_nothing_wrong() -> None:
    found = findings()
    assert list(found) == CHECKS
    assert [finding for finding in found.values() if not finding["ok"]] == []
    assert "are drawn as themselves" in found["fonts"]["message"]


def test_people_are_told_in_words() -> None:
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 0, answer.output
    assert "ok    ffmpeg: version" in answer.output
    assert "{" not in answer.output


def test_looking_makes_no_database(bare_folder: None, tmp_path: Path) -> None:
    findings()
    assert not list(tmp_path.rglob("*.db"))


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("DATABASE_URL", "oracle://scott:tiger@there/db")
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 1
    assert "PORT" in answer.output
    assert "DATABASE_URL" in answer.output
    assert "tiger" not in answer.output


def test_a_data_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("taken").write_text("a file where a folder should be")
    monkeypatch.setenv("DATA_DIR", "taken/var")
    found = findings()
    assert not found["folders"]["ok"]
    assert "DATA_DIR" in found["folders"]["hint"]
    assert found["ffmpeg"]["ok"]


def test_little_free_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_FREE_BYTES", "900000000000000")
    assert "MIN_FREE_BYTES" in wrong("free space")


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/faceless")
    said = wrong("database")
    assert "DATABASE_URL" in said
    assert "secret" not in said


def test_a_file_that_is_no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("shopping list, and much more of it" * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'notes.db'}")
    assert "not a database" in wrong("database")


def test_a_font_that_is_missing(bare_folder: None, tmp_path: Path) -> None:
    findings()
    [folder] = (tmp_path / "var" / "cache" / "fonts").glob("fonts-*")
    shutil.copyfile(folder / "Faceless-Inter-600.ttf", folder / "Faceless-Montserrat-800.ttf")
    said = wrong("fonts")
    assert "Faceless Montserrat 800" in said
    assert "delete the font folder" in said


def test_without_the_voice_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)  # importing it now fails
    monkeypatch.setattr(
        "adapters.piper.narrator.find_spec", lambda name: None if name == "piper" else object()
    )
    assert "-e '.[voice]'" in wrong("voice")


def test_a_narrator_that_is_named_and_has_no_voice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NARRATORS", "openai,piper")
    monkeypatch.setenv("OPENAI_SPEECH_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr(
        "adapters.piper.narrator.find_spec", lambda name: None if name == "piper" else object()
    )
    monkeypatch.setattr("adapters.pocketsphinx.aligner.find_spec", lambda _: None)
    found = findings()
    assert found["voice"]["ok"], "another one speaks"
    assert "piper: named in NARRATORS, but without a voice" in found["voice"]["message"]
    assert "-e '.[voice]'" in found["voice"]["hint"]
    assert "198 ms" in found["word times"]["message"]
    assert "-e '.[voices]'" in found["word times"]["hint"]


def test_a_default_voice_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_VOICE", "en_XX-nobody-low")
    assert "en_XX-nobody-low" in wrong("voice")


def test_another_ffmpeg_that_lacks_filters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = tmp_path / "ffmpeg"
    bare.write_text("#!/bin/sh\necho 'ffmpeg version 0.1-bare Copyright'\n")
    bare.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(bare))
    found = findings()["ffmpeg"]
    assert not found["ok"]
    assert "filter ass" in found["message"]
    assert "encoder libx264" in found["message"]
    assert "IMAGEIO_FFMPEG_EXE" in found["hint"]


def test_an_unreadable_clip_among_readable_stills(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    Image.new("RGB", (640, 480), "teal").save(media / "reef.png")
    (media / "broken.mp4").write_bytes(b"this is no movie")
    monkeypatch.setenv("MEDIA_DIR", str(media))
    said = wrong("media folder")
    assert "1 of the files" in said
    assert "broken.mp4" in said
    assert "reef.png" not in said


@pytest.mark.parametrize("setting", ["MEDIA_DIR", "MUSIC_DIR", "VOICE_DIR"])
def test_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(setting, "nowhere")
    assert f"{setting}=nowhere: there is no such folder" in wrong("settings")


def test_the_voices_that_can_be_asked_for_are_named() -> None:
    assert "en_US-joe-medium" in findings()["voice"]["message"]
