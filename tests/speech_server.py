"""A loopback server that speaks OpenAI's ``POST /v1/audio/speech``."""

from collections.abc import Callable

from loopback import Asked, Loopback, Reply, json_reply
from toned_speech import Toned, as_mp3, as_wav, toned

VOICES = frozenset("alloy ash ballad coral echo fable nova onyx sage shimmer verse".split())
MODELS = frozenset({"gpt-4o-mini-tts", "tts-1", "tts-1-hd"})
KEY = "sk-test-canary-0123456789"


class SpeechServer(Loopback):
    """Answers as the API's reference says, the sound alone, in hums or as ``voice`` speaks."""

    def __init__(self, voice: Callable[[str, float], Toned] = toned) -> None:
        super().__init__()
        self._voice = voice

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key")
        if (asked.method, asked.path) != ("POST", "/v1/audio/speech"):
            return error(404, f"Invalid URL ({asked.method} {asked.path})", None)
        body = asked.json
        if body["model"] not in MODELS:
            return error(404, f"The model {body['model']} does not exist.", "model_not_found")
        if body["voice"] not in VOICES:
            return error(400, f"Invalid voice: {body['voice']}", "invalid_value")
        if not 0.25 <= body["speed"] <= 4.0 or len(body["input"]) > 4096:
            return error(400, "Out of range", "invalid_value")
        said = self._voice(body["input"], body["speed"])
        form = body["response_format"]
        data = {"wav": as_wav, "mp3": as_mp3, "pcm": lambda s: s.samples.tobytes()}[form](said)
        return Reply(200, data, {"content-type": f"audio/{form}"})


def error(status: int, message: str, code: str | None, **headers: str) -> Reply:
    """An error as OpenAI sends it."""
    kind = "invalid_request_error"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return json_reply(body, status, **headers)
