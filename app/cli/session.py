"""Whom a command asks, and how it answers: ``--server``, ``--key-file`` and ``--json``.

The three may stand behind any word of a command, ``faceless --server URL jobs show ID`` as well as
``faceless jobs show ID --server URL``. A key is read from the environment or from a file, never
from the command line: that is in every list of processes.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
import httpx
import msgspec

from app.cli.api_client import TIMEOUT, Api
from app.cli.endings import EXIT_INTERRUPTED, Refused, WrongInput, fail, note
from app.cli.server_option import with_server
from app.config import load_settings
from domain.errors import DomainError

T = TypeVar("T")

SERVER = "FACELESS_SERVER"
KEY = "FACELESS_KEY"
KEY_FILE = "FACELESS_KEY_FILE"


class Session(msgspec.Struct, frozen=True):
    """How one command was called."""

    server: str | None
    """a server's address; None for the application in this process"""
    key_file: Path | None
    as_json: bool

    def run(
        self,
        ask: Callable[[Api], Awaitable[T]],
        *,
        works: bool = False,
        options: dict[str, str] | None = None,
        on_interrupt: Callable[[], None] = lambda: note("Stopped."),
    ) -> T:
        """What comes of asking; whatever goes wrong ends the command.

        Args:
            works: without a server, work on jobs in this process meanwhile.
            options: what the request's fields are called here, by JSON pointer.
            on_interrupt: says what Ctrl-C leaves behind.
        """
        try:
            return asyncio.run(self._ask(ask, works=works))
        except (DomainError, Refused) as error:
            fail(error, as_json=self.as_json, options=options)
        except KeyboardInterrupt:
            on_interrupt()
            sys.exit(EXIT_INTERRUPTED)

    async def _ask(self, ask: Callable[[Api], Awaitable[T]], *, works: bool) -> T:
        async with self.connected(works=works) as api:
            return await ask(api)

    @asynccontextmanager
    async def connected(self, *, works: bool) -> AsyncIterator[Api]:
        """A client of the server, or of the application, which is opened for it.

        Raises:
            WrongInput, DomainError
        """
        if self.server is not None:
            async with httpx.AsyncClient(
                base_url=self.server, headers=self._headers(), timeout=TIMEOUT
            ) as client:
                yield Api(client, self.server)
            return
        # only now: it brings the voice and video engines' libraries with it
        from app.cli.in_process import ADDRESS, application  # noqa: PLC0415

        async with (
            application(load_settings(), works=works) as transport,
            httpx.AsyncClient(transport=transport, base_url=ADDRESS, timeout=TIMEOUT) as client,
        ):
            yield Api(client, None)

    def _headers(self) -> dict[str, str]:
        key = self._key()
        if key is None:
            return {}
        assert self.server is not None
        if not key.isascii() or not key.isprintable() or " " in key:
            raise WrongInput(
                "/key", "isn't a key", "Keys look like fk_<id>_<secret>, on one line.", "invalid"
            )
        if self.server.startswith("http:") and not _is_this_machine(self.server):
            note(f"warning: the key travels to {self.server} without encryption (https).")
        return {"Authorization": f"Bearer {key}"}

    def _key(self) -> str | None:
        file = self.key_file
        if file is None and os.environ.get(KEY_FILE) and not os.environ.get(KEY):
            file = Path(os.environ[KEY_FILE])
        if file is None:
            return os.environ.get(KEY, "").strip() or None
        try:
            return file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it isn't text"
            raise WrongInput("/key", f"the file {file} can't be read: {why}") from error


def connects(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the three options, and its session as the first argument."""

    @wraps(command)
    def called(**given: Any) -> None:
        for name in ("server", "key_file", "as_json"):
            given.pop(name)
        command(session_of(click.get_current_context()), **given)

    with_json = click.option(
        "--json", "as_json", is_flag=True, help="Print the API's answer, or problem, as it is."
    )(called)
    return with_server(with_json)


def session_of(context: click.Context) -> Session:
    """How the command was called: what stands nearest to it counts."""
    chain: list[click.Context] = []
    here: click.Context | None = context
    while here is not None:
        chain.append(here)
        here = here.parent

    def nearest(name: str) -> Any:
        return next((c.params[name] for c in chain if c.params.get(name)), None)

    as_json = bool(nearest("as_json"))
    try:
        server = server_address(nearest("server") or os.environ.get(SERVER) or None)
    except WrongInput as error:
        fail(error, as_json=as_json, options={"/server": "--server"})
    return Session(server, nearest("key_file"), as_json)


def server_address(text: str | None) -> str | None:
    """A server's address without a slash at its end.

    Raises:
        WrongInput: it's no address, or holds what doesn't belong there.
    """
    if text is None:
        return None
    hint = "It looks like https://videos.example or http://127.0.0.1:8000."
    try:
        parts = urlsplit(text.strip())
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        is_right = False
    if not is_right:
        raise WrongInput("/server", f"{text!r} isn't a server's address", hint)
    if parts.username or parts.password or parts.query or parts.fragment:
        # not repeated: it may hold a password
        raise WrongInput("/server", "holds more than an address", f"{hint} A key goes elsewhere.")
    return text.strip().rstrip("/")


def _is_this_machine(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
