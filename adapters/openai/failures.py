"""What an endpoint's refusals mean: OpenAI's shape of an error, and those of others.

https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import msgspec

from domain.providers.failures import ProviderFailed, Verdict

MAX_TOLD = 300
"""characters of a server's own words that are passed on"""
MAX_RETRY_AFTER = 86_400.0
_SPENT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_SPENT_WORDS = re.compile(r"credit balance|out of credit|insufficient (?:credit|balance|funds)")
_FILTERED = re.compile(r"content[_ ](?:filter|policy)|moderation|flagged", re.IGNORECASE)
_KEYS = re.compile(r"\b(?:sk|pk|gsk|xai|key)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|\bBearer\s+\S+")
_TEMPORARY = frozenset({408, 409, 425, 429, 529})
_BLOCKED = frozenset({401, 402, 403})
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_HINTS = {
    401: "Check OPENAI_API_KEY.",
    402: "The account behind OPENAI_API_KEY needs credit.",
    403: "The key in OPENAI_API_KEY may not use this model or this endpoint.",
    404: "Check OPENAI_MODEL and OPENAI_BASE_URL: it ends before /chat/completions, with /v1 at "
    "most endpoints.",
}


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
    status: int,
    trouble: Trouble,
    headers: Mapping[str, str],
    *,
    now: Callable[[], float],
    key: str,
) -> ProviderFailed:
    """What a status other than 200 means."""
    told = redacted(trouble.message, key)
    named = f"{status} {_PHRASES.get(status, '')}".strip()
    return ProviderFailed(
        f"The model's server answered {named}{f': {told}' if told else ''}",
        verdict_of(status, trouble),
        retry_after_seconds=retry_after(headers, now),
        hint=_HINTS.get(status, ""),
    )


def verdict_of(status: int, trouble: Trouble) -> Verdict:
    """What is to be done about it."""
    spent = any(code in trouble.code for code in _SPENT)
    if spent or (status < 500 and _SPENT_WORDS.search(trouble.message.lower())):  # noqa: PLR2004
        return Verdict.BLOCKED
    if status in _BLOCKED:
        # OpenRouter answers 403 where the question itself was judged
        judged = status == HTTPStatus.FORBIDDEN and _FILTERED.search(
            f"{trouble.code} {trouble.message}"
        )
        return Verdict.NEXT if judged else Verdict.BLOCKED
    if status in _TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict.RETRY
    return Verdict.NEXT


def trouble_in_stream(trouble: Trouble, key: str) -> ProviderFailed:
    """What an error means that comes after the answer has begun."""
    if any(code in trouble.code for code in _SPENT):
        verdict = Verdict.BLOCKED
    elif _FILTERED.search(trouble.code) or "invalid_request" in trouble.code:
        verdict = Verdict.NEXT
    else:
        verdict = Verdict.RETRY
    told = redacted(trouble.message, key) or "no reason was given"
    return ProviderFailed(
        f"The model's server broke its answer off: {told}", verdict, is_charged=None
    )


def retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """The seconds that a server asks to wait: as milliseconds, seconds or a date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _within(milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        return _within(seconds)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _within(moment.timestamp() - now())


def redacted(text: str, key: str) -> str:
    """A server's words in one line, without the key that it may repeat."""
    plain = " ".join(text.split())
    if key:
        plain = plain.replace(key, "…")
    plain = _KEYS.sub("…", plain)
    return f"{plain[:MAX_TOLD]}…" if len(plain) > MAX_TOLD else plain


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,12}(?:\.\d+)?", text.strip()) else None


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)
