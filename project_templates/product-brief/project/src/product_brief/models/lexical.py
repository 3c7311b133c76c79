"""BM25, from `bm25s`: the only module that knows it. Passages by the words that they share with a question."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bm25s import BM25


@dataclass(frozen=True)
class Lexical:
    """An index of N texts."""

    size: int
    index: BM25 | None  # None where no text has a word

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], k1: float, b: float) -> "Lexical":
        """The index of texts that are split into words already."""
        if not any(texts):
            return cls(len(texts), None)
        index = BM25(k1=k1, b=b, method="lucene")
        index.index(list(map(list, texts)), show_progress=False)
        return cls(len(texts), index)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """(N,): how much each text has to do with these words; 0 where it has none of them."""
        known = [word for word in words if self.index and word in self.index.vocab_dict]
        if self.index is None or not known:
            return np.zeros(self.size, dtype=np.float32)
        scores: np.ndarray = self.index.get_scores(known)
        return scores
