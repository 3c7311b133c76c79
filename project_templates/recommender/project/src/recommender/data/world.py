"""What visitors would really like: the truth that a simulated experiment has, and a real one never has.

Tastes are kept as factors, so that memory grows with users and items, and never with their product.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import svds

from recommender.data.interactions import Interactions

NAME = "world.npz"
RANK = 20  # dimensions of the tastes that are estimated from real data


@dataclass(frozen=True)
class World:
    """U users whom the data know, M whom they do not, and I items."""

    user_ids: list[str]
    item_ids: list[str]
    tastes: np.ndarray  # (U, F): what each user likes, times `places` in no particular unit
    newcomers: np.ndarray  # (M, F)
    places: np.ndarray  # (F, I): where each item stands

    def save(self, folder: Path) -> None:
        """Write world.npz."""
        np.savez(folder / NAME, **vars(self))

    def aligned(self, interactions: Interactions) -> "World":
        """The same, in the order of those users and items."""
        users = {name: number for number, name in enumerate(self.user_ids)}
        items = {name: number for number, name in enumerate(self.item_ids)}
        rows = [users[name] for name in interactions.user_ids]
        columns = [items[item.id] for item in interactions.catalogue]
        return World(
            interactions.user_ids,
            [item.id for item in interactions.catalogue],
            self.tastes[rows],
            self.newcomers,
            self.places[:, columns],
        )


def load(folder: Path) -> World:
    """What `save` wrote."""
    with np.load(folder / NAME) as stored:
        names = (stored["user_ids"].tolist(), stored["item_ids"].tolist())
        return World(*names, stored["tastes"], stored["newcomers"], stored["places"])


def estimated(interactions: Interactions, seed: int) -> World:
    """Tastes for real data, whose truth nobody knows: the main directions of who chose what, held-out events too.

    Newcomers like what users like whom we take out of the middle of them: the mean of two.
    """
    seen = interactions.matrix(np.ones(len(interactions.users), dtype=bool)).astype(np.float64)
    rank = min(RANK, min(seen.shape) - 1)
    left, strength, right = svds(seen, k=rank, random_state=np.random.default_rng(seed))
    tastes = left * strength
    pairs = np.random.default_rng(seed).integers(len(tastes), size=(max(1, len(tastes) // 5), 2))
    return World(
        interactions.user_ids,
        [item.id for item in interactions.catalogue],
        tastes.astype(np.float32),
        tastes[pairs].mean(axis=1).astype(np.float32),
        right.astype(np.float32),
    )
