"""A provider that charges for each call, on loopback, and counts them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class PaidRequest(NamedTuple):
    """One call that arrived."""

    text: str
    key: str
    """its Idempotency-Key"""


class PaidShop:
    """Speaks whatever it's sent; ``requests`` has every call in the order of arrival."""

    def __init__(self) -> None:
        self.requests: list[PaidRequest] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                shop.requests.append(PaidRequest(body["text"], self.headers["Idempotency-Key"]))
                answer = f"answer {len(shop.requests)} to {body['text']}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it's called."""
        return f"http://127.0.0.1:{self._server.server_port}/speech"

    def serve(self) -> None:
        """Answer until ``stop``."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Close up."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def paid_shop() -> Iterator[PaidShop]:
    """A shop that is open for the length of a block."""
    shop = PaidShop()
    thread = threading.Thread(target=shop.serve, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        shop.stop()
        thread.join()
