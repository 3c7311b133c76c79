"""Customers who were not drawn by lot: propensities, weights, and whether there is anybody to compare with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

EVERYBODY, THE_TREATED = "everybody", "the treated"  # whose average effect is estimated
TRIM = (0.1, 0.9)  # propensities that a trimmed estimate keeps (Crump et al. 2009)


@dataclass(frozen=True)
class Weighted:
    """(N,) customers with their propensities, weighted so that both arms look like the target."""

    treated: np.ndarray  # (N,) bool
    covariates: np.ndarray  # (N, K), standardized
    propensity: np.ndarray  # (N,): the chance of being treated, given the covariates
    target: str = EVERYBODY

    @cached_property
    def weights(self) -> np.ndarray:
        """(N,): how many customers of the target each stands for."""
        e = self.propensity
        if self.target == THE_TREATED:
            return np.where(self.treated, 1.0, e / (1 - e))
        return np.where(self.treated, 1 / e, 1 / (1 - e))

    @property
    def controls_that_count(self) -> float:
        """The effective number of controls (Kish): a few with huge weights count as a few."""
        weights = self.weights[~self.treated]
        return float(weights.sum() ** 2 / (weights**2).sum())

    @property
    def overlap(self) -> float:
        """The same, as a share of all controls."""
        return self.controls_that_count / int((~self.treated).sum())

    def balance(self) -> tuple[np.ndarray, np.ndarray]:
        """((K,), (K,)) standardized differences of the arms, before and after weighting."""
        return self._gaps(np.ones(len(self.treated))), self._gaps(self.weights)

    def _gaps(self, weights: np.ndarray) -> np.ndarray:
        one, two = (self.covariates[arm] for arm in (self.treated, ~self.treated))
        means = [np.average(x, axis=0, weights=weights[arm]) for x, arm in ((one, self.treated), (two, ~self.treated))]
        spread = np.sqrt((one.var(axis=0) + two.var(axis=0)) / 2)
        return np.abs(means[0] - means[1]) / np.where(spread > 0, spread, 1.0)

    def trimmed(self) -> "Weighted":
        """Only those who could have been in either arm."""
        kept = self.kept
        return Weighted(self.treated[kept], self.covariates[kept], self.propensity[kept], self.target)

    @property
    def kept(self) -> np.ndarray:
        """(N,) bool: the propensities that trimming keeps."""
        return (self.propensity >= TRIM[0]) & (self.propensity <= TRIM[1])


def propensities(
    treated: np.ndarray, covariates: np.ndarray, counts: np.ndarray | None = None, clip: float = 0.0
) -> np.ndarray:
    """(N,) from a logistic regression on (N, K) covariates; `counts` says how often each customer was drawn."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=np.inf, solver="newton-cholesky", max_iter=300).fit(covariates, treated, counts)
    return np.clip(fitted.predict_proba(covariates)[:, 1], clip, 1 - clip)
