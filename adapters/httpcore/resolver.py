"""The system's own way of looking names up."""

import asyncio
import contextlib
import socket
import threading

from domain.errors import UrlUnreachable


class SystemResolver:
    """Asks the system (port ``Resolver``), each time in a thread of its own.

    The pool of threads that the event loop has is for work that ends: a server of names that
    doesn't answer would hold each of its threads for half a minute, and the process's end too.
    """

    async def resolve(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def tell(found: list[str], error: OSError | None) -> None:
            if answer.cancelled():
                return
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(UrlUnreachable(f"There is no host {host}."))

        def ask() -> None:
            found: list[str] = []
            failure: OSError | None = None
            try:
                infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                found = list(dict.fromkeys(str(info[4][0]) for info in infos))
            except (OSError, UnicodeError) as error:
                failure = OSError(str(error))
            with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile
                loop.call_soon_threadsafe(tell, found, failure)

        threading.Thread(target=ask, name="look-up", daemon=True).start()
        return await answer
