"""Piper voices by name: fetched from a repository, resumed, and checked before they count."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from loopback import Asked, Loopback, Reply, cut_at, instead, running_aside

from adapters.piper.catalogue import offered
from adapters.piper.download import VoiceRepository
from app.cli import main
from domain.errors import VoiceNotDownloaded, VoiceNotFound

NAME = "de_DE-thorsten-medium"
MODEL = bytes(range(256)) * 2_000
FILES = {
    f"de/de_DE/thorsten/medium/{NAME}.onnx": MODEL,
    f"de/de_DE/thorsten/medium/{NAME}.onnx.json": b'{"espeak": {"voice": "de"}}',
    "de/de_DE/thorsten/medium/MODEL_CARD": b"# Model card\n* Dataset: CC0\n",
}


def listed(files: dict[str, bytes]) -> dict[str, object]:
    return {
        "key": NAME,
        "name": "thorsten",
        "language": {"code": "de_DE", "family": "de", "name_english": "German"},
        "quality": "medium",
        "num_speakers": 1,
        "files": {
            path: {"size_bytes": len(data), "md5_digest": hashlib.md5(data).hexdigest()}
            for path, data in files.items()
        },
        "aliases": [],
    }


@dataclass
class Repository(Loopback):
    """Laid out as rhasspy/piper-voices is; large files lie elsewhere, as there."""

    index: dict[str, object] = field(default_factory=lambda: {NAME: listed(FILES)})
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    resumes: bool = True

    def __post_init__(self) -> None:
        super().__init__()

    def reply(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/main/")
        if path == "voices.json":
            return Reply(200, json.dumps(self.index).encode())
        if path in self.files and path.endswith(".onnx"):
            return Reply(302, b"", {"Location": f"{self.origin}/elsewhere/{path}"})
        data = self.files.get(path.removeprefix("/elsewhere/"))
        if data is None:
            return Reply(404)
        wanted = asked.headers.get("range", "")
        if wanted and self.resumes:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            there = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            return Reply(206, data[begin:], {"Content-Range": there})
        return Reply(200, data)


@pytest.fixture
def repository() -> Iterator[Repository]:
    repository = Repository()
    with running_aside(repository):
        yield repository


def fetch(repository: Repository, folder: Path, name: str = NAME) -> Path:
    url = f"{repository.origin}/main/"
    return VoiceRepository(url).fetch(name, folder, lambda *_: None)


def test_a_voice_is_its_model_its_json_and_its_card(repository: Repository, tmp_path: Path) -> None:
    assert fetch(repository, tmp_path / "new") == tmp_path / "new" / f"{NAME}.onnx"
    there = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert there == {
        f"{NAME}.onnx": MODEL,
        f"{NAME}.onnx.json": FILES[f"de/de_DE/thorsten/medium/{NAME}.onnx.json"],
        f"{NAME}.MODEL_CARD": FILES["de/de_DE/thorsten/medium/MODEL_CARD"],
    }


def test_what_was_broken_off_goes_on_where_it_was(repository: Repository, tmp_path: Path) -> None:
    repository.plan("/elsewhere/", cut_at(100_000))
    with pytest.raises(VoiceNotDownloaded, match="couldn't be fetched") as caught:
        fetch(repository, tmp_path)
    assert "goes on" in caught.value.hint_text
    begun = (tmp_path / f"{NAME}.onnx.part").stat().st_size
    assert 0 < begun <= 100_000
    assert not (tmp_path / f"{NAME}.onnx").exists()
    repository.asked.clear()
    assert fetch(repository, tmp_path).read_bytes() == MODEL
    assert repository.asked[-1].headers["range"] == f"bytes={begun}-"
    assert not list(tmp_path.glob("*.part"))


def test_a_server_that_cant_resume_sends_it_anew(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.onnx.part").write_bytes(b"old")
    repository.resumes = False
    assert fetch(repository, tmp_path).read_bytes() == MODEL


@pytest.mark.parametrize("data", [MODEL[:-1] + b"x", MODEL[:-1], MODEL + b"more"])
def test_another_file_than_the_index_names_never_becomes_a_voice(
    repository: Repository, tmp_path: Path, data: bytes
) -> None:
    repository.files[f"de/de_DE/thorsten/medium/{NAME}.onnx"] = data
    with pytest.raises(VoiceNotDownloaded, match="isn't what the index says"):
        fetch(repository, tmp_path)
    assert not list(tmp_path.glob("*.onnx"))
    assert not list(tmp_path.glob("*.part"))


def test_what_is_there_and_right_isnt_fetched_again(repository: Repository, tmp_path: Path) -> None:
    fetch(repository, tmp_path)
    repository.asked.clear()
    fetch(repository, tmp_path)
    assert [asked.path for asked in repository.asked] == ["/main/voices.json"]


def test_an_unknown_name_is_answered_with_those_like_it(
    repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(VoiceNotFound, match=f"near it is {NAME}"):
        fetch(repository, tmp_path, "de_DE-torsten-medium")


def test_no_name_of_the_index_leads_out_of_the_folder(
    repository: Repository, tmp_path: Path
) -> None:
    repository.index["../../evil-x-low"] = listed(FILES)
    assert set(offered(json.dumps(repository.index).encode())) == {NAME}
    repository.index[NAME] = listed({f"../../x/{NAME}.onnx": MODEL, f"a/{NAME}.onnx.json": b"{}"})
    with pytest.raises(VoiceNotDownloaded, match="names no model"):
        fetch(repository, tmp_path)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Reply(200, b"<html>"), "no index"),
        (Reply(404), "answered 404"),
        (Reply(200, b"{}", cut_at=0), "couldn't be fetched"),
    ],
)
def test_a_wrong_address_is_told_in_words(
    repository: Repository, tmp_path: Path, said: Reply, words: str
) -> None:
    repository.plan("/", instead(said))
    with pytest.raises(VoiceNotDownloaded, match=words):
        fetch(repository, tmp_path)


def test_the_commands_list_and_add(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("PIPER_VOICES_URL", f"{repository.origin}/main")
    monkeypatch.delenv("VOICE_DIR", raising=False)
    run = CliRunner().invoke
    told = run(main, ["voices", "list", "--language", "de"])
    assert NAME in told.output
    assert "de-DE" in told.output
    assert json.loads(run(main, ["voices", "list", "--language", "fr", "--json"]).output) == []
    added = run(main, ["voices", "add", NAME, "--json"])
    assert added.exit_code == 0, added.output
    model = tmp_path / "var" / "voices" / f"{NAME}.onnx"
    assert json.loads(added.output) == {"files": [str(model)]}
    assert model.is_file()
    unknown = run(main, ["voices", "add", "xx_XX-nobody-low"])
    assert unknown.exit_code == 2
    assert "voices list" in unknown.output
