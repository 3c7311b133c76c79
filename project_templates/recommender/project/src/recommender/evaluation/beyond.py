"""Beyond accuracy: how much of the catalogue a ranking shows, how new it is, and whom it serves badly."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recommender.evaluation.measures import Ranked, Tested

STRATA = ("head", "middle", "tail")  # items that together make up a third of all events each


@dataclass(frozen=True)
class Slice:
    """Some of the users, or of the items that were held out."""

    name: str
    value: float
    ci95: tuple[float, float]
    n: int  # users


def spread(ranked: Ranked, seen: sparse.csr_array) -> dict[str, float]:
    """Coverage: share of the catalogue in anybody's list. Gini: 0 where all items are shown alike, 1 where one is.
    Novelty: mean of -log2 of the share of users who chose a shown item."""
    items = seen.shape[1]
    shown = np.sort(np.bincount(ranked.lists.ravel(), minlength=items))
    places = np.arange(1, items + 1)
    share = (np.asarray(seen.sum(axis=0)).ravel() + 1) / (seen.shape[0] + 1)
    return {
        "coverage": round(float((shown > 0).mean()), 4),
        "gini": round(float((2 * places - items - 1) @ shown / (items * shown.sum())), 4),
        "novelty": round(float(-np.log2(share)[ranked.lists].mean()), 4),
    }


def stratum(seen: sparse.csr_array) -> np.ndarray:
    """(items,) 0 head, 1 middle, 2 tail, by how many chose each in the training events."""
    number = np.asarray(seen.sum(axis=0)).ravel()
    order = np.argsort(-number, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(number[order])[:-1]])
    found = np.empty(len(number), dtype=int)
    found[order] = np.minimum(3 * before / max(number.sum(), 1), 2).astype(int)
    return found


def by_popularity(ranked: Ranked, held_out: np.ndarray, strata: np.ndarray, tested: Tested) -> list[Slice]:
    """Recall of users whose one held-out item, (U,) numbers, is of each stratum."""
    return [_slice(name, ranked.recall, strata[held_out] == number, tested) for number, name in enumerate(STRATA)]


def newcomers(ranked: Ranked, history: np.ndarray, fewest: int, tested: Tested) -> list[Slice]:
    """nDCG of users with a (U,) history shorter than `fewest` events, and of the others."""
    is_new = history < fewest
    return [_slice(name, ranked.ndcg, rows, tested) for name, rows in (("new", is_new), ("others", ~is_new))]


def _slice(name: str, values: np.ndarray, rows: np.ndarray, tested: Tested) -> Slice:
    if not rows.any():
        return Slice(name, 0.0, (0.0, 0.0), 0)
    some = Tested(tested.split, int(rows.sum()), tested.config)
    return Slice(name, *some.mean(values[rows]), some.users)
