"""Gradient-boosted trees that LightGBM has grown, as arrays: serving needs neither LightGBM nor scikit-learn."""

from dataclasses import dataclass
from typing import Any

import numpy as np

FEWEST = 30  # rows in a leaf


@dataclass(frozen=True)
class Trees:
    """T trees of at most M splits. A child below zero is a leaf: -1 is the first."""

    feature: np.ndarray  # (T, M) int32
    threshold: np.ndarray  # (T, M) float64: at most it, and the left child follows
    left: np.ndarray  # (T, M) int32
    right: np.ndarray  # (T, M) int32
    value: np.ndarray  # (T, M + 1) float64 of the leaves

    def scores(self, features: np.ndarray) -> np.ndarray:
        """(C, features) → (C,) log odds: the sum of the leaves that each row ends in."""
        every = np.arange(len(self.feature))
        nodes = np.zeros((len(features), len(every)), dtype=np.int32)
        while (nodes >= 0).any():
            inner = np.maximum(nodes, 0)
            picked = np.take_along_axis(features, self.feature[every, inner], axis=1)
            is_left = picked <= self.threshold[every, inner]
            nodes = np.where(nodes < 0, nodes, np.where(is_left, self.left[every, inner], self.right[every, inner]))
        scores: np.ndarray = self.value[every, -nodes - 1].sum(axis=1)
        return scores


def grow(features: np.ndarray, labels: np.ndarray, trees: int, leaves: int, rate: float, seed: int) -> Trees:
    """(C, features) and (C,) bool → trees, in one thread: on so few rows, more of them would be slower."""
    import lightgbm

    settings = {
        "objective": "binary", "num_leaves": leaves, "learning_rate": rate, "min_data_in_leaf": FEWEST, "seed": seed,
        "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1, "lambda_l2": 5.0,
    }  # fmt: skip
    data = lightgbm.Dataset(features, label=labels.astype(int))
    return _as_arrays(lightgbm.train(settings, data, num_boost_round=trees).dump_model()["tree_info"])


def _as_arrays(grown: list[dict[str, Any]]) -> Trees:
    most = max(1, *(each["num_leaves"] - 1 for each in grown))
    shape = (len(grown), most)
    feature, left, right = (np.full(shape, fill, dtype=np.int32) for fill in (0, -1, -1))
    threshold, value = np.zeros(shape), np.zeros((len(grown), most + 1))

    def place(tree: int, node: dict[str, Any]) -> int:
        if "split_index" not in node:
            leaf = node.get("leaf_index", 0)
            value[tree, leaf] = node["leaf_value"]
            return -leaf - 1
        at: int = node["split_index"]
        feature[tree, at], threshold[tree, at] = node["split_feature"], node["threshold"]
        left[tree, at], right[tree, at] = place(tree, node["left_child"]), place(tree, node["right_child"])
        return at

    for number, each in enumerate(grown):
        place(number, each["tree_structure"])  # a tree of one leaf: both children of its only split are that leaf
    return Trees(feature, threshold, left, right, value)
