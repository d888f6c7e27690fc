"""The six layers of a BERT encoder in numpy: as much as a sentence's vector needs.

Shapes: ``n`` texts, ``t`` tokens of the longest, ``d`` = 384 numbers a token, 12 heads of 32.
The architecture is that of Devlin et al. (2018), the sizes are in the model's config.json.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
"""of the layer norms"""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_MASKED_OUT = np.float32(-1e9)
"""added to the attention that padding would get"""


class BertEncoder:
    """Turns token ids into one unit vector a text.

    Args:
        weights: tensors by the names that Hugging Face's BertModel gives them.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._weights = weights

    def encode(self, ids: Ints, mask: Ints) -> Floats:
        """Unit vectors (n, d) of token ids (n, t); ``mask`` is 1 for tokens, 0 for padding."""
        hidden = self._embed(ids)
        bias = np.where(mask[:, None, None, :] == 1, np.float32(0), _MASKED_OUT)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        kept = mask[:, :, None].astype(np.float32)
        mean = (hidden * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        unit: Floats = mean / np.maximum(length, np.float32(EPSILON))
        return unit

    def _embed(self, ids: Ints) -> Floats:
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        places = self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + places + kind, "embeddings.LayerNorm")

    def _layer(self, hidden: Floats, bias: Floats, name: str) -> Floats:
        attended = self._attend(hidden, bias, f"{name}.attention.self")
        attended = self._linear(attended, f"{name}.attention.output.dense")
        hidden = self._norm(hidden + attended, f"{name}.attention.output.LayerNorm")
        wide = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        narrow = self._linear(wide, f"{name}.output.dense")
        return self._norm(hidden + narrow, f"{name}.output.LayerNorm")

    def _attend(self, hidden: Floats, bias: Floats, name: str) -> Floats:
        n, t, d = hidden.shape
        size = d // HEADS

        def heads(what: str) -> Floats:
            split = self._linear(hidden, f"{name}.{what}").reshape(n, t, HEADS, size)
            return split.transpose(0, 2, 1, 3)

        scores: Floats = heads("query") @ heads("key").transpose(0, 1, 3, 2)
        scores *= np.float32(size**-0.5)
        scores += bias
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Floats = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(n, t, d)
        return mixed

    def _linear(self, hidden: Floats, name: str) -> Floats:
        # as one product of two matrices: a product for each text would be several times as slow
        flat = hidden.reshape(-1, hidden.shape[-1]) @ self._weights[f"{name}.weight"].T
        flat += self._weights[f"{name}.bias"]
        made: Floats = flat.reshape(*hidden.shape[:-1], -1)
        return made

    def _norm(self, hidden: Floats, name: str) -> Floats:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        scaled: Floats = centred / np.sqrt(variance + np.float32(EPSILON))
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(values: Floats) -> Floats:
    """x * P(X <= x) for a standard normal X, by the exact error function."""
    made: Floats = values * (np.float32(0.5) * (1 + _erf(values * np.float32(2**-0.5))))
    return made


def _erf(values: Any) -> Floats:
    """The error function, to within 2e-7 (Abramowitz and Stegun 7.1.26 gives 1.5e-7)."""
    size = np.abs(values)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = t * (
        np.float32(0.254829592)
        + t
        * (
            np.float32(-0.284496736)
            + t
            * (
                np.float32(1.421413741)
                + t * (np.float32(-1.453152027) + t * np.float32(1.061405429))
            )
        )
    )
    made: Floats = np.sign(values) * (1 - series * np.exp(-size * size))
    return made
