"""``Embedder`` over the weights, loaded by the first text that asks for them."""

import asyncio
import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adapters.minilm.bert import BertEncoder, Floats
from adapters.minilm.weights import TOKENIZER, WEIGHTS
from domain.generation.ports import Vector

BATCH = 32
"""texts that are encoded together, of about the same length"""

MAX_TOKENS = 128
"""of a text that count: more than two sentences have"""

REMEMBERED = 20_000
"""texts whose vectors are kept in memory: 3 kB each"""


class MiniLmEmbedder:
    """384 numbers a text; one model for the process, whoever asks.

    ``folder`` holds model.safetensors and tokenizer.json (``find_weights``).
    """

    identity = "all-MiniLM-L6-v2/1"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._model: tuple[Any, BertEncoder] | None = None
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def speaks(self, language: str) -> bool:
        """English alone: it was trained on nothing else."""
        return language.casefold().replace("_", "-").split("-")[0] == "en"

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A unit vector for each text, in order; computed in a thread."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> list[Vector]:
        """The same, in this thread. Whoever asks meanwhile waits."""
        with self._lock:
            found: dict[str, Vector] = {}
            for text in texts:
                if text in self._known:
                    self._known.move_to_end(text)
                    found[text] = self._known[text]
            new = [text for text in dict.fromkeys(texts) if text not in found]
            # the longest together: padding is work, too
            new.sort(key=len)
            for start in range(0, len(new), BATCH):
                batch = new[start : start + BATCH]
                vectors = [array("d", row) for row in self._encode(batch)]
                found.update(zip(batch, vectors, strict=True))
            self._remember(new, found)
        return [found[text] for text in texts]

    def _remember(self, new: Sequence[str], found: dict[str, Vector]) -> None:
        self._known.update((text, found[text]) for text in new)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _encode(self, texts: Sequence[str]) -> Floats:
        tokenizer, encoder = self._model or self._load()
        encoded = tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        return encoder.encode(ids, mask)

    def _load(self) -> tuple[Any, BertEncoder]:
        from safetensors.numpy import load_file  # noqa: PLC0415 - of an extra
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.enable_truncation(max_length=MAX_TOKENS)
        tokenizer.enable_padding()
        self._model = (tokenizer, BertEncoder(load_file(self._folder / WEIGHTS)))
        return self._model
