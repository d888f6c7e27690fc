"""The embedded worker's thread, beside the work itself."""

import asyncio
import threading
from pathlib import Path

import pytest

from adapters.threads import ThreadBell
from app.config import Settings
from app.embedded import EmbeddedWorker
from app.workshop import Workshop
from domain.errors import ServiceUnavailable

PATIENCE_SECONDS = 60.0


def test_one_that_is_stopped_before_it_has_begun_never_begins(tmp_path: Path) -> None:
    """A server that ends while it starts must not wait for a worker that heard nothing."""
    worker = EmbeddedWorker(Settings(data_dir=tmp_path), ThreadBell())
    before = set(threading.enumerate())

    assert worker.stop()
    worker.start()

    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert worker.error is None


@pytest.mark.parametrize("error", [ServiceUnavailable("It's gone."), RuntimeError("odd")])
def test_one_whose_housekeeping_fails_says_so_and_begins_again(
    tmp_path: Path,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures = [error]
    has_begun_again = threading.Event()

    async def keep_house(_workshop: Workshop) -> None:
        if failures:
            raise failures.pop()
        has_begun_again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Workshop, "keep_house", keep_house)
    monkeypatch.setattr("app.embedded.BEGIN_AGAIN_SECONDS", 0.0)
    worker = EmbeddedWorker(Settings(data_dir=tmp_path, min_free_bytes=0), ThreadBell())
    worker.start()

    assert has_begun_again.wait(PATIENCE_SECONDS)
    assert worker.error is None
    assert worker.stop()
    [told] = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert told.exc_info is not None
