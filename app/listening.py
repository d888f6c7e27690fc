"""The address that the server listens on, taken before anything else is begun."""

import errno
import socket

import structlog
import uvicorn

from domain.errors import DomainError

log = structlog.get_logger("app.listening")


class AddressUnusable(DomainError):
    """The server can't listen on this address."""

    code = "address_unusable"
    hint = "Set PORT (or --port) to a free port, or end the program that has this one."


class AnnouncedServer(uvicorn.Server):
    """Says where it listens, which uvicorn leaves to whoever bound the sockets."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and log each address once that is so."""
        await super().startup(sockets)
        if self.started:
            for listener in sockets or []:
                host, port = listener.getsockname()[:2]
                log.info("listening", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")


def listen(host: str, port: int) -> list[socket.socket]:
    """Bind ``port`` on every address that ``host`` stands for; the server then listens.

    Raises:
        AddressUnusable: another program has it, or this machine doesn't.
    """
    taken: list[socket.socket] = []
    missing: OSError | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                taken.append(_bind(family, kind, protocol, address))
            except OSError as error:
                # localhost means ::1 too, also where the machine has no IPv6
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error
        if not taken and missing is not None:
            raise missing
    except OSError as error:
        for other in taken:
            other.close()
        raise _unusable(host, port, error) from error
    return taken


def _bind(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, kind, protocol)
    try:
        # a server that has just ended keeps its port for a minute without this
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _unusable(host: str, port: int, error: OSError) -> AddressUnusable:
    if error.errno == errno.EADDRINUSE:
        return AddressUnusable(f"Another program listens on {host}, port {port} (PORT), already.")
    if error.errno == errno.EACCES:
        return AddressUnusable(
            f"Port {port} (PORT) on {host} isn't allowed: {error.strerror}.",
            hint="Ports below 1024 are for administrators; set PORT (or --port) to a higher one.",
        )
    return AddressUnusable(
        f"Nothing can listen on {host}, port {port}: {error.strerror}.",
        hint="Set HOST (or --host) to an address of this machine, such as 127.0.0.1.",
    )
