"""What an OpenAI-compatible endpoint's errors mean."""

import msgspec

from domain.providers.exchange import Answer, retry_after_seconds, verdict_of_status
from domain.providers.failures import ProviderFailed, Verdict

_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_MAX_WORDS = 200


class _Error(msgspec.Struct):
    message: str = ""
    code: str | int | None = None
    type: str | None = None


class _Body(msgspec.Struct):
    error: _Error | str | None = None


def failure_of(who: str, answer: Answer, *, now: float, secret: str) -> ProviderFailed:
    """An answer that isn't 200, sorted. ``secret`` doesn't appear in the message."""
    try:
        error = msgspec.json.decode(answer.body, type=_Body).error
    except msgspec.MsgspecError:
        error = None
    told = _Error(message=error) if isinstance(error, str) else error or _Error()
    words = " ".join(told.message.split())
    if secret:
        words = words.replace(secret, "***")
    verdict = verdict_of_status(answer.status)
    if {told.code, told.type} & _SPENT:
        verdict = Verdict.BLOCKED
    return ProviderFailed(
        f"{who} answered {answer.status}{': ' if words else '.'}{words[:_MAX_WORDS]}",
        verdict,
        retry_after_seconds=retry_after_seconds(answer.headers.get("retry-after"), now),
        hint=_hint(who, answer.status, verdict),
    )


def _hint(who: str, status: int, verdict: Verdict) -> str:
    if status in range(300, 400):
        return f"The address that is set for {who} isn't the service's own: it ends in /v1."
    if verdict is Verdict.BLOCKED:
        return f"See whether the key that is set for {who} is valid and has credit."
    if verdict is Verdict.NEXT:
        return f"See whether the model and the voices that are set for {who} are among its own."
    return ""
