"""How good risks are: their order, their size, and how many churn among those who are called first; with intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from churn_study.config import Config
from churn_study.kit import intervals
from churn_study.kit.results import Comparison, Result

FIRST = 0.1  # of the customers, the riskiest: those for whom there is time
Measure = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # (N,) churned, (N,) risks, (R, N) counts → (R,)
AT_ONCE = 4_000_000  # counts that are worked on at the same time


def roc_auc(churned: np.ndarray, risks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The chance that who churned had a higher risk than who stayed; ties count half."""
    lost, kept = _by_risk(churned, risks, counts)
    below = np.cumsum(kept, axis=1) - kept / 2
    return (lost * below).sum(axis=1) / (lost.sum(axis=1) * kept.sum(axis=1))


def average_precision(churned: np.ndarray, risks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The share that churned among the first, averaged over all who churned."""
    lost, kept = (each[:, ::-1] for each in _by_risk(churned, risks, counts))
    precision = np.cumsum(lost, axis=1) / np.maximum(np.cumsum(lost + kept, axis=1), 1)
    return (lost * precision).sum(axis=1) / lost.sum(axis=1)


def brier(churned: np.ndarray, risks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The mean squared difference of what was said and what happened."""
    return counts @ (risks - churned) ** 2 / counts.sum(axis=1)


def lift(churned: np.ndarray, risks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How many times more of the first tenth churn than of all; who ties at its edge counts in part."""
    lost, kept = (each[:, ::-1] for each in _by_risk(churned, risks, counts))
    size = lost + kept
    everybody = size.sum(axis=1, keepdims=True)
    inside = np.clip(FIRST * everybody - (np.cumsum(size, axis=1) - size), 0, size)
    found = (lost * inside / np.maximum(size, 1)).sum(axis=1) / (FIRST * everybody[:, 0])
    return found / (lost.sum(axis=1) / everybody[:, 0])


MEASURES: dict[str, tuple[str, Measure, bool]] = {
    "roc_auc": ("ROC AUC", roc_auc, True),
    "average_precision": ("average precision", average_precision, True),
    "brier": ("Brier score", brier, False),
    "lift": ("lift of the first tenth", lift, True),
}


def calibration(churned: np.ndarray, risks: np.ndarray) -> tuple[float, float]:
    """(slope, intercept) of log odds: 1 and 0 where the risks are as large as they should be (Cox 1958)."""
    odds = np.log(np.clip(risks, 1e-6, 1 - 1e-6) / (1 - np.clip(risks, 1e-6, 1 - 1e-6)))
    design, beta = np.stack([odds, np.ones(len(odds))], axis=1), np.array([1.0, 0.0])
    if np.ptp(odds) == 0:
        return float("nan"), float("nan")
    for _ in range(25):  # Newton's method
        p = 1 / (1 + np.exp(-design @ beta))
        step = np.linalg.solve(design.T @ (design * (p * (1 - p))[:, None]), design.T @ (churned - p))
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[0]), float(beta[1])


def bins(churned: np.ndarray, risks: np.ndarray, number: int = 10) -> list[dict[str, float]]:
    """Tenths of the customers by risk: what was said, and what happened, with its interval."""
    found = []
    for part in np.array_split(np.argsort(risks, kind="stable"), number):
        share = float(churned[part].mean())
        low, high = intervals.wilson(share, len(part))
        found.append(
            {
                "said": round(float(risks[part].mean()), 4),
                "churned": round(share, 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "n": len(part),
            }
        )
    return found


@dataclass(frozen=True)
class Tested:
    """(N,) customers that nothing was trained on, each of them once."""

    split: str  # as the tables call it
    churned: np.ndarray
    config: Config

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, N): how often each is drawn; one for all, so that differences are paired."""
        return intervals.resample(np.zeros(len(self.churned)), self.config.resamples, self.config.seed)

    def result(self, model: str, role: str, metric: str, risks: np.ndarray) -> Result:
        """A row of the results."""
        label, _, is_higher_better = MEASURES[metric]
        value, drawn = self._measured(metric, risks)
        low, high = intervals.interval(drawn[np.isfinite(drawn)])
        return Result(
            model,
            role,
            self.split,
            metric,
            label,
            round(value, 4),
            (round(low, 4), round(high, 4)),
            len(risks),
            is_higher_better,
        )

    def compare(self, metric: str, of: tuple[str, np.ndarray], against: tuple[str, np.ndarray]) -> Comparison:
        """How much higher one is than the other, on the same customers."""
        (one, drawn), (two, others) = (self._measured(metric, risks) for _, risks in (of, against))
        gaps = drawn - others
        low, high = intervals.interval(gaps[np.isfinite(gaps)])
        return Comparison(metric, of[0], against[0], self.split, round(one - two, 4), (round(low, 4), round(high, 4)))

    def _measured(self, metric: str, risks: np.ndarray) -> tuple[float, np.ndarray]:
        """(the value, (resamples,) of it)."""
        measure, churned = MEASURES[metric][1], self.churned.astype(float)
        value = float(measure(churned, risks, np.ones((1, len(risks))))[0])
        pieces = np.array_split(self.drawn, -(-self.drawn.size // AT_ONCE))
        with np.errstate(invalid="ignore", divide="ignore"):  # a resample may lack those who churned
            drawn = np.concatenate([measure(churned, risks, piece.astype(float)) for piece in pieces])
        return value, drawn


def area(churned: np.ndarray, risks: np.ndarray) -> float:
    """ROC AUC of (N,) customers."""
    return float(roc_auc(churned.astype(float), risks, np.ones((1, len(risks))))[0])


def _by_risk(churned: np.ndarray, risks: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((R, G), (R, G)) of those who churned and who stayed at each of the G different risks, the lowest first."""
    order = np.argsort(risks, kind="stable")
    starts = np.flatnonzero(np.diff(risks[order], prepend=-1.0))
    ordered, lost = counts[:, order], churned[order]
    return np.add.reduceat(ordered * lost, starts, axis=1), np.add.reduceat(ordered * (1 - lost), starts, axis=1)
