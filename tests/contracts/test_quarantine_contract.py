"""What every Quarantine does: answers, and outlives whatever happens to who looks."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.ffmpeg import FfmpegQuarantine
from domain.generation.ports import LookFailed, Quarantine

PATIENCE_SECONDS = 60.0
"""a busy machine takes seconds to start a process, and this one is polite"""


class Seen(msgspec.Struct):
    words: list[str]
    pid: int


def read_words(path: str, upper: bool) -> Seen:
    text = Path(path).read_text()
    return Seen((text.upper() if upper else text).split(), os.getpid())


def refuse(path: str) -> Seen:
    raise ValueError(f"{Path(path).name} isn't liked")


def crash(path: str) -> Seen:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError(path)


def leave(path: str) -> Seen:
    os._exit(3)


def hang(path: str) -> Seen:
    while True:
        time.sleep(60)


def eat(path: str) -> Seen:
    return Seen([str(len(bytearray(64 << 30)))], 0)


def write(path: str) -> Seen:
    Path(path).write_text("changed")
    return Seen([], 0)


def talk(path: str) -> Seen:
    sys.stdout.write('{"value": {"words": ["forged"], "pid": 0}}\n')
    sys.stdout.flush()
    return Seen(["true"], 0)


def environment(path: str) -> Seen:
    return Seen(sorted(os.environ), 0)


@pytest.fixture(params=["ffmpeg"])
def quarantine(request: pytest.FixtureRequest) -> Iterator[Quarantine]:
    made = FfmpegQuarantine(seconds=PATIENCE_SECONDS)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("eight arms")
    return path


def test_what_a_function_returns_comes_back_in_its_type(quarantine: Quarantine, file: Path) -> None:
    seen = quarantine.look(read_words, str(file), True)
    assert seen.words == ["EIGHT", "ARMS"]
    assert seen.pid != os.getpid()


def test_the_next_file_is_looked_at_in_the_same_process(quarantine: Quarantine, file: Path) -> None:
    first = quarantine.look(read_words, str(file), True)
    assert quarantine.look(read_words, str(file), False).pid == first.pid


@pytest.mark.parametrize(
    ("happening", "told"),
    [
        (refuse, "ValueError: words.txt isn't liked"),
        (crash, "crashed .signal 11"),
        (leave, "crashed .exit status 3"),
        (eat, "MemoryError"),
        (write, "File too large"),
    ],
)
def test_whatever_happens_is_told_and_the_next_file_is_looked_at(
    quarantine: Quarantine, file: Path, happening: object, told: str
) -> None:
    with pytest.raises(LookFailed, match=told):
        quarantine.look(happening, str(file))  # type: ignore[arg-type]
    left = [] if happening is write else ["eight", "arms"]  # opening it to write empties it
    assert quarantine.look(read_words, str(file), False).words == left


def test_one_that_hangs_is_given_up_and_the_next_file_is_looked_at(
    quarantine: FfmpegQuarantine, file: Path
) -> None:
    quarantine._seconds = 1.0
    with pytest.raises(LookFailed, match="longer than 1 s"):
        quarantine.look(hang, str(file))
    quarantine._seconds = PATIENCE_SECONDS
    assert quarantine.look(read_words, str(file), False).words == ["eight", "arms"]


def test_what_a_library_prints_is_no_answer(quarantine: Quarantine, file: Path) -> None:
    assert quarantine.look(talk, str(file)).words == ["true"]


def test_it_knows_no_secret_of_the_environment(
    quarantine: Quarantine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/n")
    monkeypatch.setenv("S3_SECRET_KEY", "secret")
    words = quarantine.look(environment, str(file)).words
    assert not {"DATABASE_URL", "S3_SECRET_KEY"} & set(words)
