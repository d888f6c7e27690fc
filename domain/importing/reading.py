"""Which program a request was written for."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import NotImportable
from domain.importing import moneyprinterturbo, short_video_maker
from domain.importing.model import Imported

FORMATS: dict[str, Callable[[Mapping[str, Any]], Imported]] = {
    "moneyprinterturbo": moneyprinterturbo.read_body,
    "short-video-maker": short_video_maker.read_body,
}


def read_request(body: Any, program: str | None = None) -> Imported:
    """Carry another program's request body over; ``program`` is one of ``FORMATS``, None: guess.

    Raises:
        NotImportable: it isn't one.
    """
    if not isinstance(body, dict):
        raise NotImportable("A request is a JSON object; this is something else.")
    return FORMATS[program or _guess(body)](body)


def _guess(body: Mapping[str, Any]) -> str:
    if "timeline" in body:
        raise NotImportable(
            "This is a Shotstack edit: clips on a timeline, where this program makes the timeline.",
            hint="README.md, Coming from elsewhere, says what can be carried over by hand.",
        )
    own = {*moneyprinterturbo.TABLE, *moneyprinterturbo.TOGETHER}
    if own & set(body):
        return "moneyprinterturbo"
    if isinstance(body.get("scenes"), list):
        return "short-video-maker"
    raise NotImportable("No field of this is one of a program that is known here.")
