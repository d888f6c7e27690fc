"""Measures the choice of clips: ``python -m benchmarks.relevance [--tune] [--failures]``.

Of the held list (library.tsv, sentences.tsv), which nothing was tuned on, each sentence becomes a
scene as the writers make them, and every clip of the library a candidate. What would be shown is
compared with what shows it, for sentences that share a content word with the right label and for
those that share none. ``--tune`` prints instead, from pairs that were made up for it, the table
that the weight of the terms and the floor were chosen from.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from adapters.minilm import EXTRA, MiniLmEmbedder, find_weights
from benchmarks.relevance.pairs import Pair, Pairs, read_pairs
from domain.generation.keywords import key_terms
from domain.generation.matching import stems
from domain.generation.packaging import Credit
from domain.generation.picking import terms_of
from domain.generation.ports import VisualCandidate, VisualRequest
from domain.generation.rederiving import MAX_SEARCH_TERMS
from domain.generation.relevance import Judge
from domain.generation.script import Scene, Sentence

HERE = Path(__file__).parent

FLOORS = (0.26, 0.28, 0.30, 0.32, 0.34, 0.36, 0.38, 0.40)
TERM_WEIGHTS = (0.0, 0.25, 0.5, 1.0)
WANTED_PRECISION = 0.9

Ranking = list[tuple[str, float]]
"""for each sentence the best clip, and what it scored"""


def main() -> None:
    """Print what was asked for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    options.add_argument("--tune", action="store_true", help="how weight and floor were chosen")
    options.add_argument("--failures", action="store_true", help="name what is wrongly shown")
    given = options.parse_args()
    folder = find_weights()
    if folder is None:
        raise SystemExit(f"The model isn't installed: {EXTRA}")
    embedder = MiniLmEmbedder(folder)
    if given.tune:
        asyncio.run(_tune(embedder))
    else:
        asyncio.run(_measure(embedder, tell_failures=given.failures))


async def _measure(embedder: MiniLmEmbedder, *, tell_failures: bool) -> None:
    pairs = read_pairs(HERE / "library.tsv", HERE / "sentences.tsv")
    print(f"{len(pairs.library)} clips, {len(pairs.sentences)} sentences")
    searched = shared_words(pairs)
    ways = {
        "keyword search (most words in common)": (searched, 1e-9),
        "keyword search, a third of the words": (searched, 1 / 3),
    }
    for name, judge in {"RELEVANCE=keywords": Judge(), "RELEVANCE=model": Judge(embedder)}.items():
        best, floor = await judged(judge, pairs)
        ways |= {f"{name}, without its floor": (best, 1e-9), name: (best, floor)}
    for kind in pairs.kinds:
        print(f"\n{kind}: {sum(pair.kind == kind for pair in pairs.sentences)} sentences")
        for name, (best, floor) in ways.items():
            print(f"  {name:40} {_row(pairs, best, floor, kind)}")
    if tell_failures:
        best, floor = ways["RELEVANCE=model"]
        print("\nwrongly shown:")
        for pair, (clip, value) in zip(pairs.sentences, best, strict=True):
            if value >= floor and clip not in pair.clips:
                print(f"  {value:.2f} {pair.sentence} -> {pairs.library[clip]}")


def shared_words(pairs: Pairs) -> Ranking:
    """What a plain search gives: the label with the most of the sentence's words; of equals the
    shortest."""
    best: Ranking = []
    labels = {clip: stems(label) for clip, label in pairs.library.items()}
    for pair in pairs.sentences:
        terms = stems(" ".join(key_terms(pair.sentence, 20)))
        ranked = [(len(terms & label), -len(label), clip) for clip, label in labels.items()]
        shared, _, clip = max(ranked, key=lambda one: one[:2])
        best.append((clip, shared / max(1, len(terms))))
    return best


async def judged(judge: Judge, pairs: Pairs) -> tuple[Ranking, float]:
    """What the product would show, and the floor that it has to reach."""
    candidates = [_candidate(clip, label) for clip, label in pairs.library.items()]
    best: Ranking = []
    floor = 0.0
    for pair in pairs.sentences:
        found = await judge.judge(request_of(pair.sentence), candidates)
        top = max(found, key=lambda one: one.parts["relevance"])
        best.append((top.candidate.id, top.parts["relevance"]))
        floor = top.floor
    return best, floor


def request_of(sentence: str) -> VisualRequest:
    """A sentence as the writers would make a scene of it."""
    terms = key_terms(sentence, MAX_SEARCH_TERMS)
    scene = Scene(sentences=[Sentence(sentence)], search_terms=terms)
    return VisualRequest(
        terms=terms_of(scene),
        media=None,
        milliseconds=4_000,
        width=1080,
        height=1920,
        sentence=scene.text,
    )


def _candidate(clip: str, label: str) -> VisualCandidate:
    return VisualCandidate(
        id=clip,
        name=clip,
        type="clip",
        score=0.0,
        width=1080,
        height=1920,
        duration_ms=8_000,
        credit=Credit(what="clip", title=clip),
        label=label,
    )


def _row(pairs: Pairs, best: Ranking, floor: float, kind: str) -> str:
    mine = [
        (pair, clip, value)
        for pair, (clip, value) in zip(pairs.sentences, best, strict=True)
        if pair.kind == kind
    ]
    shown = [(pair, clip) for pair, clip, value in mine if value >= floor]
    right = sum(clip in pair.clips for pair, clip in shown)
    precision = f"{right / len(shown):4.0%}" if shown else "   -"
    return (
        f"right {right:3} of {len(shown):3} shown ({precision}), wrong {len(shown) - right:2}, "
        f"drawn instead {len(mine) - len(shown):3}"
    )


async def _tune(embedder: MiniLmEmbedder) -> None:
    pairs = read_pairs(HERE / "tuning_library.tsv", HERE / "tuning_sentences.tsv")
    print(f"{len(pairs.library)} clips, {len(pairs.sentences)} sentences, made up for this")
    labels = await embedder.embed(list(pairs.library.values()))
    clips = list(pairs.library)
    for weight in TERM_WEIGHTS:
        best: Ranking = []
        for pair in pairs.sentences:
            terms = ", ".join(key_terms(pair.sentence, MAX_SEARCH_TERMS))
            said, asked = await embedder.embed([pair.sentence, terms])
            near = [(_dot(said, one) + weight * _dot(asked, one)) / (1 + weight) for one in labels]
            top = max(range(len(near)), key=near.__getitem__)
            best.append((clips[top], near[top]))
        _print_floors(weight, best, pairs.sentences)


def _print_floors(weight: float, best: Ranking, sentences: Sequence[Pair]) -> None:
    for floor in FLOORS:
        shown = [
            (p, clip) for p, (clip, value) in zip(sentences, best, strict=True) if value >= floor
        ]
        right = sum(clip in pair.clips for pair, clip in shown)
        mark = "*" if right >= WANTED_PRECISION * len(shown) else " "
        print(
            f"terms {weight:4.2f}  floor {floor:.2f}  right {right:2} of {len(shown):2} shown "
            f"({right / len(shown):4.0%}) {mark}"
        )


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
