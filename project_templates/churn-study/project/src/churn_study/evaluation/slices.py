"""Where the model does worse: kinds of customers with their number, and the churners it was surest about."""

from typing import Any

import numpy as np
import pandas as pd

from churn_study.data.study import CHURNED, Columns
from churn_study.evaluation.measures import Tested
from churn_study.kit.intervals import stream
from churn_study.models.risk import Model
from churn_study.models.training import risks_of

SMALLEST = 50  # customers of a slice, with at least TEN of each kind
TEN = 10
MOST = 12  # slices that are shown


def slices(rows: pd.DataFrame, risks: np.ndarray, columns: Columns, tested: Tested) -> list[dict[str, Any]]:
    """Every kind of customer that is large enough, the worst first: order and size of its risks."""
    found = list[dict[str, Any]]()
    for name in columns.categorical:
        for level in sorted(rows[name].unique()):
            here = (rows[name] == level).to_numpy()
            churned = rows[CHURNED].to_numpy()[here]
            is_large = here.sum() >= SMALLEST and min(churned.sum(), (~churned).sum()) >= TEN
            if is_large and not here.all() and np.ptp(risks[here]) > 0:  # else there is no order
                part = Tested(f"{name}: {level}", churned, tested.config)
                row = part.result("served", "model", "roc_auc", risks[here])
                said, happened = float(risks[here].mean()), float(churned.mean())
                found.append(
                    {
                        "name": part.split,
                        "n": row.n,
                        "value": row.value,
                        "ci95": row.ci95,
                        "said": round(said, 4),
                        "churned": round(happened, 4),
                    }
                )
    return sorted(found, key=lambda each: each["value"])[:MOST]


def surprises(rows: pd.DataFrame, risks: np.ndarray, columns: Columns, number: int = 5) -> list[dict[str, Any]]:
    """Who churned with the lowest risk and who stayed with the highest, in their own values."""
    churned = rows[CHURNED].to_numpy()
    lost = np.flatnonzero(churned)[np.argsort(risks[churned], kind="stable")][:number]
    kept = np.flatnonzero(~churned)[np.argsort(-risks[~churned], kind="stable")][:number]
    names = columns.features[:5]
    return [
        {"kind": kind, "risk": round(float(risks[at]), 4), **{name: _plain(rows.iloc[at][name]) for name in names}}
        for kind, places in (("churned", lost), ("stayed", kept))
        for at in places
    ]


def importance(model: Model, rows: pd.DataFrame, columns: Columns, tested: Tested, seed: int) -> list[dict[str, Any]]:
    """What each column is worth to the model's order: the ROC AUC that is lost when its values are shuffled."""
    risks, found = risks_of(model, rows), []
    for name in (each.name for each in model.encoder.columns):
        shuffled = rows.assign(**{name: rows[name].to_numpy()[stream(seed, f"shuffle {name}").permutation(len(rows))]})
        lost = tested.compare("roc_auc", ("served", risks), (name, risks_of(model, shuffled)))
        found.append({"name": name, "value": lost.difference, "ci95": lost.ci95})
    return sorted(found, key=lambda each: -each["value"])


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return round(float(value), 2) if isinstance(value, float | np.floating) else str(value)
