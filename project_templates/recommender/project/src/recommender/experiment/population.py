"""Visitors who are made up: when they come, which places of a list they look at, and what they open.

What a visitor opens is drawn from what they would really like, which the data's world knows. So the truth that an
experiment looks for can be computed: the same visitors, visits and places, under one ranking and under the other. They
also open more of what is new to them, for some days: an experiment that ends too soon takes that for a better ranking.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.config import Config
from recommender.data.interactions import Interactions
from recommender.data.world import World
from recommender.kit.intervals import stream
from recommender.models.recommend import Recommender

LOOKED_AT = 0.85  # share of those who look at a place who look at the next one, too
TASTE, LEVEL = 1.9, -6.0  # of the odds of opening: what one standard deviation of liking does, and the rest
MORE, MOST = 1.8, 4.0  # visits of those with as much of a past as most, and how many times that anybody counts for
NEVER_SEEN = 0.06  # share of visits that are left before the list is rendered
CHARM, FADES = 0.15, 4.0  # of the odds, on the first day of another ranking; days after which a third of it is left
AT_ONCE = 1_000  # visitors whose wishes for all items are in memory


@dataclass(frozen=True)
class Visitor:
    """Somebody with a past, who may come several times."""

    name: str
    history: list[str]  # ids of items
    wishes: np.ndarray  # (F,): times the places of items, how much each is liked
    usual: float  # wish for an item that is new to them, and its spread: all visitors are as hard to please
    spread: float
    days: np.ndarray  # (visits,) of the experiment, ascending
    rendered: int  # the first so many of them


@dataclass(frozen=True)
class Population:
    """Everybody who comes while the experiment runs."""

    visitors: list[Visitor]
    places: np.ndarray  # (F, I): of the world's items
    control: str  # the ranking that everybody is used to

    def opens(self, visitor: Visitor, items: np.ndarray, charm: float = 0.0) -> np.ndarray:
        """(length,) item numbers → the probability that each is opened, wherever it stands, once it is looked at."""
        liked = (visitor.wishes @ self.places[:, items] - visitor.usual) / visitor.spread
        wanting: np.ndarray = 1 / (1 + np.exp(-(LEVEL + TASTE * liked + charm)))
        return wanting

    def clicks(self, visitor: Visitor, items: np.ndarray, charm: float = 0.0) -> np.ndarray:
        """(length,): the probability that each is opened where it stands."""
        return self.opens(visitor, items, charm) * LOOKED_AT ** np.arange(len(items))

    def charm(self, visitor: Visitor, visit: int, ranking: str) -> float:
        """How much of the new there still is: none in what everybody is used to, or for who has no past here."""
        if ranking == self.control or not visitor.history:
            return 0.0
        return float(CHARM * np.exp(-(visitor.days[visit] - visitor.days[0]) / FADES))


def invite(interactions: Interactions, world: World, config: Config) -> Population:
    """Known users who come back, the oftener the longer their past, and newcomers."""
    rng = stream(config.seed, "population")
    ids = np.array([item.id for item in interactions.catalogue])
    number = min(round(config.visitors * (1 - config.newcomers)), interactions.shape[0])
    known = np.sort(rng.permutation(interactions.shape[0])[:number])
    starts = np.searchsorted(interactions.users, np.arange(interactions.shape[0] + 1))
    pasts = [interactions.items[starts[user] : starts[user + 1]] for user in known]
    new = round(number * config.newcomers / (1 - config.newcomers))
    pasts += [np.empty(0, dtype=int)] * new
    wishes = np.concatenate([world.tastes[known], world.newcomers[rng.integers(len(world.newcomers), size=new)]])
    usual, spread = _left(wishes, world.places, pasts)
    lengths = np.array([len(each) for each in pasts])
    visits = np.ceil(0.1 + MORE * np.minimum(lengths / max(1.0, lengths.mean()), MOST)).astype(int)
    rendered = visits - rng.binomial(visits, NEVER_SEEN)
    days = [np.sort(rng.uniform(0, 7 * config.weeks, size=each)) for each in visits]
    names = [interactions.user_ids[user] for user in known] + [f"new-{each}" for each in range(new)]
    visitors = [
        Visitor(name, ids[past].tolist(), *rest)
        for name, past, *rest in zip(
            names, pasts, wishes, usual.tolist(), spread.tolist(), days, rendered.tolist(), strict=True
        )
    ]
    order = np.argsort([each.days[0] for each in visitors])
    return Population([visitors[each] for each in order], world.places, config.variants[0][0])


def _left(wishes: np.ndarray, places: np.ndarray, pasts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(visitors,) mean and spread of each one's wishes for what they have not had yet."""
    found = []
    for start in range(0, len(wishes), AT_ONCE):
        liked = wishes[start : start + AT_ONCE] @ places
        for row, past in zip(liked, pasts[start : start + AT_ONCE], strict=True):
            left = np.delete(row, past) if len(past) < len(row) else row
            found.append((left.mean(), left.std() + 1e-9))
    means, spreads = np.array(found, dtype=float).T
    return means, spreads


@dataclass(frozen=True)
class Truth:
    """What would happen on average under one ranking, of all visitors who are exposed."""

    population: Population
    recommender: Recommender
    length: int

    @cached_property
    def exposed(self) -> list[Visitor]:
        """Those to whom at least one list is rendered; an empty one is none."""
        known = self.recommender.known
        return [
            each
            for each in self.population.visitors
            if each.rendered and len(known(each.history)) < len(self.recommender.numbers)
        ]

    def clicks_per_visitor(self, ranking: str, has_worn_off: bool = False) -> float:
        """The main metric's expectation: over visitors, rendered visits, exploration and clicks; as it was, or once
        nothing is new to anybody."""
        return float(np.mean([self._clicks(ranking, each, has_worn_off) for each in self.exposed]))

    def _clicks(self, ranking: str, visitor: Visitor, has_worn_off: bool) -> float:
        lists = self._lists(ranking, visitor)
        charms = [self.population.charm(visitor, visit, ranking) for visit in range(visitor.rendered)]
        return sum(self._expected(visitor, lists, 0.0 if has_worn_off else charm) for charm in charms)

    def _lists(self, ranking: str, visitor: Visitor) -> list[tuple[float, np.ndarray]]:
        """(probability, items) of every list that exploration may make of theirs."""
        usual = self.recommender.slate(ranking, visitor.history, self.length, draw=1.0)
        items = [each.item for each in usual.shown]
        if usual.is_fallback:
            return [(1.0, np.array(items))]
        drawn = [[first, *(each for each in items if each != first)][: self.length] for first in usual.candidates]
        share = self.recommender.exploration
        return [(1 - share, np.array(items)), *((share / len(drawn), np.array(each)) for each in drawn)]

    def _expected(self, visitor: Visitor, lists: list[tuple[float, np.ndarray]], charm: float) -> float:
        return float(sum(share * self.population.clicks(visitor, items, charm).sum() for share, items in lists))

    def first_is_opened(self, policy: str, logged_by: str) -> float:
        """How often the first item is opened, over all rendered lists of visitors with a past, were it always chosen by
        one ranking, or evenly among the candidates where `policy` is "uniform"."""
        opened, lists = 0.0, 0
        for each in self.exposed:
            slate = self.recommender.slate(logged_by, each.history, 1, draw=1.0)
            if slate.is_fallback:
                continue
            firsts = list(slate.candidates) if policy == "uniform" else [slate.firsts[policy]]
            opened += each.rendered * float(self.population.opens(each, np.array(firsts)).mean())
            lists += each.rendered
        return opened / max(1, lists)
