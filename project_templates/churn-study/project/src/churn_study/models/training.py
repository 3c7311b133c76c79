"""Trains every candidate, compares them in validation, and keeps the one that is served.

Run as: python -m churn_study train
"""

from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from churn_study.config import PROJECT, Config
from churn_study.data import prepare
from churn_study.data.split import Split, split
from churn_study.data.study import CHURNED, Columns
from churn_study.evaluation import measures
from churn_study.kit import results
from churn_study.kit.progress import progress
from churn_study.models import candidates, saved
from churn_study.models.features import as_customers
from churn_study.models.risk import Model


@dataclass(frozen=True)
class Run:
    """An experiment, and what it came to in validation."""

    name: str
    decision: str  # what sets it apart
    validation_log_loss: float
    validation_roc_auc: float
    chosen: bool = False
    settings: dict[str, float] = field(default_factory=dict)


def train(config: Config) -> list[Run]:
    """Write the model with the lowest log loss in validation, and what every candidate came to."""
    study, manifest = prepare.load()
    parts = split(study, config)
    fitted = fit_all(parts, study.columns, config)
    runs = [_run(name, decision, model, parts.validation, config) for name, (decision, model) in fitted.items()]
    best = min(runs, key=lambda run: run.validation_log_loss).name
    runs = [Run(**{**asdict(run), "chosen": run.name == best}) for run in runs]
    results.write_experiments(PROJECT, runs)
    met = pd.concat([parts.train, parts.validation])
    saved.save(fitted[best][1], manifest, saved.digest(met))
    return runs


def fit_all(parts: Split, columns: Columns, config: Config) -> dict[str, tuple[str, Model]]:
    """Name → (what sets it apart, the model), trained on the training customers."""
    everything = candidates.fits(columns, config)
    return {
        name: (decision, fit(parts.train))
        for name, (decision, fit) in progress(everything.items(), "training", len(everything))
    }


def _run(name: str, decision: str, model: Model, rows: pd.DataFrame, config: Config) -> Run:
    risks, churned = risks_of(model, rows), rows[CHURNED].to_numpy(dtype=float)
    loss = -float(np.mean(np.log(np.where(churned > 0, risks, 1 - risks))))
    auc = measures.area(churned, risks)
    settings = (
        {"trees": config.trees, "leaves": config.leaves, "learning_rate": config.learning_rate} if model.trees else {}
    )
    return Run(name, decision, round(loss, 4), round(auc, 4), settings=settings)


def risks_of(model: Model, rows: pd.DataFrame) -> np.ndarray:
    """(C,) for rows of the study."""
    return model.risks(as_customers(rows, model.encoder))
