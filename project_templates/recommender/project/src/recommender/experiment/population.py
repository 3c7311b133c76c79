"""Visitors who are made up: how often they come, which places of a list they look at, and what they open.

What a visitor opens is drawn from what they would really like, which the data's world knows. So the truth that an
experiment looks for can be computed: the same visitors, visits and places, under one ranking and under the other.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.config import Config
from recommender.data.interactions import Interactions
from recommender.data.world import World
from recommender.models.recommend import Recommender

LOOKED_AT = 0.85  # share of those who look at a place who look at the next one, too
TASTE, LEVEL = (
    2.9,
    -7.5,
)  # of the odds that a film is opened: what one standard deviation of liking it does, and the rest
MORE, MOST = 1.8, 4.0  # visits of those who watched as much as most, and how many times that anybody counts for
NEVER_SEEN = 0.06  # share of visits that are left before the list is rendered


@dataclass(frozen=True)
class Visitor:
    """Somebody with a past, who may come several times."""

    name: str
    history: list[str]  # ids of films
    tastes: np.ndarray  # (items,): standardised, so that all visitors are as hard to please
    visits: int
    rendered: int  # the first so many of them


@dataclass(frozen=True)
class Population:
    """Everybody who comes while the experiment runs."""

    visitors: list[Visitor]

    def opens(self, visitor: Visitor, items: np.ndarray) -> np.ndarray:
        """(length,) item numbers → the probability that each is opened, wherever it stands, once it is looked at."""
        wanting: np.ndarray = 1 / (1 + np.exp(-(LEVEL + TASTE * visitor.tastes[items])))
        return wanting

    def clicks(self, visitor: Visitor, items: np.ndarray) -> np.ndarray:
        """(length,): the probability that each is opened where it stands."""
        return self.opens(visitor, items) * LOOKED_AT ** np.arange(len(items))


def invite(interactions: Interactions, world: World, config: Config) -> Population:
    """Known users who come back, the more they watched the oftener, and newcomers."""
    rng = np.random.default_rng([config.seed, 1])
    ids = np.array([item.id for item in interactions.catalogue])
    number = min(round(config.visitors * (1 - config.newcomers)), interactions.shape[0])
    known = np.sort(rng.permutation(interactions.shape[0])[:number])
    starts = np.searchsorted(interactions.users, np.arange(interactions.shape[0] + 1))
    new = round(number * config.newcomers / (1 - config.newcomers))
    strangers = world.newcomers[rng.integers(len(world.newcomers), size=new)]
    tastes = np.concatenate([world.affinity[known], strangers])
    tastes = (tastes - tastes.mean(axis=1, keepdims=True)) / (tastes.std(axis=1, keepdims=True) + 1e-9)
    histories = [ids[interactions.items[starts[user] : starts[user + 1]]].tolist() for user in known] + [[]] * new
    lengths = np.array([len(each) for each in histories])
    visits = np.ceil(0.1 + MORE * np.minimum(lengths / max(1.0, lengths.mean()), MOST)).astype(int)
    rendered = visits - rng.binomial(visits, NEVER_SEEN)
    names = [interactions.user_ids[user] for user in known] + [f"new-{each}" for each in range(new)]
    visitors = [
        Visitor(*each) for each in zip(names, histories, tastes, visits.tolist(), rendered.tolist(), strict=True)
    ]
    return Population([visitors[each] for each in rng.permutation(len(visitors))])


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

    def clicks_per_visitor(self, ranking: str) -> float:
        """The main metric's expectation: over visitors, rendered visits, exploration and clicks."""
        return float(np.mean([each.rendered * self.expected(ranking, each) for each in self.exposed]))

    def expected(self, ranking: str, visitor: Visitor) -> float:
        """Clicks in one list, on average over what exploration may put first."""
        usual = self.recommender.slate(ranking, visitor.history, self.length, draw=1.0)
        films = [each.item for each in usual.shown]
        worth = self.population.clicks(visitor, np.array(films)).sum()
        if usual.is_fallback:
            return float(worth)
        drawn = [[first, *(each for each in films if each != first)][: self.length] for first in usual.candidates]
        by_chance = np.mean([self.population.clicks(visitor, np.array(each)).sum() for each in drawn])
        return float((1 - self.recommender.exploration) * worth + self.recommender.exploration * by_chance)

    def first_is_opened(self, policy: str) -> float:
        """How often the first film is opened, over all rendered lists of visitors with a past, were it always chosen by
        one ranking, or evenly among the candidates where `policy` is "uniform"."""
        opened, lists = 0.0, 0
        for each in self.exposed:
            slate = self.recommender.slate(next(iter(self.recommender.trained.weights)), each.history, 1, draw=1.0)
            if slate.is_fallback:
                continue
            firsts = list(slate.candidates) if policy == "uniform" else [slate.firsts[policy]]
            opened += each.rendered * float(self.population.opens(each, np.array(firsts)).mean())
            lists += each.rendered
        return opened / max(1, lists)
