"""Tries settings of both rankings on events it holds out, keeps the best of each, and writes the model.

Run as: python -m recommender train
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from recommender.config import PROJECT, Config
from recommender.data import prepare, split
from recommender.data.interactions import Interactions
from recommender.data.split import Rule
from recommender.evaluation import measures
from recommender.kit import results
from recommender.kit.progress import progress
from recommender.models import rankings, saved
from recommender.models.saved import EASE, KNN, POPULAR

DECISIONS = {
    POPULAR: "the same list for everybody",
    KNN: "items are similar if the same people chose both, each pair for itself",
    EASE: "all weights are fitted jointly, so that one item does not repeat what another says",
}
Fit = Callable[[sparse.csr_array], np.ndarray]


@dataclass(frozen=True)
class Trial:
    """One setting, and what it came to on the events that were held out."""

    settings: dict[str, float]
    ndcg: float


@dataclass(frozen=True)
class Run:
    """One ranking with its search; one file each in reports/runs."""

    name: str
    decision: str
    settings: dict[str, float]
    seed: int
    validation_ndcg: float
    tried: int  # settings: the search budget
    trials: list[Trial]
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """A ranking as chosen, fitted to all that may train."""

    weights: np.ndarray  # (items, items), or (items,) where everybody gets the same
    run: Run


def train(config: Config) -> list[Run]:
    """Choose and fit on all but the newest event of each user; returns each ranking's search."""
    interactions, manifest = prepare.load()
    rankings.check_size(interactions.shape[1], config)
    parts = split.last_out(interactions, everything(interactions), config.fewest_events)
    tuned = tune(interactions, parts.train, partial(split.last_out, fewest=config.fewest_events), config)
    sha256 = saved.save(
        ids=[item.id for item in interactions.catalogue],
        titles=[item.title for item in interactions.catalogue],
        tags=[item.tags for item in interactions.catalogue],
        popular=_popular_now(interactions, parts.train, config),
        weights={name: tuned[name].weights for name in (KNN, EASE)},
    )
    met = prepare.digest(interactions, parts.train)
    settings = {name: tuned[name].run.settings for name in (KNN, EASE)}
    saved.save_card(saved.Card(manifest.title, manifest.noun, manifest.nouns, met, sha256, settings, manifest.licence))
    runs = [each.run for each in tuned.values()]
    results.write_experiments(PROJECT, runs)
    return runs


def everything(interactions: Interactions) -> np.ndarray:
    """A mask that allows every event."""
    return np.ones(len(interactions.users), dtype=bool)


def tune(interactions: Interactions, allowed: np.ndarray, rule: Rule, config: Config) -> dict[str, Tuned]:
    """For each ranking: every setting is fitted without what `rule` holds out of the allowed events, and tried on it;
    the best is fitted again to all of them."""
    inner = rule(interactions, allowed)
    seen, held_out = interactions.matrix(inner.train), interactions.matrix(inner.test)
    everybody = interactions.matrix(allowed)
    found = {}
    for name, candidates in _searches(config).items():
        started, trials = time.monotonic(), []
        for settings, fit in progress(candidates, f"trying {name}"):
            ndcg = measures.rank(fit(seen), seen, held_out, config.length).ndcg.mean()
            trials.append(Trial(settings, round(float(ndcg), 4)))
        best = max(range(len(trials)), key=lambda i: trials[i].ndcg)
        settings, fit = candidates[best]
        weights = fit(everybody)
        seconds = round(time.monotonic() - started, 1)
        run = Run(name, DECISIONS[name], settings, config.seed, trials[best].ndcg, len(trials), trials, seconds)
        found[name] = Tuned(weights, run)
    return found


def _searches(config: Config) -> dict[str, list[tuple[dict[str, float], Fit]]]:
    """Each ranking's settings, and how it is fitted with them."""
    knn = [
        ({"neighbors": neighbors, "shrinkage": shrink}, partial(rankings.item_knn, neighbors=neighbors, shrink=shrink))
        for neighbors in config.neighbors
        for shrink in config.shrink
    ]
    ease = [
        ({"L2": pull, "L2 by popularity": more}, partial(rankings.ease, pull=pull, popular_pull=more))
        for pull in config.pull
        for more in config.popular_pull
    ]
    return {POPULAR: [({}, rankings.popularity)], KNN: [*knn], EASE: [*ease]}


def refit(seen: sparse.csr_array, settings: dict[str, dict[str, float]]) -> dict[str, np.ndarray]:
    """Both rankings with settings that were chosen before."""
    knn, ease = settings[KNN], settings[EASE]
    return {
        KNN: rankings.item_knn(seen, int(knn["neighbors"]), knn["shrinkage"]),
        EASE: rankings.ease(seen, ease["L2"], ease["L2 by popularity"]),
    }


def _popular_now(interactions: Interactions, rows: np.ndarray, config: Config) -> np.ndarray:
    """(items,): how often each was seen among the newest events; ties go to the one seen more ever."""
    newest = rows & (interactions.times >= np.quantile(interactions.times[rows], 1 - config.recent))
    ever = rankings.popularity(interactions.matrix(rows))
    return rankings.popularity(interactions.matrix(newest)) + ever / (ever.sum() + 1)
