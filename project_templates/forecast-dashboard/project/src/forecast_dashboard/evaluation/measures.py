"""Errors with their intervals. Hours of a week are alike, and so are weeks of a season; whole weeks are redrawn."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.kit.intervals import interval, resample
from forecast_dashboard.kit.results import Comparison, Result

Estimate = tuple[float, tuple[float, float]]  # a value and its 95 % interval


@dataclass(frozen=True)
class Tested:
    """The cases that count, and the weeks they lie in. Only intervals with a believed value are among them."""

    rows: np.ndarray  # (A, T) which count
    week: np.ndarray  # (T,)
    split: str  # what tables call them
    config: Config

    @cached_property
    def _weeks(self) -> np.ndarray:
        """(N,) the week of each case, from 0."""
        return np.unique(np.broadcast_to(self.week, self.rows.shape)[self.rows], return_inverse=True)[1]

    @cached_property
    def _drawn(self) -> np.ndarray:
        """(resamples, weeks) how often each week is drawn."""
        weeks = np.zeros(self._weeks.max() + 1, dtype=int)
        return resample(weeks, self.config.resamples, self.config.seed)

    @property
    def number(self) -> int:
        """How many cases there are."""
        return int(self.rows.sum())

    def _sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self._weeks, values[self.rows], minlength=self._drawn.shape[1])

    def _redrawn(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """(mean, means of the resamples)."""
        sums, numbers = self._sums(values), self._sums(np.ones(self.rows.shape))
        return float(sums.sum() / numbers.sum()), (self._drawn @ sums) / (self._drawn @ numbers)

    def mean(self, values: np.ndarray) -> Estimate:
        """Of values (A, T)."""
        value, drawn = self._redrawn(values)
        return value, interval(drawn)

    def root(self, squares: np.ndarray) -> Estimate:
        """The root of a mean."""
        value, drawn = self._redrawn(squares)
        return value**0.5, interval(np.sqrt(drawn))

    def share_saved(self, values: np.ndarray, others: np.ndarray) -> Estimate:
        """1 - mean(values) / mean(others), both on the same cases and weeks: the skill."""
        (value, drawn), (other, others_drawn) = self._redrawn(values), self._redrawn(others)
        return 1 - value / other, interval(1 - drawn / others_drawn)

    def result(self, model: str, role: str, metric: str, label: str, estimate: Estimate) -> Result:
        """For the results file."""
        value, (low, high) = estimate
        rounded = (round(low, 6), round(high, 6))
        return Result(model, role, self.split, metric, label, round(value, 6), rounded, self.number, False)

    def compare(self, metric: str, of: tuple[str, np.ndarray], against: tuple[str, np.ndarray]) -> Comparison:
        """The paired difference of two means."""
        value, (low, high) = self.mean(of[1] - against[1])
        interval_ = (round(low, 6), round(high, 6))
        return Comparison(metric, of[0], against[0], self.split, round(value, 6), interval_)


def mase_scale(demand: np.ndarray, naive: np.ndarray, is_training: np.ndarray) -> np.ndarray:
    """(A,) mean absolute error of the daily naive forecast on the training days: the unit of MASE, set before the test.

    Taken over all data, it would let the test into its own yardstick.
    """
    errors = np.abs(demand - naive)
    return np.array([np.nanmean(row[is_training]) for row in errors])
