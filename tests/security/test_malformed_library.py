"""Three hundred broken files in the local library: nothing hangs, nothing dies.

Made from one seed, so that what fails once fails again. They go through the real catalogue, the
real look at each in its process, and, where that finds nothing wrong, through a real render.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import make_samples

from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine, process
from adapters.media_folder import MediaFolder
from adapters.music import FolderMusic
from domain.errors import DomainError
from domain.generation.palettes import PALETTES
from domain.generation.ports import SegmentPlan, VisualCandidate, VisualRequest
from domain.generation.storyboard import ClipBackdrop, StillBackdrop

SEED = 20261127
FILES = 300
LONGEST_LOOK_SECONDS = 60.0
"""after which the quarantine gives up"""
SOUNDS = ("mp3", "flac", "ogg", "wav", "m4a")
SHOWN = ("mp4", "mov", "mkv", "webm", "png", "jpg", "webp")
TRACK = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n"

Damage = Callable[[random.Random, bytes, dict[str, bytes]], bytes]


def truncated(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    return body[: chance.randrange(1, len(body))]


def beheaded(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    return body[chance.randrange(1, 64) :]


def flipped(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.randrange(1, 200)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def flipped_in_its_header(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.randrange(1, 12)):
        damaged[chance.randrange(min(400, len(damaged)))] = chance.randrange(256)
    return bytes(damaged)


def zeroed(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    at = chance.randrange(len(body))
    length = chance.randrange(1, 4_000)
    return body[:at] + bytes(min(length, len(body) - at)) + body[at + length :]


def repeated(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + body[at : at + 2_000] * chance.randrange(2, 20) + body[at:]


def random_after_its_header(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    kept = chance.choice((4, 12, 32, 64, 256))
    return body[:kept] + chance.randbytes(chance.randrange(0, 5_000))


def huge_numbers(chance: random.Random, body: bytes, _: dict[str, bytes]) -> bytes:
    damaged = bytearray(body)
    for _ in range(4):
        at = chance.randrange(max(1, min(2_000, len(damaged) - 4)))
        damaged[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
    return bytes(damaged)


def of_another_kind(chance: random.Random, _: bytes, samples: dict[str, bytes]) -> bytes:
    return samples[chance.choice(sorted(samples))]


def two_in_one(chance: random.Random, body: bytes, samples: dict[str, bytes]) -> bytes:
    return body + samples[chance.choice(sorted(samples))]


def empty(_: random.Random, __: bytes, ___: dict[str, bytes]) -> bytes:
    return b""


def noise(chance: random.Random, _: bytes, __: dict[str, bytes]) -> bytes:
    return chance.randbytes(chance.randrange(1, 5_000))


DAMAGES: tuple[Damage, ...] = (
    *(truncated, beheaded, flipped, flipped_in_its_header, zeroed, repeated),
    *(random_after_its_header, huge_numbers, of_another_kind, two_in_one, empty, noise),
)


def break_things(folder: Path, samples: dict[str, bytes]) -> int:
    """Fill ``media`` and ``music`` of a folder; answers how many files there are."""
    chance = random.Random(SEED)
    for name in ("media", "music"):
        (folder / name).mkdir()
    for number in range(FILES):
        suffix = (SHOWN + SOUNDS)[number % len(SHOWN + SOUNDS)]
        damage = DAMAGES[number // len(SHOWN + SOUNDS) % len(DAMAGES)]
        where = folder / ("music" if suffix in SOUNDS else "media")
        name = f"{number:03d}_{damage.__name__}.{suffix}"
        (where / name).write_bytes(damage(chance, samples[suffix], samples))
    return FILES


def request_for(name: str) -> VisualRequest:
    return VisualRequest(terms=[], media=name, milliseconds=3_000, width=1080, height=1920)


@pytest.mark.timeout(200)
async def test_every_broken_file_is_used_or_refused_and_nobody_dies(
    tmp_path: Path,
    quarantine: FfmpegQuarantine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(process, "STALLED_REPORTS", 12)
    made = break_things(tmp_path, make_samples(tmp_path / "samples"))
    source = MediaFolder(tmp_path / "media", quarantine)
    library = FolderMusic(tmp_path / "music", quarantine)
    used: list[VisualCandidate] = []
    refused: list[str] = []
    longest = 0.0

    for path in sorted((tmp_path / "media").iterdir()):
        started = time.monotonic()
        try:
            used += await source.search(request_for(path.name))
        except DomainError as error:
            refused.append(path.name if path.name in error.message else f"another than {path}")
        longest = max(longest, time.monotonic() - started)
    tracks = {track.id.removeprefix("folder/") for track in library.tracks()}
    unplayable = [name for name, _ in library.problems()]

    assert len(used) + len(refused) + len(tracks) + len(unplayable) == made
    assert longest < LONGEST_LOOK_SECONDS
    warned = caplog.text
    assert [name for name in refused + unplayable if name not in warned] == []
    # the damage is real, and the look isn't just a no
    assert len(refused) > 60
    assert len(unplayable) > 20
    assert len(used) > 30

    rendered = await render_each(used, source, tmp_path, quarantine)
    assert rendered > len(used) / 2
    assert quarantine.look(still_there, "") == "yes"


async def render_each(
    used: list[VisualCandidate], source: MediaFolder, folder: Path, quarantine: FfmpegQuarantine
) -> int:
    """Render what was found usable; answers how many gave a picture, others an error of ours."""
    (folder / "fonts").mkdir()
    (folder / "fetched").mkdir()
    engine = FfmpegEngine(folder / "fonts", quarantine=quarantine)
    turns = asyncio.Semaphore(2)

    async def render(number: int, candidate: VisualCandidate) -> bool:
        async with turns:
            path = await source.fetch(candidate, folder / "fetched")
            kind = ClipBackdrop if candidate.type == "clip" else StillBackdrop
            options = {"variant": 0} if kind is StillBackdrop else {}
            plan = SegmentPlan(
                width=64,
                height=96,
                frames=20,
                palette=PALETTES["midnight"],
                backdrops=[(20, kind(media="m", name=candidate.name, **options))],
                ass=TRACK,
            )
            out = folder / f"out{number}.ts"
            try:
                await asyncio.wait_for(
                    engine.render_segment(plan, {"m": path}, out, lambda _: None), 60
                )
            except DomainError:
                return False
            return out.stat().st_size > 0

    return sum(await asyncio.gather(*(render(n, found) for n, found in enumerate(used))))


def still_there(_: str) -> str:
    return "yes"
