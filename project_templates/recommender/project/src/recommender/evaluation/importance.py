"""Permutation importance: what a ranking loses when a part of each history is swapped with another user's.

A history has no columns, so its parts are those of one age: the newest event, the next few, and what lies further back.
Parts that carry the same information stand in for each other, and a swapped history is one that nobody has.
"""

import numpy as np
from scipy import sparse

from recommender.config import Config
from recommender.data.interactions import Interactions
from recommender.evaluation import measures
from recommender.evaluation.beyond import Slice
from recommender.evaluation.measures import Tested
from recommender.kit.intervals import stream

PARTS = {  # the newest and the oldest event of each, counted back from the newest of all
    "the newest event": (0, 0),
    "the 4 before it": (1, 4),
    "the 15 before those": (5, 19),
    "all that are older": (20, np.inf),
    "the whole history": (0, np.inf),
}
FEWEST = 50  # users with such a part


def importances(
    interactions: Interactions, rows: np.ndarray, weights: np.ndarray, held_out: sparse.csr_array, config: Config
) -> list[Slice]:
    """By how much nDCG changes for the users who have each part; `rows` (N,) masks the events of the histories."""
    seen = interactions.matrix(rows)
    before = measures.rank(weights, seen, held_out, config.length).ndcg
    users, rng = np.flatnonzero(np.diff(held_out.indptr)), stream(config.seed, "importance")
    age = _ages(interactions.users, rows)
    found = []
    for name, (newest, oldest) in PARTS.items():
        is_part = rows & (age >= newest) & (age <= oldest)
        part, rest = interactions.matrix(is_part), interactions.matrix(rows & ~is_part)
        have = np.flatnonzero(np.diff(part.indptr)[users])
        if len(have) < FEWEST:
            continue
        whose = np.arange(len(interactions.user_ids))
        whose[users[have]] = users[rng.permutation(have)]
        after = measures.rank(weights, seen, held_out, config.length, history=rest + part[whose]).ndcg
        found.append(Slice(name, *Tested(name, len(have), config).mean((after - before)[have]), len(have)))
    return found


def _ages(users: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(N,) how many of the masked events of the same user are newer; events are ordered by user and time."""
    newer = np.cumsum(rows[::-1])[::-1]  # of all users from this event on, itself included
    last = np.append(users[1:] != users[:-1], True)
    beyond = (newer - rows)[last]  # those of the users that follow
    ages: np.ndarray = newer - rows - beyond[np.searchsorted(np.unique(users), users)]
    return ages
