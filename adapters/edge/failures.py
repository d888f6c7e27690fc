"""What can go wrong with Edge, sorted."""

import time
from collections.abc import Mapping

from domain.providers.answers import failed_answer
from domain.providers.failures import ProviderFailed, Verdict

SERVICE = "Microsoft Edge"
_FORBIDDEN = 403
_REFUSED = (
    f"{SERVICE} refuses this machine (403): its unofficial service bars whole networks and older "
    "versions of edge-tts."
)
_REFUSED_HINT = (
    "Update edge-tts, see whether the machine's clock is right, or take another provider of voices."
)


def sorted_failure(error: Exception) -> ProviderFailed:
    """A failure of aiohttp, of edge-tts or of time as what it means.

    An error of this program is none of these, and raised as it is.
    """
    import aiohttp
    from edge_tts import exceptions

    if isinstance(error, aiohttp.ClientResponseError):
        return _of_status(error.status, error.headers)
    if isinstance(error, exceptions.SkewAdjustmentError):  # a 403 without a date
        return _of_status(_FORBIDDEN, None)
    if isinstance(error, TimeoutError):
        return ProviderFailed(f"{SERVICE} took too long.", Verdict.RETRY)
    if isinstance(error, exceptions.NoAudioReceived):
        # a closed websocket and a voice that is gone look alike; the first is common
        return ProviderFailed(
            f"{SERVICE} sent no sound.",
            Verdict.RETRY,
            hint="If it goes on, the voice may be gone: `faceless voices refresh` looks.",
        )
    if isinstance(error, aiohttp.ClientError | exceptions.WebSocketError | OSError):
        return ProviderFailed(f"The connection to {SERVICE} failed: {error}.", Verdict.RETRY)
    if isinstance(error, exceptions.EdgeTTSException | KeyError | TypeError | ValueError):
        return ProviderFailed(
            f"{SERVICE} answered what edge-tts doesn't understand: {error!r}.",
            Verdict.NEXT,
            hint="The service changes without notice: a newer edge-tts may know how.",
        )
    raise error


def _of_status(status: int, headers: Mapping[str, str] | None) -> ProviderFailed:
    if status == _FORBIDDEN:
        return ProviderFailed(_REFUSED, Verdict.BLOCKED, hint=_REFUSED_HINT)
    plain = {name.lower(): value for name, value in (headers or {}).items()}
    return failed_answer(SERVICE, status, plain, time.time())
