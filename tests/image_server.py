"""``/v1/images/generations`` on loopback: pictures as base64 or as addresses, and refusals."""

import base64
from typing import Any

from loopback import Asked, Loopback, Reply, Spoil, file_reply, json_reply

KEY = "sk-images-key-0001"


class ImageServer(Loopback):
    """Makes the same picture whatever it's asked for."""

    def __init__(self, picture: bytes, *, by_address: bool = False) -> None:
        super().__init__()
        self._picture = picture
        self._by_address = by_address

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/made/"):
            return file_reply(asked, self._picture, "image/png")
        if asked.path != "/v1/images/generations":
            return json_reply(complaint("Unknown request URL", "unknown_url"), 404)
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            said = f"Incorrect API key provided: {KEY[:6]}***{KEY[-4:]}."
            return json_reply(complaint(said, "invalid_api_key"), 401)
        if self._by_address:
            image = {"url": f"{self.origin}/made/{len(self.asked)}.png"}
        else:
            image = {"b64_json": base64.b64encode(self._picture).decode()}
        return json_reply({"created": 1_760_000_000, "data": [image]})


def complaint(message: str, code: str) -> dict[str, Any]:
    """An error as the documentation shows it."""
    return {"error": {"message": message, "type": "invalid_request_error", "code": code}}


def complaining(status: int, message: str, code: str, **headers: str) -> Spoil:
    """An answer that is an error."""
    return lambda _, __: json_reply(complaint(message, code), status, **headers)
