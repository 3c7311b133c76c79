"""Gradient boosting by LightGBM, carried on as plain arrays that NumPy walks: serving needs no LightGBM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.kit.project import ExplainedError

ROWS = 256  # walked together: what they need stays near the processor


@dataclass(frozen=True)
class Forest:
    """The nodes of all trees, one after another. A leaf is a node that leads to itself."""

    feature: np.ndarray  # (nodes,) which column decides
    threshold: np.ndarray  # (nodes,) up to which one goes left
    left: np.ndarray  # (nodes,) where that leads
    right: np.ndarray
    value: np.ndarray  # (nodes,) what a leaf adds
    roots: np.ndarray  # (trees,)
    depth: int  # steps from a root to the farthest leaf

    @classmethod
    def of(cls, structures: Sequence[Mapping[str, Any]]) -> "Forest":
        """From the trees of a LightGBM dump."""
        rows: list[list[float]] = []
        deepest = 0

        def add(node: Mapping[str, Any], depth: int) -> int:
            nonlocal deepest
            deepest = max(deepest, depth)
            place = len(rows)
            rows.append([0, 0.0, place, place, node.get("leaf_value", 0.0)])
            if "split_feature" in node:
                rows[place][:2] = [node["split_feature"], node["threshold"]]
                rows[place][2] = add(node["left_child"], depth + 1)
                rows[place][3] = add(node["right_child"], depth + 1)
            return place

        roots = [add(each, 0) for each in structures]
        columns = np.array(rows).T
        whole = [columns[number].astype(np.int32) for number in (0, 2, 3)]
        return cls(whole[0], columns[1], whole[1], whole[2], columns[4], np.array(roots, dtype=np.int32), deepest)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """(N, F) → (N,): the sum of one leaf of each tree."""
        return np.concatenate([self._walk(inputs[start : start + ROWS]) for start in range(0, len(inputs), ROWS)])

    def _walk(self, inputs: np.ndarray) -> np.ndarray:
        """All trees at once: a step of every row in every tree is one look-up."""
        flat, width = np.ascontiguousarray(inputs).ravel(), inputs.shape[1]
        node = np.tile(self.roots, (len(inputs), 1))
        offset = np.arange(len(inputs), dtype=np.int32)[:, None] * width
        for _ in range(self.depth):
            goes_left = flat[offset + self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        return self.value[node].sum(axis=1)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """To be stored under a name."""
        fields = ("feature", "threshold", "left", "right", "value", "roots")
        return {f"{name}.{field}": getattr(self, field) for field in fields} | {f"{name}.depth": np.array(self.depth)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, np.ndarray], name: str) -> "Forest":
        """As stored."""
        fields = ("feature", "threshold", "left", "right", "value", "roots")
        return cls(**{field: stored[f"{name}.{field}"] for field in fields}, depth=int(stored[f"{name}.depth"]))


def fit(inputs: np.ndarray, targets: np.ndarray, config: Config, quantile: float | None = None) -> Forest:
    """Trees for the mean of the targets (N,) given the inputs (N, F), or for a quantile of them."""
    try:
        import lightgbm  # here, since serving walks the trees without it
    except OSError as error:  # its wheel leaves this one library to the system
        raise ExplainedError(
            f"LightGBM needs the OpenMP runtime of this system ({error}): `apt-get install libgomp1`, or on a Mac "
            "`brew install libomp`; then run this again"
        ) from error

    settings: dict[str, Any] = {
        "objective": "regression" if quantile is None else "quantile",
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.least_in_leaf,
        "num_threads": config.threads,
        "seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,  # else it tries both ways first, and the winner may differ from run to run
        "verbosity": -1,
    }
    if quantile is not None:
        settings["alpha"] = quantile
    table = lightgbm.Dataset(inputs, targets, params={"verbosity": -1})
    booster = lightgbm.train(settings, table, num_boost_round=config.trees)
    return Forest.of([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])
