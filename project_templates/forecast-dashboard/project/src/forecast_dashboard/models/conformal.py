"""Intervals around any forecast, from its own errors: as wide as it was wrong, and no wider.

Plain: one width for each area, the quantile of past errors (split conformal prediction; Vovk et al. 2005). It promises
its coverage on average over all hours, which is no promise for any of them.
Adaptive: around the quantiles of two more models (conformalized quantile regression; Romano et al. 2019), with a level
that moves after each day on which too much, or too little, was missed (adaptive conformal inference; Gibbs and Candes
2021).
"""

from dataclasses import dataclass

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import Series


@dataclass(frozen=True)
class Band:
    """Between two limits, in megawatts: (A, T) each; NaN where nothing was forecast."""

    low: np.ndarray
    high: np.ndarray

    def covers(self, demand: np.ndarray) -> np.ndarray:
        """(A, T) whether the actual value lies inside."""
        return (self.low <= demand) & (demand <= self.high)

    @property
    def width(self) -> np.ndarray:
        """(A, T) megawatts."""
        return self.high - self.low


@dataclass(frozen=True)
class State:
    """Where the adaptive level has come to, for each area."""

    level: np.ndarray  # (A,) share that may be missed
    margin: np.ndarray  # (A,) by which the quantiles are moved apart, as a share of the yardstick


def quantile(scores: np.ndarray, level: float) -> float:
    """The score that a share `level` of them does not exceed, with the correction for their finite number."""
    scores = scores[~np.isnan(scores)]
    rank = np.ceil((len(scores) + 1) * level) / max(1, len(scores))
    return float(np.quantile(scores, min(1.0, rank), method="inverted_cdf"))


def plain(point: np.ndarray, past_errors: np.ndarray, level: float) -> Band:
    """One width for each area, from errors (A, T) of forecasts made the same way, NaN where there are none."""
    widths = np.array([quantile(np.abs(row), level) for row in past_errors])[:, None]
    return Band(point - widths, point + widths)


def adaptive(
    series: Series, low: np.ndarray, high: np.ndarray, scale: np.ndarray, first: int, config: Config
) -> tuple[Band, State]:
    """From day `first` on, day after day: the margin comes from the days before, the level from what was missed.

    `low` and `high` (A, T) reach back before `first`, where their errors are what it starts from. Everything is
    measured by the yardstick `scale`, so that a winter's errors are worth something in summer.
    """
    scores = np.maximum(low - series.demand, series.demand - high) / scale  # below 0 inside
    limits = [np.full(series.demand.shape, np.nan) for _ in range(2)]
    target = 1 - config.level
    may_miss = np.full(len(series.areas), target)
    margins = np.zeros(len(series.areas))
    starts = np.searchsorted(series.day, np.arange(series.days + 1))
    for day in range(first, series.days):
        today = slice(starts[day], starts[day + 1])
        past = slice(starts[max(0, day - config.adaptive_days)], starts[day])
        for area, known in enumerate(scores[:, past]):
            if not np.isnan(known).all():
                margins[area] = quantile(known, 1 - may_miss[area])
            reach = margins[area] * scale[area, today]
            limits[0][area, today], limits[1][area, today] = low[area, today] - reach, high[area, today] + reach
            actual = scores[area, today]
            if not np.isnan(actual).all():
                missed = float(np.nanmean((actual > margins[area])[~np.isnan(actual)]))
                may_miss[area] = np.clip(may_miss[area] + config.adaptive_step * (target - missed), 0.0, 0.5)
    return Band(*limits), State(may_miss, margins)
