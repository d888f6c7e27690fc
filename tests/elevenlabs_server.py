"""A loopback server that speaks ElevenLabs' API: speech with timestamps, and the list of voices."""

import base64
import re

from loopback import Asked, Loopback, Reply, json_reply
from toned_speech import as_mp3, toned

KEY = "xi-test-canary-0123456789"
VOICES = [
    {"voice_id": "JBFqnCBsd6RMkjVDRZzb", "name": "George", "labels": {"language": "en"}},
    {"voice_id": "ownVoice00000000001", "name": "Own one", "labels": {},
     "verified_languages": [{"language": "de", "locale": "de-DE", "model_id": "x"}]},
    {"voice_id": "bare0000000000000002", "name": "Bare"},
]  # fmt: skip
PAGE = 2


class ElevenLabsServer(Loopback):
    """Answers as the API's reference says, in hums."""

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("xi-api-key") != KEY:
            return detail(401, "invalid_api_key", "Invalid API key")
        if (asked.method, asked.path) == ("GET", "/v2/voices"):
            begin = int(asked.query.get("next_page_token", "0"))
            more = begin + PAGE < len(VOICES)
            return json_reply(
                {
                    "voices": VOICES[begin : begin + PAGE],
                    "has_more": more,
                    "total_count": len(VOICES),
                    "next_page_token": str(begin + PAGE) if more else None,
                },
            )
        path = re.fullmatch(r"/v1/text-to-speech/([^/]+)/with-timestamps", asked.path)
        if asked.method != "POST" or not path:
            return json_reply({"detail": "Not Found"}, 404)
        if path[1] not in {voice["voice_id"] for voice in VOICES}:
            return detail(404, "voice_not_found", f"A voice with voice_id {path[1]} was not found.")
        body = asked.json
        speed = body.get("voice_settings", {}).get("speed", 1.0)
        if not 0.7 <= speed <= 1.2:
            return detail(400, "invalid_voice_settings", "speed must be between 0.7 and 1.2")
        said = toned(body["text"], speed)
        form = asked.query["output_format"]
        sound = as_mp3(said) if form.startswith("mp3") else said.samples.tobytes()
        told = {
            "characters": [c for c, _, _ in said.characters],
            "character_start_times_seconds": [round(s, 3) for _, s, _ in said.characters],
            "character_end_times_seconds": [round(e, 3) for _, _, e in said.characters],
        }
        return json_reply(
            {
                "audio_base64": base64.b64encode(sound).decode(),
                "alignment": told,
                "normalized_alignment": told,
            },
            character_cost=str(len(body["text"])),
        )


def detail(status: int, name: str, message: str, **headers: str) -> Reply:
    """An error as ElevenLabs sends it."""
    return json_reply({"detail": {"status": name, "message": message}}, status, **headers)
