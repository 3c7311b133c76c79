"""Who watched what, and when: the one form in which all data reach the models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

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
    """N events, ordered by user and time; of several with the same film, only the first."""

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


def collect(users: Sequence[str], items: Sequence[str], times: np.ndarray, catalogue: dict[str, Item]) -> Interactions:
    """Events in any order, by the names of users and items; items without an entry get their name as title."""
    user_ids, user_numbers = np.unique(np.array(users), return_inverse=True)
    item_ids, item_numbers = np.unique(np.array(items), return_inverse=True)
    order = np.lexsort((item_numbers, times, user_numbers))
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
