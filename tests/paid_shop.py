"""A provider that charges for each call, on loopback, and counts them."""

from typing import NamedTuple

from loopback import Asked, Loopback, Reply


class PaidRequest(NamedTuple):
    """One call that arrived."""

    text: str
    key: str
    """its Idempotency-Key"""


class PaidShop(Loopback):
    """Speaks whatever it's sent; ``requests`` has every call in the order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[PaidRequest] = []

    @property
    def url(self) -> str:
        """Where it's called."""
        return f"{self.origin}/speech"

    def reply(self, asked: Asked) -> Reply:
        text = asked.json["text"]
        self.requests.append(PaidRequest(text, asked.headers["idempotency-key"]))
        return Reply(200, f"answer {len(self.requests)} to {text}".encode())
