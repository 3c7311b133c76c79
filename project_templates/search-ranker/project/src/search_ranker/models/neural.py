"""A sentence-transformers model as the dense retriever, as an option: the only module that knows that library.

It finds more paraphrases, and takes a download, PyTorch and a hundred times the time for a question. Set `encoder` in
`config.py` to its name, or to a folder that holds it, and install the extra `encoder`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from search_ranker.kit.project import ExplainedError
from search_ranker.models.vectors import Vectors


@dataclass(frozen=True)
class Neural:
    """A model by its name, and the passages as it sees them."""

    name: str
    passages: Vectors

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(S, D), each of length 1."""
        return _encoded(self.name, texts)


def fit(texts: Sequence[str], name: str) -> Neural:
    """The vectors of N texts."""
    return Neural(name, Vectors.of(_encoded(name, texts)))


def _encoded(name: str, texts: Sequence[str]) -> np.ndarray:
    encoded: np.ndarray = _model(name).encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    return encoded.astype(np.float32)


@cache
def _model(name: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ExplainedError(f"{name} needs the extra `encoder`: `uv sync --extra encoder`") from error
    try:
        return SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise ExplainedError(f"there is no model {name!r}, neither here nor where it would be fetched from") from error
