"""Gradient boosting by LightGBM, fitted here and carried on as plain trees: serving needs no LightGBM."""

from typing import Any

import lightgbm
import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.models.trees import Forest


def fit(inputs: np.ndarray, targets: np.ndarray, config: Config, quantile: float | None = None) -> Forest:
    """Trees for the mean of the targets (N,) given the inputs (N, F), or for a quantile of them."""
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
