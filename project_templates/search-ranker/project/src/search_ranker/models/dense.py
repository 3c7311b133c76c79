"""A dense retriever that needs no download: TF-IDF over words and their pieces, reduced by an SVD (LSA).

It finds what shares no word with a question, where other passages use both words together, and what is mistyped.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from search_ranker.data.text import pieces, words
from search_ranker.models.vectors import Vectors, in_steps


@dataclass(frozen=True)
class Dense:
    """T terms as vectors of D whole numbers, and the passages."""

    rows: dict[str, int]  # of each term
    weights: np.ndarray  # (T,) float32: the rarer a term, the more it counts
    terms: np.ndarray  # (T, D) int8
    passages: Vectors

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(S, D), each of length 1, or all zero where no term is known."""
        return np.array([self._encoded(each) for each in texts])

    def _encoded(self, text: str) -> np.ndarray:
        counts = Counter(term for word in words(text) for term in pieces(word) if term in self.rows)
        if not counts:
            return np.zeros(self.terms.shape[1], dtype=np.float32)
        rows = [self.rows[term] for term in counts]
        often = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32))
        vector: np.ndarray = (often * self.weights[rows]) @ self.terms[rows].astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


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
        return Dense(rows, weights, np.zeros((len(known), 1), dtype=np.int8), Vectors.of(np.zeros((len(texts), 1))))
    terms_of, often, starts = array("i"), array("d"), array("q", [0])  # a list would take ten times the memory
    for text in texts:
        counts = Counter(term for word in text for term in pieces(word) if term in rows)
        terms_of.extend(rows[term] for term in counts)
        often.extend(1 + log(n) for n in counts.values())
        starts.append(len(terms_of))
    counted = np.array(often) * weights[np.array(terms_of)]
    matrix = sparse.csr_array((counted, np.array(terms_of), np.array(starts)), shape=(len(texts), len(known)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    _, _, directions = svds(
        sparse.diags_array(1 / np.maximum(norms, 1e-9)) @ matrix, k=dimensions, rng=np.random.default_rng(seed)
    )
    terms = in_steps(directions.T)
    return Dense(rows, weights, terms, Vectors.of(matrix @ terms.astype(np.float64)))
