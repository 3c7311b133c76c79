"""An offer's effect without an experiment: the plain difference, weighting, and weighting with an outcome model.

All rest on one assumption that no data can show: what decided on the offer and on leaving is in the covariates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from churn_study.causal import weighting
from churn_study.causal.weighting import EVERYBODY, Weighted
from churn_study.kit.intervals import stream

NORMAL = 1.96  # standard errors of a 95% interval
Estimator = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], float]  # outcome, treated, covariates, counts


@dataclass(frozen=True)
class Estimate:
    """An average effect and how sure it is, if the assumption holds."""

    value: float
    ci95: tuple[float, float]
    n: int


def naive(outcome: np.ndarray, treated: np.ndarray, covariates: np.ndarray, counts: np.ndarray) -> float:
    """The difference between those who got the offer and those who did not."""
    return _mean(outcome, counts * treated) - _mean(outcome, counts * ~treated)


def weighted(target: str = EVERYBODY, clip: float = 0.0) -> Estimator:
    """Inverse propensity weighting (Hájek): customers who are rare in their arm count for those who are missing."""

    def estimate(outcome: np.ndarray, treated: np.ndarray, covariates: np.ndarray, counts: np.ndarray) -> float:
        e = weighting.propensities(treated, covariates, counts, clip)
        weights = counts * Weighted(treated, covariates, e, target).weights
        return _mean(outcome, weights * treated) - _mean(outcome, weights * ~treated)

    return estimate


def doubly_robust(target: str = EVERYBODY, clip: float = 0.0) -> Estimator:
    """Weighting of what an outcome model leaves unexplained: right if either model is (Robins et al. 1994)."""

    def estimate(outcome: np.ndarray, treated: np.ndarray, covariates: np.ndarray, counts: np.ndarray) -> float:
        e = weighting.propensities(treated, covariates, counts, clip)
        weights = counts * Weighted(treated, covariates, e, target).weights
        without = _predicted(outcome, covariates, counts * ~treated)
        if target != EVERYBODY:
            return _mean(outcome - without, counts * treated) - _mean(outcome - without, weights * ~treated)
        with_offer = _predicted(outcome, covariates, counts * treated)
        gained = _mean(with_offer - without, counts)
        return gained + _mean(outcome - with_offer, weights * treated) - _mean(outcome - without, weights * ~treated)

    return estimate


def with_interval(
    how: Estimator, outcome: np.ndarray, treated: np.ndarray, covariates: np.ndarray, refits: int, seed: int
) -> Estimate:
    """The estimate, with an interval from a bootstrap over customers in which everything is fitted anew."""
    number, rng = len(outcome), stream(seed, "refits")
    value = how(outcome, treated, covariates, np.ones(number))
    drawn = [
        how(outcome, treated, covariates, rng.multinomial(number, np.full(number, 1 / number)).astype(float))
        for _ in range(refits)
    ]
    reach = NORMAL * float(np.std(drawn, ddof=1))  # a hundred refits know a spread, and no percentiles
    return Estimate(value, (value - reach, value + reach), number)


def _predicted(outcome: np.ndarray, covariates: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(N,) outcomes by a model of the counted rows: logistic for yes and no, else linear."""
    from sklearn.linear_model import LinearRegression, LogisticRegression

    if set(np.unique(outcome)) <= {0.0, 1.0}:
        logistic = LogisticRegression(C=np.inf, solver="newton-cholesky", max_iter=300)
        return logistic.fit(covariates, outcome, counts).predict_proba(covariates)[:, 1]
    return LinearRegression().fit(covariates, outcome, counts).predict(covariates)


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float((values * weights).sum() / weights.sum())
