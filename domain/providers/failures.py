"""How a provider's call fails, and what to do about it.

An adapter sorts everything that can go wrong into one of four verdicts; the chain alone acts on
them. What the caller has got wrong (a voice that doesn't exist, a file that isn't there) is no
failure of a provider: adapters raise its own error, and no other provider is asked.
"""

from enum import StrEnum

from domain.errors import DomainError


class Verdict(StrEnum):
    """What a failure means for whoever comes next."""

    RETRY = "retry"
    """it may pass by itself: a limit on the rate, an outage, a cut connection, a time-out"""
    NEXT = "next"
    """this provider can't do this, others may: a refusal, a model or format that it doesn't have,
    an answer that stays unusable after a repair"""
    BLOCKED = "blocked"
    """this provider's key is of no use for now: wrong, revoked, without credit, its quota spent"""
    GIVE_UP = "give_up"
    """nobody can do this: what was asked for breaks a rule that is everybody's"""


class ProviderFailed(DomainError):
    """A provider didn't do what it was asked for."""

    code = "provider_failed"

    def __init__(
        self,
        message: str,
        verdict: Verdict,
        *,
        retry_after_seconds: float | None = None,
        hint: str = "",
        is_charged: bool | None = False,
    ) -> None:
        """``message`` says what happened, in words for whoever runs the server, and without any
        key; ``retry_after_seconds`` is the provider's own word.

        ``is_charged`` says whether the provider has done the work and will bill it all the same;
        None when nobody can know: the connection broke after the request was sent.
        """
        super().__init__(message, hint=hint)
        self.verdict = verdict
        self.retry_after_seconds = retry_after_seconds
        self.is_charged = is_charged
