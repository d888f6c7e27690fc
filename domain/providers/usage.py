"""Which providers a piece of work was done by, and why by those."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from domain.providers.chain import ANSWERED, ProviderAttempt, summed

ATTEMPTS = "attempts"
"""where a result keeps those that it was made with"""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a piece of work has asked."""

    stage: str
    ordinal: int = 0
    """of the stage's units: the scene, where there is one for each"""
    providers: list[str]
    """who answered, by name, in order"""
    attempts: list[ProviderAttempt]
    """all that were made, those that went alike as one"""


def kept(attempts: Sequence[ProviderAttempt]) -> list[dict[str, Any]]:
    """Attempts as a result keeps them."""
    told: list[dict[str, Any]] = msgspec.to_builtins(summed(attempts))
    return told


def attempts_in(data: Mapping[str, Any]) -> list[ProviderAttempt]:
    """The attempts that a result keeps; those of older ones don't."""
    return msgspec.convert(data.get(ATTEMPTS, []), list[ProviderAttempt])


def usage(stage: str, ordinal: int, attempts: Sequence[ProviderAttempt]) -> list[Usage]:
    """What a unit used; nothing where nobody was asked."""
    if not attempts:
        return []
    answered = [attempt.provider for attempt in attempts if attempt.outcome == ANSWERED]
    return [
        Usage(
            stage=stage,
            ordinal=ordinal,
            providers=list(dict.fromkeys(answered)),
            attempts=summed(attempts),
        )
    ]
