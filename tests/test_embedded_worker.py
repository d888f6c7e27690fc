"""The embedded worker's thread, beside the work itself."""

import threading
from pathlib import Path

from adapters.threads import ThreadBell
from app.config import Settings
from app.embedded import EmbeddedWorker

PATIENCE_SECONDS = 20.0


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
