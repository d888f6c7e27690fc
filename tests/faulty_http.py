"""A loopback HTTP server for services' protocols: it answers, and fails as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Said:
    """One answer, or how it goes wrong."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sends: int | None = None
    """bytes of the body that are sent before the connection is cut; None for all"""
    hangs: bool = False
    """nothing is sent until the server stops"""


def said_json(status: int, body: Any, **headers: str) -> Said:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, json.dumps(body).encode(), {"Content-Type": "application/json"} | named)


class FaultyServer:
    """What every such server does; a protocol is a subclass with ``answer``."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.next: list[Said] = []
        """answers in place of the protocol's own, the first of them first"""
        self.stopping = threading.Event()
        self.url = ""

    def answer(self, asked: Asked) -> Said:
        """What the protocol says to a request."""
        raise NotImplementedError

    @contextmanager
    def running(self) -> Iterator["FaultyServer"]:
        """The server, on a free port of this machine."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join()


def _handler_for(told: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            asked = Asked(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(body) if body else None,
            )
            told.asked.append(asked)
            said = told.next.pop(0) if told.next else told.answer(asked)
            if said.hangs:
                told.stopping.wait(30)
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body if said.sends is None else said.body[: said.sends])
            if said.sends is not None:
                self.close_connection = True
                self.wfile.flush()

        do_GET = do_POST = respond  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    return Handler
