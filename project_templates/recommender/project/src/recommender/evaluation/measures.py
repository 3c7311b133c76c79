"""Lists of all items → the measures of rankings, each with an interval from a bootstrap over users.

Full ranking: every item that a user has not seen competes, and what was held out has to come first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from recommender.config import Config
from recommender.kit import intervals
from recommender.kit.intervals import stream
from recommender.kit.results import Comparison, Result


@dataclass(frozen=True)
class Tested:
    """U users that something is measured on."""

    split: str  # as the tables call it
    users: int
    config: Config

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, U): how often each is drawn; the same for all that is measured here, so it is paired."""
        return intervals.resample(np.zeros(self.users), self.config.resamples, self.config.seed)

    def _means(self, values: np.ndarray) -> np.ndarray:
        """(resamples,) means; a few resamples at a time, as a product with small integers makes large copies."""
        blocks = np.array_split(self.drawn, len(self.drawn) // RESAMPLES_AT_ONCE + 1)
        return np.concatenate([block.astype(np.float32) @ values.astype(np.float32) for block in blocks]) / self.users

    def result(self, model: str, role: str, metric: str, label: str, values: np.ndarray) -> Result:
        """The mean of (U,) values, as a row of the results."""
        value, ci95 = self.mean(values)
        return Result(model, role, self.split, metric, label, value, ci95, self.users)

    def compare(self, metric: str, of: tuple[str, np.ndarray], against: tuple[str, np.ndarray]) -> Comparison:
        """How much higher one is than the other, for the same users."""
        difference, ci95 = self.mean(of[1] - against[1])
        return Comparison(metric, of[0], against[0], self.split, difference, ci95)

    def mean(self, values: np.ndarray) -> tuple[float, tuple[float, float]]:
        """(mean, 95 % interval) of (U,) values."""
        low, high = intervals.interval(self._means(values))
        return round(float(values.mean()), 4), (round(low, 4), round(high, 4))


AT_ONCE = 1000  # users whose scores are in memory
RESAMPLES_AT_ONCE = 50


@dataclass(frozen=True)
class Ranked:
    """The first k items for each of U users, and which of them were held out."""

    lists: np.ndarray  # (U, k) numbers of items
    hits: np.ndarray  # (U, k) 0 or 1
    relevant: np.ndarray  # (U,) how many were held out

    @property
    def ndcg(self) -> np.ndarray:
        """(U,): the hits, each worth less the later it comes, against the best order there could be."""
        worth = 1 / np.log2(np.arange(self.hits.shape[1]) + 2)
        best = np.concatenate([[0.0], np.cumsum(worth)])
        return self.hits @ worth / best[np.minimum(self.relevant, self.hits.shape[1])]

    @property
    def recall(self) -> np.ndarray:
        """(U,): the share of what was held out that is among the first k."""
        return self.hits.sum(axis=1) / self.relevant


def top(scores: np.ndarray, seen: sparse.csr_array, length: int) -> np.ndarray:
    """(U, items) scores → (U, length), best first; nothing that was seen. Equal scores: the lower number first."""
    scores = scores.astype(np.float64)
    scores[seen.nonzero()] = -np.inf
    scores -= np.arange(scores.shape[1]) * 1e-12  # or the order would be the sort's own
    best = np.argpartition(-scores, length - 1, axis=1)[:, :length]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def rank(
    weights: np.ndarray,
    seen: sparse.csr_array,
    held_out: sparse.csr_array,
    length: int,
    history: sparse.csr_array | None = None,
) -> Ranked:
    """Every user with something held out; `weights` as (items, items), or (items,) where all users get the same.

    Lists rest on `history`, which is what was seen if none is given; what was seen is in none of them.
    """
    history = seen if history is None else history
    users = np.flatnonzero(np.diff(held_out.indptr))
    lists, hits = [], []
    for some in _batches(users):
        scores = np.tile(weights, (len(some), 1)) if weights.ndim == 1 else history[some] @ weights
        lists.append(top(scores, seen[some], length))
        hits.append(np.take_along_axis(held_out[some].toarray(), lists[-1], axis=1))
    return Ranked(np.concatenate(lists), np.concatenate(hits), np.diff(held_out.indptr)[users])


def among_sampled(
    weights: np.ndarray, seen: sparse.csr_array, held_out: sparse.csr_array, sampled: int, length: int, seed: int
) -> np.ndarray:
    """(U,) nDCG as a careless evaluation has it: what was held out against a few items drawn at random."""
    users, rng = np.flatnonzero(np.diff(held_out.indptr)), stream(seed, "sampled items")
    found = []
    for some in _batches(users):
        scores = seen[some] @ weights
        truth = held_out.indices[held_out.indptr[some]]
        ahead = scores > scores[np.arange(len(some)), truth][:, None]
        ahead[seen[some].nonzero()] = False
        others = scores.shape[1] - 1 - np.diff(seen.indptr)[some]
        better = ahead.sum(axis=1)
        # Of so many others, some of them better: how many of the better ones are drawn.
        drawn = rng.hypergeometric(better, others - better, np.minimum(sampled, others))
        found.append(np.where(drawn < length, 1 / np.log2(drawn + 2), 0.0))
    return np.concatenate(found)


def _batches(users: np.ndarray) -> Iterator[np.ndarray]:
    yield from np.array_split(users, len(users) // AT_ONCE + 1)
