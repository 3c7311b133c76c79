"""Permutation importance: how much worse the ranking gets when a feature's values are swapped between candidates."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from search_ranker.evaluation.measures import Tested, ndcg
from search_ranker.kit.intervals import stream
from search_ranker.kit.progress import progress
from search_ranker.models import features
from search_ranker.models.engine import Engine
from search_ranker.models.features import Candidates


def importances(tested: Tested, found: Sequence[Candidates], engine: Engine) -> list[dict[str, Any]]:
    """For each group of features, by how much nDCG changes; nothing where no trees are served."""
    trees, passages = engine.ranking.trees, engine.index.passages
    if trees is None:
        return []
    known = [features.of(each, engine.index) for each in found]

    def scored(shown: Sequence[np.ndarray]) -> np.ndarray:
        lists = []
        for one, each in zip(found, shown, strict=True):
            best = features.best(trees.scores(each), len(each), features.DIGITS)
            lists.append([passages[number].id for number in one.numbers[best].tolist()])
        return tested.values(lists, ndcg)

    whole, rows = scored(known), []
    for name, places in progress(features.GROUPS.items(), "swapping features"):
        rng = stream(tested.config.seed, f"swap {name}")
        swapped = [each.copy() for each in known]
        for each in swapped:
            each[:, list(places)] = each[rng.permutation(len(each))][:, list(places)]
        value, ci95 = tested.mean(scored(swapped) - whole)
        rows.append({"name": name, "value": value, "ci95": list(ci95), "n": len(whole)})
    return sorted(rows, key=lambda row: row["value"])
