"""A dense retriever that needs no download: TF-IDF over words and their pieces, reduced by an SVD (LSA).

It finds what shares no word with a question, where other passages use both words together, and what is mistyped. The
vectors are kept in whole numbers of one byte, in the service as in the page: both rank by the very same ones.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from search_ranker.data.text import pieces

FINEST = 127  # steps to each side of zero


@dataclass(frozen=True)
class Dense:
    """T terms and N passages as vectors of D whole numbers."""

    rows: dict[str, int]  # of each term
    weights: np.ndarray  # (T,) float32: the rarer a term, the more it counts
    terms: np.ndarray  # (T, D) int8
    passages: np.ndarray  # (N, D) int8
    lengths: np.ndarray  # (N,) float32 of the passages' vectors

    def encode(self, words: Sequence[str]) -> np.ndarray:
        """(D,) of length 1, or all zero where no term is known."""
        counts = Counter(term for word in words for term in pieces(word) if term in self.rows)
        if not counts:
            return np.zeros(self.terms.shape[1], dtype=np.float32)
        rows = [self.rows[term] for term in counts]
        often = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32))
        vector: np.ndarray = (often * self.weights[rows]) @ self.terms[rows].astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """(N,) cosine of a question with each passage."""
        return (self._floats @ self.encode(words)) / self.lengths

    @cached_property
    def _floats(self) -> np.ndarray:
        """The passages' vectors as the processor multiplies them: otherwise they are converted for every question."""
        return self.passages.astype(np.float32)


def fit(texts: Sequence[Sequence[str]], most_terms: int, dimensions: int, seed: int) -> Dense:
    """The vectors of N texts, given as words. Terms of one text alone say nothing about another, and are left out."""
    from scipy import sparse
    from scipy.sparse.linalg import svds

    spread = Counter(term for text in texts for term in {term for word in text for term in pieces(word)})
    known = sorted((term for term, n in spread.items() if n > 1), key=lambda term: (-spread[term], term))[:most_terms]
    rows = {term: number for number, term in enumerate(known)}
    weights = np.log(len(texts) / np.array([spread[term] for term in known], dtype=np.float64)).astype(np.float32) + 1
    dimensions = min(dimensions, len(known) - 1, len(texts) - 1)
    if dimensions < 1:
        empty = np.zeros((len(known), 1), dtype=np.int8)
        return Dense(rows, weights, empty, np.zeros((len(texts), 1), dtype=np.int8), np.ones(len(texts), np.float32))
    terms_of, often, starts = array("i"), array("d"), array("q", [0])  # a list would take ten times the memory
    for text in texts:
        counts = Counter(term for word in text for term in pieces(word) if term in rows)
        terms_of.extend(rows[term] for term in counts)
        often.extend(1 + log(n) for n in counts.values())
        starts.append(len(terms_of))
    counted = np.array(often) * weights[np.array(terms_of)]
    matrix = sparse.csr_array((counted, np.array(terms_of), np.array(starts)), shape=(len(texts), len(known)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    scaled = sparse.diags_array(1 / np.maximum(norms, 1e-9)) @ matrix
    _, _, directions = svds(scaled, k=dimensions, rng=np.random.default_rng(seed))
    terms = _in_steps(directions.T)
    vectors = matrix @ terms.astype(np.float64)
    passages = np.vstack([_in_steps(each) for each in vectors])
    lengths = np.maximum(np.linalg.norm(passages.astype(np.float64), axis=1), 1e-9).astype(np.float32)
    return Dense(rows, weights, terms, passages, lengths)


def _in_steps(values: np.ndarray) -> np.ndarray:
    """Whole numbers from -127 to 127; only directions matter, so the scale is free."""
    return np.round(values / max(float(np.abs(values).max()), 1e-9) * FINEST).astype(np.int8)
