"""What an endpoint's refusals mean: OpenAI's shape of an error, and those of others.

https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from domain.providers.answers import (
    SERVER_ERROR,
    failed_answer,
    verdict_of_status,
    without_key,
)
from domain.providers.failures import ProviderFailed, Verdict

_SPENT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_SPENT_WORDS = re.compile(r"credit balance|out of credit|insufficient (?:credit|balance|funds)")
_FILTERED = re.compile(r"content[_ ](?:filter|policy)|moderation|flagged", re.IGNORECASE)


class Trouble(msgspec.Struct, frozen=True):
    """An error as an endpoint tells it."""

    message: str = ""
    code: str = ""
    """its code and its type"""
    parameter: str = ""

    def names(self, parameter: str) -> bool:
        """Whether it's about a parameter of the request."""
        pattern = rf"(?<![\w]){re.escape(parameter)}(?![\w])"
        return self.parameter.split(".")[0] == parameter or bool(re.search(pattern, self.message))


def trouble_in(body: Any) -> Trouble:
    """Read an error's body: OpenAI's ``{"error": {...}}``, or one of the many others."""
    if isinstance(body, list) and body:
        body = body[0]  # Gemini's
    if not isinstance(body, Mapping):
        return Trouble(message=body if isinstance(body, str) else "")
    error = body.get("error", body.get("detail", body))
    if isinstance(error, Mapping):
        found = [str(error[name]) for name in ("code", "type", "status") if error.get(name)]
        inner = error.get("metadata")
        raw = inner.get("raw") if isinstance(inner, Mapping) else None  # OpenRouter's
        message = " ".join(str(text) for text in (error.get("message"), raw) if text)
        return Trouble(message, " ".join(found), str(error.get("param") or ""))
    if isinstance(error, str):
        return Trouble(error, str(body.get("code") or ""))
    return Trouble(msgspec.json.encode(error).decode())  # FastAPI's lists of what is wrong


def read_trouble(body: bytes) -> Trouble:
    """Read the bytes of an error's body; one that is no JSON is told as it is."""
    try:
        return trouble_in(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError):
        text = body.decode("utf-8", errors="replace")
        return Trouble(" ".join(re.sub(r"<[^>]*>", " ", text).split()))


def failure_of(
    who: str,
    status: int,
    trouble: Trouble,
    headers: Mapping[str, str],
    *,
    now: float,
    key: str,
    hint: str = "",
    key_hint: str = "",
) -> ProviderFailed:
    """What a status other than 200 means; the arguments are those of ``failed_answer``."""
    return failed_answer(
        who,
        status,
        headers,
        now,
        said=without_key(trouble.message, key),
        verdict=verdict_of(status, trouble),
        hint=hint,
        key_hint=key_hint,
    )


def verdict_of(status: int, trouble: Trouble) -> Verdict:
    """What is to be done about it."""
    spent = any(code in trouble.code for code in _SPENT)
    if spent or (status < SERVER_ERROR and _SPENT_WORDS.search(trouble.message.lower())):
        return Verdict.BLOCKED
    # OpenRouter answers 403 where the question itself was judged
    if status == HTTPStatus.FORBIDDEN and _FILTERED.search(f"{trouble.code} {trouble.message}"):
        return Verdict.NEXT
    return verdict_of_status(status)


def trouble_in_stream(trouble: Trouble, key: str) -> ProviderFailed:
    """What an error means that comes after the answer has begun."""
    if any(code in trouble.code for code in _SPENT):
        verdict = Verdict.BLOCKED
    elif _FILTERED.search(trouble.code) or "invalid_request" in trouble.code:
        verdict = Verdict.NEXT
    else:
        verdict = Verdict.RETRY
    told = without_key(trouble.message, key) or "no reason was given"
    return ProviderFailed(
        f"The model's server broke its answer off: {told}", verdict, is_charged=None
    )
