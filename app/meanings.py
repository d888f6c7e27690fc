"""Which model of meanings there is, if any; one for the process, whatever containers it has."""

from functools import cache
from pathlib import Path

from adapters.minilm import MiniLmEmbedder, find_weights
from domain.errors import SettingsInvalid
from domain.generation.ports import Embedder

NOT_INSTALLED = "RELEVANCE='model': the model isn't installed; `make relevance` installs it"


def is_installed() -> bool:
    """Whether there is a model to be asked for."""
    return find_weights() is not None


def make_embedder(relevance: str) -> Embedder | None:
    """The model that RELEVANCE asks for; None where keywords have to do.

    Raises:
        SettingsInvalid: it asks for a model, and none is installed.
    """
    if relevance == "keywords":
        return None
    folder = find_weights()
    if folder is not None:
        return _embedder(folder)
    if relevance == "model":
        raise SettingsInvalid([NOT_INSTALLED])
    return None


@cache
def _embedder(folder: Path) -> MiniLmEmbedder:
    return MiniLmEmbedder(folder)  # reads nothing before its first text
