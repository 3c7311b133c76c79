"""Who seen what, and when: the one form in which all data reach the models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from recommender.kit.intervals import stream
from recommender.kit.project import ExplainedError


class BadDataError(ExplainedError):
    """The data cannot be used; the message says which line or number is wrong."""


@dataclass(frozen=True)
class Item:
    """Something that can be recommended."""

    id: str
    title: str
    tags: str = ""  # genres, say


@dataclass(frozen=True)
class Interactions:
    """N events, ordered by user and time, ties by chance; of several with the same item, only the first."""

    users: np.ndarray  # (N,) numbers of users
    items: np.ndarray  # (N,) numbers of items
    times: np.ndarray  # (N,) seconds since 1970
    user_ids: list[str]
    catalogue: list[Item]

    @property
    def shape(self) -> tuple[int, int]:
        """(users, items)."""
        return len(self.user_ids), len(self.catalogue)

    def matrix(self, rows: np.ndarray) -> sparse.csr_array:
        """(users, items) ones, for those of the events that a mask picks."""
        places = (self.users[rows], self.items[rows])
        return sparse.csr_array((np.ones(len(places[0]), dtype=np.float32), places), shape=self.shape)

    def reordered(self, seed: int) -> "Interactions":
        """The same, with events of one user at one time in another order."""
        order = _by_time(self.users, self.items, self.times, seed)
        return replace(self, users=self.users[order], items=self.items[order], times=self.times[order])

    @property
    def tied(self) -> np.ndarray:
        """(users,): whether their newest event shares its time with another of theirs."""
        _, last = np.unique(self.users[::-1], return_index=True)
        newest = len(self.users) - 1 - last
        before = np.maximum(newest - 1, 0)
        alike: np.ndarray = (self.users[before] == self.users[newest]) & (self.times[before] == self.times[newest])
        return alike & (newest > 0)


def collect(
    users: Sequence[str], items: Sequence[str], times: np.ndarray, catalogue: dict[str, Item], seed: int = 0
) -> Interactions:
    """Events in any order, by the names of users and items; items without an entry get their name as title."""
    user_ids, user_numbers = np.unique(np.array(users), return_inverse=True)
    item_ids, item_numbers = np.unique(np.array(items), return_inverse=True)
    order = _by_time(user_numbers, item_numbers, times, seed)
    pairs = user_numbers[order] * len(item_ids) + item_numbers[order]
    _, first = np.unique(pairs, return_index=True)
    kept = order[np.sort(first)]
    return Interactions(
        users=user_numbers[kept].astype(np.int32),
        items=item_numbers[kept].astype(np.int32),
        times=times[kept].astype(np.int64),
        user_ids=user_ids.tolist(),
        catalogue=[catalogue.get(name, Item(name, name)) for name in item_ids.tolist()],
    )


def _by_time(users: np.ndarray, items: np.ndarray, times: np.ndarray, seed: int) -> np.ndarray:
    """(N,) an order by user and time; by chance where both are equal, since no order of items is more right."""
    same = np.lexsort((items, times, users))  # whatever order they come in
    chance = np.empty(len(users))
    chance[same] = stream(seed, "ties").random(len(users))
    return np.lexsort((chance, times, users))
