"""A loopback server that speaks the websocket of Edge's "read aloud", as edge-tts knows it."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from aiohttp import WSMsgType, web
from toned_speech import as_mp3, toned

VOICES = ["en-US-EmmaMultilingualNeural", "de-DE-KatjaNeural", "en-GB-SoniaNeural"]
TICKS = 10_000_000
_SSML = re.compile(r"<voice name='([^']+)'>.*rate='([+-]\d+)%'[^>]*>(.*?)</prosody>", re.DOTALL)


@dataclass
class EdgeServer:
    """Answers in hums; the fields say how it fails instead, until they are set back."""

    url: str = ""
    status: int = 101
    """of the handshake; 101 lets it succeed"""
    retry_after: str = ""
    sends: float = 1.0
    """the share of words and sound that is sent before the connection is closed without a word"""
    garbled: bool = False
    hangs: bool = False
    silent: bool = False
    """the turn ends without sound"""
    rates: tuple[str, ...] = ()
    """that were asked for"""

    async def speak(self, request: web.Request) -> web.StreamResponse:
        if self.status != 101:
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.Response(status=self.status, headers=headers)
        assert "Sec-MS-GEC" in request.query
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        config = await socket.receive_str()
        assert '"wordBoundaryEnabled":"true"' in config
        ssml = _SSML.search(await socket.receive_str())
        assert ssml
        self.rates += (ssml[2],)
        if self.hangs:
            await socket.receive()
            return socket
        await socket.send_str("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        if self.garbled:
            await socket.send_str("X-RequestId:1\r\nPath:brand.new\r\n\r\n{}")
        elif not self.silent:
            await self._say(socket, unescape(ssml[3]), 1 + int(ssml[2]) / 100)
        if self.sends == 1.0:
            await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
            message = await socket.receive()
            assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
        else:
            await socket.close()
        return socket

    async def _say(self, socket: web.WebSocketResponse, text: str, speed: float) -> None:
        said = toned(text, speed)
        sound = as_mp3(said)
        head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
        for begin in range(0, int(len(sound) * self.sends), 4096):
            piece = sound[begin : begin + 4096]
            await socket.send_bytes(len(head).to_bytes(2, "big") + head + piece)
        for word, start, end in said.words[: int(len(said.words) * self.sends)]:
            told = {
                "Type": "WordBoundary",
                "Data": {
                    "Offset": round(start * TICKS),
                    "Duration": round((end - start) * TICKS),
                    "text": {"Text": word, "Length": len(word), "BoundaryType": "WordBoundary"},
                },
            }
            body = json.dumps({"Metadata": [told]})
            await socket.send_str(f"X-RequestId:1\r\nPath:audio.metadata\r\n\r\n{body}")

    async def list_voices(self, _: web.Request) -> web.Response:
        if self.status != 101:
            return web.Response(status=self.status)
        voices = [
            {"ShortName": name, "Locale": name[:5], "FriendlyName": f"Microsoft {name}"}
            for name in reversed(VOICES)
        ]
        return web.json_response(voices)


@contextmanager
def edge_server() -> Iterator[EdgeServer]:
    """A server on a free port of this machine, in a thread of its own."""
    told = EdgeServer()
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/edge/v1", told.speak)
        app.router.add_get("/voices/list", told.list_voices)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        told.url = f"127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield told
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
