"""A real server on a real port, and the stores behind it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from dishka import Provider

from adapters.postgres import SqlDocumentStore, SqlJobStore, SqlVideoStore, make_engine
from app.config import Settings
from app.main import create_app
from domain.generation.stores import ArtifactStore

START_SECONDS = 60.0


class ThreadedServer(uvicorn.Server):
    """uvicorn in a thread; ``listening`` is set once it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Look for the end ten times as often as uvicorn does: a thousand tests wait for it."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 864_000
            await asyncio.sleep(0.01)


@contextmanager
def serve(settings: Settings, *overrides: Provider) -> Iterator[str]:
    """Serve the application for the length of a block; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(settings, *overrides)
        server = ThreadedServer(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.listening.wait(START_SECONDS), "the server doesn't start"
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
            assert not thread.is_alive(), "the server doesn't stop"


class Backstage:
    """The server's stores, as a worker has them: for what no request can bring about."""

    def __init__(self, settings: Settings, artifacts: ArtifactStore) -> None:
        self.engine = make_engine(settings.sql_url)
        self.jobs = SqlJobStore(self.engine)
        self.videos = SqlVideoStore(self.engine)
        self.documents = SqlDocumentStore(self.engine)
        self.artifacts = artifacts
