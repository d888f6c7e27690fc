"""What ElevenLabs' errors mean (https://elevenlabs.io/docs/eleven-api/resources/errors)."""

import msgspec

from domain.errors import DomainError, VoiceNotFound
from domain.providers.answers import failed_answer, without_key
from domain.providers.exchange import Answer
from domain.providers.failures import Verdict

WHO = "ElevenLabs"
_BLOCKED = frozenset(
    "quota_exceeded invalid_api_key missing_permissions detected_unusual_activity "
    "payment_required only_for_creator+ free_users_not_allowed".split()
)
_RETRY = frozenset("too_many_concurrent_requests system_busy rate_limit_exceeded".split())
_NO_VOICE = "voice_not_found"
_HINTS = {
    "quota_exceeded": "The key's characters are used up: they come back with the next month, or "
    "with a larger plan.",
    "too_many_concurrent_requests": "The plan allows fewer requests at a time than there are "
    "workers: lower WORKER_SLOTS, or wait.",
}
_KEY_HINT = "See whether ELEVENLABS_API_KEY is valid, may speak, and has characters left."


class _Detail(msgspec.Struct):
    status: str = ""
    message: str = ""
    code: str = ""


class _Body(msgspec.Struct):
    detail: _Detail | str | list[msgspec.Raw] | None = None


def failure_of(answer: Answer, *, now: float, secret: str, voice_id: str = "") -> DomainError:
    """An answer that isn't 200, sorted. ``secret`` doesn't appear in the message."""
    try:
        detail = msgspec.json.decode(answer.body, type=_Body).detail
    except msgspec.MsgspecError:
        detail = None
    told = detail if isinstance(detail, _Detail) else _Detail()
    words = without_key(detail if isinstance(detail, str) else told.message, secret)
    status = told.status or told.code
    if status == _NO_VOICE and voice_id:
        return VoiceNotFound(f"ElevenLabs has no voice {voice_id!r} for this key.")
    verdict = None
    if status in _BLOCKED:
        verdict = Verdict.BLOCKED
    elif status in _RETRY:
        verdict = Verdict.RETRY
    return failed_answer(
        WHO,
        answer.status,
        answer.headers,
        now,
        said=": ".join(filter(None, (status, words))),
        verdict=verdict,
        hint=_HINTS.get(status, ""),
        key_hint=_KEY_HINT,
    )
