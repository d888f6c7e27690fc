"""Every ``Narrator``, as the contract suites try it; services on loopback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import elevenlabs_server
import pytest
import speech_server
from loopback import Loopback, Reply, instead, running_aside
from open_purse import paid

from adapters.directory import DirectoryPaces, DirectoryVoiceLists
from adapters.elevenlabs import ElevenLabsNarrator
from adapters.httpx import HttpxExchange
from adapters.openai import OpenAINarrator
from adapters.piper import PiperNarrator
from adapters.pocketsphinx import PocketsphinxAligner
from adapters.pyav import PyavReader
from domain.generation.mastering import Mastering
from domain.generation.ports import Narrator
from domain.providers.errand import UNPAID, Errand

HURRIED_SECONDS = 0.3
"""that a narrator waits for a service that hangs"""
SECONDS = 30.0

PIPER, OPENAI, ELEVENLABS, EDGE = "piper", "openai", "elevenlabs", "edge"
SERVICES = [OPENAI, ELEVENLABS, EDGE]


@dataclass
class Row:
    """A narrator and what goes with it."""

    name: str
    make_within: Callable[[float], Narrator]
    """given the longest that a service may take"""
    timings: frozenset[str]
    """where its word times may come from"""
    errand: Errand = UNPAID
    key: str = ""
    """that it was given: to be found nowhere"""
    troubles: dict[str, Callable[[], None]] = field(default_factory=dict)
    """ways for the service to fail, once or until ``mend``"""
    mend: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.narrator = self.make()

    def make(self) -> Narrator:
        """A fresh one."""
        return self.make_within(SECONDS)

    def hurried(self) -> Narrator:
        """One that doesn't wait for long."""
        return self.make_within(HURRIED_SECONDS)


def mastering(folder: Path) -> Mastering:
    """What makes utterances of the services' sound."""
    return Mastering(PyavReader(), PocketsphinxAligner(), DirectoryPaces(folder / "paces.json"))


def troubles_over_http(
    server: Loopback, refused: Reply, spent: Reply, busy: Reply
) -> dict[str, Callable[[], None]]:
    """What can be wrong with an answer, by name; each happens once."""
    sound = Reply(200, b"x" * 50_000, {"Content-Type": "audio/wav"})
    ways = {
        "refused": refused,
        "spent": spent,
        "busy": busy,
        "down": Reply(503, b"<html>", {"Retry-After": "3"}),
        "redirected": Reply(302, b"", {"Location": "https://example.com/"}),
        "hanging": Reply(is_mute=True),
        "cut": Reply(200, sound.body, cut_at=1_000),
        "cut at once": Reply(200, sound.body, cut_at=0),
        "garbled": Reply(200, b"\x00\xff" * 500, {"Content-Type": "audio/wav"}),
        "in words": Reply(200, b'{"error": null}', {"Content-Type": "application/json"}),
    }
    return {name: lambda said=said: server.plan("/", instead(said)) for name, said in ways.items()}


@contextmanager
def row(name: str, folder: Path) -> Iterator[Row]:
    """A narrator by name; its caches are in ``folder``."""
    if name == PIPER:
        pytest.importorskip("piper", reason="the extra `voice` is not installed")
        yield Row(name, lambda _: PiperNarrator(folder / "voices"), frozenset({"engine"}))
    elif name == OPENAI:
        yield from _openai(folder)
    elif name == ELEVENLABS:
        yield from _elevenlabs(folder)
    else:
        yield from _edge(folder)


def _openai(folder: Path) -> Iterator[Row]:
    server = speech_server.SpeechServer()
    error = speech_server.error
    with running_aside(server):
        yield Row(
            OPENAI,
            lambda seconds: OpenAINarrator(
                HttpxExchange(seconds=seconds),
                mastering(folder),
                base_url=f"{server.origin}/v1",
                key=speech_server.KEY,
            ),
            frozenset({"forced_alignment", "proportional"}),
            errand=paid(),
            key=speech_server.KEY,
            troubles=troubles_over_http(
                server,
                refused=error(401, f"Incorrect key {speech_server.KEY}", "invalid_api_key"),
                spent=error(429, "You exceeded your current quota", "insufficient_quota"),
                busy=error(429, "Slow down", "rate_limit_exceeded", retry_after="7"),
            ),
            mend=server.forget_plans,
        )


def _elevenlabs(folder: Path) -> Iterator[Row]:
    server = elevenlabs_server.ElevenLabsServer()
    detail = elevenlabs_server.detail
    with running_aside(server):
        yield Row(
            ELEVENLABS,
            lambda seconds: ElevenLabsNarrator(
                HttpxExchange(seconds=seconds),
                mastering(folder),
                DirectoryVoiceLists(folder / "lists"),
                key=elevenlabs_server.KEY,
                base_url=server.origin,
            ),
            frozenset({"engine"}),
            errand=paid(),
            key=elevenlabs_server.KEY,
            troubles=troubles_over_http(
                server,
                refused=detail(401, "invalid_api_key", f"Bad key {elevenlabs_server.KEY}"),
                spent=detail(401, "quota_exceeded", "You have 3 credits remaining."),
                busy=detail(429, "too_many_concurrent_requests", "Wait", retry_after="7"),
            ),
            mend=server.forget_plans,
        )


def _edge(folder: Path) -> Iterator[Row]:
    pytest.importorskip("edge_tts", reason="the extra `voices` is not installed")
    from edge_server import edge_server

    from adapters.edge import EdgeNarrator

    with edge_server() as server, pytest.MonkeyPatch.context() as patch:
        # edge-tts takes no address: what it knows of the service's is put on loopback
        patch.setattr("edge_tts.communicate.WSS_URL", f"ws://{server.url}/edge/v1?T=1")
        patch.setattr("edge_tts.voices.VOICE_LIST", f"http://{server.url}/voices/list?t=1")
        for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
            patch.delenv(proxy, raising=False)
        whole = {**vars(server)}
        fails = {
            "refused": {"status": 403},
            "busy": {"status": 429, "retry_after": "7"},
            "down": {"status": 503, "retry_after": "3"},
            "redirected": {"status": 302},
            "hanging": {"hangs": True},
            "cut": {"sends": 0.5},
            "cut at once": {"sends": 0.0},
            "garbled": {"garbled": True},
        }
        yield Row(
            EDGE,
            lambda seconds: EdgeNarrator(
                mastering(folder), DirectoryVoiceLists(folder / "lists"), seconds=seconds
            ),
            frozenset({"engine"}),
            troubles={
                name: lambda how=how: vars(server).update(how) for name, how in fails.items()
            },
            mend=lambda: vars(server).update(whole),
        )
