"""Three rankings, each a matrix of item-to-item weights: most popular, item-kNN, and EASE.

Item-kNN: cosine of who chose both, shrunk where few did, the nearest neighbors only (Sarwar et al. 2001).
EASE: the linear autoencoder with a closed form (Steck 2019, arXiv 1905.03375): one inverse, no epochs.
"""

import numpy as np
from scipy import sparse

from recommender.config import Config
from recommender.kit.project import ExplainedError

COPIES = 4  # of the matrix that fitting EASE keeps at the same time


class CatalogueTooLargeError(ExplainedError):
    """Fitting would take more memory than is allowed."""


def popularity(seen: sparse.csr_array) -> np.ndarray:
    """(users, items) → (items,): how many chose each."""
    return np.asarray(seen.sum(axis=0)).ravel()


def item_knn(seen: sparse.csr_array, neighbors: int, shrink: float) -> np.ndarray:
    """(users, items) → (items, items): how much having chosen the row speaks for the column."""
    together = (seen.T @ seen).toarray()
    size = np.sqrt(together.diagonal())
    similar = together / (np.outer(size, size) + shrink + 1e-9)
    np.fill_diagonal(similar, 0.0)
    if neighbors < len(similar):
        weakest = np.partition(similar, -neighbors, axis=0)[-neighbors]  # of each column's neighbors
        similar[similar < weakest] = 0.0
    return similar.astype(np.float32)


def check_size(items: int, config: Config) -> None:
    """CatalogueTooLargeError if the matrices of that many items take more memory than is allowed."""
    needed = COPIES * 8 * items**2 / 1e6
    if needed > config.matrix_megabytes:
        raise CatalogueTooLargeError(
            f"rankings of {items:,} items need about {needed:,.0f} MB, and {config.matrix_megabytes:,} are allowed: "
            "leave out rare items with `data --fewest N`, or raise `matrix_megabytes` in config.py"
        )


def ease(seen: sparse.csr_array, pull: float, popular_pull: float) -> np.ndarray:
    """(users, items) → (items, items), as `item_knn`; weights may be negative.

    `pull` is Steck's lambda; `popular_pull` adds to it for items that many chose, as dropout would (Steck 2020,
    "Autoencoders that don't overfit towards the identity"). A user of n items counts as the root of n, not as n.
    """
    items = seen.shape[1]
    number = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
    gram = (seen.T @ sparse.diags_array(number**-0.5) @ seen).toarray().astype(np.float64)
    gram[np.diag_indices(items)] *= 1 + popular_pull
    gram[np.diag_indices(items)] += pull
    inverse = np.linalg.inv(gram)
    weights = inverse / -inverse.diagonal()
    np.fill_diagonal(weights, 0.0)
    return weights.astype(np.float32)


def cut(weights: np.ndarray, entries: int) -> tuple[np.ndarray, np.ndarray]:
    """(items, items) → (items, k) columns and values: the largest of each row, so many that all have `entries`."""
    kept = min(len(weights), max(1, entries // len(weights)))
    columns = np.sort(np.argpartition(-np.abs(weights), kept - 1, axis=1)[:, :kept], axis=1)
    return columns, np.take_along_axis(weights, columns, axis=1)
