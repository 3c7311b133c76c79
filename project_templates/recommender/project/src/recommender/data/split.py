"""What is held out, by three protocols: each answers another question, and they are never mixed in one comparison."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recommender.data.interactions import Interactions
from recommender.kit.intervals import stream


@dataclass(frozen=True)
class Split:
    """Which events train, and which are held out: masks over the events."""

    train: np.ndarray  # (N,) bool
    test: np.ndarray  # (N,) bool


Rule = Callable[[Interactions, np.ndarray], Split]  # the second argument: events that may be used at all


def last_out(interactions: Interactions, allowed: np.ndarray, fewest: int = 3) -> Split:
    """The newest event of every user who has enough: what is seen next, given what came before."""
    rows = np.flatnonzero(allowed)
    users = interactions.users[rows]  # events are ordered by user and time
    is_last = np.append(users[1:] != users[:-1], True)
    many = np.bincount(users, minlength=interactions.shape[0])[users] >= fewest
    test = np.zeros_like(allowed)
    test[rows[is_last & many]] = True
    return Split(allowed & ~test, test)


def random_quarter(interactions: Interactions, allowed: np.ndarray, seed: int) -> Split:
    """A quarter of every user's events, drawn at random: the protocol of published tables. It knows the future."""
    rows = np.flatnonzero(allowed)
    drawn = stream(seed, "random quarter").random(len(rows))
    users = interactions.users[rows]
    order = np.lexsort((drawn, users))
    starts = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=interactions.shape[0]))])
    place = np.arange(len(rows)) - starts[users[order]]
    held = np.diff(starts) - np.round(0.75 * np.diff(starts)).astype(int)
    test = np.zeros_like(allowed)
    test[rows[order[place < held[users[order]]]]] = True
    return Split(allowed & ~test, test)


def by_time(interactions: Interactions, share: float) -> Split:
    """One moment for all: only what was known then may train, and users without a past are not tested."""
    cut = np.quantile(interactions.times, share)
    before = interactions.times < cut
    known = np.zeros(interactions.shape[0], dtype=bool)
    known[interactions.users[before]] = True
    return Split(before, ~before & known[interactions.users])
