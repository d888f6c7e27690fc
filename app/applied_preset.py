"""The preset that a request named, remembered so that its errors say whose value is wrong."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request

from domain.errors import FieldError
from domain.presets.model import is_of_preset

STATE = "applied_preset"


class AppliedPreset(msgspec.Struct, frozen=True):
    """A preset, and what the request laid over it."""

    name: str
    fields: Mapping[str, Any]
    own: Mapping[str, Any]
    """the body as it was sent"""

    @classmethod
    def of(cls, request: Request[Any, Any, Any]) -> "AppliedPreset | None":
        """The one that was noted for a request."""
        noted: AppliedPreset | None = request.scope["state"].get(STATE)
        return noted

    def note(self, request: Request[Any, Any, Any]) -> None:
        """Remember it as long as the request lasts."""
        request.scope["state"][STATE] = self

    def told_apart(self, errors: list[FieldError]) -> list[FieldError]:
        """The errors, those about the preset's values saying so."""
        return [
            self._blamed(error) if is_of_preset(error.pointer, self.fields, self.own) else error
            for error in errors
        ]

    def _blamed(self, error: FieldError) -> FieldError:
        message, stop = error.message.removesuffix("."), "." * error.message.endswith(".")
        way_out = f"Send a value of your own, or mend the preset: `PUT /api/presets/{self.name}`."
        return msgspec.structs.replace(
            error,
            message=f"{message} (from the preset {self.name!r}){stop}",
            hint=f"{error.hint} {way_out}".lstrip(),
        )
