"""What is trained and compared: the base rate, single columns, a linear model and boosted trees.

Run as: python -m churn_study train
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from churn_study.config import Config
from churn_study.data.study import CHURNED, Columns
from churn_study.models import trees
from churn_study.models.features import Encoder, as_customers, learned
from churn_study.models.risk import BASE_RATE, BOOSTING, LOGISTIC, Model

PENALTY = 1.0  # inverse strength of scikit-learn's L2 penalty on standardized columns
Fit = Callable[[pd.DataFrame], Model]


def fits(columns: Columns, config: Config) -> dict[str, tuple[str, Fit]]:
    """Name → (what it decides, how it is trained)."""
    everything: dict[str, tuple[str, Fit]] = {BASE_RATE: ("everybody has the same risk", _base_rate)}
    for name in columns.features:
        everything[f"{name} only"] = ("one column, and nothing else", _single(name, columns))
    if len(columns.features) > 1:
        everything[LOGISTIC] = ("all columns, each with one weight", lambda rows: logistic(rows, columns))
        everything[BOOSTING] = (
            "all columns, with thresholds and interactions",
            lambda rows: boosting(rows, columns, config),
        )
    return everything


def logistic(rows: pd.DataFrame, columns: Columns, encoder: Encoder | None = None, name: str = LOGISTIC) -> Model:
    """Logistic regression on every column."""
    from sklearn.linear_model import LogisticRegression

    encoder = encoder or learned(rows, columns.numeric, columns.categorical)
    features, labels = encoder.matrix(as_customers(rows, encoder)), rows[CHURNED].to_numpy()
    fitted = LogisticRegression(C=PENALTY, solver="newton-cholesky").fit(features, labels)
    return Model(name, encoder, float(fitted.intercept_[0]), fitted.coef_[0])


def boosting(rows: pd.DataFrame, columns: Columns, config: Config) -> Model:
    """Gradient-boosted trees on every column."""
    encoder = learned(rows, columns.numeric, columns.categorical)
    features, labels = encoder.matrix(as_customers(rows, encoder)), rows[CHURNED].to_numpy()
    grown = trees.grow(features, labels, config.trees, config.leaves, config.learning_rate, config.seed)
    return Model(BOOSTING, encoder, trees=grown)


def single_columns(names: Sequence[str], columns: Columns, scores: dict[str, float]) -> list[str]:
    """The strongest column of words and the strongest of numbers, by their score in validation."""
    kinds = (columns.categorical, columns.numeric)
    best = (max((f"{each} only" for each in kind), key=scores.__getitem__, default="") for kind in kinds)
    return [each for each in best if each in names]


def _base_rate(rows: pd.DataFrame) -> Model:
    share = float(rows[CHURNED].mean())
    return Model(BASE_RATE, Encoder((), ()), float(np.log(share / (1 - share))))


def _single(name: str, columns: Columns) -> Fit:
    is_numeric = name in columns.numeric
    alone = Columns([name] if is_numeric else [], [] if is_numeric else [name])
    return lambda rows: logistic(rows, alone, name=f"{name} only")
