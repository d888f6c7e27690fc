"""A port of a worker's own for Prometheus: workers answer no other requests."""

import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from adapters.prometheus.exposition import CONTENT_TYPE

ANSWER_SECONDS = 5.0
"""for a caller to send its request"""


class MetricsListener:
    """Answers ``/metrics`` in threads of its own, until it's closed.

    All worker processes of a machine share one port: the system gives each caller to one of
    them, and every one of them knows the figures of all.

    Raises:
        OSError: the address can't be listened on.
    """

    def __init__(self, host: str, port: int, text: Callable[[], bytes]) -> None:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"] != "/metrics":
                start("404 Not Found", [("Content-Type", "text/plain")])
                return [b"Only /metrics is here.\n"]
            body = text()
            start("200 OK", [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))])
            return [body]

        server = _SharedPort if ":" not in host else _SharedPort6
        self._server = server((host, port), _QuietHandler)
        self._server.set_app(answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _SharedPort(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_port = True

    def server_bind(self) -> None:
        # as WSGIServer does it, but without asking for this machine's name, which may take long
        if self.allow_reuse_port and hasattr(socket, "SO_REUSEPORT"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _SharedPort6(_SharedPort):
    address_family = socket.AF_INET6


class _QuietHandler(WSGIRequestHandler):
    timeout = ANSWER_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """A scrape every few seconds isn't worth a line."""
