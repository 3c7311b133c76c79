"""What a careless evaluation would have claimed: with churners copied before the split, or a column from the future."""

from dataclasses import replace

import numpy as np
import pandas as pd

from churn_study.config import Config
from churn_study.data.split import Split
from churn_study.data.study import CHURNED, Columns
from churn_study.evaluation.measures import Tested
from churn_study.kit.intervals import stream
from churn_study.kit.results import Result
from churn_study.models import candidates
from churn_study.models.features import as_customers, learned
from churn_study.models.training import risks_of

OVERSAMPLED, FOREST = "random forest, churners copied before the split", "random forest"
MOST = 12_000  # rows that a forest grows on


def rows(parts: Split, columns: Columns, tested: Tested, config: Config) -> list[Result]:
    """The forest as it should be, the same forest after careless copying, and a model that sees the future."""
    if len(columns.features) < 2:
        return []
    everything = pd.concat([parts.train, parts.validation, parts.test])
    found = [tested.result(FOREST, "baseline", "roc_auc", _forest(parts.train, parts.test, columns, config))]
    copied, held_out = _copied_and_split(everything, config)
    careless = Tested("test (after copying)", held_out[CHURNED].to_numpy(), config)
    found.append(careless.result(OVERSAMPLED, "naive", "roc_auc", _forest(copied, held_out, columns, config)))
    return found + [_with_leak(name, parts, columns, tested) for name in _leaks(columns, everything)]


def _forest(train: pd.DataFrame, test: pd.DataFrame, columns: Columns, config: Config) -> np.ndarray:
    """(C,) risks of the test by scikit-learn's random forest with its own settings."""
    from sklearn.ensemble import RandomForestClassifier

    encoder = learned(train, columns.numeric, columns.categorical)
    kept = train.iloc[stream(config.seed, "forest").permutation(len(train))[:MOST]]
    forest = RandomForestClassifier(100, random_state=config.seed, n_jobs=2)
    forest.fit(encoder.matrix(as_customers(kept, encoder)), kept[CHURNED])
    return forest.predict_proba(encoder.matrix(as_customers(test, encoder)))[:, 1]


def _copied_and_split(everything: pd.DataFrame, config: Config) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Churners drawn again until both kinds are as many, and then a random split: copies stand on both sides."""
    rng = stream(config.seed, "copies")
    everything = everything.iloc[rng.permutation(len(everything))[:MOST]]
    lost, kept = everything[everything[CHURNED]], everything[~everything[CHURNED]]
    if len(lost) < len(kept):
        lost = lost.iloc[rng.integers(0, len(lost), len(kept))]
    both = pd.concat([lost, kept])
    order = rng.permutation(len(both))
    cut = round(0.8 * len(both))
    return both.iloc[order[:cut]], both.iloc[order[cut:]]


def _leaks(columns: Columns, everything: pd.DataFrame) -> list[str]:
    """The forbidden columns of yes and no: filled in too late, they look like the best feature of all."""
    return [name for name in columns.forbidden if everything[name].dtype == bool and everything[name].nunique() == 2]


def _with_leak(name: str, parts: Split, columns: Columns, tested: Tested) -> Result:
    wider = replace(columns, categorical=[*columns.categorical, name])
    train, test = (
        each.assign(**{name: each[name].map({True: "yes", False: "no"})}) for each in (parts.train, parts.test)
    )
    title = f"logistic regression with `{name}`"
    return tested.result(title, "naive", "roc_auc", risks_of(candidates.logistic(train, wider, name=title), test))
