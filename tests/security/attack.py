"""The API as its own description lists it: every route, so that new ones are attacked as well."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

METHODS = ("get", "post", "put", "patch", "delete")


class Operation(msgspec.Struct, frozen=True):
    """One method of one path."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def parameters(self) -> list[str]:
        """Names in the path, in order."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def body(self) -> Any:
        """The first example of a body; None where there is none."""
        content = self.described.get("requestBody", {}).get("content", {})
        examples = content.get("application/json", {}).get("examples", {})
        return next((example["value"] for example in examples.values()), None)

    def filled(self, values: dict[str, str]) -> str:
        """The path with its parameters' values."""
        path = self.path
        for name in self.parameters:
            path = path.replace("{" + name + "}", values[name])
        return path

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


async def describe(api: httpx.AsyncClient) -> dict[str, Any]:
    """The API's description."""
    document: dict[str, Any] = (await api.get("/schema/openapi.json")).json()
    return document


def operations(document: dict[str, Any]) -> list[Operation]:
    """Everything that can be asked for."""
    return [
        Operation(method, path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    ]


def objects_in(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a body by its JSON pointer, the body itself among them."""
    if isinstance(value, dict):
        yield pointer, value
        for name, inner in value.items():
            yield from objects_in(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from objects_in(inner, f"{pointer}/{number}")


class Raw(msgspec.Struct, frozen=True):
    """An answer as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def send(
    address: str,
    method: str,
    target: str,
    *,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> Raw:
    """A request whose target is sent as it stands: clients of the usual kind tidy up paths."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        sent = {"Accept": "application/json"} | (headers or {})
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        if data is not None:
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        response = connection.getresponse()
        return Raw(response.status, response.getheaders(), response.read())
    finally:
        connection.close()
