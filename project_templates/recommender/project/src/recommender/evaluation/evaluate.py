"""Measures the rankings on what they have not seen, by three protocols, and what a careless evaluation would claim.

Run as: python -m recommender evaluate
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from recommender.config import PROJECT, Config
from recommender.data import prepare, split
from recommender.data.interactions import Interactions
from recommender.data.prepare import Manifest
from recommender.data.split import Rule, Split
from recommender.evaluation import beyond, figures, importance, measures
from recommender.evaluation.measures import Ranked, Tested
from recommender.kit import results
from recommender.kit.progress import progress
from recommender.kit.project import ExplainedError
from recommender.kit.results import Comparison, Result
from recommender.models import rankings, saved, training
from recommender.models.saved import EASE, KNN, POPULAR, Trained

NEXT, RANDOM, LATER = "next item", "random 25%", "after a cut in time"
ROLES = {POPULAR: "baseline", KNN: "baseline", EASE: "model"}


@dataclass(frozen=True)
class Protocol:
    """One way to hold out, and every ranking's lists under it."""

    tested: Tested
    seen: sparse.csr_array  # (users, items): what trained
    held_out: sparse.csr_array
    ranked: dict[str, Ranked]  # by the name of the ranking

    @property
    def users(self) -> np.ndarray:
        """(U,) numbers of the users with something held out."""
        return np.flatnonzero(np.diff(self.held_out.indptr))

    def rows(self, length: int) -> list[Result]:
        """nDCG of each ranking, baselines first."""
        return [
            self.tested.result(name, ROLES[name], "ndcg_at_10", f"nDCG@{length}", each.ndcg)
            for name, each in self.ranked.items()
        ]

    def recalls(self, length: int) -> list[Result]:
        """The share of what was held out that is among the first items."""
        return [
            self.tested.result(name, ROLES[name], "recall_at_10", f"Recall@{length}", each.recall)
            for name, each in self.ranked.items()
        ]

    def comparisons(self) -> list[Comparison]:
        """EASE against each baseline, user by user."""
        model = (EASE, self.ranked[EASE].ndcg)
        return [self.tested.compare("ndcg_at_10", model, (name, self.ranked[name].ndcg)) for name in (KNN, POPULAR)]


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures."""
    interactions, manifest = prepare.load()
    parts = split.last_out(interactions, training.everything(interactions), config.fewest_events)
    served = saved.load()
    if served.card.met_sha256 != prepare.digest(interactions, parts.train):
        raise ExplainedError(
            "the model was trained on other events, and may have met those it is tested on: "
            "run `python -m recommender train` first"
        )
    protocols = _protocols(interactions, parts, served, config)
    first = protocols[0]
    rows = [row for each in protocols for row in each.rows(config.length)]
    careless = _careless(first, served.weights[EASE], manifest.nouns, config)
    rows.insert(len(ROLES), careless)
    figures.scores(rows, manifest.title)
    lists = {name: each.lists for name, each in first.ranked.items()}
    figures.long_tail(first.seen, lists, manifest.nouns, manifest.title)
    document = results.document(
        PROJECT,
        manifest,
        config.seed,
        _facts(manifest, interactions, parts, config),
        [*rows, *first.recalls(config.length)],
        [each for protocol in protocols for each in protocol.comparisons()],
        [saved.MODEL],
    )
    found = importance.importances(interactions, parts.train, served.weights[EASE], first.held_out, config)
    more = {
        "beyond": _beyond(first, config),
        "importance": [asdict(each) for each in found],
        "ties": _ties(interactions, served, config),
        "page": _page(first, served.weights[EASE], config),
    }
    results.write(PROJECT.metrics, {**document, **more})


def _ties(interactions: Interactions, served: Trained, config: Config) -> dict[str, Any]:
    """How many newest events share their time with another, and what EASE against item-kNN is in other orders of them.

    Both rankings are fitted again for each order, with the settings that were chosen.
    """
    share = float(interactions.tied.mean())
    found: dict[str, Any] = {"share": round(share, 4), "differences": []}
    if share < config.tied:
        return found
    for number in progress(range(1, config.orders), "trying other orders of tied events"):
        other = interactions.reordered(config.seed + number)
        parts = split.last_out(other, training.everything(other), config.fewest_events)
        seen, held_out = other.matrix(parts.train), other.matrix(parts.test)
        ranked = {
            name: measures.rank(weights, seen, held_out, config.length)
            for name, weights in training.refit(seen, served.card.settings).items()
        }
        tested = Tested(NEXT, len(ranked[EASE].lists), config)
        compared = tested.compare("ndcg_at_10", (EASE, ranked[EASE].ndcg), (KNN, ranked[KNN].ndcg))
        found["differences"].append({"difference": compared.difference, "ci95": list(compared.ci95)})
    return found


def _protocols(interactions: Interactions, parts: Split, served: Trained, config: Config) -> list[Protocol]:
    """The next item, by what is served; a random quarter and, where enough users are left, one moment for all."""
    weights = {POPULAR: rankings.popularity(interactions.matrix(parts.train)), **served.weights}
    quarter = split.random_quarter(interactions, training.everything(interactions), config.seed)
    another_quarter = partial(split.random_quarter, seed=config.seed + 1)
    protocols = [
        _protocol(NEXT, interactions, parts, weights, config),
        _tuned(RANDOM, interactions, quarter, another_quarter, config),
    ]
    if _survivors(interactions, config) >= config.fewest_survivors:
        newest = partial(split.last_out, fewest=config.fewest_events)
        later = split.by_time(interactions, config.time_cut)
        protocols.append(_tuned(LATER, interactions, later, newest, config))
    return protocols


def _survivors(interactions: Interactions, config: Config) -> int:
    """Users with events on both sides of the cut in time."""
    return len(np.unique(interactions.users[split.by_time(interactions, config.time_cut).test]))


def _protocol(
    name: str, interactions: Interactions, parts: Split, weights: Mapping[str, np.ndarray], config: Config
) -> Protocol:
    seen, held_out = interactions.matrix(parts.train), interactions.matrix(parts.test)
    ranked = {key: measures.rank(each, seen, held_out, config.length) for key, each in weights.items()}
    return Protocol(Tested(name, len(ranked[EASE].lists), config), seen, held_out, ranked)


def _tuned(name: str, interactions: Interactions, parts: Split, rule: Rule, config: Config) -> Protocol:
    """A protocol of its own: settings are chosen inside its training part, by what `rule` holds out there."""
    found = training.tune(interactions, parts.train, rule, config)
    return _protocol(name, interactions, parts, {key: each.weights for key, each in found.items()}, config)


def _page(first: Protocol, weights: np.ndarray, config: Config) -> dict[str, Any]:
    """What the page that needs no service keeps of the weights, and what that costs."""
    columns, values = rankings.cut(weights, config.page_entries)
    smaller = np.zeros_like(weights)
    np.put_along_axis(smaller, columns, values, axis=1)
    ndcg = measures.rank(smaller, first.seen, first.held_out, config.length).ndcg
    return {
        "kept": columns.shape[1],
        "of": len(weights),
        "ndcg": round(float(ndcg.mean()), 4),
        "whole": round(float(first.ranked[EASE].ndcg.mean()), 4),
    }


def _careless(first: Protocol, weights: np.ndarray, nouns: str, config: Config) -> Result:
    """The same model and users, but the right item has to beat only a few others that are drawn at random."""
    sampled = min(config.sampled, len(weights) // 4)  # or it would be nearly the whole catalogue
    ndcg = measures.among_sampled(weights, first.seen, first.held_out, sampled, config.length, config.seed)
    name = f"{EASE}, among {sampled} {nouns} drawn at random"
    return first.tested.result(name, "naive", "ndcg_at_10", f"nDCG@{config.length}", ndcg)


def _beyond(first: Protocol, config: Config) -> dict[str, Any]:
    history = np.diff(first.seen.indptr)[first.users]
    held_out, strata = first.held_out.indices, beyond.stratum(first.seen)
    return {
        "spread": [{"model": name, **beyond.spread(each, first.seen)} for name, each in first.ranked.items()],
        "popularity": [
            {
                "model": name,
                "strata": [asdict(one) for one in beyond.by_popularity(each, held_out, strata, first.tested)],
            }
            for name, each in first.ranked.items()
        ],
        "newcomers": [
            {
                "model": name,
                "slices": [asdict(one) for one in beyond.newcomers(each, history, config.fewest_cold, first.tested)],
            }
            for name, each in first.ranked.items()
        ],
        "items": [int((strata == number).sum()) for number in range(len(beyond.STRATA))],
        "fewest": config.fewest_cold,
    }


def _facts(manifest: Manifest, interactions: Interactions, parts: Split, config: Config) -> dict[str, Any]:
    """What describes the data, beyond what every results file says."""
    number = np.sort(np.bincount(interactions.items))[::-1]
    return {
        "noun": manifest.noun,
        "nouns": manifest.nouns,
        "users": manifest.users,
        "items": manifest.items,
        "left_out": manifest.left_out,
        "first": manifest.first,
        "last": manifest.last,
        "median_events": int(np.median(np.bincount(interactions.users))),
        "tenth_share": round(float(number[: max(1, len(number) // 10)].sum() / number.sum()), 4),
        "train": int(parts.train.sum()),
        "test": int(parts.test.sum()),
        "survivors": _survivors(interactions, config),
    }
