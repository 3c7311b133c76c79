"""Customers who got the offer because somebody chose them: what adjustment can say, and what argues against it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_study.causal import estimators, weighting
from churn_study.causal.estimators import Estimate
from churn_study.causal.weighting import EVERYBODY, Weighted
from churn_study.config import Config
from churn_study.data.study import CHURNED, TREATED, Columns
from churn_study.experiment import compare
from churn_study.kit.progress import progress

SHOWN = 12  # covariates in the table of balance
SAME = 1e-6  # smallest eigenvalue of correlations, below which columns say the same
BINS = 20  # of the histogram of propensities


@dataclass(frozen=True)
class Observed:
    """The estimates, and what was checked about them."""

    naive: Estimate
    ipw: Estimate
    robust: Estimate
    trimmed: float
    kept: float  # share of the customers that trimming keeps
    weighted: Weighted
    names: list[str]  # of the covariates
    placebo: Estimate | None  # "effect" on what was fixed before the offer

    def doubts(self, config: Config) -> list[str]:
        """Why no decision may stand on these estimates; empty if nothing argues against them."""
        found = []
        if self.weighted.overlap < config.least_overlap:
            effective, controls = round(self.weighted.controls_that_count), int((~self.weighted.treated).sum())
            found.append(f"hardly anybody to compare with: {controls:,} controls count as {effective:,}")
        if (worst := float(self.weighted.balance()[1].max())) > config.balanced:
            found.append(f"the arms still differ after weighting, by up to {worst:.2f} standard deviations")
        if self.placebo and compare.is_real(self.placebo.ci95):
            found.append("it finds an effect on what happened before the offer, so a cause is missing")
        return found

    def described(self) -> dict[str, Any]:
        """For the results file."""
        before, after = self.weighted.balance()
        order = np.argsort(-before)[:SHOWN]
        treated, e = self.weighted.treated, self.weighted.propensity
        edges = np.linspace(0, 1, BINS + 1)
        return {
            "balance": [_balance(self.names[k], before[k], after[k]) for k in order],
            "worst": round(float(after.max()), 3),
            "controls": int((~treated).sum()),
            "treated": int(treated.sum()),
            "controls_that_count": round(self.weighted.controls_that_count, 1),
            "overlap": round(self.weighted.overlap, 4),
            "trimmed": round(self.trimmed, 4),
            "kept": round(self.kept, 4),
            "edges": edges.round(3).tolist(),
            "propensities": {
                "treated": np.histogram(e[treated], edges)[0].tolist(),
                "control": np.histogram(e[~treated], edges)[0].tolist(),
            },
        }


def observe(rows: pd.DataFrame, columns: Columns, config: Config) -> Observed:
    """Every estimate of the average effect on all these customers."""
    treated, outcome = rows[TREATED].to_numpy(), rows[CHURNED].to_numpy(dtype=float)
    names, covariates = adjusted_for(rows, columns)
    weighted = Weighted(treated, covariates, weighting.propensities(treated, covariates, clip=config.clip))
    trimmed, kept = weighted.trimmed(), weighted.kept
    ways = {"ipw": estimators.weighted(clip=config.clip), "robust": estimators.doubly_robust(EVERYBODY, config.clip)}
    found = {
        name: estimators.with_interval(how, outcome, treated, covariates, config.refits, config.seed)
        for name, how in progress(ways.items(), "adjusting", len(ways))
    }
    plain = compare.difference(outcome, treated)
    placebo = None
    if columns.placebo:
        before = rows[columns.placebo].fillna(rows[columns.placebo].median()).to_numpy(dtype=float)
        placebo = estimators.with_interval(ways["robust"], before, treated, covariates, config.refits, config.seed)
    left = (
        estimators.weighted()(outcome[kept], trimmed.treated, trimmed.covariates, np.ones(kept.sum()))
        if _has_both(trimmed)
        else 0.0
    )
    return Observed(
        Estimate(plain.difference, plain.ci95, plain.n),
        found["ipw"],
        found["robust"],
        left,
        float(kept.mean()),
        weighted,
        names,
        placebo,
    )


def adjusted_for(rows: pd.DataFrame, columns: Columns) -> tuple[list[str], np.ndarray]:
    """(names, (N, K)) of the covariates, standardized: all that was known before the offer, but the placebo."""
    numbers = rows[[each for each in columns.numeric if each not in columns.after]]
    missing = numbers.isna().astype(float).add_suffix(" is missing")
    words = rows[[each for each in columns.categorical if each not in columns.after]]
    dummies = (
        pd.get_dummies(words, drop_first=True, dtype=float) if len(words.columns) else pd.DataFrame(index=rows.index)
    )
    table = pd.concat([numbers.fillna(numbers.median()), missing, dummies], axis=1)
    table = table.loc[:, table.nunique() > 1]
    standard = ((table - table.mean()) / table.std(ddof=0)).to_numpy(dtype=float)
    kept = _independent(standard)
    return [list(table)[k] for k in kept], standard[:, kept]


def _independent(columns: np.ndarray) -> list[int]:
    """The (N, K) columns that are no sum of those before them: a regression could not tell them apart."""
    products = columns.T @ columns / len(columns)
    kept = list[int]()
    for k in range(len(products)):
        tried = [*kept, k]
        if np.linalg.eigvalsh(products[np.ix_(tried, tried)])[0] > SAME:
            kept = tried
    return kept


def _balance(name: str, before: float, after: float) -> dict[str, Any]:
    return {"name": name, "before": round(float(before), 3), "after": round(float(after), 3)}


def _has_both(weighted: Weighted) -> bool:
    return len(weighted.treated) > 0 and bool(weighted.treated.any() and not weighted.treated.all())
