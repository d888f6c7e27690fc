"""Corrections of scenes, as requests carry them."""

from collections.abc import Mapping

from domain.errors import FieldError, InvalidRequest
from domain.generation.script import SceneEdit


def check_edits(edits: Mapping[str, SceneEdit]) -> None:
    """Refuse corrections, given by their JSON pointers, that change nothing.

    Raises:
        InvalidRequest
    """
    empty = [
        FieldError(
            pointer,
            "the correction changes nothing",
            "missing",
            "Send at least one of text, heading, kind, media, pronunciations.",
        )
        for pointer, edit in edits.items()
        if edit == SceneEdit()
    ]
    if empty:
        raise InvalidRequest(empty)
