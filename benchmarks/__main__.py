"""Prints the table: ``python -m benchmarks [--rounds N] [--seconds N] [--skip ROW ...]``.

Under each part stands whether it met its targets.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters.ffmpeg import FfmpegEngine
from adapters.libass import LibassTypesetter
from benchmarks.boards import drawn_board, stock_board
from benchmarks.footage import make_clips
from benchmarks.measuring import PeakMemory, vmaf
from benchmarks.verdicts import (
    DRAWN_WALL,
    MEMORY_GROWTH,
    SHORT_SHARE,
    STOCK_BYTES,
    STOCK_WALL,
    Check,
    verdict,
)
from benchmarks.work import Cost, Workbench
from domain.generation.narration import FRAME_RATE
from domain.generation.storyboard import Storyboard

SIZE = (1080, 1920)
MEMORY_SECONDS = (60, 300)
SHORT_SECONDS = 40
SHORT_TOPIC = "Octopus"
CLIPS_FOLDER = Path(tempfile.gettempdir()) / "faceless-bench-clips"
ROWS = ("render", "memory", "short")


def main() -> None:
    """Run what was asked for and print it."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    options.add_argument("--seconds", type=int, default=60, help="length of the rendered video")
    options.add_argument("--skip", nargs="*", default=[], choices=ROWS)
    options.add_argument("--folder", type=Path, help="work here instead of the temporary folder")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="faceless-bench-", dir=given.folder) as name:
        asyncio.run(_bench(Path(name), given))


async def _bench(folder: Path, given: argparse.Namespace) -> None:
    typesetter = LibassTypesetter(folder / "fonts")
    engine = FfmpegEngine(lambda: typesetter.fonts().folder)
    bench = Workbench(folder, engine, typesetter)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ffmpeg {engine.version}")
    clips = await asyncio.to_thread(make_clips, engine.executable, CLIPS_FOLDER)
    bench.media = {f"{number:064d}": clip for number, clip in enumerate(clips)}
    frames = given.seconds * FRAME_RATE
    if "render" not in given.skip:
        await _render_rows(bench, frames, given.rounds)
    if "memory" not in given.skip:
        await _memory_rows(bench)
    if "short" not in given.skip:
        await _short_row(folder)


async def _render_rows(bench: Workbench, frames: int, rounds: int) -> None:
    """Stock and drawn jobs against the bare encode, in turns."""
    folder, executable = bench.folder, bench.engine.executable
    stock = bench.plans(stock_board(frames, list(bench.media)))
    drawn = bench.plans(drawn_board(frames))
    raw, reference = folder / "stock.yuv", folder / "reference.mp4"
    await bench.finished_frames(stock, raw)
    times: dict[str, list[Cost]] = {"reference": [], "stock": [], "drawn": []}
    for number in range(rounds):
        times["reference"].append(await asyncio.to_thread(bench.bare_encode, raw, SIZE, reference))
        took, facts = await bench.job(stock, folder / "stock.mp4")
        times["stock"].append(took)
        took, drawn_facts = await bench.job(drawn, folder / "drawn.mp4")
        times["drawn"].append(took)
        told = (f"{name} {took[-1].wall:.1f} s" for name, took in times.items())
        print(f"  round {number + 1}: " + ", ".join(told), flush=True)
    ratios = {name: _median_ratio(took, times["reference"]) for name, took in times.items()}
    seconds = frames / FRAME_RATE
    reference_bits = reference.stat().st_size * 8 / seconds
    ours = await asyncio.to_thread(vmaf, executable, folder / "stock.mp4", raw, SIZE)
    bare = await asyncio.to_thread(vmaf, executable, reference, raw, SIZE)
    raw.unlink()
    print(f"\n| {seconds:.0f} s of 1080x1920@30 | wall | CPU | kbit/s | bytes | VMAF |")
    print("| --- | --- | --- | --- | --- | --- |")
    _row("bare x264 veryfast crf 23", ratios["reference"], reference_bits, 1.0, bare)
    bits = facts.video_bitrate
    size = bits / reference_bits
    _row("stock clips, whole job", ratios["stock"], bits, size, ours)
    bits = drawn_facts.video_bitrate
    _row("drawn shots, whole job", ratios["drawn"], bits, bits / reference_bits, None)
    checks = [Check("wall", ratios["stock"].wall, STOCK_WALL), Check("bytes", size, STOCK_BYTES)]
    if ours is None or bare is None:
        print("\nVMAF wasn't measured: this ffmpeg has no libvmaf.")
    else:
        checks.append(Check("VMAF", ours, bare, at_least=True))
    print("\n" + verdict("stock clips", *checks))
    print(verdict("drawn shots", Check("wall", ratios["drawn"].wall, DRAWN_WALL)))


def _median_ratio(took: list[Cost], reference: list[Cost]) -> Cost:
    """Medians over the rounds, of each round against its own reference."""
    ratios = [cost.over(base) for cost, base in zip(took, reference, strict=True)]
    return Cost(*(statistics.median(column) for column in zip(*ratios, strict=True)))


def _row(name: str, ratio: Cost, bits: float, size: float, quality: float | None) -> None:
    said = "" if quality is None else f"{quality:.2f}"
    ratios = f"{ratio.wall:.2f} | {ratio.cpu:.2f}"
    print(f"| {name} | {ratios} | {bits / 1000:,.0f} | {size:.2f} x | {said} |")


async def _memory_rows(bench: Workbench) -> None:
    """Peak memory of the process tree while a stock job runs."""
    print("\n| peak memory of the process tree | MB |")
    print("| --- | --- |")
    peaks = []
    for seconds in MEMORY_SECONDS:
        board: Storyboard = stock_board(seconds * FRAME_RATE, list(bench.media))
        with PeakMemory() as memory:
            await bench.job(bench.plans(board), bench.folder / "memory.mp4")
        peaks.append(memory.peak)
        print(f"| stock clips, {seconds} s | {memory.peak / 1e6:,.0f} |")
    shortest, longest = MEMORY_SECONDS
    growth = Check(f"{longest} s over {shortest} s", peaks[1] / peaks[0], MEMORY_GROWTH)
    print("\n" + verdict("memory", growth))


async def _short_row(folder: Path) -> None:
    """The whole product: a Short by the command line, in a store of its own."""
    command = [sys.executable, "-m", "app.cli", "generate", SHORT_TOPIC]
    command += ["--duration", str(SHORT_SECONDS), "--json"]
    environment = {**os.environ, "DATA_DIR": str(folder / "var")}
    began = time.perf_counter()
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:]
        print(f"\nMISSED: drawn Short: it could not be made: {told}")
        return
    duration = json.loads(done.stdout)["result"]["duration"]
    print(f"\nA drawn Short of {duration:.1f} s: {took:.1f} s")
    share = Check("time over its own duration", took / duration, SHORT_SHARE)
    print("\n" + verdict("drawn Short", share))


if __name__ == "__main__":
    main()
