"""How well a clip or still suits a scene: what it shows first, then how it would look.

Relevance is what has a floor: a picture that has nothing to do with the words is worse than none.
With a model it's the nearness of meanings, by keywords the share of the terms that the label has.
Everything else only ranks what is relevant.

The weights of meanings and their floor were chosen on pairs made up for it
(``benchmarks/relevance/tuning_*.tsv``, ``python -m benchmarks.relevance --tune``), by this rule:
as many right clips as possible while nine of ten that are shown are right. The factors below them
weren't measured: they are small, so that none outweighs a clear difference in meaning.
"""

import asyncio
from collections.abc import Sequence
from operator import mul
from typing import Literal

import msgspec

from domain.generation.keywords import key_terms
from domain.generation.matching import FLOOR as KEYWORD_FLOOR
from domain.generation.matching import readable, score, stems
from domain.generation.ports import Embedder, Vector, VisualCandidate, VisualRequest

MODEL_FLOOR = 0.34
TERMS_WEIGHT = 0.25
"""of the terms taken together, beside the sentence's 1"""
OWN_TERMS_WEIGHT = 0.8
"""of terms that aren't in the sentence (the caller's own, the subject of an article), alone: what
fits them is relevant, yet what fits the sentence just as well is more so"""

LEAST_FRAMING = 0.8
"""for a picture of which cropping to fill leaves next to nothing"""
ZOOM_COST = 0.1
"""for each time that a picture has to be enlarged by its own size"""
LEAST_RESOLUTION = 0.7
LEAST_LENGTH = 0.85
"""for a clip that is over at once, and begins again and again"""
SHOT_MS = 4_000
"""a clip of this length fills nearly every shot"""
STILL_MOTION = 0.92

MAX_QUERIES = 4
"""for one scene: sources limit how often they may be asked"""
MAX_QUERY_WORDS = 4

JudgedBy = Literal["model", "keywords", "name"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate and what it is worth to one scene."""

    candidate: VisualCandidate
    parts: dict[str, float]
    judged_by: JudgedBy
    floor: float

    @property
    def fits(self) -> bool:
        """Whether it's relevant enough to be shown at all."""
        return self.parts["relevance"] >= self.floor

    @property
    def score(self) -> float:
        """What it's ranked by, 0 to 1."""
        product = 1.0
        for part in self.parts.values():
            product *= part
        return round(product, 4)


class Judge:
    """Judges candidates of any source alike; without an ``embedder``, by keywords."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    def method(self, language: str) -> JudgedBy:
        """What relevance is taken from in this language."""
        knows = self._embedder is not None and self._embedder.speaks(language)
        return "model" if knows else "keywords"

    async def relevances(self, request: VisualRequest, labels: Sequence[str]) -> list[float]:
        """How near each label is to what the scene says, 0 to 1."""
        embedder = self._embedder
        if embedder is None or not embedder.speaks(request.language):
            return [score(request.terms, stems(label)) for label in labels]
        asked = _asked(request)
        if not any(asked) or not labels:
            return [0.0] * len(labels)
        found = await embedder.embed([*filter(None, asked), *labels])
        vectors = iter(found)
        wanted = [next(vectors) if text else None for text in asked]
        shown = found[-len(labels) :]
        # in a thread: a folder of thousands takes a while
        return await asyncio.to_thread(_nearness, wanted, shown)

    async def judge(
        self, request: VisualRequest, candidates: Sequence[VisualCandidate]
    ) -> list[Judged]:
        """Each candidate with what it's worth, in the order given."""
        labels = [label_of(candidate) for candidate in candidates]
        method = self.method(request.language)
        return [
            Judged(
                candidate=candidate,
                parts={"relevance": round(relevance, 4)} | looks(candidate, request),
                judged_by=method,
                floor=floor_of(method),
            )
            for candidate, relevance in zip(
                candidates, await self.relevances(request, labels), strict=True
            )
        ]


def floor_of(method: JudgedBy) -> float:
    """The relevance below which nothing is shown."""
    return MODEL_FLOOR if method == "model" else KEYWORD_FLOOR


def label_of(candidate: VisualCandidate) -> str:
    """What can be seen in a candidate, in words."""
    return label_from(candidate.label, candidate.name, candidate.tags)


def label_from(label: str, name: str, tags: Sequence[str]) -> str:
    """One text of all that is said about a picture; its name counts where no label does."""
    said = [label.strip() or readable(name), ", ".join(tags)]
    return ". ".join(text for text in said if text)


def looks(candidate: VisualCandidate, request: VisualRequest) -> dict[str, float]:
    """How a candidate would look in the scene: factors of at most 1."""
    width, height = max(1, candidate.width), max(1, candidate.height)
    wide, asked = width / height, request.width / request.height
    kept = min(wide, asked) / max(wide, asked)
    zoom = max(request.width / width, request.height / height, 1.0)
    parts = {
        "framing": LEAST_FRAMING + (1 - LEAST_FRAMING) * kept,
        "resolution": max(LEAST_RESOLUTION, 1 - ZOOM_COST * (zoom - 1)),
    }
    if candidate.type == "clip":
        shot = max(1, min(SHOT_MS, request.milliseconds))
        share = min(1.0, candidate.duration_ms / shot)
        parts |= {"length": LEAST_LENGTH + (1 - LEAST_LENGTH) * share, "motion": 1.0}
    else:
        parts |= {"length": 1.0, "motion": STILL_MOTION}
    return {name: round(value, 4) for name, value in parts.items()}


def queries_of(terms: Sequence[str], heading: str | None, text: str) -> list[str]:
    """Searches for a scene, from specific to general: two terms together, each term, the heading.

    Terms that are whole sentences are replaced by their key words: no source finds those.
    """
    short: list[str] = []
    for term in terms:
        short += [term] if len(term.split()) <= MAX_QUERY_WORDS else key_terms(term, 2)
    short = short or key_terms(text, 3)
    pair = [" ".join(short[:2])] if len(short) > 1 else []
    found = [*pair, *short, *([heading] if heading else [])]
    kept = {query.casefold(): query for query in reversed(found) if query.strip()}
    return list(reversed(kept.values()))[:MAX_QUERIES]


def _asked(request: VisualRequest) -> tuple[str, str, str]:
    """The sentence, the terms together, and the terms that say what the sentence doesn't."""
    said = stems(request.sentence)
    own = [term for term in request.terms if not stems(term) <= said]
    return request.sentence.strip(), ", ".join(request.terms), ", ".join(own)


def _nearness(wanted: Sequence[Vector | None], shown: Sequence[Vector]) -> list[float]:
    sentence, terms, own = wanted
    pairs = [(sentence, 1.0), (terms, TERMS_WEIGHT)]
    known = [(vector, weight) for vector, weight in pairs if vector is not None]
    total = sum(weight for _, weight in known)
    return [
        min(
            1.0,
            max(
                0.0,
                sum(weight * _product(vector, label) for vector, weight in known) / total,
                OWN_TERMS_WEIGHT * _product(own, label) if own is not None else 0.0,
            ),
        )
        for label in shown
    ]


def _product(one: Vector, other: Vector) -> float:
    return float(sum(map(mul, one, other)))
